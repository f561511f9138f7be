"""Whose a thing is: what is asked before a member of staff may touch it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, TypeAlias

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Event
from events.storage import Base, ReadSession

Owners: TypeAlias = Collection[uuid.UUID] | None
"""Whose things are asked for: those of these organisers, or of all (None)."""


def owned_by(column: Any, owners: Owners) -> sa.ColumnElement[bool]:
    """Return the condition that `column`, an organiser's id, is one of `owners`."""
    condition: sa.ColumnElement[bool] = sa.true() if owners is None else column.in_(owners)
    return condition


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
