"""Every process says every few seconds that it lives, so that the others take over what it held when it does not.

In a thread of its own that does nothing else: a tick may have much to do, a drawing may take minutes, and neither is a
death. What a process claims carries its id from the first heartbeat on, until it takes its leave.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from sqlalchemy.orm import Session

from service import presence
from service.clock import real_now
from service.database.outages import Unavailable
from service.processes.takeover import end_leases
from service.wiring import Runtime

log = logging.getLogger(__name__)


class Heartbeat:
    """Announces one process until it is stopped."""

    def __init__(self, runtime: Runtime, *, role: str, queues: Sequence[str]) -> None:
        self._runtime = runtime
        self._role = role
        self._queues = tuple(queues)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Announce this process, and go on doing so. From here on it claims under its own name."""
        self._beat()
        self._runtime.database.holder = self._runtime.process_id
        self._thread.start()

    def stop(self) -> None:
        """Take leave, after the workers: what one of them did not finish in time need not wait for its lease."""
        self._stop.set()
        self._thread.join(timeout=10)
        self._runtime.database.holder = None
        try:
            self._runtime.database.write(self._take_leave)
        except Exception as error:  # noqa: BLE001 - a database that is gone must not keep the process
            log.warning("could not sign off: %s", type(error).__name__)

    def _take_leave(self, session: Session) -> None:
        presence.withdraw(session, self._runtime.process_id, real_now=real_now())
        end_leases(session, real_now=real_now(), holder=self._runtime.process_id)

    def _run(self) -> None:
        while not self._stop.wait(presence.SEEN_EVERY.total_seconds()):
            try:
                self._beat()
            except Unavailable:
                log.debug("no heartbeat while the database cannot be used; the next one may get through")
            except Exception:
                log.exception("a heartbeat failed; the next one follows")

    def _beat(self) -> None:
        runtime, role, queues = self._runtime, self._role, self._queues
        runtime.database.write(
            lambda session: presence.announce(
                session, runtime.process_id, role=role, queues=queues, real_now=real_now()
            )
        )
