"""What stands in calendar feeds: the right events, bounded, with few queries, and nothing of anybody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events import organisers
from events.catalogue.calendar import Entry
from events.catalogue.feeds import Owner
from events.catalogue.finding import Wanted
from events.drafts import lifecycle
from events.errors import Gone
from events.links import Links
from events.models import (
    Event,
    EventKind,
    EventMode,
    EventTag,
    FeedOf,
    Organiser,
    Participation,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    Registration,
    Stage,
)
from events.pages import feed_entries, feed_writing
from events.partnership import partners
from events.registrations import registration
from events.seating import waitlist
from events.storage import LocalizedText, ReadSession, Session
from events.tags import Audience
from service.database.transactions import Database
from tests.support.costs import measured
from tests.support.counting import counted
from tests.support.life import NOW, STAFF, STARTS_AT, Life

LINKS = Links("k" * 32, "https://acara.example")
HOURS = timedelta(hours=2)


def _entries(life: Life, query: Callable[..., Sequence[Any]], *asked: Any, now: datetime = NOW) -> list[Entry]:
    def read(session: ReadSession) -> list[Entry]:
        return list(query(session, *asked, now=now, locale="id", links=LINKS))

    return life.database.read(read)


def _public(life: Life, *, now: datetime = NOW, **wanted: Any) -> dict[str, str]:
    return _states(_entries(life, feed_entries.public_entries, Wanted(**wanted), now=now))


def _states(entries: list[Entry]) -> dict[str, str]:
    """Return the STATUS of each entry by its UID, in the order of the feed."""
    return {
        each.uid: "cancelled" if each.cancelled else "tentative" if each.tentative else "confirmed" for each in entries
    }


def _at(days: float) -> dict[str, Any]:
    starts_at = NOW + timedelta(days=days)
    return {"starts_at": starts_at, "ends_at": starts_at + HOURS}


# ---------------------------------------------------------------- public ones
def test_each_filter_leaves_what_it_describes(life: Life) -> None:
    branch = Life(
        life.database,
        life.database.write(
            lambda s: organisers.add_organiser(
                s, slug="sekupang", name=LocalizedText("Sekupang"), parent_id=life.organiser_id, now=NOW
            )
        ),
    )
    talk = life.webinar(audiences=["teachers"], topics=[{"id": "Sejarah"}], mode=EventMode.ONLINE)
    show = life.exhibition(title=LocalizedText("Pameran Batik"), mode=EventMode.ONSITE)
    theirs = branch.webinar(**_at(30))
    life.webinar(Stage.DRAFT)
    by_filter: dict[str, tuple[Wanted, set[uuid.UUID]]] = {
        "all": (Wanted(), {talk, show, theirs}),
        "kind": (Wanted(kind=EventKind.EXHIBITION), {show}),
        "mode": (Wanted(mode=EventMode.ONSITE), {show}),
        "branch": (Wanted(organiser="sekupang"), {theirs}),
        "library": (Wanted(organiser="perpustakaan-batam"), {talk, show, theirs}),
        "audience": (Wanted(audience=Audience.TEACHERS), {talk}),
        "topic": (Wanted(topic="sejarah"), {talk}),
        "words": (Wanted(text="batik"), {show}),
        "days": (Wanted(first=_at(29)["starts_at"].date(), last=_at(31)["starts_at"].date()), {theirs}),
        "two at once": (Wanted(kind=EventKind.WEBINAR, organiser="sekupang"), {theirs}),
    }
    found = {
        name: {uuid.UUID(each.uid) for each in _entries(life, feed_entries.public_entries, wanted)}
        for name, (wanted, _) in by_filter.items()
    }
    assert found == {name: expected for name, (_, expected) in by_filter.items()}


def test_a_feed_tells_ninety_days_back_and_two_years_ahead(life: Life) -> None:
    day = timedelta(days=1)
    over, older, far, farther = (life.webinar(**_at(1)) for _ in range(4))
    for event_id, days in ((over, -90), (older, -91), (far, 730), (farther, 732)):
        life.database.write(lambda session, key=event_id, on=days: _move(session, key, on))  # type: ignore[misc] # a default binds the loop's value
    assert _public(life) == {str(over): "confirmed", str(far): "confirmed"}
    assert _public(life, now=NOW + day) == {str(far): "confirmed"}


def _move(session: Session, event_id: uuid.UUID, days: int) -> None:
    """Put an event where no form lets staff put one."""
    session.execute(sa.update(Event).where(Event.id == event_id).values(**_at(days)))


def test_what_was_called_off_stays_in_as_cancelled(life: Life) -> None:
    off, put_off = life.webinar(Stage.CANCELLED, **_at(3)), life.webinar(Stage.POSTPONED, **_at(4))
    both = {str(off): "cancelled", str(put_off): "cancelled"}
    assert _public(life) == both
    assert _public(life, now=NOW + timedelta(days=60)) == both
    assert _public(life, now=NOW + timedelta(days=95)) == {}


def test_of_too_many_those_that_people_can_still_go_to_are_kept(life: Life) -> None:
    first = life.webinar(**_at(1))
    life.database.write(lambda session: _copies(session, first, [*range(2, 400), *range(-80, 0), *range(401, 600)]))
    entries = _entries(life, feed_entries.public_entries, Wanted())
    days = [(each.starts_at - NOW).days for each in entries]
    assert days == list(range(1, 400)) + list(range(401, 502))
    assert len(entries) == feed_entries.MOST
    life.database.write(lambda session: session.execute(sa.delete(Event).where(Event.starts_at > NOW + 100 * _DAY)))
    entries = _entries(life, feed_entries.public_entries, Wanted())
    assert [(each.starts_at - NOW).days for each in entries] == [*range(-80, 0), *range(1, 101)]
    body = feed_writing.feed(entries, name="Acara", url="https://acara.example/calendar.ics", locale="id")
    assert len(body) < 1_000 * len(entries)


_DAY = timedelta(days=1)


def _copies(session: Session, event_id: uuid.UUID, days: list[int]) -> None:
    """Write many like one, on other days; nobody plans them one by one."""
    table = Event.__table__
    [row] = session.execute(sa.select(table).where(table.c.id == event_id)).mappings()
    made = [{**row, "id": uuid.uuid4(), "slug": f"acara-{number}", **_at(day)} for number, day in enumerate(days)]
    tags = EventTag.__table__
    kept = [dict(tag) for tag in session.execute(sa.select(tags).where(tags.c.event_id == event_id)).mappings()]
    session.execute(sa.insert(table), made)  # type: ignore[arg-type] # a mapped table is a table
    if kept:
        session.execute(sa.insert(tags), [{**tag, "event_id": each["id"]} for each in made for tag in kept])  # type: ignore[arg-type] # likewise


def test_what_a_feed_costs_does_not_grow_with_the_archive(life: Life, database: Database) -> None:
    """A thousand old events, and other libraries' ones, cost nothing; a page of PostgreSQL more or less may."""
    first = life.webinar(**_at(1), topics=[{"id": "Sejarah"}])
    works: dict[str, Callable[[], Any]] = {
        "all": lambda: _public(life),
        "of a house": lambda: _public(life, organiser="perpustakaan-batam", kind=EventKind.WEBINAR),
        "of a topic": lambda: _public(life, topic="sejarah"),
        "staff": lambda: _entries(life, feed_entries.staff_entries, frozenset({life.organiser_id})),
    }

    def costs() -> dict[str, int]:
        units: dict[str, int] = {}
        for name, work in works.items():
            work()
            with measured(database) as cost:
                work()
            units[name] = cost.units
        return units

    few = costs()
    life.database.write(lambda session: _copies(session, first, list(range(-1_300, -300))))
    if not database.is_sqlite:
        database.write(lambda session: session.execute(sa.text("ANALYZE")))
    many = costs()
    assert {name: many[name] <= few[name] * 2 + 30 for name in works} == dict.fromkeys(works, True), (few, many)


@pytest.mark.parametrize("count", [1, 4])
def test_the_number_of_queries_is_fixed(life: Life, database: Database, count: int) -> None:
    events = [life.webinar(**_at(day)) for day in range(1, count + 1)]
    made = [life.register(event_id, 1) for event_id in events]
    parts = [_invite(life, event_id) for event_id in events]
    registered = Owner(FeedOf.REGISTRATION, str(made[0].registration_id), 1)
    partner = Owner(FeedOf.PARTNER, str(parts[0]), 1)
    asked: dict[str, tuple[Any, ...]] = {
        "public": (feed_entries.public_entries, Wanted(topic="sejarah", organiser="perpustakaan-batam", text="a")),
        "staff": (feed_entries.staff_entries, None),
        "person": (feed_entries.person_entries, "email:peserta1@example.org"),
        "registration": (feed_entries.registration_entries, registered),
        "partner": (feed_entries.partner_entries, partner),
    }
    sent: dict[str, int] = {}
    for name, (query, wanted) in asked.items():
        with counted(database) as statements:
            _entries(life, query, wanted)
        sent[name] = len([each for each in statements if each.lstrip().startswith("SELECT")])
    assert sent == {"public": 1, "staff": 1, "person": 1, "registration": 2, "partner": 2}


# ---------------------------------------------------------------- people's own
def test_a_person_sees_what_is_theirs_and_how_certain_it_is(life: Life) -> None:
    held = life.register(life.webinar(**_at(1)), 1)
    full = life.webinar(capacity=1, **_at(2))
    life.register(full, 2)
    waiting = life.register(full, 1)
    left = life.register(life.webinar(**_at(3)), 1)
    life.do(registration.cancel, left.registration_id)
    off = life.register(gone := life.webinar(**_at(4)), 1)
    life.do(lifecycle.cancel, gone)
    life.register(life.webinar(**_at(5)), 3)
    entries = _entries(life, feed_entries.person_entries, "email:peserta1@example.org")
    assert _states(entries) == {
        str(held.registration_id): "confirmed",
        str(waiting.registration_id): "tentative",
        str(left.registration_id): "cancelled",
        str(off.registration_id): "cancelled",
    }
    assert [each.title for each in entries] == ["Menulis Cerita Anak", "Daftar tunggu: Menulis Cerita Anak"] + [
        "Menulis Cerita Anak"
    ] * 2
    assert [each.join_url is not None for each in entries] == [True, False, False, False]
    later = _entries(life, feed_entries.person_entries, "email:peserta1@example.org", now=NOW + 32 * _DAY)
    assert list(_states(later)) == [str(each.registration_id) for each in (held, waiting, off)]


def test_a_freed_seat_makes_the_entry_certain_under_the_same_uid(life: Life) -> None:
    full = life.webinar(capacity=1)
    first, waiting = life.register(full, 2), life.register(full, 1)
    key = "email:peserta1@example.org"
    assert _states(_entries(life, feed_entries.person_entries, key)) == {str(waiting.registration_id): "tentative"}
    life.do(registration.cancel, first.registration_id)
    [offered] = _entries(life, feed_entries.person_entries, key)
    assert (offered.tentative, offered.title) == (True, "Belum pasti: Menulis Cerita Anak")
    life.do(waitlist.accept_offer, waiting.registration_id)
    [certain] = _entries(life, feed_entries.person_entries, key)
    assert (certain.uid, certain.tentative, certain.title) == (offered.uid, False, "Menulis Cerita Anak")


def test_the_feed_of_one_place_dies_with_its_link(life: Life) -> None:
    made = life.register(life.webinar(), 1)
    life.register(life.webinar(**_at(9)), 1)
    owner = Owner(FeedOf.REGISTRATION, str(made.registration_id), 1)
    assert list(_states(_entries(life, feed_entries.entries_of, owner))) == [str(made.registration_id)]

    def revoke(session: Session) -> None:
        session.get_one(Registration, made.registration_id).link_version += 1

    life.database.write(revoke)
    with pytest.raises(Gone):
        _entries(life, feed_entries.entries_of, owner)


# ---------------------------------------------------------------- partners
def _invite(life: Life, event_id: uuid.UUID, *, sent: bool = True) -> uuid.UUID:
    """Invite the one speaker of this test, whose mail goes out at once if `sent`."""

    def use_case(session: Session) -> uuid.UUID:
        partner = session.scalar(sa.select(Participation.partner_id).limit(1)) or partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", email="s@example.org", now=NOW
        )
        part = partners.invite(session, event_id, partner, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)
        session.get_one(Participation, part).invited_at = NOW if sent else None
        return part

    return life.database.write(use_case)


def test_a_partner_sees_every_invitation_but_the_links_of_the_own_page_only(life: Life) -> None:
    own, other, declined = (_invite(life, life.webinar(**_at(day))) for day in (1, 2, 3))
    _invite(life, life.webinar(Stage.DRAFT, **_at(4)), sent=False)
    life.do(partners.answer, own, PartnerAnswer.ACCEPTED)
    life.do(partners.answer, declined, PartnerAnswer.DECLINED)
    entries = _entries(life, feed_entries.entries_of, Owner(FeedOf.PARTNER, str(own), 1))
    assert _states(entries) == {str(own): "confirmed", str(other): "tentative", str(declined): "cancelled"}
    assert [each.title for each in entries][:2] == ["Menulis Cerita Anak", "Belum dijawab: Menulis Cerita Anak"]
    body = feed_writing.feed(entries, name="x", url="https://acara.example/f.ics", locale="id").decode()
    unfolded = body.replace("\r\n ", "")
    pages = {key: LINKS.partner_url(key, 1) in unfolded for key in (own, other, declined)}
    assert pages == {own: True, other: False, declined: False}
    assert [each.join_url for each in entries] == [LINKS.partner_join_url(own, 1), None, None]


def test_a_partner_whose_record_was_forgotten_has_no_feed(life: Life) -> None:
    part = _invite(life, life.webinar())

    def revoke(session: Session) -> None:
        session.get_one(Participation, part).link_version += 1

    life.database.write(revoke)
    with pytest.raises(Gone):
        _entries(life, feed_entries.entries_of, Owner(FeedOf.PARTNER, str(part), 1))


# ---------------------------------------------------------------- staff
def test_staff_see_drafts_as_tentative_and_only_their_own_houses(life: Life) -> None:
    draft, open_ = life.webinar(Stage.DRAFT, **_at(1)), life.webinar(**_at(2))

    def elsewhere(session: Session) -> uuid.UUID:
        return organisers.add_organiser(session, slug="perpustakaan-bintan", name=LocalizedText("Bintan"), now=NOW)

    other = Life(life.database, life.database.write(elsewhere))
    theirs = other.webinar(**_at(3))
    entries = _entries(life, feed_entries.staff_entries, frozenset({life.organiser_id}))
    assert _states(entries) == {str(draft): "tentative", str(open_): "confirmed"}
    assert [each.title for each in entries] == ["Draf: Menulis Cerita Anak", "Menulis Cerita Anak"]
    assert [each.url for each in entries] == [f"https://acara.example/staff/events/{key}" for key in (draft, open_)]
    assert str(theirs) in _states(_entries(life, feed_entries.staff_entries, None))


def test_the_bytes_follow_the_data_and_not_the_clock(life: Life) -> None:
    event_id = life.webinar()

    def body(now: datetime) -> bytes:
        entries = _entries(life, feed_entries.public_entries, Wanted(), now=now)
        return feed_writing.feed(entries, name="Acara", url="https://acara.example/calendar.ics", locale="id")

    first = body(NOW)
    assert body(NOW + _DAY) == first
    times = {"starts_at": STARTS_AT + _DAY, "ends_at": STARTS_AT + _DAY + HOURS}
    life.do(lifecycle.reschedule, event_id, **times, now=NOW + HOURS)
    moved = body(NOW + _DAY)
    assert (moved != first, b"DTSTAMP:20261201T040000Z" in moved) == (True, True)
    assert life.database.read(lambda session: session.scalar(sa.select(sa.func.count(Organiser.id)))) == 1
