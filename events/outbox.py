"""The fact log: audit trail, outbox, and what tests assert on, in one table."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.facts import Fact
from events.inserts import insert, insert_all
from events.storage import Base, ReadSession, new_id

RECORDED = "recorded_facts"
"""Key of `Session.info`: ids of the facts recorded in this transaction, for the bell after the commit."""

GOES_ON_WITHIN = timedelta(seconds=5)
"""How long the next part of a long reaction may take to begin until its bell counts as lost; real time."""

REQUEST_ID = "request_id"
"""Key of `Session.info`: the id of the request (or delivery) that this transaction serves."""


class FactRow(Base):
    """One fact. `settled_at` is empty until every reaction to it has been written."""

    __tablename__ = "fact"
    __table_args__ = (
        sa.Index(None, "event_id", "recorded_at"),
        sa.Index(
            "ix_fact_unsettled",
            "retry_at",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[int]
    organiser_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID | None]
    payload: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(sa.String(80))
    """Who did it: ``staff:<id>``, ``person:<registration>``, ``partner:<participation>``, ``clock``, ``worker``."""
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    recorded_at: Mapped[datetime]
    """Business time."""
    retry_at: Mapped[datetime | None]
    """Real time before which the tick leaves a fact alone whose reaction failed, or goes on in another transaction."""
    settled_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any] | None]
    """Where a reaction that writes thousands of rows goes on."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(500))


_TABLE: sa.Table = FactRow.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def record(session: Session, fact: Fact, *, now: datetime, by: str) -> uuid.UUID:
    """Write `fact` in the caller's transaction and return its id. The bell is rung for it after the commit."""
    row = _row(session, fact, now=now, by=by)
    insert(session.connection(), _TABLE, row)
    session.info.setdefault(RECORDED, []).append(row["id"])
    fact_id: uuid.UUID = row["id"]
    return fact_id


def record_all(session: Session, found: Sequence[Fact], *, now: datetime, by: str) -> None:
    """Write many facts with one statement."""
    rows = [_row(session, fact, now=now, by=by) for fact in found]
    if rows:
        insert_all(session.connection(), _TABLE, rows)
        session.info.setdefault(RECORDED, []).extend(row["id"] for row in rows)


def _row(session: Session, fact: Fact, *, now: datetime, by: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "name": type(fact).__name__,
        "version": fact.VERSION,
        "organiser_id": fact.organiser_id,
        "event_id": fact.event_id,
        "payload": msgspec.to_builtins(fact),
        "by": by,
        "request_id": session.info.get(REQUEST_ID),
        "recorded_at": now,
        "attempts": 0,
    }


def take(session: Session, fact_id: uuid.UUID, *, now: datetime) -> FactRow | None:
    """Mark a fact as settled and return it, or None if it already was: its reactions are written exactly once.

    The mark and the reactions commit together; a second worker waits for the first and then gets None.
    """
    statement = (
        sa.update(FactRow)
        .where(FactRow.id == fact_id, FactRow.settled_at.is_(None))
        .values(settled_at=now)
        .returning(FactRow)
        .execution_options(populate_existing=True)  # another worker may have got on with it since it was loaded
    )
    return session.execute(statement).scalar_one_or_none()


def suspend(session: Session, fact_id: uuid.UUID, *, progress: dict[str, Any], real_now: datetime) -> None:
    """Leave a fact unsettled after a part of its reactions; `progress` says where to go on.

    The bell is rung for it after the commit. Until that must have been lost the tick leaves the fact alone: rung for
    every second, it would be reacted to by more workers each time, and their parts would share one long transaction.
    """
    session.execute(
        sa.update(FactRow)
        .where(FactRow.id == fact_id)
        .values(settled_at=None, progress=progress, retry_at=real_now + GOES_ON_WITHIN)
    )
    session.info.setdefault(RECORDED, []).append(fact_id)


def fail(session: Session, fact_id: uuid.UUID, *, error: str, retry_at: datetime) -> None:
    """Note that reacting failed; the tick tries again from `retry_at` (real time)."""
    session.execute(
        sa.update(FactRow)
        .where(FactRow.id == fact_id)
        .values(attempts=FactRow.attempts + 1, last_error=error[:500], retry_at=retry_at)
    )


def unsettled(
    session: ReadSession, *, real_now: datetime, grace: timedelta = timedelta(0), limit: int = 200
) -> Sequence[uuid.UUID]:
    """Return ids of facts that nobody has reacted to, oldest first, and whose bell must have been lost by now.

    A fact younger than `grace` is left to its bell. Its age is read from its key: UUIDv7 begins with the real time in
    milliseconds, while `recorded_at` is business time and may lie in the future of a demonstration. A fact of this very
    millisecond counts as old enough: who asks without grace right after a commit is told of it.
    """
    next_millisecond = int((real_now - grace).timestamp() * 1000) + 1
    youngest = uuid.UUID(int=next_millisecond << 80)
    return session.scalars(
        sa.select(FactRow.id)
        .where(
            FactRow.settled_at.is_(None),
            FactRow.id < youngest,
            sa.or_(FactRow.retry_at.is_(None), FactRow.retry_at <= real_now),
        )
        .order_by(FactRow.id)
        .limit(limit)
    ).all()


def timeline(session: ReadSession, event_id: uuid.UUID) -> Sequence[FactRow]:
    """Return everything that happened to an event, oldest first."""
    return session.scalars(sa.select(FactRow).where(FactRow.event_id == event_id).order_by(FactRow.id)).all()
