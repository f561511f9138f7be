"""What pages read: the right events, the right seats, and as many queries for three as for one."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from events.catalogue import listing
from events.errors import NotFound
from events.models import ParticipationRole, PartnerAnswer, PartnerKind, RegistrationState, Stage
from events.pages import personal_pages
from events.partnership import partners
from events.registrations import registration
from events.storage import LocalizedText, Session
from service.database.transactions import Database
from tests.support.counting import counted
from tests.support.life import NOW, STAFF, STARTS_AT, Life


def _slug(life: Life, event_id: uuid.UUID) -> str:
    return life.event(event_id).slug


@pytest.mark.parametrize("count", [1, 3])
def test_an_event_page_takes_five_queries(life: Life, database: Database, count: int) -> None:
    event_id = life.exhibition(slots=count)
    for number in range(count):
        _invite(life, event_id, f"Pembicara {number}")
    slug = _slug(life, event_id)
    with counted(database) as statements:
        shown = database.read(lambda session: listing.event_page(session, "perpustakaan-batam", slug))
    assert (len(shown.visits), len(shown.speakers)) == (count, count)
    assert len([each for each in statements if each.lstrip().startswith("SELECT")]) == 5


def _invite(life: Life, event_id: uuid.UUID, name: str) -> uuid.UUID:
    def use_case(session: Session) -> uuid.UUID:
        partner_id = partners.add_partner(session, life.organiser_id, kind=PartnerKind.SPEAKER, name=name, now=NOW)
        return partners.invite(session, event_id, partner_id, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


def test_seats_left_are_those_that_a_newcomer_would_get(life: Life) -> None:
    """One seat is free that the couple who waits cannot use: whoever comes alone gets it at once."""
    event_id = life.webinar(capacity=2, max_party_size=2)
    life.register(event_id, 1)
    life.register(event_id, 2, party_size=2)
    seats = life.database.read(lambda session: listing.event_page_by_id(session, event_id)).seats
    assert (seats.left, seats.total, seats.waiting, seats.full) == (1, 2, 1, False)
    assert life.register(event_id, 3).state is RegistrationState.CONFIRMED
    seats = life.database.read(lambda session: listing.event_page_by_id(session, event_id)).seats
    assert (seats.left, seats.total, seats.waiting, seats.full) == (0, 2, 1, True)


def test_an_event_without_walls_has_no_number_of_seats(life: Life) -> None:
    event_id = life.webinar(capacity=None)
    seats = life.database.read(lambda session: listing.event_page_by_id(session, event_id)).seats
    assert (seats.left, seats.total, seats.full, seats.open) == (None, None, False, True)


def test_a_speaker_who_declined_or_was_withdrawn_is_not_announced(life: Life) -> None:
    event_id = life.webinar()
    names = ["Sulastri", "Raja Hamidah", "Budi"]
    _, declined, withdrawn = [_invite(life, event_id, name) for name in names]
    life.database.write(
        lambda session: partners.answer(session, declined, PartnerAnswer.DECLINED, now=NOW, by="partner")
    )
    life.database.write(lambda session: partners.withdraw(session, withdrawn, now=NOW, by=STAFF))
    shown = life.database.read(lambda session: listing.event_page_by_id(session, event_id))
    assert [speaker.name for speaker in shown.speakers] == ["Sulastri"]


def test_a_draft_answers_as_if_it_did_not_exist(life: Life) -> None:
    slug = _slug(life, life.webinar(Stage.DRAFT))
    with pytest.raises(NotFound):
        life.database.read(lambda session: listing.event_page(session, "perpustakaan-batam", slug))


def test_a_persons_page_tells_their_place_in_the_queue_and_their_visit(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    slot_id = life.slots(event_id)[1]
    for person in range(3):
        made = life.register(event_id, person, slot_id=slot_id)
    shown = life.database.read(lambda session: personal_pages.registration_page(session, made.registration_id))
    assert (shown.position, shown.starts_at) == (2, STARTS_AT + timedelta(hours=1))
    life.database.write(lambda session: registration.cancel(session, made.registration_id, now=NOW, by="person"))
    shown = life.database.read(lambda session: personal_pages.registration_page(session, made.registration_id))
    assert shown.position is None


def test_a_partners_page_tells_their_part(life: Life) -> None:
    event_id = life.webinar(title=LocalizedText("Menulis", "Writing"))
    participation_id = _invite(life, event_id, "Sulastri")
    shown = life.database.read(lambda session: personal_pages.partner_page(session, participation_id))
    assert (shown.name, shown.event.id, shown.answer, shown.withdrawn) == (
        "Sulastri",
        event_id,
        PartnerAnswer.NEEDS_ACTION,
        False,
    )
