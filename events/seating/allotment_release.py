"""Giving back what partners did not fill: at the moment that staff set, or when a partner no longer takes part."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.models import Event, SeatAllotment, Stage
from events.seating import claims, seats, waitlist
from events.storage import ReadSession


def _overdue(now: datetime) -> sa.Select[uuid.UUID, uuid.UUID]:
    """Find what has to go. While an event is postponed nobody can be named, so nothing is taken away either."""
    return (
        sa.select(SeatAllotment.id, SeatAllotment.event_id)
        .join(Event, Event.id == SeatAllotment.event_id)
        .where(SeatAllotment.release_at <= now, SeatAllotment.released_at.is_(None), Event.stage != Stage.POSTPONED)
    )


def has_overdue(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether `release_overdue` would find anything."""
    return session.execute(_overdue(now).limit(1)).first() is not None


def release_overdue(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Give what partners have not filled in time to everybody, first to those who wait. Returns of how many partners.

    The caller commits.
    """
    due = session.execute(_overdue(now).order_by(SeatAllotment.event_id, SeatAllotment.id).limit(limit)).all()
    claims.claim(session, *(event_id for _, event_id in due))
    for allotment_id, event_id in due:
        release(session, session.get_one(Event, event_id), allotment_id, now=now, by="clock")
    return len(due)


def release(session: Session, event: Event, allotment_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Give what a partner still holds to everybody and return how many seats; those whom they named stay.

    Once is enough: later calls find nothing. The caller commits.
    """
    claims.claim(session, event.id)
    pool_id = session.scalar(sa.select(SeatAllotment.pool_id).where(SeatAllotment.id == allotment_id))
    if pool_id is None:
        return 0
    seats.hold(session, pool_id)
    allotment = session.get_one(
        SeatAllotment, allotment_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if allotment.released_at is not None:
        return 0
    count = allotment.held
    allotment.held, allotment.released_at = 0, now
    session.flush()
    fact = facts.AllotmentReleased(
        organiser_id=event.organiser_id, event_id=event.id, participation_id=allotment.participation_id, count=count
    )
    outbox.record(session, fact, now=now, by=by)
    if count:
        seats.release(session, allotment.pool_id, count)
        waitlist.promote(session, allotment.pool_id, now=now)
    return count


def release_of(session: Session, event: Event, participation_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Release what one participation holds, if it holds anything. The caller commits."""
    found = session.scalar(sa.select(SeatAllotment.id).where(SeatAllotment.participation_id == participation_id))
    return release(session, event, found, now=now, by=by) if found is not None else 0


def follow_move(session: Session, event: Event, delta: timedelta) -> None:
    """Let partners fill their seats until as long before the event as they could before it moved."""
    rows = session.scalars(
        sa.select(SeatAllotment).where(SeatAllotment.event_id == event.id, SeatAllotment.released_at.is_(None))
    )
    for allotment in rows:
        allotment.release_at += delta
