"""The pace of one provider: a small burst, then one after the other; half as fast when it asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifications.transport import pacing
from notifications.transport.pacing import Pace
from tests.support.life import Life

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_a_bucket_holds_ten_seconds() -> None:
    fresh = Pace(60, NOW, NOW)
    assert fresh.free() == 10
    drained = Pace(60, fresh.after(10), NOW)
    assert drained.free() == 0
    assert Pace(60, drained.full_at, NOW + timedelta(seconds=3)).free() == 3
    assert Pace(60, drained.full_at, NOW + timedelta(minutes=5)).free() == 10, "it never holds more"


def test_a_slow_provider_gets_one_at_a_time() -> None:
    fresh = Pace(2, NOW, NOW)
    assert fresh.free() == 1
    assert Pace(2, fresh.after(1), NOW).wait(0) == timedelta(seconds=30)


def test_who_waits_goes_in_groups_in_their_order() -> None:
    drained = Pace(60, NOW + timedelta(seconds=10), NOW)
    waits = [drained.wait(place).total_seconds() for place in range(7)]
    assert waits == [5, 5, 5, 5, 5, 10, 10]


def test_only_domains_with_a_pace_are_limited(life: Life) -> None:
    paces = {"gmail.com": 60}
    found = life.database.write(
        lambda session: dict(pacing.paces_of(session, {"gmail.com", "example.org"}, paces, real_now=NOW))
    )
    assert {domain: pace.per_minute for domain, pace in found.items()} == {"gmail.com": 60}


def test_a_provider_that_asks_is_slowed_for_an_hour_and_further_when_it_asks_again(life: Life) -> None:
    def slow() -> None:
        life.database.write(lambda session: pacing.slow_down(session, "gmail.com", {"gmail.com": 60}, real_now=NOW))

    def pace(at: datetime) -> int:
        return life.database.write(
            lambda session: pacing.paces_of(session, ["gmail.com"], {"gmail.com": 60}, real_now=at)
        )["gmail.com"].per_minute

    slow()
    assert pace(NOW) == 30
    slow()
    assert pace(NOW) == 15
    for _ in range(5):
        slow()
    assert pace(NOW) == pacing.SLOWEST
    later = NOW + pacing.SLOWED_FOR + timedelta(seconds=1)
    assert pace(later) == 60
    assert life.database.read(lambda session: pacing.slowed(session, real_now=later)) == []
