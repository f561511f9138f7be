"""What workers do with facts whose reactions fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from events import outbox
from events.facts import EventPublished
from events.storage import Session, new_id
from service.clock import real_now
from service.processes import work
from service.wiring import Runtime
from tests.support.life import NOW
from tests.support.running import make_runtime


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 10), (3, 80), (60, 3600)])
def test_a_reaction_that_fails_waits_longer_each_time_and_an_hour_at_most(
    runtime: Runtime, attempts: int, seconds: int
) -> None:
    def happen(session: Session) -> None:
        fact = EventPublished(organiser_id=new_id(), event_id=new_id())  # of an event that is not there
        outbox.record(session, fact, now=NOW, by="clock")

    runtime.database.write(happen)
    (fact_id,) = runtime.database.read(lambda session: outbox.unsettled(session, real_now=real_now()))

    def fail_often(session: Session) -> None:
        session.get_one(outbox.FactRow, fact_id).attempts = attempts

    runtime.database.write(fail_often)
    before = real_now()
    work.react_to(runtime, [fact_id])
    row = runtime.database.read(lambda session: session.scalars(sa.select(outbox.FactRow)).one())
    pause = timedelta(seconds=seconds)
    assert (row.attempts, row.settled_at) == (attempts + 1, None)
    assert row.retry_at is not None
    assert before + pause <= row.retry_at <= real_now() + pause
