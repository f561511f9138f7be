"""Forty workers at the registration desk over HTTP: registering, leaving, accepting, deciding, resizing, all at once.

After each hundred attempts everything is counted by hand: nothing is oversold, no counter has drifted, no seat lies
idle while somebody waits who could use it, and the next seat that comes free goes to whoever's turn it is. The controls
at the end send the same crowd to a desk that a beginner wrote, and must fail.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from events.drafts import shared_pools
from events.links import MANAGE
from events.models import SEATED_STATES, Invitee, Registration, RegistrationState, SeatHold, SeatPool
from events.questions import forms
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import registration_rules
from events.registrations.approval_rules import ApprovalRules
from events.seating import invitees
from events.seating.invitees import Guest
from events.storage import LocalizedText, ReadSession
from service.clock import FileClock, real_now, set_clock
from service.processes.ticker import tick
from service.wiring import Runtime
from tests.service.accounts.people import PASSWORD, People
from tests.support.careless import VISITORS, careless
from tests.support.life import NOW, STARTS_AT, Life, add_organiser
from tests.support.polling import PATIENCE
from tests.support.running import UNLIMITED, make_runtime
from tests.support.serving import serving
from tests.support.sizes import size

WORKERS = 40
ROUND = 100
TOUR = Question(
    id="tour",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Tur", "Tour"),
    choices=(
        Choice(id="none", label=LocalizedText("Tanpa tur", "None")),
        Choice(id="guided", label=LocalizedText("Berpemandu", "Guided")),
    ),
)
STATES = RegistrationState


def at_once(tasks: Iterable[Callable[[], object]], *, workers: int = WORKERS) -> list[object]:
    """Run the tasks by `workers` that start together; whatever one raises is raised here."""
    queue = list(tasks)
    barrier = threading.Barrier(min(workers, len(queue)), timeout=60)
    lots = [queue[number :: barrier.parties] for number in range(barrier.parties)]

    def work(lot: Sequence[Callable[[], object]]) -> list[object]:
        barrier.wait()
        return [task() for task in lot]

    with ThreadPoolExecutor(barrier.parties) as pool:
        return [answer for answers in pool.map(work, lots) for answer in answers]


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime whose clock stands still until it is moved, and that lets one address send what it likes."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(database_url, tmp_path, clock_file=clock, **UNLIMITED)
    yield made
    made.close()


# ---------------------------------------------------------------- the books, kept by hand
@dataclass(frozen=True)
class Books:
    """Everything about one event's seats, read in one moment and counted without the service's help."""

    pools: Mapping[uuid.UUID, SeatPool]
    people: Sequence[Registration]
    holds: Mapping[uuid.UUID, Mapping[uuid.UUID, int]]
    kept: Mapping[str, int]

    def oversold(self) -> int:
        """Return how many seats too many are held."""
        return sum(max(0, self._held(key) - pool.sellable) for key, pool in self.pools.items())

    def drift(self) -> list[tuple[int, int]]:
        """Return by how much each pool's counters are wrong."""
        waiting = Counter(each.pool_id for each in self.people if each.state is STATES.WAITLISTED)
        found = [(pool.taken - self._held(key), pool.waiting - waiting[key]) for key, pool in self.pools.items()]
        return [wrong for wrong in found if wrong != (0, 0)]

    def _held(self, pool_id: uuid.UUID) -> int:
        return sum(
            (each.party_size if each.pool_id == pool_id else 0) + self.holds.get(each.id, {}).get(pool_id, 0)
            for each in self.people
            if each.state in SEATED_STATES
        )

    def fits(self, person: Registration) -> bool:
        """Tell whether everything is there that somebody waits for."""
        pool = self.pools[person.pool_id]
        own = min(self.kept.get(person.person_key, 0), pool.reserved)
        return pool.sellable - pool.taken - pool.reserved + own >= person.party_size and all(
            self.pools[key].sellable - self.pools[key].taken >= count
            for key, count in self.holds.get(person.id, {}).items()
        )

    def queue(self) -> list[Registration]:
        """Return who waits, in the order in which they are to be served."""
        waiting = [each for each in self.people if each.state is STATES.WAITLISTED]
        return sorted(waiting, key=lambda each: (-each.priority, each.waiting_since, each.id))

    def idle(self) -> list[uuid.UUID]:
        """Return who waits although everything is there for them."""
        return [each.id for each in self.queue() if self.fits(each)]


def read_books(session: ReadSession, event_id: uuid.UUID) -> Books:
    """Read one event's seats in one transaction."""
    pools = {pool.id: pool for pool in session.scalars(sa.select(SeatPool).where(SeatPool.event_id == event_id))}
    people = session.scalars(sa.select(Registration).where(Registration.event_id == event_id)).all()
    holds: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    for row in session.scalars(sa.select(SeatHold).where(SeatHold.pool_id.in_(pools))):
        holds.setdefault(row.registration_id, {})[row.pool_id] = row.count
    unused = sa.select(Invitee).where(Invitee.event_id == event_id, Invitee.registration_id.is_(None))
    return Books(pools, people, holds, {each.person_key: each.seats for each in session.scalars(unused)})


# ---------------------------------------------------------------- the desk
@dataclass
class Desk:
    """One exhibition with everything at once, and everything that people and staff do to it, as a seed decides."""

    runtime: Runtime
    life: Life
    event_id: uuid.UUID
    slots: Sequence[uuid.UUID]
    client: httpx.Client
    staff: httpx.Client
    seed: int
    known: list[uuid.UUID] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[object] = field(default_factory=list)

    def act(self, number: int) -> None:
        """Do one thing, drawn from the seed and the number."""
        dice = random.Random(self.seed * 1_000_003 + number)
        weights = {
            "register": 52,
            "add": 6,
            "cancel": 20,
            "accept": 6,
            "decide": 10,
            "resize": 2,
            "reserve": 2,
            "undo": 2,
        }
        what = dice.choices(list(weights), list(weights.values()))[0]
        getattr(self, f"_{what}")(dice, number)

    def _note(self, what: str, answer: httpx.Response, *fine: int) -> None:
        with self.lock:
            self.done[f"{what} {answer.status_code}"] += 1
            if answer.status_code not in fine:
                self.wrong.append((what, answer.status_code, answer.text[:300]))

    def _someone(self, dice: random.Random) -> uuid.UUID | None:
        with self.lock:
            return dice.choice(self.known) if self.known else None

    def _register(self, dice: random.Random, number: int) -> None:
        who = dice.randrange(400)
        body = {
            "name": f"Peserta {who}",
            "email": f"orang{who}@{'sdn1.sch.id' if who % 3 else 'example.org'}",
            "party_size": dice.choice((1, 1, 1, 2, 3)),
            "slot_id": str(dice.choice(self.slots)),
            "answers": {"tour": dice.choice(("none", "none", "guided"))},
            "consent": True,
        }
        send = partial(
            self.client.post,
            f"/api/v1/events/{self.event_id}/registrations",
            json=body,
            headers={"idempotency-key": f"key-{self.seed}-{number}"},
        )
        answers = at_once([send, send], workers=2) if number % 10 == 0 else [send()]
        for answer in answers:
            assert isinstance(answer, httpx.Response)
            full = body["answers"] == {"tour": "guided"}  # whose choice is full is asked to choose again
            self._note("register", answer, 201, 409, *((422,) if full else ()))
        bodies = [
            answer.json() for answer in answers if isinstance(answer, httpx.Response) and answer.status_code == 201
        ]
        with self.lock:
            if bodies:
                self.known.append(uuid.UUID(bodies[0]["id"]))
            if len({each["id"] for each in bodies}) > 1:
                self.wrong.append(("two answers for one key", bodies))

    def _add(self, dice: random.Random, number: int) -> None:
        form = {"name": "Pak Harun", "phone": f"0812 {number:08}", "consent": "yes", "tour": "none"}
        form |= {"slot_id": str(dice.choice(self.slots)), "party_size": str(dice.choice((1, 2)))}
        answer = self.staff.post(f"/staff/events/{self.event_id}/registrations/new", data=form)
        self._note("add", answer, 200, 409)

    def _own(self, key: uuid.UUID, act: str) -> httpx.Response:
        return self.client.post(f"/api/v1/my/registrations/{self.runtime.links.token(MANAGE, key, 1)}/{act}")

    def _cancel(self, dice: random.Random, _number: int) -> None:
        if (key := self._someone(dice)) is not None:
            self._note("cancel", self._own(key, "cancel"), 200)

    def _accept(self, dice: random.Random, _number: int) -> None:
        offered = sa.select(Registration.id).where(Registration.state == STATES.OFFERED).limit(20)
        found = self.runtime.database.read(lambda session: session.scalars(offered).all())
        key = dice.choice(found) if found else self._someone(dice)
        if key is not None:
            self._note("accept", self._own(key, "accept-offer"), 200, 410)

    def _decide(self, dice: random.Random, _number: int) -> None:
        undecided = sa.select(Registration.id).where(
            Registration.event_id == self.event_id, Registration.needs_approval.is_(True)
        )
        found = self.runtime.database.read(lambda session: session.scalars(undecided.limit(50)).all())
        if not found:
            return
        chosen = [str(each) for each in dice.sample(found, min(len(found), 3))]
        form = {"act": dice.choice(("approve", "approve", "decline")), "chosen": chosen, "reason": "Kuota sekolah"}
        self._note("decide", self.staff.post(f"/staff/events/{self.event_id}/approvals", data=form), 303)

    def _undo(self, dice: random.Random, _number: int) -> None:
        if (key := self._someone(dice)) is not None:
            self._note("undo", self.staff.post(f"/staff/events/{self.event_id}/approvals/{key}/undo"), 303, 409)

    def _pool(self, dice: random.Random) -> uuid.UUID:
        wanted = sa.select(Registration.pool_id).where(Registration.event_id == self.event_id).distinct()
        found: Sequence[uuid.UUID] = self.runtime.database.read(lambda session: session.scalars(wanted).all())
        return dice.choice(sorted(found)) if found else uuid.uuid4()

    def _resize(self, dice: random.Random, _number: int) -> None:
        form = {"capacity": str(dice.randrange(6, 16))}
        answer = self.staff.post(f"/staff/events/{self.event_id}/slots/{self._pool(dice)}", data=form)
        self._note("resize", answer, 303, 404)

    def _reserve(self, dice: random.Random, _number: int) -> None:
        form = {"reserved": str(dice.randrange(3)), "reserved_until_date": "2026-12-10", "reserved_until_time": "10:00"}
        answer = self.staff.post(f"/staff/events/{self.event_id}/invitees/reserved/{self._pool(dice)}", data=form)
        self._note("reserve", answer, 303, 404, 422)

    # ------------------------------------------------------------ what must hold
    def books(self) -> Books:
        """Read the books."""
        return self.runtime.database.read(lambda session: read_books(session, self.event_id))

    def check(self) -> None:
        """Count by hand what the service says."""
        assert self.wrong == []
        books = self.books()
        assert (books.oversold(), books.drift(), books.idle()) == (0, [], [])

    def check_turn(self) -> bool:
        """Free one seat while all is quiet: it goes to whoever's turn it is. False if nobody waits for it."""
        before = self.books()
        waited_for = {each.pool_id for each in before.queue()}
        holders = [each for each in before.people if each.state is STATES.CONFIRMED and each.pool_id in waited_for]
        if not holders:
            return False
        leaving = holders[0]
        self._note("cancel", self._own(leaving.id, "cancel"), 200)
        after = self.books()
        now_offered = {each.id for each in after.people if each.state is STATES.OFFERED}
        offered = [each for each in before.queue() if each.id in now_offered]
        for lucky in offered:
            passed_over = [
                each
                for each in after.queue()
                if each.pool_id == lucky.pool_id
                and (-each.priority, each.waiting_since, each.id) < (-lucky.priority, lucky.waiting_since, lucky.id)
                and each.party_size <= lucky.party_size
                and not after.holds.get(each.id)
                and not after.kept.get(each.person_key)
            ]
            assert passed_over == []
        return bool(offered)


@contextmanager
def _open_desk(runtime: Runtime, url: str, seed: int) -> Generator[Desk]:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    people = People(runtime.database)
    owner = people.first_owner(real_now=real_now())
    event_id = life.exhibition(
        slots=4,
        capacity=10,
        max_party_size=3,
        offer_hours=1,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(hours=8),
    )
    slots = life.slots(event_id)
    life.do(shared_pools.share_pool, event_id, slots[:2], capacity=14, label=LocalizedText("Pagi"))
    life.do(forms.save, event_id, FormDocument((TOUR,)), places={("tour", "guided"): 8})
    rules = ApprovalRules(required=True, domains=("sch.id",), invited=True, invited_first=True)
    life.do(registration_rules.set_rules, event_id, approval=rules, waitlist=True, offer_hours=1)
    life.do(
        invitees.add_invitees, event_id, [Guest(f"email:orang{who}@example.org", seats=2) for who in range(0, 60, 3)]
    )
    limits = httpx.Limits(max_connections=WORKERS * 2)
    with (
        httpx.Client(base_url=url, timeout=60, limits=limits) as client,
        httpx.Client(base_url=url, timeout=60, limits=limits, headers={"origin": url}) as staff,
    ):
        signed_in = staff.post("/staff/sign-in", data={"email": owner.email, "password": PASSWORD})
        assert signed_in.status_code == 303
        yield Desk(runtime, life, event_id, slots, client, staff, seed)


@pytest.mark.timeout(size(300, 3600))
def test_a_crowd_at_the_desk_over_http(runtime: Runtime) -> None:
    """A shared pool, a choice with places, approval, invitees with seats of their own, parties: all at once."""
    attempts = size(300, 10_000)
    clock = runtime.clock
    assert isinstance(clock, FileClock)
    # Counting by hand takes longer than a server keeps an idle connection by default.
    with serving(runtime, timeout_keep_alive=600) as url, _open_desk(runtime, url, seed=11) as desk:
        began, turns = time.monotonic(), 0
        # A short day may end before anybody's turn has come; then it goes on, at most as long again.
        for begin in range(0, 2 * attempts, ROUND):
            if begin >= attempts and turns:
                break
            at_once([partial(desk.act, number) for number in range(begin, begin + ROUND)])
            # Time goes by in each round, so that offers run out; never past the first visit.
            moved = min(NOW + timedelta(minutes=45 * (begin // ROUND + 1)), STARTS_AT - timedelta(hours=1))
            set_clock(runtime.settings.clock_file or Path(), moved)
            tick(runtime)
            desk.check()
            turns += desk.check_turn()
            desk.check()
        seconds = time.monotonic() - began
    print(f"{attempts} attempts in {seconds:.0f} s, {turns} turns checked: {dict(sorted(desk.done.items()))}")
    facts = Counter(desk.life.facts(desk.event_id))
    # A day on which nothing happened would prove nothing.
    wanted = ("SeatOffered", "OfferExpired", "RegistrationCancelled", "RegistrationApproved", "RegistrationDeclined")
    assert min(facts[name] for name in wanted) >= 1, facts
    assert desk.done["register 201"] >= attempts // 10
    assert turns >= 1
    assert runtime.database.clashes == 0  # nobody waits for anybody who waits for them


def _one_seat(url: str, event_id: uuid.UUID, people: int) -> list[tuple[str, float]]:
    """Have everybody ask for a seat at once; return what each was told, and how long that took."""

    def ask(number: int) -> tuple[str, float]:
        body = {"name": f"Peserta {number}", "email": f"peserta{number}@example.org", "consent": True}
        asked = time.monotonic()
        answer = client.post(f"/api/v1/events/{event_id}/registrations", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["state"]), time.monotonic() - asked

    with httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(max_connections=people)) as client:
        told = at_once([partial(ask, number) for number in range(people)], workers=people)
    return [answer for answer in told if isinstance(answer, tuple)]


def test_two_hundred_people_at_once_on_one_seat(runtime: Runtime) -> None:
    """One sits, the others wait, and nobody is told anything else."""
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(capacity=1)
    with serving(runtime) as url:
        told = _one_seat(url, event_id, 200)
    assert Counter(state for state, _ in told) == {"confirmed": 1, "waitlisted": 199}
    books = runtime.database.read(lambda session: read_books(session, event_id))
    assert (books.oversold(), books.drift(), books.idle()) == (0, [], [])
    print(f"200 people on one seat: the slowest answer after {max(seconds for _, seconds in told):.2f} s")


# ---------------------------------------------------------------- controls
def test_the_same_crowd_oversells_a_desk_that_counts_first(database_url: str) -> None:
    with (
        careless(database_url, seats=10, crowd=WORKERS) as (url, engine),
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        at_once([partial(client.post, "/register", json={"name": str(number)}) for number in range(200)])
        seated = sa.select(sa.func.count()).select_from(VISITORS).where(VISITORS.c.state == "confirmed")
        with engine.connect() as connection:
            count = connection.scalar(seated)
    assert count is not None
    assert count > 10


def test_passers_by_jump_the_queue_of_a_desk_that_offers_later(database_url: str) -> None:
    """Seats are freed while people wait; without the guard whoever comes by takes them."""
    with (
        careless(database_url, seats=5, crowd=WORKERS) as (url, _),
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        first = [client.post("/register", json={}).json()["state"] for _ in range(12)]
        assert "waitlisted" in first
        for _ in range(len(first) - first.count("waitlisted")):
            client.post("/cancel")
        told = at_once([partial(client.post, "/register", json={}) for _ in range(40)])
        passers_by = Counter(answer.json()["state"] for answer in told if isinstance(answer, httpx.Response))
    assert passers_by["confirmed"] >= 1


def test_nobody_jumps_the_queue_of_the_service(runtime: Runtime) -> None:
    """The same as the control, at our desk: while people wait, who comes by waits behind them."""
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(capacity=5)
    holders = [life.register(event_id, f"lama{number}").registration_id for number in range(25)]
    with serving(runtime) as url, httpx.Client(base_url=url, timeout=60) as client:

        def leave(key: uuid.UUID) -> httpx.Response:
            return client.post(f"/api/v1/my/registrations/{runtime.links.token(MANAGE, key, 1)}/cancel")

        def come(number: int) -> httpx.Response:
            body = {"name": f"Baru {number}", "email": f"baru{number}@example.org", "consent": True}
            return client.post(f"/api/v1/events/{event_id}/registrations", json=body)

        tasks = [task for number in range(40) for task in (partial(come, number), partial(leave, holders[number % 5]))]
        told = [answer for answer in at_once(tasks) if isinstance(answer, httpx.Response)]
    states = Counter(answer.json()["state"] for answer in told if answer.status_code == 201)
    assert states == {"waitlisted": 40}
    old = [life.registration(key).state for key in holders]
    assert Counter(old) == {STATES.CANCELLED: 5, STATES.OFFERED: 5, STATES.WAITLISTED: 15}
