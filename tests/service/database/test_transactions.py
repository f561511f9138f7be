"""`write` and `read`: the only commit, and the writer that commits several together."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events import deliveries, outbox
from events.errors import Conflict
from events.storage import ReadSession
from service.database.outages import Busy, Unavailable
from service.database.transactions import TRIES, Committed, Database
from service.database.turns import BATCH
from tests.support.polling import until


class _Tables(sa.orm.DeclarativeBase):
    """Tables of this test alone."""


class Counter(_Tables):
    __tablename__ = "counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(sa.CheckConstraint("value < 1000"))


@pytest.fixture
def told() -> list[Committed]:
    return []


@pytest.fixture
def counting(tmp_path: Path, told: list[Committed]) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'counter.sqlite3'}", after_commit=told.append)
    _Tables.metadata.create_all(database.engine)
    database.write(lambda session: session.add(Counter(id=1, value=0)))
    return database


def value(session: ReadSession) -> int:
    return int(session.scalar(sa.select(Counter.value)))


def add_one(session: Session) -> int:
    # Read, then write what was read plus one: loses updates wherever two of them overlap.
    counter = session.get_one(Counter, 1)
    counter.value += 1
    return counter.value


def test_no_update_is_lost_among_twenty_callers(counting: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: counting.write(add_one), range(200)))
    assert sorted(results) == list(range(1, 201))
    assert counting.read(value) == 200


def hold_writer(database: Database) -> threading.Event:
    """Keep the writer busy until the event is set, so that others queue up behind it and share a commit."""
    release, held = threading.Event(), threading.Event()

    def wait(_session: Session) -> None:
        held.set()
        release.wait(10)

    threading.Thread(target=database.write, args=(wait,), daemon=True).start()
    assert held.wait(10)
    return release


def test_refusal_rolls_back_its_own_savepoint_only(counting: Database) -> None:
    def refuse(session: Session) -> None:
        add_one(session)
        session.flush()
        raise Conflict

    release = hold_writer(counting)
    with ThreadPoolExecutor(BATCH) as pool:
        answers = [pool.submit(counting.write, add_one if n % 2 else refuse) for n in range(20)]
        release.set()
        outcomes = [type(answer.exception()) for answer in answers]
    assert outcomes == [Conflict, type(None)] * 10
    assert counting.read(value) == 10


def together(database: Database, use_cases: Sequence[Callable[[Session], object]]) -> None:
    """Have the use-cases wait for the writer at the same time, so that they share a commit."""
    release = hold_writer(database)
    with ThreadPoolExecutor(len(use_cases)) as pool:
        for use_case in use_cases:
            pool.submit(database.write, use_case)
        until(lambda: len(database._turns.work) == len(use_cases), what="all wait")
        release.set()


def test_savepoints_come_with_the_first_refusal(counting: Database) -> None:
    made: list[str] = []
    sa.event.listen(counting.engine, "savepoint", lambda _connection, name: made.append(name))

    def refuse(session: Session) -> None:
        add_one(session)
        raise Conflict

    together(counting, [add_one] * 4)
    assert made == []
    together(counting, [add_one, refuse, add_one])
    assert len(made) == 3
    assert counting.read(value) == 6


def test_a_failing_constraint_fails_only_its_caller(counting: Database) -> None:
    def break_rule(session: Session) -> None:
        session.get_one(Counter, 1).value = 1000

    release = hold_writer(counting)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(counting.write, use_case) for use_case in (add_one, break_rule, add_one)]
        release.set()
        outcomes = [type(answer.exception()) for answer in answers]
    assert outcomes == [type(None), sa.exc.IntegrityError, type(None)]
    assert counting.read(value) == 2


def test_bell_rings_once_for_a_shared_commit_and_not_for_a_refusal(counting: Database, told: list[Committed]) -> None:
    fact = uuid.uuid4()

    def leave_work(session: Session) -> None:
        session.info[outbox.RECORDED] = [fact]
        deliveries.ring(session, "emails")

    def refuse(session: Session) -> None:
        deliveries.ring(session, "posts")
        raise Conflict

    release = hold_writer(counting)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(counting.write, use_case) for use_case in (leave_work, refuse, leave_work)]
        release.set()
        for answer in answers:
            answer.exception()
    counting.close()  # the bell is rung after the callers are answered
    assert told == [Committed(facts=(fact, fact), bells=frozenset({"emails"}))]


def test_reading_session_cannot_write(counting: Database) -> None:
    def cheat(session: ReadSession) -> None:
        session.execute(sa.update(Counter).values(value=5))  # type: ignore[arg-type] # the cheat itself

    with pytest.raises(sa.exc.OperationalError):
        counting.read(cheat)
    assert counting.read(value) == 0


def test_transaction_inside_a_transaction_is_refused_instead_of_waiting_for_itself(counting: Database) -> None:
    with pytest.raises(RuntimeError):
        counting.write(lambda _: counting.write(add_one))


def test_page_handlers_await_the_commit(counting: Database) -> None:
    async def crowd() -> list[int]:
        results = await asyncio.gather(*(counting.awrite(add_one) for _ in range(100)))
        assert await counting.aread(value) == 100
        return results

    assert sorted(asyncio.run(crowd())) == list(range(1, 101))


def test_people_go_before_workers(counting: Database) -> None:
    async def meet() -> list[str]:
        order: list[str] = []
        release = hold_writer(counting)
        workers = [asyncio.to_thread(counting.write, lambda _: order.append("work")) for _ in range(3)]
        waiting = asyncio.gather(*workers)
        await asyncio.to_thread(until, lambda: len(counting._turns.work) == 3, what="the workers wait")
        people = asyncio.gather(*(counting.awrite(lambda _: order.append("person")) for _ in range(3)))
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(waiting, people)
        return order

    assert asyncio.run(meet()) == ["person"] * 3 + ["work"] * 3


def test_work_is_not_put_off_for_ever(counting: Database) -> None:
    """People keep coming, each as soon as the one before is served; a worker gets its turn all the same."""

    async def throng() -> None:
        work = asyncio.create_task(asyncio.to_thread(counting.write, add_one))

        async def come_again() -> None:
            while not work.done():
                await counting.awrite(value)

        async with asyncio.timeout(60):
            await asyncio.gather(*(come_again() for _ in range(8)))

    asyncio.run(throng())
    assert counting.read(value) == 1


def test_caller_that_has_gone_away_is_not_served(counting: Database) -> None:
    async def leave() -> None:
        release = hold_writer(counting)
        task = asyncio.create_task(counting.awrite(add_one))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        release.set()
        await counting.awrite(add_one)

    asyncio.run(leave())
    assert counting.read(value) == 1


def two_counters(url: str) -> Database:
    database = Database(url)
    _Tables.metadata.create_all(database.engine)
    database.write(lambda session: session.add_all([Counter(id=1, value=0), Counter(id=2, value=0)]))
    return database


def test_two_that_meet_head_on_both_get_through(postgresql_url: str) -> None:
    one, other = two_counters(postgresql_url), Database(postgresql_url)  # two processes: they share no commit
    both_hold_one = threading.Barrier(2)

    def add(database: Database, first: int, second: int) -> int:
        seen: list[int] = []

        def use_case(session: Session) -> None:
            session.get_one(Counter, first, with_for_update=True).value += 1
            seen.append(first)
            if len(seen) == 1:
                both_hold_one.wait(10)
            session.get_one(Counter, second, with_for_update=True).value += 1

        database.write(use_case)
        return len(seen)

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(add, (one, other), (1, 2), (2, 1)))
    assert max(runs) > 1
    assert one.read(lambda session: session.scalars(sa.select(Counter.value)).all()) == [2, 2]
    one.close()
    other.close()


def test_a_connection_that_breaks_before_the_commit_costs_nobody_anything(postgresql_url: str) -> None:
    database = two_counters(postgresql_url)
    runs: list[int] = []

    def lose_the_connection_once(session: Session) -> None:
        runs.append(add_one(session))
        session.flush()
        if len(runs) == 1:
            session.execute(sa.select(sa.func.pg_terminate_backend(sa.func.pg_backend_pid())))

    database.write(lose_the_connection_once)
    assert runs == [1, 1]
    assert database.read(lambda session: session.scalar(sa.select(Counter.value).where(Counter.id == 1))) == 1
    database.close()


def clash() -> sa.exc.OperationalError:
    refused = psycopg.errors.DeadlockDetected("deadlock detected")
    return sa.exc.OperationalError("UPDATE counter", {}, refused)


def test_who_clashes_every_time_is_told_to_come_back_and_the_others_are_served(counting: Database) -> None:
    runs: list[int] = []

    def unlucky(session: Session) -> None:
        runs.append(add_one(session))
        raise clash()

    release = hold_writer(counting)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(counting.write, use_case) for use_case in (unlucky, add_one)]
        release.set()
        with pytest.raises(Busy) as refusal:
            answers[0].result(30)
        assert answers[1].result(30) == 1
    assert len(runs) in (TRIES, TRIES + 1)  # once more where it shared a commit at first
    assert isinstance(refusal.value.__cause__, sa.exc.OperationalError)
    assert counting.read(value) == 1


def test_a_database_that_comes_back_is_used_again(counting: Database, tmp_path: Path) -> None:
    path = tmp_path / "counter.sqlite3"
    counting.engine.dispose()
    away = path.rename(tmp_path / "away.sqlite3")
    path.mkdir()
    with pytest.raises(Unavailable):
        counting.write(add_one)
    path.rmdir()
    away.rename(path)
    assert counting.write(add_one) == 1
