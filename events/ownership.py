"""Whose a thing is: what is asked before a member of staff may touch it."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Event
from events.storage import Base, ReadSession


def owner_of(session: ReadSession, kind: type[Base], key: uuid.UUID) -> uuid.UUID:
    """Return the id of the organiser whose row of `kind` has the id `key`. Raises `NotFound`.

    `kind` either names its organiser (`organiser_id`) or belongs to an event (`event_id`).
    """
    table: Any = kind
    if hasattr(kind, "organiser_id"):
        statement = sa.select(table.organiser_id).where(table.id == key)
    else:
        statement = sa.select(Event.organiser_id).join(kind, table.event_id == Event.id).where(table.id == key)
    found: uuid.UUID | None = session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def event_of(session: ReadSession, kind: type[Base], key: uuid.UUID) -> uuid.UUID:
    """Return the id of the event that the row of `kind` with the id `key` belongs to. Raises `NotFound`."""
    table: Any = kind
    found: uuid.UUID | None = session.scalar(sa.select(table.event_id).where(table.id == key))
    if found is None:
        raise NotFound
    return found
