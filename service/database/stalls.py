"""A use-case that hangs keeps everybody waiting who writes behind it; SQLite has only one writer. So it is told.

In a thread of its own that never writes: whatever writes would hang as well.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from datetime import timedelta

from service.database.transactions import Database

log = logging.getLogger(__name__)

STALLED_AFTER = timedelta(seconds=5)
"""A use-case takes milliseconds; one that takes so long waits for something that it should not wait for."""
HOPELESS_AFTER = timedelta(seconds=60)
"""After this the health check fails, so that visitors are sent to another process, and somebody looks."""
_LOOK_EVERY = timedelta(seconds=1)


class StallWatch:
    """Looks once a second whether a use-case hangs, and says so once, with the place where it does."""

    def __init__(self, database: Database, *, after: timedelta = STALLED_AFTER) -> None:
        self._database = database
        self._after = after.total_seconds()
        self._told = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stall-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(timeout=10)

    def look(self) -> None:
        """Look once; one stall is told once, and so is its end."""
        waited = self._database.longest_wait()
        if waited < self._after:
            if self._told:
                log.warning("the database is written to again")
            self._told = False
        elif not self._told:
            self._told = True
            log.error("a use-case has waited %.0f s to be committed; writers are at:\n%s", waited, self._places())

    def _places(self) -> str:
        """Return where each writer that is at work stands in the code: the stack's last calls, no values."""
        frames = sys._current_frames()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] # documented; there is no other
        stacks = [traceback.format_stack(frames[each]) for each in self._database.at_work() if each in frames]
        return "\n".join("".join(stack[-6:]) for stack in stacks) or "nothing"

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_EVERY.total_seconds()):
            self.look()
