"""Which processes are alive and what they work off: `doctor` says "nobody reads", `takeover` gives back their work."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.storage import Base, ReadSession, insert_unless_present, new_id

SEEN_EVERY = timedelta(seconds=5)
ALIVE_FOR = timedelta(seconds=20)


class Process(Base):
    """One running process; `seen_at` is real time and moves every five seconds."""

    __tablename__ = "process"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    role: Mapped[str] = mapped_column(sa.String(20))
    host: Mapped[str] = mapped_column(sa.String(100))
    pid: Mapped[int]
    queues: Mapped[list[Any]]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class QueueReader(Base):
    """When a queue was last read by a process that has ended since, so that it can be said since when nobody reads."""

    __tablename__ = "queue_reader"

    queue: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    seen_at: Mapped[datetime]


_READERS: sa.Table = QueueReader.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def announce(session: Session, process_id: uuid.UUID, *, role: str, queues: Sequence[str], real_now: datetime) -> None:
    """Say that this process is alive, and forget those that have not said so for a day. The caller commits."""
    found = session.get(Process, process_id)
    if found is None:
        session.add(
            Process(
                id=process_id,
                role=role,
                host=socket.gethostname()[:100],
                pid=os.getpid(),
                queues=list(queues),
                started_at=real_now,
                seen_at=real_now,
            )
        )
        session.execute(sa.delete(Process).where(Process.seen_at < real_now - timedelta(days=1)))
    else:
        found.seen_at = real_now


def withdraw(session: Session, process_id: uuid.UUID, *, real_now: datetime) -> None:
    """Say goodbye. The caller commits."""
    found = session.get(Process, process_id)
    if found is not None:
        _remember(session, found.queues, real_now)
        session.delete(found)
        session.flush()


def _remember(session: Session, queues: Sequence[str], seen_at: datetime) -> None:
    """Note when the queues of a process that has ended were last read."""
    for name in sorted(queues):
        insert_unless_present(session, _READERS, {"queue": name, "seen_at": seen_at})
        session.execute(
            sa.update(QueueReader)
            .where(QueueReader.queue == name, QueueReader.seen_at < seen_at)
            .values(seen_at=seen_at)
        )


def sightings(session: ReadSession) -> Mapping[uuid.UUID, datetime]:
    """Return when every known process was last seen, by its own clock."""
    return {row.id: row.seen_at for row in session.execute(sa.select(Process.id, Process.seen_at))}


def forget(session: Session, process_id: uuid.UUID, *, seen_at: datetime) -> bool:
    """Take a process off the list unless it was seen again since `seen_at`; returns whether so. The caller commits."""
    statement = sa.delete(Process).where(Process.id == process_id, Process.seen_at == seen_at).returning(Process.queues)
    queues = session.scalars(statement).one_or_none()
    if queues is None:
        return False
    _remember(session, queues, seen_at)
    return True


def alive(session: ReadSession, *, real_now: datetime) -> Sequence[Process]:
    """Return the processes that were seen within the last twenty seconds."""
    return session.scalars(
        sa.select(Process).where(Process.seen_at > real_now - ALIVE_FOR).order_by(Process.started_at, Process.id)
    ).all()


def unread_queues(session: ReadSession, queues: Sequence[str], *, real_now: datetime) -> tuple[str, ...]:
    """Return the queues that no living process works off."""
    read = {name for process in alive(session, real_now=real_now) for name in process.queues}
    return tuple(name for name in queues if name not in read)


def last_read(session: ReadSession, queue: str) -> datetime | None:
    """Return when a process last lived that worked off `queue`; None if none ever did."""
    known = [process.seen_at for process in session.scalars(sa.select(Process)) if queue in process.queues]
    ended = session.scalar(sa.select(QueueReader.seen_at).where(QueueReader.queue == queue))
    return max([*known, *([ended] if ended is not None else [])], default=None)
