"""Work that waits in rows: how a worker claims some of it, keeps others off, and settles it.

A row is *queued* until `due_at`, then one worker claims it by a conditional UPDATE, holds it under a lease, and settles
it with its lease token; a lease that runs out gives the row back. `due_at` is business time (the demonstration may
move it), leases are real time, because a process that dies does so on the real clock. A row also says who holds it, so
that nobody has to wait for the leases of a process that is known to be dead.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.storage import ReadSession, UtcDateTime

QUEUED = "queued"
SENDING = "sending"

BELLS = "bells"
"""Key of `Session.info`: queues in which this transaction has left work, to be rung after the commit."""


HOLDER = "holder"
"""Key of `Session.info`: the id of the process that claims. What it stands for is known to whoever sets it."""


class Claimable:
    """The columns of a row that workers claim. The table also has an `id` and a `state`."""

    due_at: Mapped[datetime | None] = mapped_column(index=True)
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]
    lease_holder: Mapped[uuid.UUID | None]
    """The process that claimed the row; None where that process has not said who it is."""
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(500))
    request_id: Mapped[str | None] = mapped_column(sa.String(64))


_Row = TypeVar("_Row", bound=Claimable)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker holds: the ids it claimed and the token that proves it."""

    ids: tuple[uuid.UUID, ...]
    token: uuid.UUID


def _columns(model: type[Claimable]) -> Any:
    """Return the table's columns; the mixin cannot know their owner."""
    return cast("Any", model).__table__.c


NOW = sa.bindparam("now", type_=UtcDateTime())
"""Stands for the business time of the claim, in conditions that `claiming` is given."""


def claim(
    session: Session,
    model: type[_Row],
    *,
    now: datetime,
    real_now: datetime,
    limit: int,
    lease: timedelta,
    only: Sequence[sa.ColumnElement[bool]] = (),
    order_by: Sequence[Any] = (),
    state: str = QUEUED,
) -> Claim:
    """Take up to `limit` rows that are queued and due; nobody else can take them until `lease` has passed.

    `state` is another one to take from, such as that of deliveries whose outcome is to be asked for. The caller
    commits, then works.
    """
    statement = claiming(model, only=only, order_by=order_by, state=state)
    return claim_by(statement, session, now=now, real_now=real_now, limit=limit, lease=lease)


def claiming(
    model: type[Claimable],
    *,
    only: Sequence[sa.ColumnElement[bool]] = (),
    order_by: Sequence[Any] = (),
    state: str = QUEUED,
    returning: Sequence[Any] = (),
) -> sa.Executable:
    """Return the statement of `claim`, for those who claim often: building it takes longer than running it.

    `returning` are columns beside the id, for `claim_rows_by`.

    The conditional UPDATE is the guard on both engines. SKIP LOCKED only spares PostgreSQL's workers from waiting for
    each other; SQLite has one writer anyway. The state stands there in a way that no index knows: SQLite would walk
    through all that is queued to find the rows whose ids it has.
    """
    c = _columns(model)
    asked: list[sa.ColumnElement[Any]] = [c.id, *returning]
    wanted = (
        sa.select(c.id)
        .where(c.state == state, c.due_at <= NOW, *only)
        .order_by(*order_by, c.due_at, c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
        .cte("wanted")  # as a plain subquery PostgreSQL may run it again and again, past the limit
    )
    return (
        sa.update(c.id.table)
        .where(c.id.in_(sa.select(wanted.c.id)), sa.func.coalesce(c.state, c.state) == state)
        .values(
            state=SENDING,
            lease_token=sa.bindparam("token"),
            lease_until=sa.bindparam("until"),
            lease_holder=sa.bindparam("holder"),
            attempts=c.attempts + 1,
        )
        .returning(*asked)
    )


def claim_by(
    statement: sa.Executable, session: Session, *, now: datetime, real_now: datetime, limit: int, lease: timedelta
) -> Claim:
    """Claim as `claim` does, by a statement that `claiming` has made. The caller commits."""
    rows, token = claim_rows_by(statement, session, now=now, real_now=real_now, limit=limit, lease=lease)
    ids: list[uuid.UUID] = [row.id for row in rows]
    return Claim(tuple(sorted(ids)), token)


def claim_rows_by(
    statement: sa.Executable, session: Session, *, now: datetime, real_now: datetime, limit: int, lease: timedelta
) -> tuple[Sequence[sa.Row[Any]], uuid.UUID]:
    """Claim as `claim_by` does; returns the columns that `claiming` was asked for, in no order, and the token."""
    session.flush()
    token = uuid.uuid4()
    parameters = {
        "now": now,
        "limit": limit,
        "token": token,
        "until": real_now + lease,
        "holder": session.info.get(HOLDER),
    }
    return session.connection().execute(statement, parameters).all(), token


def settle(session: Session, model: type[Claimable], token: uuid.UUID, ids: Iterable[uuid.UUID], **values: Any) -> int:
    """Write the outcome of claimed rows and let go of them. Returns how many were still ours.

    Rows whose lease was lost to another worker are left alone: what happened to them is that worker's to say.
    """
    session.flush()
    parameters = {f"new_{name}": value for name, value in values.items()}
    statement = _settlement(_columns(model).id.table, tuple(sorted(values)))
    settled = session.connection().execute(statement, {"ids": tuple(ids), "token": token, **parameters})
    return settled.rowcount


@cache
def _settlement(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    """Build the statement once for each set of columns: building it anew costs more than SQLite takes to run it."""
    c = table.c
    return (
        sa.update(table)
        .where(c.id.in_(sa.bindparam("ids", expanding=True)), c.lease_token == sa.bindparam("token"))
        .values(
            lease_token=None,
            lease_until=None,
            lease_holder=None,
            **{name: sa.bindparam(f"new_{name}") for name in columns},
        )
    )


def put_back(
    session: Session, model: type[Claimable], token: uuid.UUID, ids: Iterable[uuid.UUID], **values: Any
) -> int:
    """Let go of claimed rows that were not tried: queued again as they were, but for `values`. Returns how many."""
    session.flush()
    parameters = {f"new_{name}": value for name, value in {"state": QUEUED, **values}.items()}
    statement = _putting_back(_columns(model).id.table, tuple(sorted({"state", *values})))
    return session.connection().execute(statement, {"ids": tuple(ids), "token": token, **parameters}).rowcount


@cache
def _putting_back(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    return _settlement(table, columns).values(attempts=table.c.attempts - 1)


def give_back(session: Session, model: type[Claimable], token: uuid.UUID, *, now: datetime) -> int:
    """Queue again, at once, what was claimed and not tried; it does not count as an attempt. Returns how many."""
    c = _columns(model)
    statement = (
        sa.update(model)
        .where(c.lease_token == token, c.state == SENDING)
        .values(
            state=QUEUED,
            due_at=now,
            attempts=c.attempts - 1,
            lease_token=None,
            lease_until=None,
            lease_holder=None,
        )
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def renew(session: Session, model: type[Claimable], token: uuid.UUID, *, real_now: datetime, lease: timedelta) -> bool:
    """Hold on to claimed rows for another `lease`; returns False if they were lost."""
    c = _columns(model)
    statement = (
        sa.update(model)
        .where(c.lease_token == token)
        .values(lease_until=real_now + lease)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount > 0


def release_expired(session: Session, model: type[Claimable], *, real_now: datetime, state: str = QUEUED) -> int:
    """Give back what dead workers held: rows whose lease has run out become `state` again. Returns how many."""
    c = _columns(model)
    statement = (
        sa.update(model)
        .where(c.state == SENDING, c.lease_until < real_now)
        .values(state=state, lease_token=None, lease_until=None, lease_holder=None)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def end_leases(session: Session, model: type[Claimable], *, real_now: datetime, holder: uuid.UUID | None = None) -> int:
    """Let the lease of every held row run out at `real_now`, because whoever holds it is known to be dead.

    With a `holder`, only of the rows that it holds. Returns how many. The rows are given back, or asked about, as after
    any lease that ran out; should the holder come back all the same, it settles nothing, for its token is gone by then.
    """
    c = _columns(model)
    statement = (
        sa.update(model)
        .where(c.state == SENDING, c.lease_until > real_now, sa.true() if holder is None else c.lease_holder == holder)
        .values(lease_until=real_now)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def has_work(session: ReadSession, model: type[Claimable], *, now: datetime, real_now: datetime) -> bool:
    """Tell whether a row waits to be claimed at `now`, or is held by a worker whose lease has run out."""
    return has_due(session, model, now=now) or has_lost(session, model, real_now=real_now)


def has_due(session: ReadSession, model: type[Claimable], *, now: datetime) -> bool:
    """Tell whether a row waits to be claimed at `now`."""
    c = _columns(model)
    due = sa.select(c.id).where(c.state == QUEUED, c.due_at <= now).limit(1)
    return session.scalar(due) is not None


def has_lost(session: ReadSession, model: type[Claimable], *, real_now: datetime) -> bool:
    """Tell whether a row is held by a worker whose lease has run out."""
    c = _columns(model)
    lost = sa.select(c.id).where(c.state == SENDING, c.lease_until < real_now).limit(1)
    return session.scalar(lost) is not None


def ring(session: Session, *queues: str) -> None:
    """Ask for the workers of `queues` to be woken after the commit; a lost bell costs a second, never the work."""
    session.info.setdefault(BELLS, set[str]()).update(queues)
