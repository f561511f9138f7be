"""Reads that many want at the same moment, done once for all of them, and never older than the asking.

A crowd that sends in a form has its event read anew for each: what was read before decides nothing. Who asks while a
read is under way waits for the next one, which serves all who have come by then. Nothing is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from events.storage import ReadSession
from service.database.transactions import Database

_Result = TypeVar("_Result")
_Key = tuple[asyncio.AbstractEventLoop, Hashable]


class SharedReads:
    """The reads of one process that are under way, and who waits for which."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database
        self._waiting: dict[_Key, list[asyncio.Future[Any]]] = {}
        self._readers: dict[_Key, asyncio.Task[None]] = {}

    async def get(self, key: Hashable, query: Callable[[ReadSession], _Result]) -> _Result:
        """Return what `query` finds in a transaction that begins after this call; raises what it raises.

        Whoever gives the same `key` means the same query. The result is shared: it must not be changed.
        """
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[_Result] = loop.create_future()
        own = (loop, key)
        self._waiting.setdefault(own, []).append(mine)
        if own not in self._readers:
            self._readers[own] = loop.create_task(self._read(own, query))
        return await mine

    async def _read(self, own: _Key, query: Callable[[ReadSession], Any]) -> None:
        """Read for those who wait, and again for those who came meanwhile, until nobody is left."""
        waiting: list[asyncio.Future[Any]] = []
        try:
            while waiting := self._waiting.pop(own, []):
                await self._answer(waiting, query)
        finally:
            del self._readers[own]
            for each in waiting + self._waiting.pop(own, []):
                each.cancel()  # the process ends: those who were answered are done already

    async def _answer(self, waiting: list[asyncio.Future[Any]], query: Callable[[ReadSession], Any]) -> None:
        try:
            found = await self._database.aread(query)
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            for each in waiting:
                if not each.done():  # who has gone away waits no more
                    each.set_exception(error)
        else:
            for each in waiting:
                if not each.done():
                    each.set_result(found)
