"""One limit in one process and in several: what it lets through, whom it asks, and what it does when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from service.limits.limiter import MOST_CLIENTS, Limiter, TooManyRequests
from service.limits.shared_counts import SharedCounts
from tests.support.counts import CountsApart, CountsInMemory, Watch

MINUTE = timedelta(minutes=1)
SECRET = "s" * 32


def limiter(most: int, watch: Watch, counts: SharedCounts | None = None, name: str = "posts") -> Limiter:
    counts = CountsInMemory(watch) if counts is None else counts
    return Limiter(name, most, MINUTE, counts=counts, secret_key=SECRET, monotonic=watch)


def let_through(limiters: Sequence[Limiter], times: int, subject: str = "192.0.2.1") -> int:
    """Return how many of `times` requests get through that come to the processes in turn."""

    async def run() -> int:
        passed = 0
        for number in range(times):
            try:
                await limiters[number % len(limiters)].count(subject)
            except TooManyRequests:
                continue
            passed += 1
        return passed

    return asyncio.run(run())


@pytest.mark.parametrize("most", [1, 7, 20, 60, 600])
def test_one_process_lets_through_exactly_the_limit(most: int) -> None:
    watch = Watch()
    one = limiter(most, watch)
    assert let_through([one], 3 * most) == most
    assert let_through([one], 3, "192.0.2.2") == min(3, most)
    watch.seconds += 61
    assert let_through([one], 3 * most) == most


@pytest.mark.parametrize("processes", [2, 5])
def test_processes_together_let_through_the_limit_and_not_each_of_them(processes: int) -> None:
    """Before, every process had its own bucket: five of them let through five times the limit."""
    watch = Watch()
    counts = CountsInMemory(watch)
    assert let_through([limiter(19, watch, counts) for _ in range(processes)], 200) == 19
    wide = [limiter(600, watch, counts, "wide") for _ in range(processes)]
    assert 600 - processes * 12 <= let_through(wide, 6000) <= 600 + (processes - 1) * 30
    apart = [limiter(19, watch, CountsApart()) for _ in range(processes)]
    assert let_through(apart, 200) == processes * 19


def test_a_crowd_at_once_is_counted_as_one_after_the_other() -> None:
    watch = Watch()
    counts = CountsInMemory(watch)
    limiters = [limiter(50, watch, counts) for _ in range(3)]

    async def run() -> int:
        told = await asyncio.gather(
            *(limiters[number % 3].count("192.0.2.1") for number in range(300)), return_exceptions=True
        )
        return sum(each is None for each in told)

    # A twentieth of 50 is let through unasked by each process.
    assert 50 - 3 <= asyncio.run(run()) <= 50 + 2 * 2


def test_nobody_is_asked_about_who_comes_seldom_nor_about_who_is_refused() -> None:
    watch = Watch()
    counts = CountsInMemory(watch)
    one = limiter(600, watch, counts)
    for number in range(100):
        assert let_through([one], 30, f"192.0.2.{number}") == 30
    assert counts.asked == 0
    assert let_through([one], 570, "192.0.2.1") == 570
    asked = counts.asked
    assert asked <= 570 / 12 + 1
    assert let_through([one], 1000, "192.0.2.1") == 0
    assert counts.asked == asked + 1


def test_what_leaves_the_process_tells_nobody_the_address() -> None:
    watch = Watch()
    counts = CountsInMemory(watch)
    let_through([limiter(1, watch, counts)], 1, "192.0.2.1")
    let_through([limiter(1, watch, counts, "other")], 1, "192.0.2.1")
    first, second = counts.keys
    assert first.startswith("posts.")
    assert second.startswith("other.")
    assert first.partition(".")[2] != second.partition(".")[2]
    assert "192" not in first
    assert len(first) <= 64


def test_retry_after_is_when_it_goes_on() -> None:
    watch = Watch()
    one = limiter(7, watch)
    let_through([one], 7)
    watch.seconds += 20
    with pytest.raises(TooManyRequests) as refused:
        asyncio.run(one.count("192.0.2.1"))
    assert (refused.value.retry_after, refused.value.nth) == (40, 1)
    with pytest.raises(TooManyRequests) as again:
        asyncio.run(one.count("192.0.2.1"))
    assert again.value.nth == 2
    watch.seconds += refused.value.retry_after
    asyncio.run(one.count("192.0.2.1"))


def test_while_nobody_answers_each_process_keeps_the_limit_by_itself_and_asks_seldom() -> None:
    watch = Watch()
    counts = CountsInMemory(watch)
    counts.away = True
    one = limiter(60, watch, counts)
    assert let_through([one], 100) == 60
    assert counts.asked == 1
    counts.away = False
    watch.seconds += 61
    assert let_through([one], 100) == 60


def test_a_subject_may_have_another_number_or_none() -> None:
    watch = Watch()
    one = limiter(20, watch)
    looked_up = 0

    async def run(allowing: int) -> int:
        async def allowed(most: int) -> int:
            nonlocal looked_up
            assert most == 20
            looked_up += 1
            return allowing

        passed = 0
        for _ in range(100):
            try:
                await one.count(f"event-{allowing}", allowed=allowed)
            except TooManyRequests:
                continue
            passed += 1
        return passed

    assert asyncio.run(run(30)) == 30
    assert looked_up == 30
    assert asyncio.run(run(0)) == 100


def test_zero_means_no_limit() -> None:
    watch = Watch()
    counts = CountsInMemory(watch)
    assert let_through([limiter(0, watch, counts)], 1000) == 1000
    assert counts.asked == 0


def test_who_is_forgotten_here_is_still_known_where_all_count() -> None:
    watch = Watch()
    one = limiter(1, watch)
    assert let_through([one], 1, "client-0") == 1
    for number in range(1, MOST_CLIENTS + 1):
        one._tally_of(f"client-{number}")  # pyright: ignore[reportPrivateUsage] # 50,000 clients, quickly
    assert let_through([one], 1, "client-0") == 0
