"""One read serves everybody who asked before it began, and nobody who asked later."""

from __future__ import annotations

import asyncio
import threading

import pytest

from events.storage import ReadSession
from service.database.shared_reads import SharedReads
from tests.support.databases import Database


class Source:
    """A query that counts how often it is run; each run waits for leave."""

    def __init__(self) -> None:
        self.runs = 0
        self.begun = threading.Semaphore(0)
        self.leave = threading.Semaphore(0)

    def __call__(self, _session: ReadSession) -> int:
        self.runs += 1
        found = self.runs
        self.begun.release()
        assert self.leave.acquire(timeout=30)
        return found


async def _has_begun(source: Source) -> None:
    await asyncio.to_thread(source.begun.acquire, timeout=30)


def test_who_asks_during_a_read_gets_the_next_one_together_with_the_others(database: Database) -> None:
    source, reads = Source(), SharedReads(database)

    async def crowd() -> list[int]:
        first = asyncio.create_task(reads.get("event", source))
        await _has_begun(source)
        later = [asyncio.create_task(reads.get("event", source)) for _ in range(20)]
        await asyncio.sleep(0)
        source.leave.release(2)
        return [await first, *await asyncio.gather(*later)]

    assert asyncio.run(crowd()) == [1] + [2] * 20
    assert source.runs == 2


def test_nothing_is_kept(database: Database) -> None:
    source, reads = Source(), SharedReads(database)
    source.leave.release(2)

    async def twice() -> list[int]:
        return [await reads.get("event", source), await reads.get("event", source)]

    assert asyncio.run(twice()) == [1, 2]


def test_different_keys_are_different_reads(database: Database) -> None:
    reads = SharedReads(database)

    async def both() -> tuple[str, str]:
        one, two = await asyncio.gather(reads.get("one", lambda _: "one"), reads.get("two", lambda _: "two"))
        return one, two

    assert asyncio.run(both()) == ("one", "two")


def test_a_failure_reaches_everybody_who_waited_and_nobody_after_them(database: Database) -> None:
    reads, wrong = SharedReads(database), [True]

    def query(_session: ReadSession) -> str:
        if wrong:
            raise LookupError
        return "found"

    async def ask() -> tuple[list[object], str]:
        asked = [reads.get("event", query) for _ in range(3)]
        refused: list[object] = list(await asyncio.gather(*asked, return_exceptions=True))
        wrong.clear()
        return refused, await reads.get("event", query)

    refused, found = asyncio.run(ask())
    assert [type(each) for each in refused] == [LookupError] * 3
    assert found == "found"


def test_who_goes_away_takes_the_answer_from_nobody(database: Database) -> None:
    source, reads = Source(), SharedReads(database)

    async def leave() -> tuple[bool, int]:
        gone, stays = (asyncio.create_task(reads.get("event", source)) for _ in range(2))
        await _has_begun(source)
        gone.cancel()
        source.leave.release()
        found = await stays
        with pytest.raises(asyncio.CancelledError):
            await gone
        return gone.cancelled(), found

    assert asyncio.run(leave()) == (True, 1)


def test_a_loop_that_ends_leaves_nothing_behind(database: Database) -> None:
    source, reads = Source(), SharedReads(database)

    async def give_up() -> None:
        asked = asyncio.create_task(reads.get("event", source))
        await _has_begun(source)
        source.leave.release()
        asked.cancel()

    asyncio.run(give_up())
    source.leave.release()
    assert asyncio.run(reads.get("event", source)) == 2
