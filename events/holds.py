"""Places that a registration holds beside its own pool: those of the choices it made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import seats
from events.answers import PlaceTaken
from events.errors import N_, FieldError, Invalid
from events.models import SeatHold

_TABLE: sa.Table = SeatHold.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def take(session: Session, registration_id: uuid.UUID, places: Sequence[PlaceTaken]) -> None:
    """Take the places of all choices, in one order for everybody. Raises `Invalid` at each question that is full."""
    errors: list[FieldError] = []
    for place in sorted(places, key=lambda each: each.pool_id):
        if seats.take(session, place.pool_id, place.count) is None:
            errors.append(FieldError(place.field, "full", N_("This choice is full. Please choose another one.")))
            continue
        values = {"registration_id": registration_id, "pool_id": place.pool_id, "count": place.count}
        session.execute(sa.insert(_TABLE).values(values))
    if errors:
        raise Invalid(errors)


def release(session: Session, registration_id: uuid.UUID) -> None:
    """Give back what a registration holds of choices."""
    held = session.execute(
        sa.delete(_TABLE).where(_TABLE.c.registration_id == registration_id).returning(_TABLE.c.pool_id, _TABLE.c.count)
    ).all()
    for pool_id, count in sorted(held, key=lambda each: each.pool_id):
        seats.release(session, pool_id, count)
