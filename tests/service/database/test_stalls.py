"""A use-case that hangs is told once, with the place where it hangs, by the log, the page, the doctor and the check."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from events.storage import Session
from service.database.stalls import StallWatch
from service.database.transactions import Database
from service.doctor.data import check_writer
from service.doctor.findings import Verdict
from service.wiring import Runtime
from tests.support.polling import until
from tests.support.running import make_runtime


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path)
    yield made
    made.close()


@contextmanager
def hanging(database: Database) -> Generator[None]:
    """Have a use-case hang, with its transaction open, until the block is left."""
    begun, release = threading.Event(), threading.Event()

    def hang_here(session: Session) -> None:
        session.execute(sa.text("SELECT 1"))
        begun.set()
        release.wait(60)

    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(database.write, hang_here)
        assert begun.wait(20)
        try:
            yield
        finally:
            release.set()
        answer.result()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "service.database.stalls"]


def test_stall_is_told_once_with_its_place_and_so_is_its_end(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    watch = StallWatch(database, after=timedelta(microseconds=1))
    with caplog.at_level(logging.WARNING, logger="service.database.stalls"):
        watch.look()
        with hanging(database):
            watch.look()
            watch.look()
        until(lambda: not database.at_work(), what="the writer is free")
        watch.look()
        watch.look()
    stalled, over = told(caplog)
    assert stalled.startswith("a use-case has waited ")
    assert "hang_here" in stalled
    assert over == "the database is written to again"


def test_waits_are_counted_from_the_moment_of_asking(sqlite_database: Database) -> None:
    """SQLite has one writer: whoever comes behind one that hangs waits with it, and the oldest counts."""
    assert sqlite_database.longest_wait() == 0.0
    with ThreadPoolExecutor(1) as caller:
        with hanging(sqlite_database):
            behind = caller.submit(sqlite_database.write, lambda session: session.scalar(sa.select(sa.literal(7))))
            [writing] = sqlite_database.at_work().values()
            assert sqlite_database.longest_wait() >= writing > 0.0
        assert behind.result() == 7
    until(lambda: not sqlite_database.at_work(), what="the writer is free")
    assert sqlite_database.longest_wait() == 0.0


def test_doctor_tells_of_a_transaction_that_is_left_open(runtime: Runtime) -> None:
    def verdict() -> Verdict:
        return check_writer(runtime).verdict

    assert verdict() is Verdict.GOOD
    with hanging(runtime.database):
        until(lambda: verdict() is Verdict.BAD, seconds=40, what="the doctor finds it")
    assert verdict() is Verdict.GOOD
