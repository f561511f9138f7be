"""On which day and hour an organiser's news goes out, and whether it does. No function commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Organiser
from events.storage import ReadSession, insert_unless_present
from notifications.facts import NewsScheduled
from notifications.models.news import NewsSchedule
from notifications.quiet_hours import FIRST, LAST

THURSDAY = 3
HOURS = range(FIRST, LAST)
_TABLE: sa.Table = NewsSchedule.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the news goes out; `next_at` is known once somebody has asked for it."""

    active: bool
    weekday: int
    hour: int
    next_at: datetime | None = None


HOUSE = Schedule(active=True, weekday=THURSDAY, hour=9)
"""What counts until somebody says otherwise: early enough before a weekend, at an hour when people read mail."""


def schedule_of(session: ReadSession, organiser_id: uuid.UUID) -> Schedule:
    """Return what counts for an organiser: its own, else that of the library whose branch it is. Raises `NotFound`."""
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    own = session.get(NewsSchedule, organiser_id)
    if own is not None:
        return Schedule(own.active, own.weekday, own.hour, own.next_at)
    parent = session.get(NewsSchedule, organiser.parent_id) if organiser.parent_id else None
    return Schedule(parent.active, parent.weekday, parent.hour) if parent is not None else HOUSE


def silent(session: ReadSession) -> frozenset[uuid.UUID]:
    """Return the organisers that send no news, branches of theirs among them. Two queries."""
    rows = session.execute(sa.select(NewsSchedule.organiser_id, NewsSchedule.active)).all()
    active: dict[uuid.UUID, bool] = {row[0]: row[1] for row in rows}
    off = {key for key, is_active in active.items() if not is_active}
    if not off:
        return frozenset()
    branches = session.execute(sa.select(Organiser.id, Organiser.parent_id).where(Organiser.parent_id.in_(off)))
    return frozenset(off | {row[0] for row in branches if row[0] not in active})


def set_schedule(
    session: Session, organiser_id: uuid.UUID, *, active: bool, weekday: int, hour: int, now: datetime, by: str
) -> None:
    """Set the day and the hour, or send none any more. Raises `Invalid` for what is none, or is in the night."""
    if weekday not in range(7):
        raise Invalid([FieldError("weekday", "choice", N_("Choose one of the options."))])
    if hour not in HOURS:
        raise Invalid([FieldError("hour", "choice", N_("Choose one of the options."))])
    ensure(session, organiser_id, now=now)
    row = session.get_one(NewsSchedule, organiser_id, with_for_update=True, populate_existing=True)
    row.active, row.weekday, row.hour = active, weekday, hour
    row.next_at = following(now, _zone(session, organiser_id), weekday, hour) if active else None
    fact = NewsScheduled(organiser_id=organiser_id, active=active, weekday=weekday, hour=hour)
    outbox.record(session, fact, now=now, by=by)


def ensure(session: Session, organiser_id: uuid.UUID, *, now: datetime) -> bool:
    """See to it that the organiser's news is sent from now on; returns False where it is to send none."""
    known = schedule_of(session, organiser_id)
    if session.get(NewsSchedule, organiser_id) is None:
        zone = _zone(session, organiser_id)
        next_at = following(now, zone, known.weekday, known.hour) if known.active else None
        values = {"active": known.active, "weekday": known.weekday, "hour": known.hour, "next_at": next_at}
        insert_unless_present(session, _TABLE, {"organiser_id": organiser_id, **values})
    return known.active


def _zone(session: ReadSession, organiser_id: uuid.UUID) -> str:
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    return organiser.timezone


def following(moment: datetime, zone: str, weekday: int, hour: int) -> datetime:
    """Return the first such hour after `moment`."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=(weekday - local.weekday()) % 7)
    found = day.astimezone(UTC)
    return found if found > moment else (day + timedelta(days=7)).astimezone(UTC)
