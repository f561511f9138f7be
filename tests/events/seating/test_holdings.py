"""Several pools at once: a registration takes all that it needs or nothing, and gives all of it back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.drafts import authoring
from events.errors import ChoiceFull, NotFound
from events.models import Invitee, PoolPurpose, RegistrationState, SeatPool, Slot
from events.registrations import registration
from events.seating import seats, waitlist
from events.storage import LocalizedText, Session, new_id
from tests.support.counting import counted
from tests.support.databases import Database
from tests.support.life import NOW, STAFF, Life

CONFIRMED, WAITLISTED, OFFERED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
)


def choice(life: Life, event_id: uuid.UUID, capacity: int) -> uuid.UUID:
    """Make the pool of a choice with places."""
    label = LocalizedText("Lokakarya gambar", "Drawing workshop")
    return life.do(seats.open_pool, event_id, capacity=capacity, purpose=PoolPurpose.CHOICE, label=label, open_=True)


def pool(life: Life, pool_id: uuid.UUID) -> SeatPool:
    """Return a pool as it is stored now."""
    found = life.database.read(lambda session: session.get(SeatPool, pool_id))
    assert found is not None
    return found


def counters(life: Life, *pool_ids: uuid.UUID) -> list[tuple[int, int]]:
    """Return what is taken of each pool, and how many wait for it."""
    return [(each.taken, each.waiting) for each in (pool(life, pool_id) for pool_id in pool_ids)]


def main_pool(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    """Return the id of a webinar's own pool."""
    statement = sa.select(SeatPool.id).where(SeatPool.event_id == event_id, SeatPool.purpose == PoolPurpose.EVENT)
    found: uuid.UUID = life.database.read(lambda session: session.scalar(statement))
    return found


def test_all_or_nothing_is_taken_and_all_is_given_back(life: Life) -> None:
    event_id = life.webinar(capacity=3, max_party_size=3)
    main, workshop, lunch = main_pool(life, event_id), choice(life, event_id, 3), choice(life, event_id, 5)
    first = life.register(event_id, 1, party_size=2, choice_places={workshop: 2, lunch: 1})
    assert (first.state, counters(life, main, workshop, lunch)) == (CONFIRMED, [(2, 0), (2, 0), (1, 0)])
    second = life.register(event_id, 2, party_size=2, choice_places={lunch: 2, workshop: 2})
    assert (second.state, counters(life, main, workshop, lunch)) == (WAITLISTED, [(2, 1), (2, 0), (1, 0)])
    life.do(registration.cancel, first.registration_id)
    assert life.registration(second.registration_id).state is OFFERED
    assert counters(life, main, workshop, lunch) == [(2, 0), (2, 0), (2, 0)]
    life.do(registration.cancel, second.registration_id)
    assert counters(life, main, workshop, lunch) == [(0, 0)] * 3


def test_who_waits_for_a_full_choice_is_passed_over_and_stops_nobody(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    main, workshop = main_pool(life, event_id), choice(life, event_id, 1)
    holder, plain = life.register(event_id, 1, choice_places={workshop: 1}), life.register(event_id, 2)
    waits = life.register(event_id, 3, choice_places={workshop: 1}, now=NOW + timedelta(minutes=1))
    behind = life.register(event_id, 4, now=NOW + timedelta(minutes=2))
    life.do(registration.cancel, plain.registration_id)  # a seat, but no place in the workshop
    assert [life.registration(each.registration_id).state for each in (waits, behind)] == [WAITLISTED, OFFERED]
    life.do(registration.cancel, behind.registration_id)
    assert life.register(event_id, 5).state is CONFIRMED  # the seat would lie idle otherwise
    assert counters(life, main, workshop) == [(2, 1), (1, 0)]
    life.do(registration.cancel, holder.registration_id)
    assert life.registration(waits.registration_id).state is OFFERED


def test_who_finds_a_seat_but_not_the_choice_chooses_again(life: Life) -> None:
    event_id = life.webinar(capacity=4)
    main, workshop = main_pool(life, event_id), choice(life, event_id, 1)
    life.register(event_id, 1, choice_places={workshop: 1})
    with pytest.raises(ChoiceFull) as refused:
        life.register(event_id, 2, choice_places={workshop: 1})
    assert refused.value.params == {"pool": str(workshop)}
    assert counters(life, main, workshop) == [(1, 0), (1, 0)]
    assert life.register(event_id, 2).state is CONFIRMED


def test_a_choice_that_comes_free_in_one_slot_is_offered_in_every_slot_by_rank(life: Life) -> None:
    """Both slots filled up, then had room again; what the two who wait lack is the tour."""
    event_id = life.exhibition(slots=2, capacity=1)
    morning, noon = life.slots(event_id)
    tour = choice(life, event_id, 1)
    guided = life.register(event_id, 1, slot_id=morning, choice_places={tour: 1})
    plain = life.register(event_id, 1, slot_id=noon)
    at_noon, in_the_morning = (
        life.register(event_id, person, slot_id=slot, choice_places={tour: 1}, now=NOW + timedelta(minutes=person))
        for person, slot in ((2, noon), (3, morning))
    )
    life.do(registration.cancel, plain.registration_id)
    assert life.registration(at_noon.registration_id).state is WAITLISTED
    life.do(registration.cancel, guided.registration_id, now=NOW + timedelta(hours=1))
    assert life.registration(at_noon.registration_id).state is OFFERED
    assert life.registration(in_the_morning.registration_id).state is WAITLISTED
    life.do(waitlist.expire_offers, now=NOW + timedelta(days=3))
    assert life.registration(in_the_morning.registration_id).state is OFFERED
    assert counters(life, tour) == [(1, 0)]


def test_without_a_waitlist_a_full_choice_is_refused_and_leaves_nothing(life: Life) -> None:
    event_id = life.webinar(capacity=4, waitlist=False)
    main, workshop = main_pool(life, event_id), choice(life, event_id, 1)
    life.register(event_id, 1, choice_places={workshop: 1})
    with pytest.raises(ChoiceFull) as refused:
        life.register(event_id, 2, choice_places={workshop: 1})
    assert refused.value.params == {"pool": str(workshop)}
    assert counters(life, main, workshop) == [(1, 0), (1, 0)]


def test_more_places_than_a_choice_will_ever_have_are_refused(life: Life) -> None:
    event_id = life.webinar(capacity=4, max_party_size=3)
    workshop = choice(life, event_id, 2)
    with pytest.raises(ChoiceFull):
        life.register(event_id, 1, party_size=3, choice_places={workshop: 3})


def test_a_choice_of_another_event_is_not_found(life: Life) -> None:
    foreign = choice(life, life.webinar(), 5)
    with pytest.raises(NotFound):
        life.register(life.webinar(), 1, choice_places={foreign: 1})


def test_slots_that_share_a_pool_share_its_seats_and_its_queue(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=2)
    morning, noon = life.slots(event_id)
    shared = life.registration(life.register(event_id, 1, slot_id=morning).registration_id).pool_id
    life.do(_share, noon, shared)
    second = life.register(event_id, 1, slot_id=noon)
    assert (second.state, counters(life, shared)) == (CONFIRMED, [(2, 0)])
    third = life.register(event_id, 2, slot_id=noon)
    assert third.state is WAITLISTED
    # Once the first visit has begun, who waits for the second is still served.
    life.do(registration.cancel, second.registration_id)
    assert life.registration(third.registration_id).state is OFFERED


def _share(session: Session, slot_id: uuid.UUID, pool_id: uuid.UUID) -> None:
    session.get_one(Slot, slot_id).pool_id = pool_id


# ---------------------------------------------------------------- seats kept for invitees
def _reserve(life: Life, event_id: uuid.UUID, count: int, **invited: int) -> None:
    def use_case(session: Session) -> None:
        session.execute(sa.update(SeatPool).where(SeatPool.event_id == event_id).values(reserved=count))
        for name, places in invited.items():
            session.add(
                Invitee(
                    id=new_id(),
                    event_id=event_id,
                    person_key=f"email:{name}@example.org",
                    seats=places,
                    created_at=NOW,
                    created_by=STAFF,
                )
            )

    life.do(use_case)


def test_passers_by_leave_the_reserved_seats_and_invitees_use_them_first(life: Life) -> None:
    event_id = life.webinar(capacity=5, max_party_size=4)
    _reserve(life, event_id, 3, guru=2, kepala=1)
    main = main_pool(life, event_id)
    assert [life.register(event_id, person).state for person in range(3)] == [CONFIRMED, CONFIRMED, WAITLISTED]
    invited = life.register(event_id, email="Guru@example.org", party_size=2)
    assert (invited.state, pool(life, main).reserved, counters(life, main)) == (CONFIRMED, 1, [(4, 1)])
    # An invitation is used once: who gives the place up stands in line like everybody.
    life.do(registration.cancel, invited.registration_id)
    assert (pool(life, main).reserved, counters(life, main)) == (1, [(3, 0)])
    again = life.register(event_id, email="guru@example.org", party_size=2)
    assert again.state is WAITLISTED
    assert life.register(event_id, email="kepala@example.org").state is CONFIRMED
    assert pool(life, main).reserved == 0


def test_an_invitee_who_brings_more_than_was_kept_needs_the_rest_from_everybodys(life: Life) -> None:
    event_id = life.webinar(capacity=5, max_party_size=4)
    _reserve(life, event_id, 2, guru=2)
    main = main_pool(life, event_id)
    life.register(event_id, 1, party_size=2)
    waits = life.register(event_id, email="guru@example.org", party_size=4)
    assert (waits.state, pool(life, main).reserved) == (WAITLISTED, 2)
    life.do(authoring.set_capacity, main, capacity=6)
    assert life.registration(waits.registration_id).state is OFFERED
    assert (pool(life, main).reserved, counters(life, main)) == (0, [(6, 0)])


# ---------------------------------------------------------------- what it costs
CLAIM = "pg_advisory_xact_lock"


def test_a_plain_event_pays_no_statement_for_what_it_does_not_use(database: Database, life: Life) -> None:
    """Place, registration, seat, fact: one each, and nothing about choices, invitees or approval.

    PostgreSQL's claim comes before them: one for everybody who shares the commit.
    """
    event_id = life.webinar(capacity=1)
    with counted(database) as sent:
        life.register(event_id, 1)
    assert sum(CLAIM in statement for statement in sent) == (0 if database.is_sqlite else 1)
    assert _verbs(sent) == ["SELECT", "INSERT", "UPDATE", "INSERT"], sent
    with counted(database) as sent:
        life.register(event_id, 2)
    assert _verbs(sent) == [
        "SELECT",  # the place
        "INSERT",  # the registration
        "UPDATE",  # no seat
        "SELECT",  # held: does somebody wait who cannot use what is left?
        "UPDATE",  # one more waits
        "UPDATE",  # this one
        "INSERT",  # the fact
    ], sent


def _verbs(sent: list[str]) -> list[str]:
    return [verb for each in sent if CLAIM not in each and (verb := each.split()[0]) != "BEGIN"]
