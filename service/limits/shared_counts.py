"""Where the processes of an installation count together: in the Redis that rings the bell, else in the database."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, cast

import anyio
import anyio.to_thread

from service.clock import real_now
from service.database.outages import Busy, Unavailable
from service.database.transactions import Database
from service.limits import rate_counts
from service.limits.rate_counts import Counted

if TYPE_CHECKING:
    from limits.storage import RedisStorage

_CONNECTIONS = 8
_PATIENCE = 2.0
"""Seconds that a Redis has for an answer; whoever registers waits for it."""


class CountsUnavailableError(Exception):
    """Nobody can be asked at present; what one process counts by itself has to do."""


class SharedCounts(Protocol):
    """Counts for every process of the installation."""

    async def add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        """Count `amount` more in the window of a key, and return what stands there. Raises `CountsUnavailableError`."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


class DatabaseCounts:
    """Counts in a table; the statement shares its commit with those of others who wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        """Count in the database."""
        now = real_now()
        try:
            return await self._database.awrite(
                lambda session: rate_counts.add(session, key_hash, amount, within=within, real_now=now)
            )
        except (Busy, Unavailable) as refusal:
            raise CountsUnavailableError from refusal

    def close(self) -> None:
        """Do nothing: the database is closed by its owner."""


class RedisCounts:
    """Counts in Redis or Valkey, whose keys run out by themselves."""

    def __init__(self, url: str) -> None:
        """Prepare to count at ``redis://…``; nothing is connected yet."""
        from redis import ConnectionPool  # noqa: PLC0415 - most installations have no Redis

        self._url = url
        make = cast("Callable[..., ConnectionPool]", ConnectionPool.from_url)  # pyright: ignore[reportUnknownMemberType] # its options have no types
        self._pool = make(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
        self._made: RedisStorage | None = None
        self._threads: anyio.CapacityLimiter | None = None

    async def add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        """Count in Redis, in a thread."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_CONNECTIONS)
        return await anyio.to_thread.run_sync(self._add, key_hash, amount, within, limiter=self._threads)

    def _add(self, key_hash: str, amount: int, within: timedelta) -> Counted:
        from redis.exceptions import RedisError  # noqa: PLC0415 - likewise

        seconds = math.ceil(within.total_seconds())
        try:
            storage = self._storage()
            hits = storage.incr(key_hash, seconds, amount)
            left = storage.get_expiry(key_hash) - real_now().timestamp()
        except (RedisError, OSError) as error:
            raise CountsUnavailableError from error
        return Counted(hits, max(1.0, left))

    def _storage(self) -> RedisStorage:
        if self._made is None:
            from limits.storage import RedisStorage  # noqa: PLC0415 - likewise

            self._made = RedisStorage(self._url, connection_pool=self._pool, key_prefix="acara")
        return self._made

    def close(self) -> None:
        """Close the connections to Redis."""
        self._pool.disconnect()
