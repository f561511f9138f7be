"""Lets so many through in a while, whichever process they come to, and asks the others as rarely as that allows.

A process lets the first twentieth of a limit through by itself: nearly everybody stays below that, and costs a look
into a dictionary. Who comes more often is counted where all processes count (`service.limits.shared_counts`), what they
had before included, and permits are fetched some at a time. So N processes together let through the limit, and at most
a twentieth of it more for each further process. A client that has had its share is refused without asking anybody.

What is counted leaves the process as a keyed hash only, with a key that follows from the installation's secret and the
day: an address is personal data (UU PDP no. 27/2022), and yesterday's hashes cannot be joined with today's. At midnight
UTC windows begin anew.
"""

from __future__ import annotations

import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from events.errors import N_, Refused
from service.clock import real_now
from service.limits.shared_counts import CountsUnavailableError, SharedCounts

log = structlog.stdlib.get_logger("acara.limits")

MOST_CLIENTS = 50_000
"""Clients that are kept for each limit; the one that rested longest goes first. About 10 MB."""
_FREE_SHARE = 20
_PERMITS_SHARE = 50
_ALONE_FOR = 5.0
"""Seconds for which nobody is asked again once nobody could be."""


class TooManyRequests(Refused):
    """The client has to wait; `nth` counts its refusals in this process and window."""

    code = "too_many_requests"
    default = N_("Too many requests. Please wait %(seconds)s seconds and try again.")

    def __init__(self, retry_after: int, *, nth: int = 1) -> None:
        self.retry_after = retry_after
        self.nth = nth
        super().__init__(
            seconds=retry_after, minutes=math.ceil(retry_after / 60), hours=max(1, round(retry_after / 3600))
        )


@dataclass(slots=True)
class _Tally:
    """What one process knows of one client in one window."""

    ends: float
    own: int = 0
    """What was let through without asking, and whether the others know of it."""
    told: bool = False
    permits: int = 0
    refused: int = 0
    full: bool = False


class Limiter:
    """One limit: `most` of one subject `within` a while; 0: no limit."""

    def __init__(
        self,
        name: str,
        most: int,
        within: timedelta,
        *,
        counts: SharedCounts,
        secret_key: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to count; `name` keeps this limit's counts apart from those of others."""
        self._name = name
        self._most = most
        self._within = within
        self._free = most // _FREE_SHARE
        self._counts = counts
        self._secret = hmac.digest(secret_key.encode(), b"acara.limits." + name.encode(), "sha256")
        self._monotonic = monotonic
        self._alone_until = 0.0
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()

    async def count(self, subject: str, *, allowed: Callable[[int], Awaitable[int]] | None = None) -> None:
        """Count one more of `subject`. Raises `TooManyRequests`, which costs no write.

        `allowed` is told how many are by default and says how many are for this subject (0: any number); it is asked
        only for who is past the share that nobody is asked about.
        """
        if not self._most:
            return
        tally, now = self._tally_of(subject), self._monotonic()
        if tally.full:
            raise self._refusal(tally, now)
        if tally.own < self._free:
            tally.own += 1
        elif tally.permits:
            tally.permits -= 1
        else:
            most = self._most if allowed is None else await allowed(self._most)
            if most:
                await self._fetch(subject, tally, most)

    def _tally_of(self, subject: str) -> _Tally:
        now = self._monotonic()
        tally = self._tallies.get(subject)
        if tally is None or now >= tally.ends:
            tally = self._tallies[subject] = _Tally(now + self._within.total_seconds())
        self._tallies.move_to_end(subject)
        if len(self._tallies) > MOST_CLIENTS:
            self._tallies.popitem(last=False)
        return tally

    async def _fetch(self, subject: str, tally: _Tally, most: int) -> None:
        """Take permits for this request and some more, and tell what was let through before."""
        wanted, before = max(1, most // _PERMITS_SHARE), 0 if tally.told else tally.own
        tally.told = True
        now = self._monotonic()
        try:
            if now < self._alone_until:
                raise CountsUnavailableError
            counted = await self._counts.add(self._hash(subject), before + wanted, self._within)
        except CountsUnavailableError as error:
            if error.__cause__ is not None:
                log.warning("limits are counted in this process alone for a while", why=repr(error.__cause__))
                self._alone_until = now + _ALONE_FOR
            tally.told, tally.own = False, tally.own + 1
            granted = most - tally.own + 1
        else:
            granted = min(wanted, most - (counted.hits - wanted))
            tally.ends = now + counted.seconds
            tally.permits += max(0, granted - 1)
        if granted < 1:
            tally.full = True
            log.info("limit reached", limit=self._name, most=most, seconds=round(tally.ends - now))
            raise self._refusal(tally, now)

    def _refusal(self, tally: _Tally, now: float) -> TooManyRequests:
        tally.refused += 1
        return TooManyRequests(max(1, math.ceil(tally.ends - now)), nth=tally.refused)

    def _hash(self, subject: str) -> str:
        key = hmac.digest(self._secret, real_now().date().isoformat().encode(), "sha256")
        return f"{self._name}.{hmac.digest(key, subject.encode(), 'sha256')[:18].hex()}"
