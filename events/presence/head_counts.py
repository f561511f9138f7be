"""Heads counted at the door without a name, by age group: taps of a counter, added up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import AgeGroup, HeadCount
from events.storage import ReadSession, insert_unless_present

_TABLE: sa.Table = HeadCount.__table__  # type: ignore[assignment] # a declarative class's table is a Table

MOST_AT_ONCE = 500
"""A busload and more; beyond it somebody slipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTap:
    """`delta` people of one age group came without registering; below zero, a tap is taken back."""

    id: uuid.UUID
    age_group: AgeGroup
    delta: int
    age: timedelta = timedelta()
    door: str = ""


def count(session: Session, event_id: uuid.UUID, tap: HeadTap, *, at: datetime, by: str) -> bool:
    """Add one tap; returns whether it was new. Idempotent by its id. The caller commits."""
    values: dict[str, Any] = {
        "id": tap.id,
        "event_id": event_id,
        "age_group": tap.age_group,
        "delta": max(-MOST_AT_ONCE, min(MOST_AT_ONCE, tap.delta)),
        "door": tap.door[:40],
        "at": at,
        "by": by,
    }
    return insert_unless_present(session, _TABLE, values)


def heads(session: ReadSession, event_id: uuid.UUID) -> Mapping[AgeGroup, int]:
    """Return how many were counted in each age group, all of them named; taps taken back twice count as none."""
    rows = session.execute(
        sa.select(HeadCount.age_group, sa.func.sum(HeadCount.delta))
        .where(HeadCount.event_id == event_id)
        .group_by(HeadCount.age_group)
    )
    sums = {group: int(total) for group, total in rows}
    return {group: max(0, sums.get(group, 0)) for group in AgeGroup}
