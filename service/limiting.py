"""How often one client may post what is open to everybody: a token bucket per network address.

The buckets live in the process: a refused request costs no write, and each web process lets its share through. A
bucket is wide, because in Indonesia a school, or thousands of telephones of one carrier, share an address; it stops
floods, not crowds. Whose address it is, the server decides: `X-Forwarded-For` is believed from trusted proxies only.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from events.errors import N_, Refused

MOST_CLIENTS = 50_000
"""Buckets that are kept; the one that rested longest goes first. About 10 MB."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class TooManyRequests(Refused):
    """The client has to wait."""

    code = "too_many_requests"
    default = N_("Too many requests. Please wait %(seconds)s seconds and try again.")

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(seconds=retry_after)


class Limiter:
    """Lets `per_minute` requests of one client through, and as many at once after a quiet minute; 0: no limit."""

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, address: str | None) -> None:
        """Count one request. Raises `TooManyRequests`, which costs the client nothing further."""
        if not self._per_minute:
            return
        client = network_of(address)
        rate = self._per_minute / 60
        now = self._monotonic()
        left, seen = self._buckets.get(client, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - seen) * rate)
        if left < 1:
            raise TooManyRequests(max(1, math.ceil((1 - left) / rate)))
        self._buckets[client] = (left - 1, now)
        self._buckets.move_to_end(client)
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)


async def limit_posts(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Count a changing request against its client's bucket (a guard). Forms and API share one bucket.

    Raises `TooManyRequests` (429 with Retry-After), before the body is read. A coroutine although it waits for nothing:
    Litestar runs other guards in a thread.
    """
    if connection.scope["method"] in _SAFE:  # type: ignore[typeddict-item] # guards see HTTP scopes only
        return
    limiter: Limiter = connection.app.state.limiter
    limiter.count(connection.client.host if connection.client else None)


def network_of(address: str | None) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 one, which a single person owns."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
