"""Counting for several limiters in one test, without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from service.limits.rate_counts import Counted
from service.limits.shared_counts import CountsUnavailableError


class Watch:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class CountsInMemory:
    """Shared counts of limiters in one process; `asked` says how often, `away` that nobody answers."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[str, tuple[int, float]] = {}
        self.asked = 0
        self.away = False

    async def add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        """Count."""
        self.asked += 1
        if self.away:
            raise CountsUnavailableError from ConnectionError("away")
        now = self._monotonic()
        hits, ends = self._windows.get(key_hash, (0, 0.0))
        if ends <= now:
            hits, ends = 0, now + within.total_seconds()
        self._windows[key_hash] = (hits + amount, ends)
        return Counted(hits + amount, ends - now)

    def close(self) -> None:
        """Do nothing."""

    @property
    def keys(self) -> list[str]:
        """The keys that were counted under."""
        return list(self._windows)


class CountsApart:
    """The control: every limiter counts for itself, as the service did once."""

    async def add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        """Refuse to count together."""
        del key_hash, amount, within
        raise CountsUnavailableError

    def close(self) -> None:
        """Do nothing."""
