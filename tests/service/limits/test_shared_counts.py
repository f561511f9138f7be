"""Counting where all processes count: windows that begin with the first hit and end by themselves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.limits import rate_counts
from service.limits.rate_counts import Counted, RateCount
from service.limits.shared_counts import CountsUnavailableError, DatabaseCounts, RedisCounts
from tests.support.polling import until
from tests.support.valkey import Valkey, free_port

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_window_in_the_database_begins_with_its_first_hit_and_begins_anew(database: Any) -> None:
    def add(amount: int, minutes: int, key: str = "a") -> Counted:
        at = NOW + timedelta(minutes=minutes)
        counted: Counted = database.write(lambda s: rate_counts.add(s, key, amount, within=HOUR, real_now=at))
        return counted

    assert [add(1, 0), add(5, 10), add(1, 59), add(2, 60), add(1, 61)] == [
        Counted(1, 3600.0),
        Counted(6, 3000.0),
        Counted(7, 60.0),
        Counted(2, 3600.0),
        Counted(3, 3540.0),
    ]
    assert add(4, 61, "b") == Counted(4, 3600.0)


def test_windows_that_have_ended_are_dropped(database: Any) -> None:
    database.write(lambda s: rate_counts.add(s, "old", 1, within=HOUR, real_now=NOW - 2 * HOUR))
    database.write(lambda s: rate_counts.add(s, "new", 1, within=HOUR, real_now=NOW))
    database.write(lambda s: rate_counts.prune(s, real_now=NOW))
    assert database.read(lambda s: s.scalars(sa.select(RateCount.key_hash)).all()) == ["new"]


def test_hits_at_once_are_all_counted(database: Any) -> None:
    counts = DatabaseCounts(database)

    async def run() -> list[int]:
        return [each.hits for each in await asyncio.gather(*(counts.add("a", 1, HOUR) for _ in range(50)))]

    assert sorted(asyncio.run(run())) == list(range(1, 51))


def test_a_window_in_redis_ends_by_itself(valkey: Valkey) -> None:
    counts = RedisCounts(valkey.url)

    async def add() -> Counted:
        return await counts.add("a", 2, timedelta(seconds=1))

    async def run() -> list[int]:
        return [(await add()).hits for _ in range(2)]

    assert asyncio.run(run()) == [2, 4]
    until(lambda: asyncio.run(add()).hits == 2, what="the window has ended")
    counts.close()


def test_a_redis_that_is_not_there_is_told() -> None:
    counts = RedisCounts(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(CountsUnavailableError):
        asyncio.run(counts.add("a", 1, HOUR))
    counts.close()
