"""When an organiser has nothing on: the day that a new event's form proposes."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from events.models import Event, Stage
from events.storage import ReadSession

SATURDAY = 5
NOTICE = timedelta(days=14)
"""What people need to hear of an event and to come."""
_WEEKS = 26


def next_free_day(
    session: ReadSession, organiser_id: uuid.UUID, *, now: datetime, timezone: str, weekday: int = SATURDAY
) -> date:
    """Return the first such weekday, a fortnight ahead or more, on which the organiser holds nothing. One query.

    Drafts count: two colleagues who draft at once would otherwise propose the same day. Where half a year is full, the
    first day is returned.
    """
    zone = ZoneInfo(timezone)
    first = (now + NOTICE).astimezone(zone).date()
    first += timedelta(days=(weekday - first.weekday()) % 7)
    begin = datetime.combine(first, time(), zone)
    held = session.execute(
        sa.select(Event.starts_at, Event.ends_at).where(
            Event.organiser_id == organiser_id,
            Event.stage.not_in((Stage.CANCELLED, Stage.POSTPONED)),
            Event.ends_at > begin,
            Event.starts_at < begin + timedelta(weeks=_WEEKS),
        )
    )
    days = [(start.astimezone(zone).date(), end.astimezone(zone).date()) for start, end in held]
    weeks = (first + timedelta(weeks=number) for number in range(_WEEKS))
    return next((day for day in weeks if not any(start <= day <= end for start, end in days)), first)
