"""An event loop that stands by while SQLite's writer works for many people, see decision 2.

Python runs one thread at a time, and SQLite's driver lets go of the interpreter at every statement. An event loop that
is busy takes it each time, and the writer waits to get it back. So for a batch the loop waits until the writer has come
to its commit: while the disk works it is the loop's turn. Nobody is answered later, because the answers would have come
out of the same interpreter.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

from service.database.turns import Waiting

FROM = 4
"""Use-cases in a batch from which on the loop stands by; for fewer it would hardly get to it."""
LONGEST = 0.02
"""Seconds after which the loop goes on, whatever the writer is at."""


class Standby:
    """The event loops of those who wait for one writer."""

    def __init__(self, longest: float = LONGEST) -> None:
        """Begin with no loop held; none is held for more than `longest` seconds."""
        self._longest = longest
        self._over = threading.Event()

    def begin(self, batch: Sequence[Waiting]) -> None:
        """Have the loops of a batch stand by as soon as they have done what they are at."""
        if len(batch) < FROM:
            return
        self._over = threading.Event()
        for loop in {waiting.answer.get_loop() for waiting in batch if isinstance(waiting.answer, asyncio.Future)}:
            with suppress(RuntimeError):  # the loop has been closed, and nobody waits there
                loop.call_soon_threadsafe(self._over.wait, self._longest)

    def end(self) -> None:
        """Let them go on; where none stands by, nothing happens."""
        self._over.set()
