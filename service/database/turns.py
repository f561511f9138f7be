"""Whose turn it is: the queues before the writers of a database, and who is told when a use-case is done.

People's use-cases go before workers', for at most `PATIENCE`; while there are any, one writer at most is at workers',
and for a fifth of the time (`REST`). What changes the seats of one event is left to one writer at a time. See
decision 2.
"""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

BATCH = 64
"""The most use-cases of people that one commit carries."""
WORK_BATCH = 4
"""The most use-cases of workers: each may write rows for many people, and whoever comes meanwhile has to wait."""
PATIENCE = 0.5
"""Seconds that workers' use-cases give way to people's."""
REST = 4
"""How many times as long as they took they give way again, once they had their turn: in a rush they get a fifth."""


@dataclass(slots=True)
class Waiting:
    """A use-case that waits for a writer, and whom to tell."""

    use_case: Callable[[Session], Any]
    request_id: str | None
    seats_of: frozenset[uuid.UUID] = frozenset()
    since: float = field(default_factory=time.monotonic)
    answer: Future[Any] | asyncio.Future[Any] = field(default_factory=Future[Any])
    """What a thread waits for, or a page handler in its event loop."""
    result: Any = None
    failure: BaseException | None = None
    facts: tuple[uuid.UUID, ...] = ()
    bells: frozenset[str] = frozenset()

    def is_wanted(self) -> bool:
        """Tell whether somebody still waits: a caller that has gone away (a closed connection) is not served at all."""
        return (
            not self.answer.cancelled()
            if isinstance(self.answer, asyncio.Future)
            else (self.answer.set_running_or_notify_cancel())
        )

    def tell(self) -> None:
        """Give the answer to whom it is for; a page handler's is given in the thread of its event loop."""
        if self.answer.cancelled():
            return
        if self.failure is not None:
            self.answer.set_exception(self.failure)
        else:
            self.answer.set_result(self.result)


def events_of(batch: Iterable[Waiting]) -> set[uuid.UUID]:
    """Return the events whose seats a batch may change."""
    return {event_id for waiting in batch for event_id in waiting.seats_of}


def tell_callers(batch: Iterable[Waiting]) -> None:
    """Answer everybody in a batch, each where they wait."""
    in_loops: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for waiting in batch:
        if isinstance(waiting.answer, asyncio.Future):
            in_loops.setdefault(waiting.answer.get_loop(), []).append(waiting)
        else:
            waiting.tell()
    for loop, those in in_loops.items():
        # Woken once for all of them: at each waking the loop would take the interpreter from the writer.
        with suppress(RuntimeError):  # the loop has been closed, and nobody waits there
            loop.call_soon_threadsafe(_tell_all, those)


def _tell_all(batch: Iterable[Waiting]) -> None:
    for waiting in batch:
        waiting.tell()


class Turns:
    """What waits for the writers of one database. Its methods may be called from any thread."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self.people: deque[Waiting] = deque()
        self.work: deque[Waiting] = deque()
        self._at_work: dict[int, float] = {}
        """Since when the oldest use-case has waited that a writer (by its thread's number) is working on."""
        self._working = 0
        """How many writers are at workers' use-cases."""
        self._resting_until = 0.0
        """When work that is overdue may have its next turn before people."""
        self._claimed: set[uuid.UUID] = set()
        """Events whose seats a writer of ours is changing: what else is to be done with them waits in its queue."""
        self._wake = threading.Condition()
        self._closing = False

    def put(self, waiting: Waiting, queue: deque[Waiting]) -> None:
        """Let a use-case wait in one of the two queues. Raises `RuntimeError` once nothing is taken any more."""
        with self._wake:
            if self._closing:
                raise RuntimeError("the database is closed")
            queue.append(waiting)
            self._wake.notify()

    def serve(self, commit: Callable[[list[Waiting]], None]) -> None:
        """Hand batch by batch to `commit`, in a writer's thread, until the queues are closed and empty."""
        while True:
            with self._wake:
                queue, batch = self._wait_for_batch()
                if not batch:
                    return
                self._at_work[threading.get_ident()] = batch[0].since
                self._working += queue is self.work
                claimed = events_of(batch)
                self._claimed |= claimed
            batch = [waiting for waiting in batch if waiting.is_wanted()]
            began = time.monotonic()
            if batch:
                commit(batch)
            with self._wake:
                if queue is self.work:
                    done = time.monotonic()
                    self._resting_until = done + REST * (done - began)
                self._at_work.pop(threading.get_ident(), None)
                self._working -= queue is self.work
                self._claimed -= claimed
                if claimed or self.work:  # others may go on with what gave way to this
                    self._wake.notify_all()

    def _wait_for_batch(self) -> tuple[deque[Waiting], list[Waiting]]:
        """Return the next batch and the queue that it is from; none once the queues are closed and empty."""
        while True:
            queue, batch = self._next_batch()
            if batch or (self._closing and not (self.people or self.work)):
                return queue, batch
            self._wake.wait(PATIENCE if self.work else None)  # nobody says when work has become overdue

    def _next_batch(self) -> tuple[deque[Waiting], list[Waiting]]:
        """Take from the queue whose turn it is: people's, unless work has waited for long enough.

        What follows from a registration costs several times the registration. Were there one queue, the last of fifty
        people would wait until the first ones' mails are written. The other writers' work costs them as much, because
        the writers share one interpreter: until nobody waits, workers have one writer, it begins with what is overdue,
        and after each batch people have it for a while, however much is overdue.
        """
        now = time.monotonic()
        overdue = bool(self.work) and now > max(self.work[0].since + PATIENCE, self._resting_until)
        serving = len(self._at_work) - self._working
        turns = [(self.people, BATCH)]
        if not (self.people or serving):
            turns.append((self.work, WORK_BATCH))
        elif overdue and not self._working:
            turns.insert(0, (self.work, WORK_BATCH))
        for queue, limit in turns:
            if batch := self._take(queue, limit):
                return queue, batch
        return self.people, []

    def _take(self, queue: deque[Waiting], limit: int) -> list[Waiting]:
        """Take the oldest whose events no other writer is at: it would only wait there, and hold what it has."""
        taken: list[Waiting] = []
        left: list[Waiting] = []
        while queue and len(taken) < limit and len(left) < BATCH:
            waiting = queue.popleft()
            (taken if self._claimed.isdisjoint(waiting.seats_of) else left).append(waiting)
        queue.extendleft(reversed(left))
        return taken

    def at_work(self) -> Mapping[int, float]:
        """Return how many seconds the use-cases have waited that writers work on now, by the writer's thread."""
        now = time.monotonic()
        return {thread: now - since for thread, since in self._at_work.copy().items()}

    def longest_wait(self) -> float:
        """Return how many seconds the oldest use-case has waited for its commit; 0.0 if none does."""
        with self._wake:
            queued = [time.monotonic() - queue[0].since for queue in (self.people, self.work) if queue]
        return max([*queued, *self.at_work().values()], default=0.0)

    def close(self) -> None:
        """Take nothing any more; the writers finish what waits, and end."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
