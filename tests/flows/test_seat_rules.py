"""Anything may happen at the desk in any order: hypothesis thinks of it, the service and `seat_model` both do it.

After every step everybody's state is what the plain model says, nothing is oversold, no counter has drifted, no seat
lies idle while somebody waits who could use it, and everybody is told their true place and reason. The controls do the
same with use-cases that forget something, and must be caught.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from events.drafts import authoring, shared_pools
from events.errors import Refused
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Invitee,
    ParticipationRole,
    PartnerKind,
    PoolPurpose,
    Registration,
    RegistrationState,
    SeatAllotment,
    SeatPool,
    Slot,
)
from events.partnership import allotments, partners
from events.partnership.allotments import Brought
from events.questions import forms
from events.questions.answers import check_answers
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import approval, changing, registration, registration_rules
from events.registrations.approval_rules import ApprovalRules
from events.registrations.changing import NewAnswers
from events.seating import (
    allotment_release,
    holdings,
    invitees,
    no_shows,
    queue_reasons,
    queueing,
    seat_audit,
    seats,
    waitlist,
)
from events.seating.invitees import Guest
from events.storage import LocalizedText, ReadSession, Session
from tests.flows.seat_model import GUIDED_SEATS, Desk, Party, Pool
from tests.support.databases import Database
from tests.support.life import NOW, STARTS_AT, Life, add_organiser, application
from tests.support.sizes import FULL, size

TOUR = Question(
    id="tour",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Tur", "Tour"),
    choices=tuple(Choice(id=each, label=LocalizedText(each, each)) for each in ("none", "guided")),
)
PEOPLE = 8
INVITED = {0: 2, 1: 1, 3: 1}
WHO, SLOT, PARTY = st.integers(0, PEOPLE - 1), st.integers(0, 2), st.integers(1, 3)
SOMEONE = st.integers(0, 30)
MINUTES = st.integers(1, 90)


def school(who: int) -> bool:
    """Tell whether somebody writes from the domain that is let in at once."""
    return who % 4 == 2


def email(who: int) -> str:
    return f"orang{who}@{'sdn1.sch.id' if school(who) else 'example.org'}"


class Machine(RuleBasedStateMachine):
    """One exhibition that two desks run: the service and the model."""

    life: Life
    seen: Counter[str]
    cancel: Callable[..., None] = staticmethod(registration.cancel)
    expire: Callable[..., object] = staticmethod(waitlist.expire_offers)
    release: Callable[..., object] = staticmethod(allotment_release.release_overdue)

    def __init__(self) -> None:
        super().__init__()
        self.model = Desk([], Pool(0), [], {}, False, False, False, False, school)

    @initialize(
        crowd=st.lists(st.tuples(WHO, SLOT, PARTY, st.booleans()), min_size=8, max_size=14),
        rooms=st.tuples(st.integers(2, 4), st.integers(1, 3)),
        required=st.sampled_from((False, False, True)),
        pending_holds=st.booleans(),
        invited_first=st.booleans(),
        may_wait=st.sampled_from((True, True, True, False)),
    )
    def open_desk(
        self,
        *,
        crowd: Sequence[tuple[int, int, int, bool]],
        rooms: tuple[int, int],
        required: bool,
        pending_holds: bool,
        invited_first: bool,
        may_wait: bool,
    ) -> None:
        life = self.life
        self.now, self.percent = NOW, 0
        self.event_id = life.exhibition(
            slots=3, capacity=rooms[1], max_party_size=3, starts_at=STARTS_AT + timedelta(days=300),
            ends_at=STARTS_AT + timedelta(days=301),
        )  # fmt: skip
        self.slots = life.slots(self.event_id)
        life.do(shared_pools.share_pool, self.event_id, self.slots[:2], capacity=rooms[0], label=LocalizedText("Pagi"))
        life.do(forms.save, self.event_id, FormDocument((TOUR,)), places={("tour", "guided"): GUIDED_SEATS})
        rules = ApprovalRules(
            required=required, pending_holds_seats=pending_holds, domains=("sch.id",), invited=True,
            invited_first=invited_first,
        )  # fmt: skip
        life.do(registration_rules.set_rules, self.event_id, approval=rules, waitlist=may_wait, offer_hours=1)
        guests = [Guest(f"email:{email(who)}", seats=kept) for who, kept in INVITED.items()]
        life.do(invitees.add_invitees, self.event_id, guests)
        self.model = Desk(
            rooms=[Pool(rooms[0]), Pool(rooms[1])], tour=Pool(GUIDED_SEATS), slots=[0, 0, 1], invited=dict(INVITED),
            required=required, pending_holds=pending_holds, invited_first=invited_first, waitlist=may_wait,
            school=school, invitees=frozenset(INVITED),
        )  # fmt: skip
        self.document = life.database.read(lambda session: forms.load(session, self.event_id))
        self.schools = [self._invite(f"SMP Negeri {number}") for number in range(2)]
        self.promised: dict[int, uuid.UUID] = {}
        self.brought = 0
        self.pools = self._pools()
        for who, slot, party, guided in crowd:
            self._register(who, slot, party, guided)
        self.compare()

    def _invite(self, name: str) -> uuid.UUID:
        life = self.life
        partner = life.do(partners.add_partner, life.organiser_id, kind=PartnerKind.SCHOOL, name=name)
        return life.do(partners.invite, self.event_id, partner, role=ParticipationRole.GUEST)

    def _pools(self) -> list[Any]:
        """Return the ids of both rooms and of the tour."""

        def read(session: ReadSession) -> list[Any]:
            rooms = [session.scalar(sa.select(Slot.pool_id).where(Slot.id == key)) for key in self.slots[1:]]
            tour = sa.select(SeatPool.id).where(
                SeatPool.event_id == self.event_id, SeatPool.purpose == PoolPurpose.CHOICE
            )
            return [*rooms, session.scalar(tour)]

        return self.life.database.read(read)

    # ------------------------------------------------------------ doing the same twice
    def both(self, ours: Callable[..., object], *given: Any, theirs: Callable[[], str | None], **named: Any) -> None:
        """Do something to the service and to the model: both refuse it by the same name, or neither."""
        refused = None
        try:
            self.life.do(ours, *given, now=self.now, **named)
        except Refused as refusal:
            refused = type(refusal).__name__
        assert refused == theirs()
        self.seen[refused or name_of(ours)] += 1

    def someone(self, number: int, likely: Callable[[Party], bool] = lambda _: True) -> Party:
        """Return anybody, more often somebody of whom it can be wanted."""
        found = [each for each in self.model.parties if likely(each)] if number % 4 else []
        return (found or self.model.parties)[number % len(found or self.model.parties)]

    anybody = precondition(lambda self: bool(self.model.parties))

    # ------------------------------------------------------------ people
    @rule(who=WHO, slot=SLOT, party=PARTY, guided=st.booleans())
    def register(self, who: int, slot: int, party: int, guided: bool) -> None:
        self._register(who, slot, party, guided)

    def _register(self, who: int, slot: int, party: int, guided: bool) -> None:
        self.now += timedelta(minutes=1)
        answers = self._answers(party, guided)
        asked = application(self.event_id, who, email=email(who), slot_id=self.slots[slot], party_size=party, **answers)
        new = Party(self.event_id, who, slot, party, guided, RegistrationState.CONFIRMED, self.now)

        def register(session: Session, *, now: datetime) -> None:
            new.id = registration.register(session, asked, now=now).registration_id

        self.both(register, theirs=lambda: self.model.register(new))

    def _answers(self, party: int, guided: bool) -> dict[str, Any]:
        given = {"tour": "guided" if guided else "none"}
        return check_answers(self.document, given, revision=1, now=self.now, party_size=party).fields()

    @anybody
    @rule(number=SOMEONE)
    def leave(self, number: int) -> None:
        party = self.someone(number, lambda each: each.state in SEATED_STATES)
        active = party.state in ACTIVE_STATES

        def theirs() -> None:
            if active:
                self.model.leave(party, RegistrationState.CANCELLED, self.now)

        self.both(self.cancel, party.id, theirs=theirs)

    @anybody
    @rule(number=SOMEONE, party=st.integers(1, 2))
    def bring_fewer(self, number: int, party: int) -> None:
        own = self.someone(number, lambda each: each.state in ACTIVE_STATES and each.size > 1)
        if own.state not in ACTIVE_STATES or party > own.size:
            return
        self.both(
            changing.bring_fewer, own.id, party, theirs=lambda: self.model.shrink(own, party, self.now)
        )  # fmt: skip

    @anybody
    @rule(number=SOMEONE, slot=SLOT)
    def move(self, number: int, slot: int) -> None:
        own = self.someone(number)
        theirs = partial(self.model.move, own, slot, self.now)
        self.both(changing.move_to_slot, own.id, self.slots[slot], theirs=theirs)

    @anybody
    @rule(number=SOMEONE, guided=st.booleans())
    def change_answer(self, number: int, guided: bool) -> None:
        own = self.someone(number)
        if own.state not in ACTIVE_STATES:
            return
        given = {"tour": "guided" if guided else "none"}
        answers = check_answers(self.document, given, revision=1, now=self.now, party_size=own.size)
        new = NewAnswers(name=f"Peserta {own.who}", answers=answers)
        self.both(changing.edit_answers, own.id, new, theirs=lambda: self.model.guide(own, guided, self.now))

    @anybody
    @rule(number=SOMEONE)
    def accept(self, number: int) -> None:
        offered = self.model.queue(state=RegistrationState.OFFERED)
        own = offered[number % len(offered)] if offered else self.someone(number)
        self.both(waitlist.accept_offer, own.id, theirs=lambda: self.model.accept(own, self.now))

    # ------------------------------------------------------------ partners
    @rule(partner=st.integers(0, 1), slot=SLOT, count=st.integers(1, 3), minutes=MINUTES)
    def allot(self, partner: int, slot: int, count: int, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)

        def allot(session: Session, *, now: datetime) -> None:
            self.promised[partner] = allotments.allot(
                session, self.schools[partner], count, release_at=until, slot_id=self.slots[slot], now=now, by="x"
            )

        self.both(allot, theirs=lambda: self.model.promise(partner, slot, count, until, self.now))

    promised_seats = precondition(lambda self: bool(self.model.promises))

    @promised_seats
    @rule(partner=st.integers(0, 1), count=st.integers(1, 2), guided=st.booleans())
    def fill(self, partner: int, count: int, guided: bool) -> None:
        partner = partner if partner in self.model.promises else next(iter(self.model.promises))
        people = [
            Party(self.event_id, 1000 + self.brought + each, 0, 1, guided, RegistrationState.CONFIRMED, self.now)
            for each in range(count)
        ]
        self.brought += count
        brought = [
            Brought(application(self.event_id, each.who, email=None, **self._answers(1, guided)), "people")
            for each in people
        ]

        def fill(session: Session, *, now: datetime) -> None:
            made = allotments.fill(session, self.promised[partner], brought, now=now, by="x")
            for person, new in zip(people, made, strict=True):
                person.id = new.registration_id

        self.both(fill, theirs=lambda: self.model.fill(partner, people, self.now))

    @promised_seats
    @rule(partner=st.integers(0, 1))
    def take_back(self, partner: int) -> None:
        theirs = partial(self.model.take_back, partner, self.now)
        self.both(allotments.take_back, self.schools[partner], theirs=theirs)

    # ------------------------------------------------------------ the clock
    @rule(minutes=MINUTES)
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.both(self.expire, theirs=lambda: self.model.expire(self.now))
        self.both(invitees.release_overdue, theirs=lambda: self.model.open_up(self.now))
        self.both(self.release, theirs=lambda: self.model.take_back_overdue(self.now))

    # ------------------------------------------------------------ staff
    @anybody
    @rule(numbers=st.lists(SOMEONE, min_size=1, max_size=3), well=st.booleans(), taken_back=st.booleans())
    def decide(self, numbers: Sequence[int], well: bool, taken_back: bool) -> None:
        asked = [self.someone(each, lambda party: party.undecided) for each in numbers]
        chosen = sorted({own.id: own for own in asked}.values(), key=_asked)
        act = partial(approval.approve) if well else partial(approval.decline, reason="Kuota sekolah")

        def theirs() -> None:
            for own in chosen:
                (self.model.approve if well else self.model.decline)(own, self.now)

        self.both(act, self.event_id, [own.id for own in chosen], theirs=theirs)
        if taken_back:
            own = chosen[0]
            self.both(approval.undo, own.id, theirs=lambda: self.model.undo(own, self.now))

    @anybody
    @rule(number=SOMEONE)
    def undo(self, number: int) -> None:
        own = self.someone(number, lambda each: each.decided)
        self.both(approval.undo, own.id, theirs=lambda: self.model.undo(own, self.now))

    @anybody
    @rule(number=SOMEONE)
    def offer_out_of_turn(self, number: int) -> None:
        own = self.someone(number, lambda each: each.state is RegistrationState.WAITLISTED)
        self.both(queueing.offer_to, own.id, theirs=lambda: self.model.offer_to(own, self.now))

    @anybody
    @rule(number=SOMEONE, priority=st.integers(0, 20))
    def prioritise(self, number: int, priority: int) -> None:
        own = self.someone(number, lambda each: each.state is RegistrationState.WAITLISTED)
        theirs = partial(self.model.prioritise, own, priority)
        self.both(queueing.prioritise, own.id, priority=priority, reason="Rombongan sekolah", theirs=theirs)

    @rule(pool=st.integers(0, 2), capacity=st.integers(1, 6))
    def resize(self, pool: int, capacity: int) -> None:
        ours = [*self.model.rooms, self.model.tour][pool]
        theirs = partial(self.model.resize, ours, capacity, self.percent, self.now)
        self.both(authoring.set_capacity, self.pools[pool], capacity=capacity, theirs=theirs)

    @rule(percent=st.sampled_from((0, 20, 34, 50)))
    def overbook(self, percent: int) -> None:
        def theirs() -> None:
            changed, self.percent = percent != self.percent, percent
            for room in self.model.rooms if changed else ():
                room.overbooking = room.capacity * percent // (100 - percent)
                room.reserved = min(room.reserved, self.model.free(room))
            self.model.settle(self.now)

        self.both(no_shows.plan_overbooking, self.event_id, percent, theirs=theirs)

    @rule(room=st.integers(0, 1), count=st.integers(0, 3), minutes=MINUTES)
    def reserve(self, room: int, count: int, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        theirs = partial(self.model.reserve, self.model.rooms[room], count, until, self.now)
        self.both(invitees.reserve, self.pools[room], count, until=until, theirs=theirs)

    # ------------------------------------------------------------ what must hold
    @invariant()
    def compare(self) -> None:
        """Read the books and hold them against the model."""
        if not self.model.rooms:
            return
        self.seen["two wait for one room"] += any(len(self.model.queue(room)) > 1 for room in self.model.rooms)
        self.seen["a group is passed over"] += self._passed_over()
        self.life.database.read(self._compare)

    def _passed_over(self) -> bool:
        """Tell whether somebody with a lesser rank has an offer while a larger party waits before them."""
        offers = self.model.queue(state=RegistrationState.OFFERED)
        return any(
            own.since < lucky.since
            and own.priority == lucky.priority
            and self.model.room(own) is self.model.room(lucky)
            for own in self.model.queue()
            for lucky in offers
        )

    def _compare(self, session: ReadSession) -> None:
        people = session.scalars(sa.select(Registration).where(Registration.event_id == self.event_id)).all()
        rows = {row.id: (row.state, row.party_size, row.offer_expires_at) for row in people}
        assert rows == {own.id: (own.state, own.size, own.expires) for own in self.model.parties}
        pools = session.scalars(sa.select(SeatPool).where(SeatPool.event_id == self.event_id)).all()
        counted = {pool.id: (pool.taken, pool.sellable - pool.taken, pool.reserved) for pool in pools}
        modelled = zip(self.pools, (*self.model.rooms, self.model.tour), strict=True)
        assert counted == {
            key: (self.model.taken(pool), self.model.free(pool), pool.reserved) for key, pool in modelled
        }
        assert [each for each in seat_audit.find_drift(session) if each.event_id == self.event_id] == []
        assert [own for own in self.model.queue() if self.model.fits(own)] == []
        unused = sa.select(Invitee.person_key).where(
            Invitee.event_id == self.event_id, Invitee.registration_id.is_(None)
        )
        assert set(session.scalars(unused)) == {f"email:{email(who)}" for who in self.model.invited}
        held = {each.id: each.held for each in session.scalars(sa.select(SeatAllotment))}
        assert {key: held[key] for key in self.promised.values()} == {
            self.promised[partner]: own.held for partner, own in self.model.promises.items()
        }
        self._compare_queue(session, {row.id: row for row in people})

    def _compare_queue(self, session: ReadSession, people: dict[Any, Registration]) -> None:
        shown = queue_reasons.queue(session, self.event_id, now=self.now)
        told = {each.registration.id: (each.waiting.position, each.waiting.why.value) for each in shown}
        lines = [self.model.queue(room) for room in self.model.rooms]
        true = {own.id: (at, self.model.why(own)) for line in lines for at, own in enumerate(line, start=1)}
        assert told == true
        for key, (position, why) in true.items():
            own = queue_reasons.explain(session, people[key], now=self.now)
            assert (own.position, own.why.value) == (position, why)


def name_of(use_case: Callable[..., object]) -> str:
    return str(getattr(use_case.func if isinstance(use_case, partial) else use_case, "__name__", "?"))


def _asked(party: Party) -> Any:
    return party.since, party.id


def run(
    machine: type[Machine],
    life: Life,
    *,
    examples: int,
    steps: int,
    phases: Sequence[Phase] = (Phase.generate, Phase.shrink),
) -> Counter[str]:
    """Let hypothesis play; the same every time, so that what it finds is there to be mended."""
    seen: Counter[str] = Counter()
    bound = type("Bound", (machine,), {"life": life, "seen": seen})
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
    return seen


@pytest.mark.timeout(size(300, 3600))
def test_desk_keeps_its_rules_whatever_happens_in_whatever_order(database: Database, life: Life) -> None:
    examples = size(25, 500) if database.is_sqlite else size(6, 100)
    seen = run(Machine, life, examples=examples, steps=30)
    rare = {
        "two wait for one room",
        "a group is passed over",
        "accept_offer",
        "expire_offers",
        "undo",
        "Full",
        "decline",
        "allot",
    }
    rarest = {"fill", "take_back", "Gone"}  # a short play may miss them; the scripted one below never does
    if database.is_sqlite:  # enough of it: what never happened would prove nothing
        assert (rare | rarest if FULL else rare) - seen.keys() == set()


def opened(machine: type[Machine], life: Life) -> Machine:
    """Open a desk for a play that is written down: a room for two times with two seats, and one with one."""
    desk: Machine = type("Bound", (machine,), {"life": life, "seen": Counter()})()
    desk.open_desk(crowd=[], rooms=(2, 1), required=False, pending_holds=False, invited_first=False, may_wait=True)
    return desk


def wait_behind_a_school(desk: Machine) -> None:
    """Promise a school the one seat of a room, have somebody wait for it, and let the promise lapse."""
    desk.allot(partner=0, slot=2, count=1, minutes=30)
    desk.register(who=4, slot=2, party=1, guided=False)
    desk.compare()
    desk.time_goes_by(minutes=40)
    desk.compare()


def test_promised_seats_are_filled_taken_back_and_lapse(database: Database, life: Life) -> None:
    desk = opened(Machine, life)
    wait_behind_a_school(desk)
    desk.allot(partner=1, slot=0, count=2, minutes=60)
    desk.fill(partner=1, count=1, guided=False)
    desk.compare()
    desk.take_back(partner=1)
    desk.compare()
    desk.fill(partner=1, count=1, guided=False)
    desk.compare()
    assert {"allot", "fill", "take_back"} <= desk.seen.keys()


# ---------------------------------------------------------------- controls
def _cancel_and_keep_the_seat(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    own = session.get_one(Registration, registration_id)
    if own.state in ACTIVE_STATES:
        own.state, own.offer_expires_at, own.updated_at = RegistrationState.CANCELLED, None, now


def _cancel_and_offer_to_nobody(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    held = holdings.hold(session, registration_id)
    was = held.registration.state
    if was in ACTIVE_STATES:
        _cancel_and_keep_the_seat(session, registration_id, now=now)
        session.flush()
        holdings.give_back(session, held, was=was)


def _cancel_for_who_came_last(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    """Offer the seat to whoever asked last: nothing idles and every counter is right, but it was not their turn."""
    own = session.get_one(Registration, registration_id)
    waiting = sa.select(Registration).where(
        Registration.pool_id == own.pool_id, Registration.state == RegistrationState.WAITLISTED
    )
    for each in session.scalars(waiting):
        each.waiting_since = NOW + (NOW - each.waiting_since) if each.waiting_since else None
    session.flush()
    registration.cancel(session, registration_id, now=now, by="control")


@pytest.mark.parametrize("cancel", [_cancel_and_keep_the_seat, _cancel_and_offer_to_nobody, _cancel_for_who_came_last])
def test_a_cancellation_that_forgets_something_is_caught(
    cancel: Callable[..., None], sqlite_database: Database
) -> None:
    life = Life(sqlite_database, sqlite_database.write(add_organiser))
    careless = type("Careless", (Machine,), {"cancel": staticmethod(cancel)})
    with pytest.raises(AssertionError):
        run(careless, life, examples=60, steps=30, phases=(Phase.generate,))


def _release_and_offer_to_nobody(session: Session, *, now: datetime) -> None:
    overdue = sa.select(SeatAllotment).where(SeatAllotment.release_at <= now, SeatAllotment.released_at.is_(None))
    for each in session.scalars(overdue):
        seats.release(session, each.pool_id, each.held)
        each.held, each.released_at = 0, now


def test_seats_that_are_taken_back_and_offered_to_nobody_are_noticed(sqlite_database: Database) -> None:
    life = Life(sqlite_database, sqlite_database.write(add_organiser))
    careless = type("Careless", (Machine,), {"release": staticmethod(_release_and_offer_to_nobody)})
    with pytest.raises(AssertionError):
        wait_behind_a_school(opened(careless, life))
