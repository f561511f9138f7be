"""The database is the truth and the broker is a doorbell: lost bells, double bells, and the clock's own work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from events.models import Stage
from events.outbox import FactRow
from notifications.models.email import Email
from service import presence
from service.broker import QUEUES
from service.clock import FileClock, real_now, set_clock
from service.processes.ticker import tick
from service.processes.work import react_to
from service.wiring import Runtime
from tests.support.life import NOW, STARTS_AT, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, settled, unsettled, workers


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime whose business clock stands at the tests' now."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(database_url, tmp_path, clock_file=clock)
    yield made
    made.close()


@pytest.fixture
def held(runtime: Runtime) -> Life:
    """A library whose events live in the runtime's own database."""
    return Life(runtime.database, runtime.database.write(add_organiser))


def test_bell_after_the_commit_settles_every_fact(runtime: Runtime, held: Life) -> None:
    with workers(runtime):
        event_id = held.webinar()
        for person in range(30):
            held.register(event_id, person)
        settled(runtime)


def test_facts_without_a_bell_are_found_by_the_tick(runtime: Runtime, held: Life) -> None:
    held.register(held.webinar())  # nobody has hung up a bell yet
    assert unsettled(runtime) > 0
    with workers(runtime):
        settled(runtime)


def test_facts_are_reacted_to_once_though_the_bell_rings_eight_times(runtime: Runtime, held: Life) -> None:
    held.register(held.webinar())
    ids = runtime.database.read(lambda session: session.scalars(sa.select(FactRow.id)).all())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: react_to(runtime, ids), range(8)))
    wanted = sa.select(FactRow).where(FactRow.id.in_(ids))  # reacting leaves facts of its own
    rows = runtime.database.read(lambda session: session.scalars(wanted).all())
    assert [row.settled_at is not None for row in rows] == [True] * len(ids)
    assert [row.attempts for row in rows] == [0] * len(ids)
    mails = runtime.database.read(lambda session: session.scalars(sa.select(Email.kind)).all())
    assert sorted(mails) == ["confirmation", "reminder_1d", "reminder_1h", "reminder_7d"]


def test_clock_starts_and_ends_an_event(runtime: Runtime, held: Life) -> None:
    event_id = held.webinar()
    clock_file = runtime.settings.clock_file
    assert clock_file is not None
    tick(runtime)
    assert held.event(event_id).stage is Stage.REGISTRATION_OPEN
    set_clock(clock_file, STARTS_AT)
    tick(runtime)
    assert held.event(event_id).stage is Stage.LIVE
    set_clock(clock_file, held.event(event_id).ends_at)
    tick(runtime)
    tick(runtime)
    assert held.event(event_id).stage is Stage.ENDED


def test_eight_processes_tick_at_once_and_the_event_starts_once(runtime: Runtime, held: Life) -> None:
    held.webinar()
    clock_file = runtime.settings.clock_file
    assert clock_file is not None
    set_clock(clock_file, STARTS_AT)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tick(runtime), range(8)))
    started = sa.select(sa.func.count()).select_from(FactRow).where(FactRow.name == "EventStarted")
    assert runtime.database.read(lambda session: session.scalar(started)) == 1


def test_living_processes_are_known_and_leave_when_they_stop(runtime: Runtime) -> None:
    def unread() -> tuple[str, ...]:
        return runtime.database.read(lambda session: presence.unread_queues(session, QUEUES, real_now=real_now()))

    assert unread() == QUEUES
    with workers(runtime, ("facts", "emails")):
        until(lambda: unread() == ("texts", "posts", "certificates", "recordings"), what="the process is known")
    assert unread() == QUEUES


def test_moved_clock_tells_the_moment_it_was_set_to(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    assert abs((clock.now() - real_now()).total_seconds()) < 60
    set_clock(tmp_path / "clock", NOW)
    assert 0 <= (clock.now() - NOW).total_seconds() < 60
