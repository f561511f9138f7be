"""Places that a registration holds beside its own pool: those of the choices it made."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import seats
from events.errors import ChoiceFull
from events.models import SeatHold

_TABLE: sa.Table = SeatHold.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def take(session: Session, registration_id: uuid.UUID, places: Mapping[uuid.UUID, int]) -> None:
    """Take places from the pools of choices, in one order for everybody. Raises `ChoiceFull` for the first that is."""
    for pool_id, count in sorted(places.items()):
        if seats.take(session, pool_id, count) is None:
            raise ChoiceFull(pool=str(pool_id))
        values = {"registration_id": registration_id, "pool_id": pool_id, "count": count}
        session.execute(sa.insert(_TABLE).values(values))


def release(session: Session, registration_id: uuid.UUID) -> None:
    """Give back what a registration holds of choices."""
    held = session.execute(
        sa.delete(_TABLE).where(_TABLE.c.registration_id == registration_id).returning(_TABLE.c.pool_id, _TABLE.c.count)
    ).all()
    for pool_id, count in sorted(held, key=lambda each: each.pool_id):
        seats.release(session, pool_id, count)
