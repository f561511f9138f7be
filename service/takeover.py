"""What a dead predecessor held: in the embedded shape the one process that works takes it over at its start.

A lease outlives a killed process by minutes, which is right where others may still be at work. Where this process is
the only worker there can be, whoever held something before it is dead, and nothing needs to wait. See decision 4.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable
from datetime import datetime

import psutil
from sqlalchemy.orm import Session

from events import deliveries
from events.storage import ReadSession
from notifications.models.post import Post
from service import presence
from service.clock import real_now
from service.ticker import CLAIMED
from service.wiring import Runtime

log = logging.getLogger(__name__)

HELD: tuple[type[deliveries.Claimable], ...] = (*(model for models in CLAIMED.values() for model in models), Post)
"""Everything that workers hold under a lease."""


def take_over(runtime: Runtime) -> int:
    """Let every lease run out now, unless another worker may be alive; returns how many there were. Commits.

    To be called before this process claims anything. The next tick gives the rows back, and asks a post's network
    first whether it went out, as after any lease. Does nothing where a broker connects several workers.
    """
    if runtime.settings.broker_kind != "memory" or runtime.database.read(_has_living_workers):
        return 0
    now = real_now()
    ended = runtime.database.write(lambda session: _end_leases(session, now))
    if ended:
        log.warning("taken over from a process that died: %d rows", ended)
    return ended


def _end_leases(session: Session, now: datetime) -> int:
    return sum(deliveries.end_leases(session, model, real_now=now) for model in HELD)


def _has_living_workers(session: ReadSession) -> bool:
    return any(_may_live(each) for each in _workers(session))


def _workers(session: ReadSession) -> Iterable[presence.Process]:
    return (each for each in presence.alive(session, real_now=real_now()) if each.queues)


def _may_live(process: presence.Process) -> bool:
    """Tell whether a process that was seen lately may still run: here its number says so, elsewhere nobody knows."""
    if process.host != socket.gethostname()[:100]:
        return True
    return process.pid != os.getpid() and psutil.pid_exists(process.pid)
