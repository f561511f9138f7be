"""Offers out of turn, ranks, more time, and the end of waiting; and why somebody waits."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from events.drafts import lifecycle
from events.errors import Conflict, Full, Invalid
from events.models import RegistrationState
from events.registrations import registration
from events.registrations.registration import Registered
from events.seating import invitees, queue_reasons, queueing, waitlist
from events.seating.invitees import Guest
from events.seating.queue_reasons import Waiting, Why
from notifications.contents.waiting_words import because
from tests.events.registrations.test_approval import position
from tests.events.seating.test_holdings import choice, main_pool
from tests.support.life import NOW, STARTS_AT, Life

CONFIRMED, WAITLISTED, OFFERED, DECLINED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
)


def _state(life: Life, registered: Registered) -> RegistrationState:
    return life.registration(registered.registration_id).state


def _full(life: Life, *, capacity: int = 1, waiting: int = 3) -> tuple[uuid.UUID, list[Registered]]:
    """Return an event, who holds its seats, then who waits, a minute between them."""
    event_id = life.webinar(capacity=capacity, max_party_size=4)
    people = [
        life.register(event_id, person, now=NOW + timedelta(minutes=person)) for person in range(capacity + waiting)
    ]
    return event_id, people


def test_a_higher_priority_is_served_first_and_needs_a_reason(life: Life) -> None:
    _, [holder, first, second, third] = _full(life)
    with pytest.raises(Invalid) as refused:
        life.do(queueing.prioritise, third.registration_id, priority=1001, reason="")
    assert [error.field for error in refused.value.errors] == ["reason", "priority"]
    for _ in range(2):
        life.do(queueing.prioritise, third.registration_id, priority=5, reason="Pembicara tamu")
    row = life.registration(third.registration_id)
    assert (row.priority, row.priority_reason) == (5, "Pembicara tamu")
    positions = [position(life, each.registration_id) for each in (first, second, third)]
    assert positions == [2, 3, 1]
    life.do(registration.cancel, holder.registration_id)
    assert [_state(life, each) for each in (first, second, third)] == [WAITLISTED, WAITLISTED, OFFERED]
    with pytest.raises(Conflict):
        life.do(queueing.prioritise, third.registration_id, priority=5, reason="lagi")


def test_staff_may_offer_a_reserved_seat_to_one_they_choose(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    main = main_pool(life, event_id)
    life.do(invitees.reserve, main, 1, until=STARTS_AT)
    life.register(event_id, 1)
    first, second = life.register(event_id, 2), life.register(event_id, 3)
    life.do(queueing.offer_to, second.registration_id, by="staff:ani")
    assert [_state(life, first), _state(life, second)] == [WAITLISTED, OFFERED]
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting, pool.reserved) == (2, 1, 0)
    offered = life.rows(event_id)[-1]
    assert (offered.name, offered.by) == ("SeatOffered", "staff:ani")
    with pytest.raises(Full):
        life.do(queueing.offer_to, first.registration_id)
    with pytest.raises(Conflict):
        life.do(queueing.offer_to, second.registration_id)


def test_an_offer_can_be_given_more_time_but_never_past_the_start(life: Life) -> None:
    event_id, [holder, waiting, _, _] = _full(life)
    life.do(registration.cancel, holder.registration_id)
    for until in (NOW + timedelta(hours=1), STARTS_AT + timedelta(seconds=1)):
        with pytest.raises(Invalid):
            life.do(queueing.extend_offer, waiting.registration_id, until=until)
    life.do(queueing.extend_offer, waiting.registration_id, until=NOW + timedelta(hours=60))
    assert life.do(waitlist.expire_offers, now=NOW + timedelta(hours=59)) == 0
    assert life.facts(event_id)[-1] == "OfferExtended"
    with pytest.raises(Conflict):
        life.do(queueing.extend_offer, holder.registration_id, until=STARTS_AT)


def test_who_waits_for_a_visit_that_has_begun_is_let_go_and_told(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    morning, noon = life.slots(event_id)
    life.register(event_id, 1, slot_id=morning)
    life.register(event_id, 1, slot_id=noon)
    late, patient = life.register(event_id, 2, slot_id=morning), life.register(event_id, 2, slot_id=noon)
    before = STARTS_AT - timedelta(microseconds=1)
    assert not life.database.read(lambda session: queueing.has_waited_in_vain(session, now=before))
    assert life.database.read(lambda session: queueing.has_waited_in_vain(session, now=STARTS_AT))
    assert [life.do(queueing.end_waiting, now=STARTS_AT) for _ in range(2)] == [1, 0]
    assert [_state(life, late), _state(life, patient)] == [DECLINED, WAITLISTED]
    assert life.facts(event_id)[-1] == "WaitingEnded"
    assert life.pool(event_id).waiting == 0


@pytest.mark.parametrize("transition", [lifecycle.postpone, lifecycle.cancel])
def test_nobody_is_let_go_while_the_time_is_unknown_or_everybody_was_told(life: Life, transition: object) -> None:
    event_id, _ = _full(life)
    life.do(transition, event_id)  # type: ignore[arg-type] # one of two transitions
    assert life.do(queueing.end_waiting, now=STARTS_AT) == 0


# ---------------------------------------------------------------- why
def _why(life: Life, registered: Registered, now: object = NOW) -> Waiting:
    row = life.registration(registered.registration_id)
    return life.database.read(lambda session: queue_reasons.explain(session, row, now=now))  # type: ignore[arg-type] # a moment


def test_everybody_is_told_what_they_wait_for(life: Life) -> None:
    event_id = life.webinar(capacity=4, max_party_size=4)
    workshop = choice(life, event_id, 1)
    seated = [life.register(event_id, f"duduk{number}") for number in range(3)]
    crafty = life.register(event_id, "perajin", choice_places={workshop: 1})
    group = life.register(event_id, "rombongan", party_size=3)
    crafter = life.register(event_id, "perajin2", choice_places={workshop: 1})
    assert _why(life, group) == Waiting(1, Why.FULL, 3, free=0)
    life.do(registration.cancel, seated[0].registration_id)
    assert _why(life, group) == Waiting(1, Why.TOO_LARGE, 3, free=1)
    told = _why(life, crafter)
    assert (told.position, told.why, [label.id for label in told.full_choices]) == (
        2,
        Why.CHOICE_FULL,
        ["Lokakarya gambar"],
    )
    single = life.register(event_id, "satu")
    assert single.state is CONFIRMED
    life.do(registration.cancel, crafty.registration_id)
    assert _why(life, group) == Waiting(1, Why.HELD, 3, free=0, held=1, held_until=NOW + timedelta(hours=24))
    assert _why(life, group, STARTS_AT).why is Why.OVER
    rows = life.database.read(lambda session: queue_reasons.queue(session, event_id, now=NOW))
    assert [(row.registration.id, row.waiting) for row in rows] == [(group.registration_id, _why(life, group))]
    life.do(lifecycle.postpone, event_id)
    assert _why(life, group).why is Why.SUSPENDED


@pytest.mark.parametrize(
    ("waiting", "indonesian", "english"),
    [
        (
            Waiting(7, Why.HELD, 1, 0, held=3, held_until=NOW + timedelta(hours=19, minutes=10)),
            "3 kursi sedang ditahan untuk orang lain sampai paling lama 20 jam.",
            "3 seats are being held for somebody else, for 20 hours at most.",
        ),
        (
            Waiting(1, Why.TOO_LARGE, 5, 2),
            "Rombongan Anda berlima menunggu 5 kursi sekaligus; sekarang 2 yang kosong.",
            "Your party of 5 needs as many seats at once; right now there are 2.",
        ),
        (
            Waiting(1, Why.HELD, 1, 0, held=1, held_until=NOW + timedelta(minutes=40)),
            "1 kursi sedang ditahan untuk orang lain sampai paling lama 40 menit.",
            "1 seat is being held for somebody else, for 40 minutes at most.",
        ),
        (Waiting(1, Why.FULL, 1, 0), "Semua kursi sudah terisi.", "All seats are taken."),
    ],
)
def test_reasons_in_words(waiting: Waiting, indonesian: str, english: str) -> None:
    assert (because(waiting, "id", now=NOW), because(waiting, "en", now=NOW)) == (indonesian, english)


# ---------------------------------------------------------------- seats kept for invitees
def test_what_is_no_longer_reserved_goes_to_who_waits_at_once(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    main = main_pool(life, event_id)
    life.do(invitees.reserve, main, 2, until=NOW + timedelta(days=2))
    life.register(event_id, 1)
    waiting = [life.register(event_id, person) for person in (2, 3)]
    assert [_state(life, each) for each in waiting] == [WAITLISTED, WAITLISTED]
    later = NOW + timedelta(days=2)
    assert not life.database.read(lambda session: invitees.has_overdue(session, now=NOW))
    assert [life.do(invitees.release_overdue, now=later) for _ in range(2)] == [1, 0]
    assert [_state(life, each) for each in waiting] == [OFFERED, OFFERED]
    assert life.pool(event_id).reserved == 0


@pytest.mark.parametrize(("count", "until"), [(-1, STARTS_AT), (4, STARTS_AT), (1, None), (1, NOW)])
def test_only_free_seats_can_be_reserved_and_only_until_a_moment(life: Life, count: int, until: object) -> None:
    event_id = life.webinar(capacity=3)
    with pytest.raises(Invalid):
        life.do(invitees.reserve, main_pool(life, event_id), count, until=until)


def test_the_list_of_invitees_says_who_came(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    guests = [Guest("email:guru@example.org", "Ibu Guru", 2), Guest("phone:+62811")]
    assert [life.do(invitees.add_invitees, event_id, guests) for _ in range(2)] == [2, 0]
    life.register(event_id, email="guru@example.org")
    rows = life.database.read(lambda session: invitees.list_invitees(session, event_id))
    found = {row.invitee.person_key: (row.invitee.name, row.invitee.seats, row.state) for row in rows}
    assert found == {"email:guru@example.org": ("Ibu Guru", 2, CONFIRMED), "phone:+62811": (None, 1, None)}
    for row in rows:
        life.do(invitees.remove_invitee, event_id, row.invitee.id)
    assert life.database.read(lambda session: invitees.list_invitees(session, event_id)) == []
