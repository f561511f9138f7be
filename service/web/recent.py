"""What was read a moment ago need not be read again: rows loaded for one visitor serve the next ones for 2 seconds.

Loading rows is what an event page costs, then its template (`make bench`); seats left are right within these 2 seconds.
"""

from __future__ import annotations

import asyncio
import operator
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


class Rendered:
    """Pages as they were last made. One is sent again as long as what it was made of is the very same.

    Nothing here grows old by itself: what a page is made of comes out of a `Recent`, which decides how fresh it is.
    """

    def __init__(self, *, size: int = 256) -> None:
        """Keep at most `size` pages."""
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[tuple[object, ...], str]] = OrderedDict()

    def get(self, key: Hashable, made_of: tuple[object, ...], render: Callable[[], str]) -> str:
        """Return the page `key` made of exactly these objects, rendering it where there is none yet."""
        held = self._kept.get(key)
        if held is not None and all(map(operator.is_, held[0], made_of)):
            return held[1]
        page = render()
        self._kept[key] = (made_of, page)
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return page
