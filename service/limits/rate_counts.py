"""How often something came lately, counted in the database: for installations without a Redis between the processes.

A row is one window: it begins with the first hit and ends by itself. Its key is a keyed hash that changes every day, so
that the table tells nobody who was here (see `service.limits.limiter`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.storage import Base


class RateCount(Base):
    """The hits of one window; all times are real time."""

    __tablename__ = "rate_count"

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    hits: Mapped[int] = mapped_column(sa.BigInteger)
    ends_at: Mapped[datetime] = mapped_column(index=True)


_TABLE: sa.Table = RateCount.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True)
class Counted:
    """What stands in a window after a hit: how many came, and the seconds until it ends."""

    hits: int
    seconds: float


def add(session: Session, key_hash: str, amount: int, *, within: timedelta, real_now: datetime) -> Counted:
    """Count `amount` more in the window of `key_hash`, one `within` long if it has to begin. The caller commits.

    One statement; of two at once each sees the other's.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE).values(key_hash=key_hash, hits=amount, ends_at=real_now + within)
    over = _TABLE.c.ends_at <= real_now
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=[_TABLE.c.key_hash],
            set_={
                "hits": sa.case((over, amount), else_=_TABLE.c.hits + amount),
                "ends_at": sa.case((over, real_now + within), else_=_TABLE.c.ends_at),
            },
        ).returning(_TABLE.c.hits, _TABLE.c.ends_at)
    ).one()
    return Counted(counted.hits, (counted.ends_at - real_now).total_seconds())


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop windows that have ended. The caller commits."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.ends_at <= real_now))
