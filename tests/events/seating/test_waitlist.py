"""The waitlist: its order, who is offered what, and what becomes of offers."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from events.drafts import lifecycle
from events.errors import Closed, Gone
from events.models import Registration, RegistrationState, Stage
from events.registrations import registration
from events.registrations.registration import Registered
from events.seating import seats, waitlist
from events.storage import Session, new_id
from tests.support.life import NOW, STARTS_AT, Life

CONFIRMED, WAITLISTED, OFFERED, DECLINED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
)


def _queue(life: Life, event_id: uuid.UUID, *parties: int) -> list[Registered]:
    """Register one party after the other, a minute between them."""
    return [
        life.register(event_id, number, party_size=size, now=NOW + timedelta(minutes=number))
        for number, size in enumerate(parties)
    ]


def _states(life: Life, registered: list[Registered]) -> list[RegistrationState]:
    return [life.registration(each.registration_id).state for each in registered]


def _cancel(life: Life, registered: Registered, *, now: datetime = NOW + timedelta(hours=1)) -> None:
    life.do(registration.cancel, registered.registration_id, now=now)


def test_seats_are_offered_in_the_order_of_waiting(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    queue = _queue(life, event_id, 1, 1, 1, 1, 1)
    _cancel(life, queue[1])
    assert _states(life, queue)[2:] == [OFFERED, WAITLISTED, WAITLISTED]
    _cancel(life, queue[0])
    assert _states(life, queue)[2:] == [OFFERED, OFFERED, WAITLISTED]


def test_positions_move_up(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    queue = _queue(life, event_id, 1, 1, 1, 1)

    def positions() -> list[int]:
        rows = [life.registration(each.registration_id) for each in queue]
        waiting = [row for row in rows if row.state is WAITLISTED]
        return [life.database.read(lambda session, row=row: waitlist.position(session, row)) for row in waiting]  # type: ignore[misc] # a loop variable kept

    assert positions() == [1, 2, 3]
    _cancel(life, queue[2])
    assert positions() == [1, 2]


def test_a_group_that_does_not_fit_is_passed_over_and_keeps_its_rank(life: Life) -> None:
    event_id = life.webinar(capacity=4, max_party_size=4)
    seated = [life.register(event_id, f"duduk{number}") for number in range(4)]
    group, couple, single = _queue(life, event_id, 3, 2, 1)
    _cancel(life, seated[0])  # one seat: only the single person fits
    assert _states(life, [group, couple, single]) == [WAITLISTED, WAITLISTED, OFFERED]
    _cancel(life, seated[1])  # one more: still nobody else
    assert _states(life, [group, couple]) == [WAITLISTED, WAITLISTED]
    # Two more make three: the group comes first, although the couple would fit as well.
    life.do(_cancel_both, seated[2], seated[3])
    assert _states(life, [group, couple]) == [OFFERED, WAITLISTED]
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (4, 1)


def _cancel_both(session: Session, *registered: Registered) -> None:
    """Give seats up in one transaction without offering them in between."""
    for each in registered:
        row = session.get_one(Registration, each.registration_id)
        row.state = RegistrationState.CANCELLED
        session.flush()
        seats.release(session, row.pool_id, row.party_size)
    waitlist.promote(session, row.pool_id, now=NOW + timedelta(hours=1))


def test_a_single_person_may_sit_where_the_group_in_front_cannot(life: Life) -> None:
    """Who is at the door need not be asked whether they still want it: the seat is theirs."""
    event_id = life.webinar(capacity=4, max_party_size=4)
    life.register(event_id, "tiga", party_size=3)
    group = life.register(event_id, "dua", party_size=2)
    single = life.register(event_id, "satu")
    assert (group.state, single.state) == (WAITLISTED, CONFIRMED)
    assert life.facts(event_id)[-2:] == ["AttendeeRegistered", "AttendeeRegistered"]
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (4, 1)


def test_an_offer_is_held_for_its_hours_but_never_past_the_start(life: Life) -> None:
    event_id = life.webinar(capacity=1, offer_hours=48)
    queue = _queue(life, event_id, 1, 1, 1)
    _cancel(life, queue[0], now=NOW)
    assert life.registration(queue[1].registration_id).offer_expires_at == NOW + timedelta(hours=48)
    late = STARTS_AT - timedelta(hours=2)
    _cancel(life, queue[1], now=late)
    assert life.registration(queue[2].registration_id).offer_expires_at == STARTS_AT
    offered = [row.payload["expires_at"] for row in life.rows(event_id) if row.name == "SeatOffered"]
    assert [datetime.fromisoformat(each) for each in offered] == [NOW + timedelta(hours=48), STARTS_AT]


def test_an_offer_for_a_slot_ends_with_the_slots_own_start(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    second = life.slots(event_id)[1]
    first, waiting = (life.register(event_id, number, slot_id=second) for number in range(2))
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    _cancel(life, first, now=STARTS_AT + timedelta(minutes=10))
    assert life.registration(waiting.registration_id).offer_expires_at == STARTS_AT + timedelta(hours=1)


def test_accepting_twice_takes_one_seat_and_tells_once(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second = _queue(life, event_id, 1, 1)
    _cancel(life, first)
    for _ in range(2):
        life.do(waitlist.accept_offer, second.registration_id, now=NOW + timedelta(hours=2), by="person:x")
    row = life.registration(second.registration_id)
    assert (row.state, row.offer_expires_at) == (CONFIRMED, None)
    assert life.pool(event_id).taken == 1
    assert life.facts(event_id)[-2:] == ["SeatOffered", "OfferAccepted"]


def test_an_offer_ends_at_its_moment(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second = _queue(life, event_id, 1, 1)
    _cancel(life, first, now=NOW)
    with pytest.raises(Gone, match="expired"):
        life.do(waitlist.accept_offer, second.registration_id, now=NOW + timedelta(hours=24))
    life.do(waitlist.accept_offer, second.registration_id, now=NOW + timedelta(hours=24, microseconds=-1))
    assert life.registration(second.registration_id).state is CONFIRMED


@pytest.mark.parametrize("state", [WAITLISTED, DECLINED, RegistrationState.CANCELLED])
def test_only_an_offer_can_be_accepted(life: Life, state: RegistrationState) -> None:
    event_id = life.webinar(capacity=1)
    _, second = _queue(life, event_id, 1, 1)

    def put(session: Session) -> None:
        session.get_one(Registration, second.registration_id).state = state

    life.do(put)
    with pytest.raises(Gone):
        life.do(waitlist.accept_offer, second.registration_id)
    with pytest.raises(Gone):
        life.do(waitlist.accept_offer, new_id())


def test_an_offer_of_a_cancelled_event_cannot_be_accepted(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second = _queue(life, event_id, 1, 1)
    _cancel(life, first)
    life.do(lifecycle.cancel, event_id)
    with pytest.raises(Closed, match="cancelled"):
        life.do(waitlist.accept_offer, second.registration_id)


def test_an_offer_nobody_answers_goes_to_the_next(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    queue = _queue(life, event_id, 1, 1, 1)
    _cancel(life, queue[0], now=NOW)
    day = NOW + timedelta(hours=24)
    before = day - timedelta(microseconds=1)
    assert not life.database.read(lambda session: waitlist.has_expired_offers(session, now=before))
    assert life.do(waitlist.expire_offers, now=before) == 0
    assert life.database.read(lambda session: waitlist.has_expired_offers(session, now=day))
    assert life.do(waitlist.expire_offers, now=day) == 1
    assert _states(life, queue) == [RegistrationState.CANCELLED, DECLINED, OFFERED]
    assert life.facts(event_id)[-2:] == ["OfferExpired", "SeatOffered"]
    assert life.do(waitlist.expire_offers, now=day) == 0
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (1, 0)


def test_many_offers_expire_a_few_at_a_time(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    seated = _queue(life, event_id, 1, 1, 1)
    waiting = [life.register(event_id, f"tunggu{number}") for number in range(3)]
    for each in seated:
        _cancel(life, each, now=NOW)
    assert _states(life, waiting) == [OFFERED] * 3
    day = NOW + timedelta(hours=24)
    assert [life.do(waitlist.expire_offers, now=day, limit=2) for _ in range(3)] == [2, 1, 0]
    assert life.pool(event_id).taken == 0


def test_whoever_declined_may_register_again_at_the_end(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second, _third = _queue(life, event_id, 1, 1, 1)
    _cancel(life, first, now=NOW)
    life.do(waitlist.expire_offers, now=NOW + timedelta(hours=24))
    assert life.registration(second.registration_id).state is DECLINED
    assert life.register(event_id, 1).state is WAITLISTED


@pytest.mark.parametrize(
    ("stage", "kind", "offered"),
    [
        (Stage.REGISTRATION_CLOSED, "webinar", True),
        (Stage.LIVE, "webinar", False),
        (Stage.LIVE, "exhibition", True),
        (Stage.POSTPONED, "webinar", False),
        (Stage.CANCELLED, "webinar", False),
    ],
)
def test_until_when_seats_are_offered(life: Life, stage: Stage, kind: str, offered: bool) -> None:
    event_id = getattr(life, kind)(capacity=1)
    slot_id = life.slots(event_id)[0] if kind == "exhibition" else None
    first, second = (life.register(event_id, number, slot_id=slot_id) for number in range(2))
    transition = {
        Stage.REGISTRATION_CLOSED: lifecycle.close_registration,
        Stage.LIVE: lifecycle.start,
        Stage.POSTPONED: lifecycle.postpone,
        Stage.CANCELLED: lifecycle.cancel,
    }[stage]
    life.do(transition, event_id)
    _cancel(life, first)
    assert life.registration(second.registration_id).state is (OFFERED if offered else WAITLISTED)


def test_nothing_is_offered_once_the_start_has_come(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second = _queue(life, event_id, 1, 1)
    _cancel(life, first, now=STARTS_AT)
    assert life.registration(second.registration_id).state is WAITLISTED
    assert life.pool(event_id).taken == 0


# ---------------------------------------------------------------- the event moves


def test_no_offer_outlasts_the_start_that_the_event_is_moved_to(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    holder, waiting = _queue(life, event_id, 1, 1)
    _cancel(life, holder)
    offered_until = life.registration(waiting.registration_id).offer_expires_at
    later = STARTS_AT + timedelta(days=1)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1))
    assert life.registration(waiting.registration_id).offer_expires_at == offered_until
    soon = NOW + timedelta(hours=3)
    life.do(lifecycle.reschedule, event_id, starts_at=soon, ends_at=soon + timedelta(hours=1))
    assert life.registration(waiting.registration_id).offer_expires_at == soon


def test_an_offer_for_a_slot_is_cut_at_the_slots_new_start(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    second = life.slots(event_id)[1]
    holder, waiting = (life.register(event_id, person, slot_id=second) for person in range(2))
    _cancel(life, holder)
    soon = NOW + timedelta(hours=3)
    life.do(lifecycle.reschedule, event_id, starts_at=soon, ends_at=soon + timedelta(hours=8))
    assert life.registration(waiting.registration_id).offer_expires_at == soon + timedelta(hours=1)


def _offered(life: Life, event_id: uuid.UUID) -> list[datetime]:
    """Return the deadline of every offer that was made, oldest first."""
    return [
        datetime.fromisoformat(str(row.payload["expires_at"]))
        for row in life.rows(event_id)
        if row.name == "SeatOffered"
    ]


def test_an_offer_stands_still_while_nobody_knows_the_new_time_and_begins_anew_with_it(life: Life) -> None:
    event_id = life.webinar(capacity=1, offer_hours=48)
    holder, waiting, third = _queue(life, event_id, 1, 1, 1)
    _cancel(life, holder, now=NOW)
    life.do(lifecycle.postpone, event_id, now=NOW + timedelta(hours=1))
    much_later = NOW + timedelta(days=5)
    assert not life.database.read(lambda session: waitlist.has_expired_offers(session, now=much_later))
    assert life.database.write(lambda session: waitlist.expire_offers(session, now=much_later)) == 0
    with pytest.raises(Closed):
        life.do(waitlist.accept_offer, waiting.registration_id, now=much_later)
    assert (_states(life, [waiting, third]), life.pool(event_id).taken) == ([OFFERED, WAITLISTED], 1)

    later = STARTS_AT + timedelta(days=30)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1), now=much_later)
    assert _offered(life, event_id) == [NOW + timedelta(hours=48), much_later + timedelta(hours=48)]
    life.do(waitlist.accept_offer, waiting.registration_id, now=much_later + timedelta(hours=47))
    assert (_states(life, [waiting, third]), life.pool(event_id).taken) == ([CONFIRMED, WAITLISTED], 1)


def test_an_offer_that_was_suspended_or_begun_anew_meanwhile_does_not_expire(life: Life) -> None:
    """Who looked for expired offers waits for the pool; while they wait, the event is postponed, or moved as well."""
    event_id = life.webinar(capacity=1, offer_hours=48)
    holder, waiting = _queue(life, event_id, 1, 1)
    _cancel(life, holder, now=NOW)
    late = NOW + timedelta(hours=48)

    def expire() -> bool:
        expired = life.database.write(lambda session: waitlist._expire(session, waiting.registration_id, now=late))
        return expired is not None

    life.do(lifecycle.postpone, event_id, now=late - timedelta(seconds=1))
    assert not expire()
    later = STARTS_AT + timedelta(days=30)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1), now=late)
    assert not expire()
    assert (_states(life, [waiting]), life.pool(event_id).taken) == ([OFFERED], 1)
    assert "OfferExpired" not in life.facts(event_id)


def test_an_offer_begun_anew_ends_with_the_new_start(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    second = life.slots(event_id)[1]
    holder, waiting = (life.register(event_id, person, slot_id=second) for person in range(2))
    _cancel(life, holder, now=NOW)
    life.do(lifecycle.postpone, event_id)
    soon = NOW + timedelta(hours=3)
    life.do(lifecycle.reschedule, event_id, starts_at=soon, ends_at=soon + timedelta(hours=8))
    assert life.registration(waiting.registration_id).offer_expires_at == soon + timedelta(hours=1)


def test_a_suspended_offer_can_be_let_go_and_the_seat_goes_on_afterwards(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    holder, waiting, third = _queue(life, event_id, 1, 1, 1)
    _cancel(life, holder, now=NOW)
    life.do(lifecycle.postpone, event_id)
    _cancel(life, waiting)
    assert _states(life, [third]) == [WAITLISTED]
    later = STARTS_AT + timedelta(days=1)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1))
    assert (_states(life, [third]), life.pool(event_id).taken) == ([OFFERED], 1)


def test_an_offer_that_had_run_out_before_the_postponement_is_over(life: Life) -> None:
    event_id = life.webinar(capacity=1, offer_hours=1)
    holder, waiting = _queue(life, event_id, 1, 1)
    _cancel(life, holder, now=NOW)
    late = NOW + timedelta(hours=2)
    life.do(lifecycle.postpone, event_id, now=late)
    assert life.database.write(lambda session: waitlist.expire_offers(session, now=late)) == 1
    assert (_states(life, [waiting]), life.pool(event_id).taken) == ([DECLINED], 0)


def test_seats_that_came_free_during_a_postponement_are_offered_when_the_event_is_back_on(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    holder, waiting = _queue(life, event_id, 1, 1)
    life.do(lifecycle.postpone, event_id)
    _cancel(life, holder)
    assert _states(life, [waiting]) == [WAITLISTED]
    later = STARTS_AT + timedelta(days=1)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1))
    assert _states(life, [waiting]) == [OFFERED]
