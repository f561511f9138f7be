"""Reads of the last 2 seconds are not done twice, and failures are not kept."""

from __future__ import annotations

import asyncio

import pytest

from service.web.recent import Recent


class Source:
    """Counts how often it is read; fails first if told so."""

    def __init__(self, *, failures: int = 0) -> None:
        self.reads = 0
        self._failures = failures

    async def load(self) -> int:
        self.reads += 1
        await asyncio.sleep(0)
        if self.reads <= self._failures:
            raise LookupError
        return self.reads


def test_a_crowd_waits_for_one_read() -> None:
    source, recent = Source(), Recent(fresh_for=60)

    async def crowd() -> list[int]:
        return await asyncio.gather(*(recent.get("event", source.load) for _ in range(100)))

    assert asyncio.run(crowd()) == [1] * 100
    assert source.reads == 1


def test_what_is_older_is_read_again() -> None:
    source, recent = Source(), Recent(fresh_for=0)

    async def twice() -> list[int]:
        return [await recent.get("event", source.load), await recent.get("event", source.load)]

    assert asyncio.run(twice()) == [1, 2]


def test_a_failure_reaches_those_who_asked_and_nobody_after_them() -> None:
    source, recent = Source(failures=1), Recent(fresh_for=60)

    async def ask() -> int:
        with pytest.raises(LookupError):
            await recent.get("event", source.load)
        return await recent.get("event", source.load)

    assert asyncio.run(ask()) == 2


def test_a_visitor_who_leaves_takes_the_answer_from_nobody() -> None:
    source, recent = Source(), Recent(fresh_for=60)

    async def leave() -> int:
        first = asyncio.create_task(recent.get("event", source.load))
        await asyncio.sleep(0)
        second = asyncio.create_task(recent.get("event", source.load))
        first.cancel()
        return await second

    assert asyncio.run(leave()) == 1


def test_no_more_is_kept_than_fits() -> None:
    source, recent = Source(), Recent(fresh_for=60, size=2)

    async def fill() -> int:
        for key in ("a", "b", "c"):
            await recent.get(key, source.load)
        await recent.get("a", source.load)
        return source.reads

    assert asyncio.run(fill()) == 4
