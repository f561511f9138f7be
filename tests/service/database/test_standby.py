"""An event loop that stands by for a writer's batch: held until its commit, never for longer than it may be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from service.database.standby import FROM, Standby
from service.database.turns import Waiting

PATIENCE = 30.0


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def batch(loop: asyncio.AbstractEventLoop, size: int) -> list[Waiting]:
    return [Waiting(lambda _session: None, None, answer=loop.create_future()) for _ in range(size)]


def goes_on(loop: asyncio.AbstractEventLoop, within: float) -> bool:
    """Tell whether the loop comes to what it is asked now."""
    reached = threading.Event()
    loop.call_soon_threadsafe(reached.set)
    return reached.wait(within)


def test_a_loop_waits_for_the_commit_of_many(loop: asyncio.AbstractEventLoop) -> None:
    standby = Standby(longest=PATIENCE)
    standby.begin(batch(loop, FROM))
    assert not goes_on(loop, within=0.05)
    standby.end()
    assert goes_on(loop, within=PATIENCE)


def test_a_loop_goes_on_by_itself_where_the_commit_does_not_come(loop: asyncio.AbstractEventLoop) -> None:
    Standby(longest=0.01).begin(batch(loop, FROM))
    assert goes_on(loop, within=PATIENCE)


def test_a_loop_does_not_wait_for_few(loop: asyncio.AbstractEventLoop) -> None:
    Standby(longest=10 * PATIENCE).begin(batch(loop, FROM - 1))
    assert goes_on(loop, within=PATIENCE)


def test_workers_have_no_loop_to_hold_and_a_closed_one_is_no_harm() -> None:
    standby = Standby()
    standby.begin([Waiting(lambda _session: None, None) for _ in range(FROM)])
    gone = asyncio.new_event_loop()
    waiting = batch(gone, FROM)
    gone.close()
    standby.begin(waiting)
    standby.end()
