"""A crowd at the door: many people, few seats, all at once, on both databases.

The guard is one conditional UPDATE with a CHECK beside it (`events.seating.seats`). The control below does what a
beginner
writes, counting first and inserting then, and must oversell: otherwise this test proves nothing about the guard.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from events.drafts import authoring, lifecycle
from events.errors import AlreadyRegistered, Gone
from events.models import ACTIVE_STATES, SEATED_STATES, Registration, RegistrationState, SeatPool
from events.registrations import registration
from events.seating import waitlist
from events.storage import ReadSession, Session
from tests.support.databases import Database
from tests.support.life import NOW, Life, application
from tests.support.sizes import size

PEOPLE, SEATS, THREADS = 200, 10, 20


def _all_at_once(tasks: Iterable[Callable[[], object]], *, threads: int = THREADS) -> list[object]:
    """Run the tasks in `threads` threads that start together, and return what each returned or raised."""
    barrier = threading.Barrier(threads, timeout=60)
    queue = list(tasks)
    lots = [queue[number::threads] for number in range(threads)]

    def work(lot: list[Callable[[], object]]) -> list[object]:
        barrier.wait()
        outcomes: list[object] = []
        for task in lot:
            try:
                outcomes.append(task())
            except Exception as error:  # noqa: BLE001 - the test looks at every one
                outcomes.append(error)
        return outcomes

    with ThreadPoolExecutor(threads) as pool:
        return [outcome for outcomes in pool.map(work, lots) for outcome in outcomes]


def _count(session: ReadSession, event_id: uuid.UUID, states: Iterable[RegistrationState]) -> int:
    statement = sa.select(sa.func.coalesce(sa.func.sum(Registration.party_size), 0))
    return int(session.scalar(statement.where(Registration.event_id == event_id, Registration.state.in_(states))))


def test_two_hundred_people_and_ten_seats(life: Life) -> None:
    event_id = life.webinar(capacity=SEATS)
    outcomes = _all_at_once(partial(life.register, event_id, number) for number in range(PEOPLE))
    states = Counter(outcome.state for outcome in outcomes if isinstance(outcome, registration.Registered))
    assert states == {RegistrationState.CONFIRMED: SEATS, RegistrationState.WAITLISTED: PEOPLE - SEATS}
    pool = life.pool(event_id)
    assert (pool.taken, pool.waiting) == (SEATS, PEOPLE - SEATS)
    assert life.database.read(lambda session: _count(session, event_id, SEATED_STATES)) == SEATS
    assert Counter(life.facts(event_id))["AttendeeRegistered"] == PEOPLE


def test_without_the_guard_seats_are_sold_twice(life: Life, database_url: str) -> None:
    """Count, then insert, as a beginner does it: SQLAlchemy as it opens the database, BEGIN with the first write."""
    event_id = life.webinar(capacity=SEATS)
    table = sa.Table("door", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    engine = sa.create_engine(database_url, pool_size=THREADS, max_overflow=0)
    table.create(engine)
    counted = threading.Barrier(THREADS)

    def enter() -> None:
        with Session(engine) as session:
            inside = session.scalar(sa.select(sa.func.count()).select_from(table))
            counted.wait(timeout=60)  # only makes sure that they do meet, as crowds do
            if inside is not None and inside < SEATS:
                session.execute(sa.insert(table))
            session.commit()

    outcomes = _all_at_once([enter] * THREADS)
    with Session(engine) as session:
        inside = session.scalar(sa.select(sa.func.count()).select_from(table))
    engine.dispose()
    assert inside is not None
    assert inside > SEATS, outcomes
    assert event_id is not None


def test_the_check_stands_behind_the_guard(life: Life) -> None:
    """Whoever forgets the condition is stopped by the database itself."""
    event_id = life.webinar(capacity=SEATS)

    def take_blindly(session: Session) -> None:
        session.execute(sa.update(SeatPool).where(SeatPool.event_id == event_id).values(taken=SeatPool.taken + 1))

    outcomes = _all_at_once([lambda: life.do(take_blindly)] * (SEATS * 2))
    refused = [outcome for outcome in outcomes if isinstance(outcome, sa.exc.IntegrityError)]
    assert (len(refused), life.pool(event_id).taken) == (SEATS, SEATS)


def test_one_person_at_twenty_doors_gets_one_place(life: Life) -> None:
    event_id = life.webinar(capacity=SEATS)
    outcomes = _all_at_once([lambda: life.register(event_id, "sama")] * THREADS)
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {registration.Registered: 1, AlreadyRegistered: THREADS - 1}
    assert life.pool(event_id).taken == 1


def test_one_seat_is_given_back_once_by_twenty_clicks(life: Life) -> None:
    event_id = life.webinar(capacity=SEATS)
    keep, leave = life.register(event_id, 1), life.register(event_id, 2)
    _all_at_once([lambda: life.do(registration.cancel, leave.registration_id)] * THREADS)
    assert life.pool(event_id).taken == 1
    assert Counter(life.facts(event_id))["RegistrationCancelled"] == 1
    assert life.registration(keep.registration_id).state is RegistrationState.CONFIRMED


def test_a_crowd_at_the_slots_of_an_exhibition(life: Life) -> None:
    """Each visiting time has its own few places, and its own queue behind them."""
    event_id = life.exhibition(slots=2, capacity=5)
    slots = life.slots(event_id)
    visits = [(slot, f"{number}-{place}") for number in range(30) for place, slot in enumerate(slots)]
    outcomes = _all_at_once([partial(life.register, event_id, who, slot_id=slot) for slot, who in visits])
    states = Counter(outcome.state for outcome in outcomes if isinstance(outcome, registration.Registered))
    assert states == {RegistrationState.CONFIRMED: 10, RegistrationState.WAITLISTED: 50}
    statement = sa.select(SeatPool.taken, SeatPool.waiting).where(SeatPool.event_id == event_id)
    pools = life.database.read(lambda session: [tuple(row) for row in session.execute(statement)])
    assert pools == [(5, 25)] * 2


def _offered(life: Life, people: int) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """Let `people` seats come free, and return who of three times as many was offered one."""
    event_id = life.webinar(capacity=people, offer_hours=1)
    places = [life.register(event_id, number).registration_id for number in range(3 * people)]
    for place in places[:people]:
        life.do(registration.cancel, place)
    return event_id, places[people : 2 * people]


def test_an_offer_is_taken_once_by_twenty_clicks(life: Life) -> None:
    event_id, offered = _offered(life, 2)
    outcomes = _all_at_once([lambda: life.do(waitlist.accept_offer, offered[0])] * THREADS)
    assert outcomes == [None] * THREADS
    assert Counter(life.facts(event_id))["OfferAccepted"] == 1
    assert (life.pool(event_id).taken, life.pool(event_id).waiting) == (2, 2)


def test_eight_clocks_take_back_each_offer_once_and_offer_it_on(life: Life) -> None:
    event_id, offered = _offered(life, 5)
    later = life.now + timedelta(hours=2)
    outcomes = _all_at_once([lambda: life.do(waitlist.expire_offers, now=later)] * 8, threads=8)
    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == len(offered) == 5
    facts = Counter(life.facts(event_id))
    assert (facts["OfferExpired"], facts["SeatOffered"]) == (5, 10)
    assert (life.pool(event_id).taken, life.pool(event_id).waiting) == (5, 0)


def test_eight_moves_at_once_raise_the_calendars_sequence_once_each(life: Life) -> None:
    """Two updates under one SEQUENCE would be one too few in somebody's calendar."""
    event_id = life.webinar()
    event = life.event(event_id)

    def move(days: int) -> None:
        delta = timedelta(days=days)
        life.do(lifecycle.reschedule, event_id, starts_at=event.starts_at + delta, ends_at=event.ends_at + delta)

    outcomes = _all_at_once([partial(move, days) for days in range(1, 9)], threads=8)
    assert outcomes == [None] * 8
    told = [row.payload["sequence"] for row in life.rows(event_id) if row.name == "EventRescheduled"]
    assert sorted(told) == list(range(1, 9))
    assert life.event(event_id).calendar_sequence == 8


def test_a_crowd_that_runs_from_door_to_door(database: Database, life: Life) -> None:
    """Several events at once, many in each commit and in every order: no two writers wait for each other."""
    events = [life.webinar(capacity=SEATS) for _ in range(4)]
    visits = [(event_id, number) for number in range(PEOPLE // 4) for event_id in events]
    random.Random(7).shuffle(visits)

    def register(event_id: uuid.UUID, number: int) -> registration.Registered:
        asked = application(event_id, number)
        return database.write(lambda session: registration.register(session, asked, now=NOW), seats_of=[event_id])

    outcomes = _all_at_once([partial(register, event_id, number) for event_id, number in visits])
    states = Counter(outcome.state for outcome in outcomes if isinstance(outcome, registration.Registered))
    assert states == {RegistrationState.CONFIRMED: 4 * SEATS, RegistrationState.WAITLISTED: PEOPLE - 4 * SEATS}
    assert [(life.pool(event_id).taken, life.pool(event_id).waiting) for event_id in events] == [
        (SEATS, PEOPLE // 4 - SEATS)
    ] * 4
    assert database.clashes == 0


# ---------------------------------------------------------------- a long day at the desk


@dataclass
class Desk:
    """One event, and everything that people and the clock do to it, in an order that a seed decides."""

    life: Life
    event_id: uuid.UUID
    seed: int
    now: datetime = NOW
    known: list[uuid.UUID] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: Counter[str] = field(default_factory=Counter)

    def act(self, number: int) -> None:
        """Do one thing, drawn from the seed and the number, at a business time that moves on."""
        dice = random.Random(self.seed * 1_000_003 + number)
        now = self.now + timedelta(minutes=number)
        what = dice.choices(("register", "cancel", "accept", "expire", "resize"), (50, 22, 20, 6, 2))[0]
        with self.lock:
            person = dice.choice(self.known) if self.known else None
            self.counts[what] += 1
        if what == "register" or person is None:
            self._register(dice, now)
        elif what == "cancel":
            self.life.do(registration.cancel, person, now=now)
        elif what == "accept":
            self._accept(dice, person, now)
        elif what == "expire":
            self.life.do(waitlist.expire_offers, now=now)
        else:
            self._resize(dice, now)

    def _register(self, dice: random.Random, now: datetime) -> None:
        # Few enough people that many come back, and some while they still hold a place.
        try:
            registered = self.life.register(
                self.event_id, dice.randrange(300), party_size=dice.choice((1, 1, 1, 2, 3)), now=now
            )
        except AlreadyRegistered:
            return
        with self.lock:
            self.known.append(registered.registration_id)

    def _accept(self, dice: random.Random, person: uuid.UUID, now: datetime) -> None:
        offered = sa.select(Registration.id).where(Registration.state == RegistrationState.OFFERED)
        found = self.life.database.read(lambda session: session.scalars(offered).all())
        if found and dice.random() < 0.3:
            person = dice.choice(found)
        try:
            self.life.do(waitlist.accept_offer, person, now=now)
        except Gone:
            return

    def _resize(self, dice: random.Random, now: datetime) -> None:
        pool_id = self.life.pool(self.event_id).id
        self.life.do(authoring.set_capacity, pool_id, capacity=dice.randrange(15, 40), now=now)

    def drift(self, session: ReadSession) -> tuple[int, int, int]:
        """Return by how much the counters are wrong, and how many seats lie idle although somebody fits."""
        pool = session.scalar(sa.select(SeatPool).where(SeatPool.event_id == self.event_id))
        seated = _count(session, self.event_id, SEATED_STATES)
        waiting = session.scalars(
            sa.select(Registration.party_size).where(
                Registration.event_id == self.event_id, Registration.state == RegistrationState.WAITLISTED
            )
        ).all()
        free = pool.sellable - pool.taken
        idle = free if any(party <= free for party in waiting) else 0
        return pool.taken - seated, pool.waiting - len(waiting), idle


@pytest.mark.parametrize("seed", range(size(2, 10)))
def test_a_long_day_leaves_no_drift_and_no_idle_seat(database: Database, life: Life, seed: int) -> None:
    """2,000 things by eight threads; after each hundred the counters are the truth and no seat lies idle."""
    event_id = life.webinar(
        capacity=25,
        max_party_size=3,
        offer_hours=1,
        starts_at=NOW + timedelta(days=30),
        ends_at=NOW + timedelta(days=31),
    )
    desk = Desk(life, event_id, seed)
    for begin in range(0, size(600, 2_000), 100):
        outcomes = _all_at_once(
            [partial(desk.act, number) for number in range(begin, begin + 100)],
            threads=8,
        )
        assert [outcome for outcome in outcomes if outcome is not None] == []
        assert database.read(desk.drift) == (0, 0, 0)
    facts = Counter(life.facts(event_id))
    # A day on which nothing happened would prove nothing.
    assert (
        min(facts[name] for name in ("SeatOffered", "OfferAccepted", "OfferExpired", "RegistrationCancelled")) >= 3
    ), facts
    active = database.read(lambda session: _keys(session, event_id))
    assert len(active) == len(set(active))


def _keys(session: ReadSession, event_id: uuid.UUID) -> list[str]:
    statement = sa.select(Registration.person_key)
    return list(
        session.scalars(statement.where(Registration.event_id == event_id, Registration.state.in_(ACTIVE_STATES)))
    )
