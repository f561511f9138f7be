"""Ringing the doorbell after a commit, from a thread of its own, so that no request waits for a broker that is down."""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterable

from service.database.transactions import Committed

log = logging.getLogger(__name__)

FACTS_A_MESSAGE = 16
"""They are reacted to in one transaction, and what follows from a registration takes some milliseconds to write: people
who register meanwhile should not wait for more of that than they notice."""
_STOP = Committed(bells=frozenset({"stop"}))


class Bell:
    """Takes what commits have left to do and sends it on as few messages: one a queue, one for up to 16 facts.

    What does not fit, or cannot be sent, is dropped with a log line: the next tick finds it in the database.
    """

    def __init__(
        self, *, send_facts: Callable[[list[str]], None], send_queue: Callable[[str], None], limit: int = 10_000
    ) -> None:
        self._send_facts = send_facts
        self._send_queue = send_queue
        self._waiting: queue.Queue[Committed] = queue.Queue(limit)
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self._thread.start()

    def ring(self, committed: Committed) -> None:
        """Pass on what a commit has left to do; returns at once."""
        try:
            self._waiting.put_nowait(committed)
        except queue.Full:
            log.warning("the bell is behind; the tick will find the work")

    def ring_queues(self, *queues: str) -> None:
        """Wake the workers of `queues`."""
        self.ring(Committed(bells=frozenset(queues)))

    def ring_facts(self, facts: Iterable[uuid.UUID]) -> None:
        """Ask for reactions to `facts`."""
        self.ring(Committed(facts=tuple(facts)))

    def close(self) -> None:
        """Send what waits, then stop."""
        self._waiting.put(_STOP)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while True:  # whatever else has come in meanwhile goes out together
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            stopping = _STOP in batch
            self._send([committed for committed in batch if committed is not _STOP])
            if stopping:
                return

    def _send(self, batch: list[Committed]) -> None:
        facts = [str(fact) for committed in batch for fact in committed.facts]
        queues = sorted({name for committed in batch for name in committed.bells})
        try:
            for start in range(0, len(facts), FACTS_A_MESSAGE):
                self._send_facts(facts[start : start + FACTS_A_MESSAGE])
            for name in queues:
                self._send_queue(name)
        except Exception as error:  # noqa: BLE001 - any broker may fail in any way; no work is lost by it
            log.warning("the bell could not be rung (%s); the tick will find the work", type(error).__name__)
