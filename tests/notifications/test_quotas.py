"""The relay's day: who goes first, when it begins anew, and that all processes count together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from events.storage import Session
from notifications import quotas
from notifications.quotas import PRESETS, Quota, Rank, Used, rank_of
from tests.support.life import Life

NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")


def test_ranks_are_priorities() -> None:
    assert [rank_of(each) for each in range(1, 8)] == [
        *[Rank.URGENT] * 3,
        *[Rank.ROUTINE] * 2,
        *[Rank.PROMOTION] * 2,
    ]


def test_promotion_waits_first_and_confirmations_last() -> None:
    def left(taken: int) -> list[int]:
        day = Used(Quota(500), [(NOW, taken)], NOW)
        return [day.left(rank) for rank in (Rank.URGENT, Rank.ROUTINE, Rank.PROMOTION)]

    assert left(0) == [500, 425, 300]
    assert left(300) == [200, 125, 0]
    assert left(425) == [75, 0, 0]
    assert left(500) == [0, 0, 0]


def test_a_day_of_the_calendar_begins_at_its_midnight() -> None:
    quota = Quota(10, JAKARTA)
    assert quota.begin(NOW) == datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert Used(quota, [(NOW, 10)], NOW).free_at(Rank.URGENT) == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_a_rolling_day_frees_hour_by_hour_and_never_too_early() -> None:
    quota = PRESETS["gmail"]
    assert quota.zone is None
    hours = [(datetime(2026, 11, 22, hour, tzinfo=UTC), 250) for hour in (1, 5)]
    free = Used(quota, hours, NOW).free_at(Rank.URGENT)
    # What was sent at 01.59 counts until 01.59 tomorrow.
    assert free == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert quota.begin(free) > hours[0][0]


def _count(life: Life, number: int, at: datetime) -> None:
    def use_case(session: Session) -> None:
        quotas.lock(session, "relay", real_now=at)
        quotas.count(session, "relay", number, real_now=at)

    life.database.write(use_case)


def test_what_was_not_handed_over_is_given_back(life: Life) -> None:
    _count(life, 7, NOW)
    _count(life, -3, NOW)
    _count(life, 2, NOW - timedelta(hours=20))
    _count(life, 5, NOW - timedelta(hours=30))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(10), real_now=NOW))
    assert day.taken == 6
    life.database.write(lambda session: quotas.prune(session, real_now=NOW + timedelta(days=4)))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(10), real_now=NOW))
    assert day.taken == 0


def test_a_crowd_counts_each_once(life: Life) -> None:
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: _count(life, 1, NOW), range(40)))
    day = life.database.read(lambda session: quotas.used(session, "relay", Quota(100), real_now=NOW))
    assert day.taken == 40
