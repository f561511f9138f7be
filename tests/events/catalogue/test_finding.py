"""Finding events: the right ones, in the right order, page by page, and nothing that was not asked for."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from events.catalogue.finding import Place, Wanted, count_events, events_between, find_events, known_topics, read_place
from events.drafts import authoring
from events.errors import Invalid
from events.models import Event, EventKind, EventMode, ParticipationRole, PartnerAnswer, PartnerKind, Stage, Track
from events.partnership import partners
from events.storage import LocalizedText, Session
from events.tags import Audience, code_of, parse_topic, plain, stored_topics, write_topic
from service.database.transactions import Database
from tests.support.counting import counted
from tests.support.life import NOW, STAFF, STARTS_AT, Life, add_organiser


def _on(day: int) -> dict[str, Any]:
    """Return the times of something `day` days after the usual start."""
    starts_at = STARTS_AT + timedelta(days=day)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}


def _found(life: Life, *, past: bool = False, **wanted: Any) -> list[uuid.UUID]:
    asked = Wanted(**wanted)
    page = life.database.read(lambda session: find_events(session, asked, now=NOW, past=past))
    assert life.database.read(lambda session: count_events(session, asked, now=NOW, past=past)) == len(page.cards)
    return [card.id for card in page.cards]


def test_what_is_coming_is_what_one_can_still_go_to_and_what_was_called_off(life: Life) -> None:
    wanted = [
        life.webinar(Stage.LIVE, starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1)),
        life.webinar(Stage.PUBLISHED, **_on(0)),
        life.webinar(Stage.REGISTRATION_OPEN, **_on(1)),
        life.exhibition(Stage.REGISTRATION_CLOSED, **_on(2)),
        life.webinar(Stage.POSTPONED, **_on(3)),
        life.webinar(Stage.CANCELLED, **_on(4)),
    ]
    life.webinar(Stage.DRAFT)
    life.webinar(Stage.ENDED)
    assert _found(life) == wanted


def test_what_was_called_off_is_gone_after_its_day(life: Life) -> None:
    life.webinar(Stage.CANCELLED)
    later = STARTS_AT + timedelta(days=1)
    assert life.database.read(lambda session: find_events(session, Wanted(), now=later)).cards == ()


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_two_queries(life: Life, database: Database, count: int) -> None:
    for number in range(count):
        life.exhibition(**_on(number), slots=count, audiences=["children"], topics=[{"id": "Sejarah"}])
    with counted(database) as statements:
        shown = database.read(lambda session: find_events(session, Wanted(text="menulis"), now=NOW)).cards
    assert len(shown) == count
    assert len([each for each in statements if each.lstrip().startswith("SELECT")]) == 2


def test_what_is_over_comes_latest_first_and_with_a_recording_if_that_is_asked(life: Life) -> None:
    recorded = [life.webinar(Stage.ENDED, **_on(day)) for day in range(2)]
    unrecorded = life.webinar(Stage.ARCHIVED, **_on(-1))
    life.database.write(lambda session: _mark_recorded(session, recorded))
    assert _found(life, past=True) == [*recorded[::-1], unrecorded]
    assert _found(life, past=True, recorded=True) == recorded[::-1]


def _mark_recorded(session: Session, event_ids: list[uuid.UUID]) -> None:
    for event_id in event_ids:
        session.get_one(Event, event_id).recording_track = Track.DONE


def _invite(life: Life, event_id: uuid.UUID, name: str) -> uuid.UUID:
    def use_case(session: Session) -> uuid.UUID:
        partner_id = partners.add_partner(session, life.organiser_id, kind=PartnerKind.SPEAKER, name=name, now=NOW)
        return partners.invite(session, event_id, partner_id, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


@pytest.mark.parametrize(
    "text", ["MEMBÁCA", "reading aloud", "nyaring membaca", "Aula Utama", "50%", "snake_case", "o'reilly", "lisan"]
)
def test_words_are_found_in_both_languages_whatever_their_case_and_accents(life: Life, text: str) -> None:
    life.webinar(title=LocalizedText("Lain", "Other"), description=LocalizedText("500 orang, snakexcase"))
    wanted = life.webinar(
        title=LocalizedText("Membaca  Nyaring", "Reading Aloud"),
        description=LocalizedText("Diskon 50% untuk snake_case dan O'Reilly"),
        venue=LocalizedText("Aula\nUtama"),
        topics=[{"id": "Tradisi Lisan", "en": "Oral tradition"}],
    )
    assert _found(life, text=text) == [wanted]


@pytest.mark.parametrize("text", ["membaca tidur", "%", "_____", "\\", "Mémé%"])
def test_what_nobody_wrote_is_not_found(life: Life, text: str) -> None:
    life.webinar(title=LocalizedText("Membaca"))
    assert _found(life, text=text) == []


def test_speakers_are_found_while_they_take_part(life: Life) -> None:
    event_id = life.webinar()
    _, declining, withdrawn = (_invite(life, event_id, name) for name in ("Raja Ali", "Siti Núr", "Budi"))
    assert _found(life, text="siti nur") == [event_id]
    life.database.write(lambda session: partners.answer(session, declining, PartnerAnswer.DECLINED, now=NOW, by="p"))
    life.do(partners.withdraw, withdrawn)
    assert [_found(life, text=name) for name in ("raja ali", "siti nur", "budi")] == [[event_id], [], []]


def test_an_edit_changes_what_an_event_is_found_by(life: Life) -> None:
    event_id = life.webinar(topics=[{"id": "Sastra"}], audiences=["children"])
    topics = stored_topics([LocalizedText("Sejarah Melayu", "Malay history")])
    life.do(authoring.edit_event, event_id, title=LocalizedText("Pantun"), topics=topics, audiences=["teachers"])
    assert (_found(life, text="pantun"), _found(life, text="cerita")) == ([event_id], [])
    assert (_found(life, topic="sejarah-melayu"), _found(life, topic="sastra")) == ([event_id], [])
    assert (_found(life, audience=Audience.TEACHERS), _found(life, audience=Audience.CHILDREN)) == ([event_id], [])
    card = life.database.read(lambda session: find_events(session, Wanted(), now=NOW)).cards[0]
    assert (card.audiences, [each.code for each in card.topics]) == ((Audience.TEACHERS,), ["sejarah-melayu"])


def test_filters_add_up(life: Life) -> None:
    webinar = life.webinar(audiences=["children", "teachers"], topics=[{"id": "Sastra"}])
    exhibition = life.exhibition(audiences=["children"], topics=[{"id": "Sejarah"}], **_on(7))
    hybrid = life.webinar(mode=EventMode.HYBRID, audiences=["seniors"], **_on(14))
    assert _found(life, kind=EventKind.EXHIBITION) == [exhibition]
    assert _found(life, mode=EventMode.ONLINE) == [webinar, hybrid]
    assert _found(life, mode=EventMode.ONSITE) == [exhibition, hybrid]
    assert _found(life, audience=Audience.CHILDREN) == [webinar, exhibition]
    assert _found(life, audience=Audience.CHILDREN, topic="sejarah", kind=EventKind.EXHIBITION) == [exhibition]
    assert _found(life, audience=Audience.SENIORS, topic="sejarah") == []
    assert _found(life, organiser="perpustakaan-batam") == [webinar, exhibition, hybrid]
    assert _found(life, organiser="lain") == []


def test_days_are_local_and_both_are_included(life: Life) -> None:
    """12 December, 09.00 WIB; the exhibition runs from the 15th to the 17th."""
    webinar = life.webinar()
    starts = STARTS_AT + timedelta(days=3)
    exhibition = life.exhibition(starts_at=starts, ends_at=starts + timedelta(days=2, hours=5))
    assert _found(life, first=date(2026, 12, 12), last=date(2026, 12, 12)) == [webinar]
    assert _found(life, first=date(2026, 12, 13)) == [exhibition]
    assert _found(life, first=date(2026, 12, 17)) == [exhibition]
    assert _found(life, first=date(2026, 12, 18)) == []
    assert _found(life, last=date(2026, 12, 14)) == [webinar]
    assert _found(life, first=date(1, 1, 1), last=date(9999, 12, 31)) == [webinar, exhibition]


def test_pages_hold_every_event_once_also_when_others_come_meanwhile(life: Life) -> None:
    made = [life.webinar(**_on(day // 2)) for day in range(5)]
    seen: list[uuid.UUID] = []
    place: Place | None = None
    for _ in range(3):
        page = life.database.read(partial(find_events, wanted=Wanted(), now=NOW, limit=2, after=place))
        seen += [card.id for card in page.cards]
        place = page.after
        assert place is None or read_place(str(place)) == place
        life.webinar(starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2))
    assert (sorted(seen), place) == (sorted(made), None)


@pytest.mark.parametrize("text", ["", "x", "20261212T020000000000-zz", "99999999T999999999999-" + "0" * 32, "\0"])
def test_a_place_that_nobody_wrote_is_none(text: str) -> None:
    assert read_place(text) is None


def test_a_month_holds_what_touches_it_but_no_draft(life: Life) -> None:
    life.webinar(Stage.DRAFT)
    over = life.webinar(Stage.ENDED, **_on(-5))
    long = life.exhibition(starts_at=STARTS_AT - timedelta(days=3), ends_at=STARTS_AT + timedelta(days=40))
    off = life.webinar(Stage.CANCELLED)
    life.webinar(**_on(30))
    week = (STARTS_AT - timedelta(days=6), STARTS_AT + timedelta(days=1))
    shown = life.database.read(lambda session: events_between(session, *week, Wanted()))
    assert [card.id for card in shown] == [over, long, off]


def test_topics_are_named_as_fully_as_anybody_named_them(life: Life) -> None:
    life.database.write(lambda session: add_organiser(session, slug="lain"))
    life.webinar(topics=[{"id": "Sejarah Melayu"}])
    life.webinar(topics=[{"id": "Sejarah melayu", "en": "Malay history"}, {"id": "Sastra"}])
    life.webinar(Stage.DRAFT, topics=[{"id": "Rahasia"}])

    def codes(**asked: Any) -> list[tuple[str, str]]:
        return [(each.code, each.name.en) for each in life.database.read(lambda s: known_topics(s, **asked))]

    assert codes() == [("sastra", ""), ("sejarah-melayu", "Malay history")]
    assert codes(organiser="perpustakaan-batam", drafts=True) == [("rahasia", ""), *codes()]
    assert codes(organiser="lain") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("audiences", ["nobody"]),
        ("audiences", ["children", "children"]),
        ("topics", [{"id": "!!!"}]),
        ("topics", [{"id": "Sastra"}, {"id": "sastra"}]),
        ("topics", [{"id": f"t{number}"} for number in range(11)]),
        ("topics", [{"id": "x" * 61}]),
    ],
)
def test_tags_that_cannot_be_are_refused_at_their_field(life: Life, field: str, value: list[Any]) -> None:
    tags: dict[str, Any] = {field: value}
    with pytest.raises(Invalid) as refused:
        life.webinar(**tags)
    assert [error.field for error in refused.value.errors] == [field]


def test_topics_are_read_as_they_are_written() -> None:
    assert plain("  Café\n MELAYU ß") == "cafe melayu ss"
    assert code_of(LocalizedText("Tradisi Lisan & Buku_Anak!")) == "tradisi-lisan-buku-anak"
    for name in (LocalizedText("Sejarah", "History"), LocalizedText("AC/DC")):
        assert parse_topic(write_topic(name)) == name
    assert stored_topics(
        [LocalizedText("Sastra"), LocalizedText(), LocalizedText("sastra"), LocalizedText("Puisi")]
    ) == [
        {"id": "Sastra"},
        {"id": "Puisi"},
    ]
