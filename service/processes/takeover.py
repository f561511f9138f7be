"""What the dead held is taken over: at once in the embedded shape, within a minute where processes work side by side.

A lease outlives a killed process by minutes, because it must outlast whatever a living one may be busy with. Where
this process is the only worker there can be, whoever held something before it is dead, and nothing needs to wait. Where
there are several, every process watches the heartbeats of the others (`service.processes.heartbeat`). See decision 5.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from events import deliveries
from events.errors import TryLater
from events.storage import ReadSession
from service import presence
from service.clock import real_now
from service.database.transactions import Database
from service.queues import HELD
from service.wiring import Runtime

log = logging.getLogger(__name__)

SILENT_FOR = 30.0
"""Seconds after which a process that should have been seen every five counts as dead."""
LONGEST_LOOK = 5.0
"""The most of that silence that one look may account for: whoever watches may have been suspended itself meanwhile."""


def take_over(runtime: Runtime) -> int:
    """Let every lease run out now, unless another worker may be alive; returns how many there were. Commits.

    To be called before this process claims anything. The next tick gives the rows back, and asks a post's network
    first whether it went out, as after any lease. Does nothing where a broker connects several workers.
    """
    if runtime.settings.broker_kind != "memory" or runtime.database.read(_has_living_workers):
        return 0
    now = real_now()
    ended = runtime.database.write(lambda session: end_leases(session, real_now=now))
    if ended:
        log.warning("taken over from a process that died: %d rows", ended)
    return ended


def end_leases(session: Session, *, real_now: datetime, holder: uuid.UUID | None = None) -> int:
    """Let every lease run out, or those of one `holder`; returns how many there were. The caller commits."""
    return sum(deliveries.end_leases(session, model, real_now=real_now, holder=holder) for model in HELD)


def _has_living_workers(session: ReadSession) -> bool:
    return any(_may_live(each) for each in _workers(session))


def _workers(session: ReadSession) -> Iterable[presence.Process]:
    return (each for each in presence.alive(session, real_now=real_now()) if each.queues)


def _may_live(process: presence.Process) -> bool:
    """Tell whether a process that was seen lately may still run: here its number says so, elsewhere nobody knows."""
    if process.host != socket.gethostname()[:100]:
        return True
    return process.pid != os.getpid() and _runs(process.pid)


def _runs(pid: int) -> bool:
    """Tell whether a process of this machine has that number; signal 0 only asks (kill(2))."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@dataclass(slots=True)
class _Silence:
    """When a process was last seen, by its own clock, and how long nothing has been heard since, by ours."""

    seen_at: datetime
    seconds: float = 0.0


class Watch:
    """One process that watches all others, and lets the leases of those that have died run out.

    Clocks of machines differ, so nobody's clock is compared with another's: a process is dead when what it last wrote
    has stayed the same for `SILENT_FOR` seconds of this process's own time. One that was only suspended loses what it
    held like a dead one and notices by its lease tokens. Any number may watch: the first to see a death acts on it.
    """

    def __init__(
        self, database: Database, *, own_id: uuid.UUID, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`own_id` is never found dead, by itself at least."""
        self._database = database
        self._own_id = own_id
        self._monotonic = monotonic
        self._looked_at = monotonic()
        self._silences: dict[uuid.UUID, _Silence] = {}

    def look(self) -> int:
        """Look once, to be done every second or so; returns how many leases were ended. Commits by itself."""
        now = self._monotonic()
        passed, self._looked_at = min(now - self._looked_at, LONGEST_LOOK), now
        seen = self._database.read(presence.sightings)
        self._silences = {
            process_id: self._listen(process_id, seen_at, passed)
            for process_id, seen_at in seen.items()
            if process_id != self._own_id
        }
        silent = [(key, each.seen_at) for key, each in self._silences.items() if each.seconds >= SILENT_FOR]
        return sum(self._take_over_from(process_id, seen_at) for process_id, seen_at in silent)

    def _listen(self, process_id: uuid.UUID, seen_at: datetime, passed: float) -> _Silence:
        known = self._silences.get(process_id)
        if known is None or known.seen_at != seen_at:
            return _Silence(seen_at)
        known.seconds += passed
        return known

    def _take_over_from(self, process_id: uuid.UUID, seen_at: datetime) -> int:
        def use_case(session: Session) -> int | None:
            if not presence.forget(session, process_id, seen_at=seen_at):
                return None  # it lives after all, or another process was faster
            return end_leases(session, real_now=real_now(), holder=process_id)

        try:
            ended = self._database.write(use_case)
        except TryLater:
            # Where nobody can write, nobody can say that he lives either: what was heard as silence says nothing.
            self._silences = {}
            raise
        if ended is not None:
            log.warning("taken over from a process that died: %d rows", ended, extra={"process_id": str(process_id)})
        return ended or 0
