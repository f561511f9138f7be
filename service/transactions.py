"""The only commit in the code base: `write` and `read`, and the writer that commits several together.

A use-case is handed over whole. A writer takes the one that has waited longest and all that wait behind it (up to
`BATCH`), runs each in a SAVEPOINT of its own and commits them together: at 32 waiting, one flush to disk serves 32
people. A refusal rolls back its own savepoint only. SQLite has one writer, PostgreSQL a few. See decision 2.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

import anyio.to_thread
import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from events.deliveries import BELLS, HOLDER
from events.errors import N_, Refused
from events.outbox import RECORDED, REQUEST_ID
from events.storage import ReadSession

log = logging.getLogger(__name__)

BATCH = 64
"""The most use-cases that one commit carries."""
READERS = 4
"""Threads (and SQLite connections) that read at once; reads never wait for writers."""
TRIES = 5
"""How often a use-case is run before a clash between transactions becomes the caller's problem."""
PAUSE = 0.02
"""Seconds, doubled with every try and drawn at random up to that: two that met once must not meet again."""
CONNECT_WITHIN = 5
"""Seconds that PostgreSQL has for taking a connection; the driver's own patience is two minutes."""

_Result = TypeVar("_Result")
_JoinMode = Literal["create_savepoint", "rollback_only"]


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit has left to do: facts to react to, and queues in which there is work."""

    facts: tuple[uuid.UUID, ...] = ()
    bells: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Waiting:
    """A use-case that waits for a writer, and whom to tell."""

    use_case: Callable[[Session], Any]
    request_id: str | None
    answer: Future[Any] = field(default_factory=Future[Any])
    result: Any = None
    failure: Exception | None = None
    facts: tuple[uuid.UUID, ...] = ()
    bells: frozenset[str] = frozenset()


class Busy(Refused):
    """Other transactions were in the way time and again; nothing was kept, and trying again later is all right."""

    code = "busy"
    default = N_("This is not available right now. Please try again later.")
    retry_after = 1
    """Seconds."""


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
        """As whom this process claims rows, once the others know that it lives; see `service.heartbeat`."""
        self._writing = _engine(address, connections=self.writer_count, immediate=True)
        self._reading = _engine(address, connections=READERS, immediate=False)
        self._read_limit: anyio.CapacityLimiter | None = None
        self._queue: deque[_Waiting] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._threads: list[threading.Thread] = []

    # ------------------------------------------------------------ writing
    def write(self, use_case: Callable[[Session], _Result], /) -> _Result:
        """Run `use_case` in a writing transaction and return its result, committed. For workers and commands.

        `use_case` may be run again after a clash, so it must do nothing but read and write rows. What it raises is
        raised here, and nothing of it is kept. Raises `Busy` where it clashed every time.
        """
        return cast("_Result", self._submit(use_case).result())

    async def awrite(self, use_case: Callable[[Session], _Result], /) -> _Result:
        """Do the same for a page handler: the event loop stays free while the writer works."""
        return cast("_Result", await asyncio.wrap_future(self._submit(use_case)))

    def _submit(self, use_case: Callable[[Session], Any]) -> Future[Any]:
        if threading.current_thread() in self._threads:
            raise RuntimeError("a use-case must not open a second transaction: it would wait for itself")
        waiting = _Waiting(use_case, structlog.contextvars.get_contextvars().get("request_id"))
        with self._wake:
            if self._closing:
                raise RuntimeError("the database is closed")
            self._start_writers()
            self._queue.append(waiting)
            self._wake.notify()
        return waiting.answer

    def _start_writers(self) -> None:
        while len(self._threads) < self.writer_count:
            name = f"writer-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._serve_queue, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve_queue(self) -> None:
        while True:
            with self._wake:
                while not self._queue:
                    if self._closing:
                        return
                    self._wake.wait()
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
            # A caller that has gone away meanwhile (a closed connection) is not served at all.
            batch = [waiting for waiting in batch if waiting.answer.set_running_or_notify_cancel()]
            if batch:
                try:
                    self._commit_together(batch)
                except BaseException as error:
                    log.exception("a writer broke")
                    for waiting in batch:
                        if not waiting.answer.done():
                            waiting.answer.set_exception(error)

    def _commit_together(self, batch: list[_Waiting]) -> None:
        """Commit a batch; where that fails, try its members one by one, so that only the guilty one fails."""
        try:
            self._run(batch)
        except _ClashError:
            _pause(1)
            self._commit_one_by_one(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for the answer
            if len(batch) == 1 or _lost_connection(error):
                for waiting in batch:
                    waiting.failure = error
            else:
                self._commit_one_by_one(batch)
        self._tell(batch)

    def _commit_one_by_one(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            self._commit_alone(waiting)

    def _commit_alone(self, waiting: _Waiting) -> None:
        for attempt in range(1, TRIES + 1):
            waiting.failure = None
            try:
                self._run([waiting])
            except _ClashError as clash:
                waiting.failure = Busy()
                waiting.failure.__cause__ = clash.__cause__
                log.warning("transaction clashed, attempt %d of %d: %s", attempt, TRIES, clash.__cause__)
                if attempt < TRIES:
                    _pause(attempt)
            except Exception as error:  # noqa: BLE001 - handed to the caller
                waiting.failure = error
                return
            else:
                return

    def _run(self, batch: list[_Waiting]) -> None:
        """Run every use-case in its own savepoint on one connection, then commit once.

        One alone needs no savepoint: its rollback is the transaction's.
        """
        mode: _JoinMode = "create_savepoint" if len(batch) > 1 else "rollback_only"
        try:
            with self._writing.connect() as connection, connection.begin():
                for waiting in batch:
                    self._run_one(connection, waiting, mode)
        except DBAPIError as error:
            if _is_clash(error):  # while it began, or in the commit itself
                raise _ClashError from error
            raise

    def _run_one(self, connection: sa.Connection, waiting: _Waiting, mode: _JoinMode) -> None:
        # A session of its own for each: no use-case sees another's objects, and `info` starts empty.
        with Session(connection, join_transaction_mode=mode, expire_on_commit=False) as session:
            session.info[REQUEST_ID] = waiting.request_id
            session.info[HOLDER] = self.holder
            try:
                waiting.result = waiting.use_case(session)
                session.commit()
            except Exception as error:
                if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_clash(error)):
                    raise _ClashError from error
                session.rollback()
                waiting.failure = error
                return
            waiting.facts = tuple(session.info.get(RECORDED, ()))
            waiting.bells = frozenset(session.info.get(BELLS, ()))

    def _tell(self, batch: list[_Waiting]) -> None:
        """Answer everybody, then ring: by now it is all on disk."""
        facts: list[uuid.UUID] = []
        bells: set[str] = set()
        for waiting in batch:
            if waiting.failure is not None:
                waiting.answer.set_exception(waiting.failure)
                continue
            waiting.answer.set_result(waiting.result)
            facts += waiting.facts
            bells |= waiting.bells
        if self.after_commit is not None and (facts or bells):
            try:
                self.after_commit(Committed(tuple(facts), frozenset(bells)))
            except Exception:
                log.exception("the bell could not be rung; the tick will find the work")

    # ------------------------------------------------------------ reading
    def read(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Run `query` in a reading transaction and return its result. It cannot write: SQLite is told so too."""
        with Session(self._reading, expire_on_commit=False) as session:
            return query(cast("ReadSession", session))

    async def aread(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Do the same for a page handler, in a thread."""
        if self._read_limit is None:
            self._read_limit = anyio.CapacityLimiter(READERS)
        return await anyio.to_thread.run_sync(self.read, query, limiter=self._read_limit)

    # ------------------------------------------------------------ the rest
    def close(self) -> None:
        """Finish what waits, then let go of every connection."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._writing.dispose()
        self._reading.dispose()

    @property
    def engine(self) -> sa.Engine:
        """The writing engine, for migrations and health checks."""
        return self._writing

    @property
    def engines(self) -> tuple[sa.Engine, sa.Engine]:
        """The writing and the reading engine, for those who watch what is sent."""
        return self._writing, self._reading


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311 - it spreads, it hides nothing


def _is_clash(error: DBAPIError) -> bool:
    """Tell a deadlock or serialization failure (PostgreSQL classes 40P01, 40001) or a busy SQLite from the rest."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return code in ("40P01", "40001", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT")


def _lost_connection(error: Exception) -> bool:
    """Tell whether the connection broke, so that nobody knows what was committed: trying again could do it twice."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _engine(address: str, *, connections: int, immediate: bool) -> sa.Engine:
    """Open an engine. SQLite's writers say BEGIN IMMEDIATE, because a lock that comes later sells one seat twice."""
    if not address.startswith("sqlite"):
        return sa.create_engine(
            address,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_WITHIN},
        )
    engine = sa.create_engine(
        address, poolclass=sa.QueuePool, pool_size=connections, max_overflow=0, connect_args={"timeout": 30}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # a confirmed seat survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        if not immediate:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
