"""The only commit in the code base: `write` and `read`, and the writer that commits several together.

A use-case is handed over whole. A writer takes those that wait, people's (`awrite`) before workers' (`write`), runs
each with a session of its own and commits them together: at 32 waiting, one flush serves 32 people. A refusal undoes
its own work only. SQLite has one writer, PostgreSQL a few: what changes the seats of one event is left to one writer at
a time, which claims them before it begins. See decision 2.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import anyio.to_thread
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from sqlalchemy.orm import Session

from events.deliveries import BELLS, HOLDER
from events.outbox import RECORDED, REQUEST_ID
from events.seating.claims import CLAIMED, claim_on
from events.storage import ReadSession
from service.database.engines import LOCK_WITHIN, open_engine
from service.database.outages import Busy, Outage, Unavailable, is_clash, lost_connection, refusal_of
from service.database.standby import Standby
from service.database.turns import Turns, Waiting, events_of, tell_callers

log = logging.getLogger(__name__)

READERS = 4
"""Threads (and SQLite connections) that read at once; reads never wait for writers."""
TRIES = 5
"""How often a use-case is run before a clash between transactions becomes the caller's problem."""
PAUSE = 0.02
"""Seconds, doubled with every try and drawn at random up to that: two that met once must not meet again."""

_Result = TypeVar("_Result")
_JoinMode = Literal["create_savepoint", "rollback_only"]


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit has left to do: facts to react to, and queues in which there is work."""

    facts: tuple[uuid.UUID, ...] = ()
    bells: frozenset[str] = frozenset()


class _ClashError(Exception):
    """Two transactions met head-on and the database chose ours to give way; nothing of it was kept."""


class Database:
    """The database of one process: `write` and `read` for workers, `awrite` and `aread` for page handlers."""

    def __init__(
        self, address: str, *, writers: int = 4, after_commit: Callable[[Committed], None] | None = None
    ) -> None:
        """Open the database at an SQLAlchemy `address`; `after_commit` is told of every commit that left work."""
        self.is_sqlite = address.startswith("sqlite")
        self.writer_count = 1 if self.is_sqlite else writers
        self.after_commit = after_commit
        self.holder: uuid.UUID | None = None
        """As whom this process claims rows, once the others know that it lives; see `service.processes.heartbeat`."""
        self.clashes = 0
        """How often a transaction met another head-on and had to give way."""
        self._writing = open_engine(address, connections=self.writer_count, writing=True)
        self._reading = open_engine(address, connections=READERS, writing=False)
        self._cannot_write, self._cannot_read = Outage("written"), Outage("read")
        self._read_limit: anyio.CapacityLimiter | None = None
        self._turns = Turns()
        self._standby = Standby()
        self._lock = threading.Lock()
        """Held by whoever starts the writers, or counts a clash."""
        self._threads: list[threading.Thread] = []

    # ------------------------------------------------------------ writing
    def write(self, use_case: Callable[[Session], _Result], /, *, seats_of: Collection[uuid.UUID] = ()) -> _Result:
        """Run `use_case` in a writing transaction and return its result, committed. For workers and commands.

        `use_case` may be run again after a clash, so it must do nothing but read and write rows. What it raises is
        raised here, and nothing of it is kept. `seats_of` names the events whose seats it may change: they are claimed
        before anything else (`events.seating.claims`); otherwise it claims them itself when it comes to them. Raises
        `Busy`
        where it clashed every time or waited too long for what others held, `Unavailable` where the database cannot be
        reached or written.
        """
        answer = Future[_Result]()
        self._submit(self._turns.work, use_case, seats_of, answer)
        return answer.result()

    async def awrite(
        self, use_case: Callable[[Session], _Result], /, *, seats_of: Collection[uuid.UUID] = ()
    ) -> _Result:
        """Do the same for a page handler: the event loop stays free while the writer works."""
        answer: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._submit(self._turns.people, use_case, seats_of, answer)
        return await answer

    def _submit(
        self,
        queue: deque[Waiting],
        use_case: Callable[[Session], Any],
        seats_of: Collection[uuid.UUID],
        answer: Future[Any] | asyncio.Future[Any],
    ) -> None:
        if threading.current_thread() in self._threads:
            raise RuntimeError("a use-case must not open a second transaction: it would wait for itself")
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        self._start_writers()
        self._turns.put(Waiting(use_case, request_id, frozenset(seats_of), answer=answer), queue)

    def _start_writers(self) -> None:
        if len(self._threads) == self.writer_count:
            return
        with self._lock:
            while len(self._threads) < self.writer_count:
                name = f"writer-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._turns.serve, args=(self._serve,), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, batch: list[Waiting]) -> None:
        """Commit a batch and answer everybody in it, whatever happens."""
        if self.is_sqlite:  # one writer, and statements that wait for nothing but the interpreter
            self._standby.begin(batch)
        try:
            if not self._commit_together(batch):
                self._commit_one_by_one(batch)
        except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits for the answer, and for the writer
            for waiting in batch:
                waiting.failure = error
        self._standby.end()
        self._tell(batch)

    def _commit_together(self, batch: list[Waiting]) -> bool:
        """Commit the whole batch at once, or nothing of it and return False.

        At first without savepoints, which cost a third of what they protect. Most batches hold no refusal; one that
        does is rolled back when it meets it, and begun again with a savepoint for each. Raises what is no use-case's
        fault and would meet the others too: a database that is not there.
        """
        if len(batch) == 1:
            return False  # a single one needs no savepoint: its rollback is the transaction's
        for run in (self._run_bare, self._run_apart):
            try:
                run(batch)
            except _ClashError:
                _pause(1)
                return False
            except Unavailable:
                raise
            except Busy:
                return False  # waited for what another holds; with savepoints each would wait, holding what it has
            except Exception:  # noqa: BLE001, S112 - it will happen again to the one that is to blame, and be told then
                continue
            return True
        return False

    def _commit_one_by_one(self, batch: list[Waiting]) -> None:
        """Commit each for itself, so that only the guilty one fails.

        Who learns for one, after a long wait, that it cannot be done now has learnt it for all that are left.
        """
        begun = time.monotonic()
        for number, waiting in enumerate(batch):
            waiting.failure = failure = self._commit_alone(waiting)
            late = isinstance(failure, Busy) and time.monotonic() - begun >= LOCK_WITHIN
            if late or isinstance(failure, Unavailable):
                for other in batch[number:]:
                    other.failure = failure
                return

    def _commit_alone(self, waiting: Waiting) -> Exception | None:
        """Return what went wrong, or None once it is committed."""
        failure: Exception | None = None
        for attempt in range(1, TRIES + 1):
            try:
                self._run_bare([waiting])
            except _ClashError as clash:
                log.warning("transaction clashed, attempt %d of %d: %s", attempt, TRIES, clash.__cause__)
                failure = Busy()
                failure.__cause__ = clash.__cause__
                if attempt < TRIES:
                    _pause(attempt)
            except Exception as error:  # noqa: BLE001 - handed to the caller
                return error
            else:
                return None
        return failure

    def _run_bare(self, batch: list[Waiting]) -> None:
        """Run every use-case in one transaction; the first that fails ends it for all."""
        with self._transaction() as connection:
            claimed = _claim(connection, batch)
            for waiting in batch:
                with self._session(connection, waiting, claimed, "rollback_only") as session:
                    _run_one(session, waiting)

    def _run_apart(self, batch: list[Waiting]) -> None:
        """Run every use-case in a savepoint of its own, so that one that fails leaves the others' work alone."""
        with self._transaction() as connection:
            claimed = _claim(connection, batch)
            for waiting in batch:
                # What one claims is given up with its savepoint: the others do not count on it.
                with self._session(connection, waiting, set(claimed), "create_savepoint") as session:
                    try:
                        _run_one(session, waiting)
                        session.commit()  # releases the savepoint
                    except Exception as error:
                        if refusal_of(error) is not None:
                            raise  # the transaction is gone, or would be held while each one behind waits as well
                        session.rollback()
                        waiting.failure = error

    @contextmanager
    def _transaction(self) -> Generator[sa.Connection]:
        """Commit on leaving. Raises `_ClashError` where nothing was kept and a new try may help, or `Unavailable`."""
        committing = False
        try:
            with self._writing.connect() as connection, connection.begin():
                yield connection
                self._standby.end()
                committing = True
        except Exception as error:
            if is_clash(error) or (lost_connection(error) and not committing):
                with self._lock:
                    self.clashes += 1
                raise _ClashError from error
            refusal = refusal_of(error)
            if isinstance(refusal, Unavailable):
                self._cannot_write.begin(error)
            if refusal is not None:
                raise refusal from error
            raise
        self._cannot_write.end()

    def _session(
        self, connection: sa.Connection, waiting: Waiting, claimed: set[uuid.UUID], mode: _JoinMode
    ) -> Session:
        # A session of its own for each: no use-case sees another's objects, and `info` starts empty.
        info = {REQUEST_ID: waiting.request_id, HOLDER: self.holder, CLAIMED: claimed}
        return Session(connection, join_transaction_mode=mode, expire_on_commit=False, info=info)

    def _tell(self, batch: list[Waiting]) -> None:
        """Answer everybody, then ring: by now it is all on disk."""
        tell_callers(batch)
        if self.after_commit is None:
            return
        done = [waiting for waiting in batch if waiting.failure is None]
        facts = tuple(fact for waiting in done for fact in waiting.facts)
        bells = frozenset(bell for waiting in done for bell in waiting.bells)
        if facts or bells:
            try:
                self.after_commit(Committed(facts, bells))
            except Exception:
                log.exception("the bell could not be rung; the tick will find the work")

    # ------------------------------------------------------------ reading
    def read(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Run `query` in a reading transaction and return its result. It cannot write: SQLite is told so too.

        Raises what `query` raises, `Busy` where it takes too long, `Unavailable` where the database cannot be read.
        """
        try:
            with Session(self._reading, expire_on_commit=False) as session:
                result = query(cast("ReadSession", session))
        except (DBAPIError, NoConnectionFreeError) as error:
            refusal = refusal_of(error, reading=True)
            if isinstance(refusal, Unavailable):
                self._cannot_read.begin(error)
            if refusal is not None:
                raise refusal from error
            raise
        self._cannot_read.end()
        return result

    async def aread(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Do the same for a page handler, in a thread."""
        if self._read_limit is None:
            self._read_limit = anyio.CapacityLimiter(READERS)
        return await anyio.to_thread.run_sync(self.read, query, limiter=self._read_limit)

    # ------------------------------------------------------------ the rest
    def at_work(self) -> Mapping[int, float]:
        """Return how many seconds the use-cases have waited that writers work on now, by the writer's thread."""
        return self._turns.at_work()

    def longest_wait(self) -> float:
        """Return how many seconds the oldest use-case has waited for its commit; 0.0 if none does."""
        return self._turns.longest_wait()

    def close(self) -> None:
        """Finish what waits, then let go of every connection."""
        self._turns.close()
        for thread in self._threads:
            thread.join()
        self._writing.dispose()
        self._reading.dispose()

    @property
    def usable(self) -> bool:
        """Whether the latest read and the latest write found the database in order."""
        return not (self._cannot_read.lasts or self._cannot_write.lasts)

    @property
    def engine(self) -> sa.Engine:
        """The writing engine, for migrations and health checks."""
        return self._writing

    @property
    def engines(self) -> tuple[sa.Engine, sa.Engine]:
        """The writing and the reading engine, for those who watch what is sent."""
        return self._writing, self._reading


def _claim(connection: sa.Connection, batch: Iterable[Waiting]) -> set[uuid.UUID]:
    """Claim every event that a batch says it is about, all at once and in order, and return them."""
    claimed = events_of(batch)
    claim_on(connection, claimed)
    return claimed


def _run_one(session: Session, waiting: Waiting) -> None:
    waiting.failure = None
    waiting.result = waiting.use_case(session)
    session.flush()
    waiting.facts = tuple(session.info.get(RECORDED, ()))
    waiting.bells = frozenset(session.info.get(BELLS, ()))


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311 - it spreads, it hides nothing
