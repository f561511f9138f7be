"""What a killed process held waits for its lease where others may be at work, and for nobody where none can be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from events import deliveries
from events.storage import new_id
from notifications.models.email import Email
from service import presence
from service.clock import real_now
from service.tables import metadata
from service.takeover import HELD, take_over
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import make_runtime, settled, workers


@pytest.fixture
def runtime(sqlite_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(sqlite_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def held(runtime: Runtime) -> deliveries.Claim:
    """An e-mail that somebody has claimed for an hour."""
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar()
    with workers(runtime, ("facts",)):
        life.register(event_id)
        settled(runtime)
    claim = runtime.database.write(
        lambda session: deliveries.claim(
            session, Email, now=NOW, real_now=real_now(), limit=1, lease=timedelta(hours=1), only=(Email.due_at <= NOW,)
        )
    )
    assert len(claim.ids) == 1
    return claim


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
