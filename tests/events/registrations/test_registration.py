"""Registering and giving the place up: who gets a seat, who waits, and every reason for a no."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import authoring, lifecycle
from events.errors import AlreadyRegistered, Closed, Conflict, Full, Invalid, NotFound, Refused
from events.models import Registration, RegistrationState, Stage
from events.registrations import applications, registration
from events.storage import new_id
from tests.support.life import NOW, STARTS_AT, Life, bring_to

CONFIRMED, WAITLISTED, OFFERED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
)


def _count(life: Life, event_id: uuid.UUID) -> int:
    statement = sa.select(sa.func.count()).select_from(Registration).where(Registration.event_id == event_id)
    return int(life.database.read(lambda session: session.scalar(statement)))


def test_a_registration_keeps_what_the_person_said(life: Life) -> None:
    event_id = life.webinar()
    given: dict[str, Any] = {
        "name": "Siti Nurhaliza",
        "email": "Siti.N@Example.org",
        "phone": "+6281234567890",
        "locale": "en",
        "institution": "SMAN 3 Batam",
        "access_needs": "Juru bahasa isyarat",
        "answers": {"kota": "Batam"},
        "consent_version": "2026-01",
    }
    registered = life.register(event_id, **given)
    row = life.registration(registered.registration_id)
    assert {name: getattr(row, name) for name in given} == given
    assert (row.state, row.person_key, row.party_size) == (CONFIRMED, "email:siti.n@example.org", 1)
    assert (row.consented_at, row.created_at, row.waiting_since, row.offer_expires_at) == (NOW, NOW, None, None)
    assert registered == registration.Registered(row.id, CONFIRMED, 1)


def test_the_fact_names_the_person_by_id_only(life: Life) -> None:
    event_id = life.webinar()
    registered = life.register(event_id, name="Siti", email="siti@example.org")
    row = life.rows(event_id)[-1]
    assert (row.name, row.by) == ("AttendeeRegistered", f"person:{registered.registration_id}")
    assert row.payload == {
        "organiser_id": str(life.organiser_id),
        "event_id": str(event_id),
        "registration_id": str(registered.registration_id),
        "state": "confirmed",
        "party_size": 1,
        "quiet": False,
    }


def test_staff_who_register_somebody_are_named_as_such(life: Life) -> None:
    event_id = life.webinar()
    wanted = applications.Application(event_id=event_id, name="Budi", phone="+62811", consent_version="1")
    life.do(registration.register, wanted, by="staff:ani")
    assert life.rows(event_id)[-1].by == "staff:ani"


# ---------------------------------------------------------------- one person, one place


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "siti@example.org"}, {"email": " SITI@Example.ORG "}),
        ({"email": "siti@example.org", "phone": "+62811"}, {"email": "siti@example.org", "phone": "+62812"}),
        ({"email": None, "phone": "+62811"}, {"email": None, "phone": "+62811"}),
        ({"email": "STRASSE@example.org"}, {"email": "straße@example.org"}),
    ],
)
def test_the_same_contact_holds_one_place(life: Life, first: dict[str, Any], second: dict[str, Any]) -> None:
    event_id = life.webinar()
    life.register(event_id, **first)
    told = life.facts(event_id)
    with pytest.raises(AlreadyRegistered) as refused:
        life.register(event_id, 2, **second)
    assert refused.value.field == ("email" if second["email"] else "phone")
    assert (_count(life, event_id), life.pool(event_id).taken, life.facts(event_id)) == (1, 1, told)


def test_another_event_and_another_slot_are_other_places(life: Life) -> None:
    life.register(life.webinar())
    life.register(life.webinar())
    event_id = life.exhibition(slots=2)
    for slot_id in life.slots(event_id):
        assert life.register(event_id, slot_id=slot_id).state is CONFIRMED
    with pytest.raises(AlreadyRegistered):
        life.register(event_id, slot_id=life.slots(event_id)[1])


def test_whoever_waits_or_was_offered_a_seat_is_registered_already(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first = life.register(event_id, 1)
    assert life.register(event_id, 2).state is WAITLISTED
    with pytest.raises(AlreadyRegistered):
        life.register(event_id, 2)
    life.do(registration.cancel, first.registration_id)
    with pytest.raises(AlreadyRegistered):
        life.register(event_id, 2)


def test_whoever_gave_the_place_up_may_come_back(life: Life) -> None:
    event_id = life.webinar()
    for _ in range(3):
        registered = life.register(event_id)
        life.do(registration.cancel, registered.registration_id)
    assert life.register(event_id).state is CONFIRMED
    assert (_count(life, event_id), life.pool(event_id).taken) == (4, 1)


def test_a_contact_is_needed() -> None:
    with pytest.raises(Invalid) as refused:
        applications.person_key(None, None)
    assert [(error.field, error.code) for error in refused.value.errors] == [("email", "contact_missing")]


# ---------------------------------------------------------------- parties


@pytest.mark.parametrize(
    ("party_size", "limit", "capacity", "allowed"),
    [(1, 1, 10, 1), (4, 4, 10, 4), (0, 4, 10, None), (-1, 4, 10, None), (5, 4, 10, None), (3, 4, 2, None)],
)
def test_parties_within_the_limit_and_the_room(
    life: Life, party_size: int, limit: int, capacity: int, allowed: int | None
) -> None:
    """Three people never fit into a room for two: let to wait, they would stop everybody behind them for ever."""
    event_id = life.webinar(max_party_size=limit, capacity=capacity)
    if allowed is None:
        with pytest.raises(Invalid) as refused:
            life.register(event_id, party_size=party_size)
        (error,) = refused.value.errors
        assert (error.field, error.code, error.params) == (
            "party_size",
            "party_too_large",
            {"limit": min(limit, capacity)},
        )
    else:
        life.register(event_id, party_size=party_size)
    assert life.pool(event_id).taken == (allowed or 0)


def test_a_party_takes_and_gives_back_all_its_seats(life: Life) -> None:
    event_id = life.webinar(capacity=5, max_party_size=5)
    party = life.register(event_id, 1, party_size=4)
    assert life.register(event_id, 2, party_size=2).state is WAITLISTED
    life.do(registration.cancel, party.registration_id)
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (2, 0)


# ---------------------------------------------------------------- full and closed


def test_the_last_seat_and_the_one_after(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    states = [life.register(event_id, number).state for number in range(4)]
    assert states == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED]
    pool = life.pool(event_id)
    assert (pool.taken, pool.sellable, pool.waiting) == (2, 2, 2)


def test_without_a_waitlist_full_is_full(life: Life) -> None:
    event_id = life.webinar(capacity=1, waitlist=False)
    life.register(event_id, 1)
    told = life.facts(event_id)
    with pytest.raises(Full):
        life.register(event_id, 2)
    assert (_count(life, event_id), life.pool(event_id).waiting, life.facts(event_id)) == (1, 0, told)


def test_without_walls_everybody_gets_in(life: Life) -> None:
    event_id = life.webinar(capacity=None)
    assert {life.register(event_id, number).state for number in range(30)} == {CONFIRMED}


@pytest.mark.parametrize(
    ("stage", "kind", "message"),
    [
        (Stage.DRAFT, NotFound, "We could not find that."),
        (Stage.PUBLISHED, Closed, "Registration has not opened yet."),
        (Stage.REGISTRATION_CLOSED, Closed, "Registration is closed."),
        (Stage.LIVE, Closed, "Registration is closed."),
        (Stage.ENDED, Closed, "This event is over."),
        (Stage.ARCHIVED, Closed, "This event is over."),
        (Stage.POSTPONED, Closed, "This event was postponed; its new time is not known yet."),
        (Stage.CANCELLED, Closed, "This event was cancelled."),
    ],
)
def test_why_nobody_can_register(life: Life, stage: Stage, kind: type[Refused], message: str) -> None:
    event_id = life.webinar(stage)
    with pytest.raises(kind) as refused:
        life.register(event_id)
    assert (type(refused.value), refused.value.message) == (kind, message)
    assert _count(life, event_id) == 0


def test_an_event_or_slot_that_is_not_there(life: Life) -> None:
    with pytest.raises(NotFound):
        life.register(new_id())
    event_id = life.exhibition()
    with pytest.raises(NotFound):
        life.register(event_id, slot_id=new_id())
    elsewhere = life.slots(life.exhibition())[0]
    with pytest.raises(NotFound):
        life.register(event_id, slot_id=elsewhere)


def test_an_exhibition_asks_for_a_visiting_time(life: Life) -> None:
    event_id = life.exhibition()
    with pytest.raises(Invalid) as refused:
        life.register(event_id)
    assert [(error.field, error.code) for error in refused.value.errors] == [("slot_id", "missing")]


def test_a_visiting_time_that_has_begun_is_over_for_newcomers(life: Life) -> None:
    event_id = life.exhibition(Stage.LIVE, slots=2)
    first, second = life.slots(event_id)
    with pytest.raises(Closed, match="already begun"):
        life.register(event_id, slot_id=first, now=STARTS_AT)
    assert life.register(event_id, slot_id=second, now=STARTS_AT).state is CONFIRMED


def test_one_full_slot_leaves_the_others_open(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=1)
    first, second = life.slots(event_id)
    states = [life.register(event_id, n, slot_id=slot).state for n, slot in enumerate((first, first, second))]
    assert states == [CONFIRMED, WAITLISTED, CONFIRMED]


# ---------------------------------------------------------------- few are left


def test_that_few_seats_are_left_is_told_once(life: Life) -> None:
    event_id = life.webinar(capacity=20)
    for number in range(20):
        life.register(event_id, number)
    low = [row for row in life.rows(event_id) if row.name == "SeatsRanLow"]
    assert [(row.payload["left"], row.by) for row in low] == [(2, "clock")]


def test_a_large_room_is_nearly_full_at_ten(life: Life) -> None:
    event_id = life.webinar(capacity=200, max_party_size=100)
    life.register(event_id, 1, party_size=100)
    life.register(event_id, 2, party_size=89)
    assert "SeatsRanLow" not in life.facts(event_id)
    life.register(event_id, 3)
    assert [row.payload["left"] for row in life.rows(event_id) if row.name == "SeatsRanLow"] == [10]


def test_an_exhibition_is_nearly_full_when_all_its_times_are_and_only_once(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=10)
    first, second = life.slots(event_id)
    for number in range(10):
        life.register(event_id, number, slot_id=first)
    assert "SeatsRanLow" not in life.facts(event_id)
    for number in range(10):
        life.register(event_id, number, slot_id=second)
    assert [row.payload["left"] for row in life.rows(event_id) if row.name == "SeatsRanLow"] == [2]


def test_nobody_queues_up_for_a_webinar_that_has_begun(life: Life) -> None:
    event_id = life.webinar(Stage.LIVE, capacity=1, registration_closes_at=STARTS_AT + timedelta(hours=1))
    life.register(event_id, 1)
    with pytest.raises(Full):
        life.register(event_id, 2)
    assert _count(life, event_id) == 1


# ---------------------------------------------------------------- giving the place up


def test_cancelling_twice_gives_one_seat_back_and_tells_once(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    kept, given_up = life.register(event_id, 1), life.register(event_id, 2)
    for _ in range(2):
        life.do(registration.cancel, given_up.registration_id, by="person:x")
    row = life.registration(given_up.registration_id)
    assert (row.state, row.calendar_sequence) == (RegistrationState.CANCELLED, 1)
    assert life.pool(event_id).taken == 1
    facts = [each for each in life.rows(event_id) if each.name == "RegistrationCancelled"]
    assert [(each.payload["registration_id"], each.payload["held_seat"], each.by) for each in facts] == [
        (str(given_up.registration_id), True, "person:x")
    ]
    assert life.registration(kept.registration_id).state is CONFIRMED


def test_whoever_waits_may_stop_waiting(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    life.register(event_id, 1)
    waiting = life.register(event_id, 2)
    life.do(registration.cancel, waiting.registration_id)
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (1, 0)
    assert life.rows(event_id)[-1].payload["held_seat"] is False


def test_an_offered_seat_can_be_given_up_and_goes_on(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second, third = (life.register(event_id, number) for number in range(3))
    life.do(registration.cancel, first.registration_id)
    life.do(registration.cancel, second.registration_id)
    assert life.registration(third.registration_id).state is OFFERED
    assert life.facts(event_id)[-4:] == [
        "RegistrationCancelled",
        "SeatOffered",
        "RegistrationCancelled",
        "SeatOffered",
    ]


@pytest.mark.parametrize("stage", [Stage.ENDED, Stage.ARCHIVED])
def test_after_the_event_nothing_is_given_up(life: Life, stage: Stage) -> None:
    event_id = life.webinar(Stage.DRAFT)
    life.do(bring_to, event_id, Stage.REGISTRATION_OPEN)
    registered = life.register(event_id)
    life.do(_go_on_to, event_id, stage)
    with pytest.raises(Conflict, match="over"):
        life.do(registration.cancel, registered.registration_id)
    assert life.registration(registered.registration_id).state is CONFIRMED


def _go_on_to(session: Any, event_id: uuid.UUID, stage: Stage) -> None:
    lifecycle.start(session, event_id, now=NOW, by="clock")
    lifecycle.end(session, event_id, now=NOW, by="clock")
    if stage is Stage.ARCHIVED:
        lifecycle.archive(session, event_id, now=NOW, by="clock")


def test_a_registration_that_is_not_there(life: Life) -> None:
    with pytest.raises(NotFound):
        life.do(registration.cancel, new_id())


def test_revoked_links_grow_a_version(life: Life) -> None:
    registered = life.register(life.webinar())
    for _ in range(2):
        life.do(registration.revoke_links, registered.registration_id, now=NOW + timedelta(days=1))
    row = life.registration(registered.registration_id)
    assert (row.link_version, row.updated_at) == (3, NOW + timedelta(days=1))


# ---------------------------------------------------------------- the room changes


def test_lowering_the_capacity_below_what_is_taken(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    registered = [life.register(event_id, number) for number in range(4)]
    life.do(authoring.set_capacity, life.pool(event_id).id, capacity=2)
    assert life.register(event_id, "baru").state is WAITLISTED
    for given_up, taken in ((0, 3), (1, 2)):
        life.do(registration.cancel, registered[given_up].registration_id)
        pool = life.pool(event_id)
        assert (pool.taken, pool.sellable, pool.waiting) == (taken, taken, 1)
    life.do(registration.cancel, registered[2].registration_id)  # now one seat of two is free
    pool = life.pool(event_id)
    assert (pool.taken, pool.sellable, pool.waiting) == (2, 2, 0)
    assert life.facts(event_id)[-1] == "SeatOffered"


def test_raising_the_capacity_offers_the_new_seats(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    registered = [life.register(event_id, number) for number in range(4)]
    life.do(authoring.set_capacity, life.pool(event_id).id, capacity=3)
    states = [life.registration(each.registration_id).state for each in registered]
    assert states == [CONFIRMED, OFFERED, OFFERED, WAITLISTED]
    assert life.facts(event_id)[-3:] == ["CapacityChanged", "SeatOffered", "SeatOffered"]
