"""What was read a moment ago need not be read again: rows loaded for one visitor serve the next ones for 2 seconds.

Loading rows is what an event page costs, then its template (`make bench`); seats left are right within these 2 seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

_Result = TypeVar("_Result")

FRESH_FOR = 2.0
"""Seconds of real time."""


class Recent:
    """The last results of reads, in one process. A crowd that asks for the same thing at once waits for one read."""

    def __init__(self, *, size: int = 256, fresh_for: float = FRESH_FOR) -> None:
        """Keep at most `size` results, each for `fresh_for` seconds."""
        self._size = size
        self._fresh_for = fresh_for
        self._kept: OrderedDict[Hashable, tuple[float, asyncio.Future[Any]]] = OrderedDict()

    async def get(self, key: Hashable, load: Callable[[], Awaitable[_Result]]) -> _Result:
        """Return what `load` returned for `key` at most `fresh_for` seconds ago. Failures are not kept."""
        now = time.monotonic()
        held = self._kept.get(key)
        if held is not None and now < held[0]:
            return await asyncio.shield(held[1])
        future: asyncio.Future[Any] = asyncio.ensure_future(load())
        self._kept[key] = (now + self._fresh_for, future)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        try:
            # Shielded: a visitor who leaves does not take the answer away from those who wait for it.
            return await asyncio.shield(future)
        except BaseException:
            if future.done() and (future.cancelled() or future.exception() is not None):
                self._kept.pop(key, None)
            raise

    def forget(self) -> None:
        """Forget everything, for example after a write that its author wants to see at once."""
        self._kept.clear()
