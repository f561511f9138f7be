"""What a killed process held waits for its lease where others may be at work, and for nobody where none can be."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from events import deliveries
from events.storage import new_id
from notifications.models.email import Email
from service import presence
from service.clock import real_now
from service.database.outages import Unavailable
from service.database.transactions import Database
from service.processes.heartbeat import Heartbeat
from service.processes.takeover import LONGEST_LOOK, SILENT_FOR, Watch, take_over
from service.queues import HELD
from service.tables import metadata
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import make_runtime, settled, workers


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def held(runtime: Runtime) -> deliveries.Claim:
    """An e-mail that somebody who did not say who they are has claimed for an hour."""
    write_email(runtime)
    claimed = claim_email(runtime.database)
    assert len(claimed.ids) == 1
    return claimed


def write_email(runtime: Runtime) -> None:
    """Have a confirmation written that is due."""
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar()
    with workers(runtime, ("facts",)):
        life.register(event_id)
        settled(runtime)


def claim_email(by: Database) -> deliveries.Claim:
    """Claim it for an hour, by the database of some process."""
    return by.write(
        lambda session: deliveries.claim(
            session, Email, now=NOW, real_now=real_now(), limit=1, lease=timedelta(hours=1), only=(Email.due_at <= NOW,)
        )
    )


def is_lost(runtime: Runtime) -> bool:
    later = real_now() + timedelta(seconds=1)
    return runtime.database.read(lambda session: deliveries.has_lost(session, Email, real_now=later))


def announce(runtime: Runtime, *, host: str, pid: int, queues: list[str]) -> None:
    now = real_now()
    row = presence.Process(id=new_id(), role="serve", host=host, pid=pid, queues=queues, started_at=now, seen_at=now)
    runtime.database.write(lambda session: session.add(row))


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_only_worker_takes_over_at_once(runtime: Runtime, held: deliveries.Claim) -> None:
    assert not is_lost(runtime)
    assert take_over(runtime) == len(held.ids)
    assert is_lost(runtime)
    assert take_over(runtime) == 0


def test_predecessor_that_was_seen_a_moment_ago_is_dead_if_its_number_says_so(
    runtime: Runtime, held: deliveries.Claim
) -> None:
    host = socket.gethostname()[:100]
    announce(runtime, host=host, pid=dead_pid(), queues=["emails"])
    announce(runtime, host=host, pid=os.getpid(), queues=["emails"])  # a container gives the same number again
    assert take_over(runtime) == len(held.ids)


@pytest.mark.parametrize(("host", "here"), [("elsewhere", False), (socket.gethostname()[:100], True)])
def test_living_worker_keeps_what_it_holds(runtime: Runtime, held: deliveries.Claim, host: str, here: bool) -> None:
    announce(runtime, host=host, pid=os.getppid() if here else 1, queues=["emails"])
    assert take_over(runtime) == 0
    assert held.ids
    assert not is_lost(runtime)


def test_process_without_queues_holds_nothing(runtime: Runtime, held: deliveries.Claim) -> None:
    announce(runtime, host="elsewhere", pid=1, queues=[])
    assert take_over(runtime) == len(held.ids)


def test_nothing_is_taken_over_where_a_broker_connects_many_workers(
    runtime: Runtime, held: deliveries.Claim, tmp_path: Path
) -> None:
    url = runtime.settings.database_address
    other = make_runtime(url, tmp_path / "other", broker_url=SecretStr("redis://127.0.0.1:1"))
    assert take_over(other) == 0
    other.close()
    assert held.ids
    assert not is_lost(runtime)


def test_everything_that_is_claimed_is_known() -> None:
    tables = {name for name, table in metadata.tables.items() if "lease_token" in table.columns}
    assert {model.__tablename__ for model in HELD} == tables  # type: ignore[attr-defined] # every one is a table


# ---------------------------------------------------------------- side by side


class Stopwatch:
    """The time of one watching process, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def other(runtime: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """A second process on the same database."""
    made = make_runtime(runtime.settings.database_address, tmp_path / "other")
    yield made
    made.close()


def look_for(watch: Watch, time: Stopwatch, seconds: float) -> int:
    """Look every second for so long; return how many leases were ended."""
    ended = 0
    for _ in range(round(seconds)):
        time.seconds += 1
        ended += watch.look()
    return ended


def heartbeat(runtime: Runtime) -> Heartbeat:
    """Announce a process that works off e-mails, and go on announcing it."""
    beating = Heartbeat(runtime, role="test", queues=["emails"])
    beating.start()
    return beating


def beat(runtime: Runtime) -> None:
    """Announce a process once more."""
    runtime.database.write(
        lambda session: presence.announce(
            session, runtime.process_id, role="work", queues=["emails"], real_now=real_now()
        )
    )


def names_of(runtime: Runtime) -> set[object]:
    return set(runtime.database.read(presence.sightings))


def test_what_a_silent_process_held_is_given_back(runtime: Runtime, other: Runtime) -> None:
    beat(other)
    write_email(runtime)
    other.database.holder = other.process_id
    held = claim_email(other.database)
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=runtime.process_id, monotonic=time)
    assert watch.look() == 0  # seen for the first time
    assert look_for(watch, time, SILENT_FOR - 1) == 0
    assert not is_lost(runtime)
    assert look_for(watch, time, 1) == len(held.ids) == 1
    assert is_lost(runtime)
    assert names_of(runtime) == set()
    assert look_for(watch, time, SILENT_FOR * 2) == 0


def test_process_that_is_heard_of_keeps_what_it_holds_however_wrong_its_clock(runtime: Runtime, other: Runtime) -> None:
    write_email(runtime)
    other.database.holder = other.process_id
    assert claim_email(other.database).ids
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=runtime.process_id, monotonic=time)
    for number in range(5):
        behind = real_now() - timedelta(hours=3) + timedelta(seconds=number)
        runtime.database.write(
            lambda session, then=behind: presence.announce(  # type: ignore[misc] # a default binds the loop's value
                session, other.process_id, role="work", queues=["emails"], real_now=then
            )
        )
        assert look_for(watch, time, SILENT_FOR - 1) == 0
    assert not is_lost(runtime)


def test_only_the_dead_lose_what_they_held(runtime: Runtime, other: Runtime, held: deliveries.Claim) -> None:
    """What a living process holds, and what somebody holds who never said who they are, is left to its lease."""
    beat(other)
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=runtime.process_id, monotonic=time)
    assert look_for(watch, time, SILENT_FOR * 2) == 0
    assert names_of(runtime) == set()  # found dead, with empty hands
    assert held.ids
    assert not is_lost(runtime)


def test_whoever_watches_never_finds_itself_dead(runtime: Runtime) -> None:
    write_email(runtime)
    beat(runtime)
    runtime.database.holder = runtime.process_id
    assert claim_email(runtime.database).ids
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=runtime.process_id, monotonic=time)
    assert look_for(watch, time, SILENT_FOR * 2) == 0
    assert names_of(runtime) == {runtime.process_id}


def test_watcher_that_was_suspended_itself_declares_nobody_dead(runtime: Runtime, other: Runtime) -> None:
    beat(other)
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=runtime.process_id, monotonic=time)
    watch.look()
    time.seconds += 3600
    watch.look()
    assert look_for(watch, time, SILENT_FOR - LONGEST_LOOK - 1) == 0
    assert names_of(runtime) == {other.process_id}


def test_nobody_is_dead_who_could_not_write_that_he_lives(sqlite_url: str, tmp_path: Path) -> None:
    """The disk is full, or somebody holds the file: what was heard meanwhile was no silence."""
    runtime = make_runtime(sqlite_url, tmp_path)
    write_email(runtime)
    beat(runtime)
    time = Stopwatch()
    watch = Watch(runtime.database, own_id=new_id(), monotonic=time)
    assert look_for(watch, time, SILENT_FOR) == 0
    somebody = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        look_for(watch, time, 1)
    somebody.execute("ROLLBACK")
    somebody.close()
    assert look_for(watch, time, SILENT_FOR) == 0
    assert names_of(runtime) == {runtime.process_id}
    look_for(watch, time, 1)
    assert names_of(runtime) == set()  # the control: this is silence
    runtime.close()


def test_eight_watchers_bury_the_dead_once(runtime: Runtime, other: Runtime) -> None:
    beat(other)
    write_email(runtime)
    other.database.holder = other.process_id
    held = claim_email(other.database)
    times = [Stopwatch() for _ in range(8)]
    watches = [Watch(runtime.database, own_id=runtime.process_id, monotonic=time) for time in times]
    for watch in watches:
        watch.look()
    start = threading.Barrier(8, timeout=60)

    def bury(number: int) -> int:
        start.wait()
        return look_for(watches[number], times[number], SILENT_FOR)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(bury, range(8))) == len(held.ids) == 1


def test_process_that_comes_back_to_life_settles_nothing_and_is_known_again(runtime: Runtime, other: Runtime) -> None:
    beat(other)
    write_email(runtime)
    other.database.holder = other.process_id
    held = claim_email(other.database)
    time = Stopwatch()
    assert look_for(Watch(runtime.database, own_id=runtime.process_id, monotonic=time), time, SILENT_FOR + 1) == 1
    later = real_now() + timedelta(seconds=1)
    runtime.database.write(lambda session: deliveries.release_expired(session, Email, real_now=later))
    assert other.database.write(lambda session: deliveries.settle(session, Email, held.token, held.ids)) == 0
    beat(other)
    assert names_of(runtime) == {other.process_id}


def test_process_that_takes_its_leave_gives_back_what_it_did_not_finish(runtime: Runtime, other: Runtime) -> None:
    write_email(runtime)
    beating = heartbeat(other)
    held = claim_email(other.database)
    assert names_of(runtime) == {other.process_id}
    beating.stop()
    assert names_of(runtime) == set()
    assert held.ids
    assert is_lost(runtime)
    assert other.database.holder is None


def test_workers_claim_under_the_name_by_which_others_know_them(runtime: Runtime) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    life.register(life.webinar())
    with workers(runtime, ("facts",)):
        settled(runtime)
        assert names_of(runtime) == {runtime.process_id}
        assert runtime.database.holder == runtime.process_id
    assert names_of(runtime) == set()
