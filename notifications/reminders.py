"""Reminders: 7 days, 1 day and 1 hour before the start of the event, or of the visit that was booked.

They are rows with a later `due_at`, one a reminder. A reminder is about one start, which its key names: when the event
moves, the old ones are superseded and new ones written. At the moment of sending `notifications.relevance` looks again.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.lifecycle import AHEAD
from events.models import Event, EventKind, Registration, RegistrationState, Slot, Stage
from notifications import emails
from notifications.models.email import EmailKind, EmailState

BEFORE = {
    EmailKind.REMINDER_7D: timedelta(days=7),
    EmailKind.REMINDER_1D: timedelta(days=1),
    EmailKind.REMINDER_1H: timedelta(hours=1),
}


def plan_for(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    """Plan the reminders of one confirmed registration; one whose time has passed is not planned. Idempotent."""
    row = session.execute(
        sa.select(Registration, Event, Slot)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id)
    ).first()
    if row is None:
        return
    registration, event, slot = cast("tuple[Registration, Event, Slot | None]", tuple(row))
    if registration.state is RegistrationState.CONFIRMED and _may_remind(event):
        start = (slot or event).starts_at
        emails.insert_missing(session, _reminders(session, event, registration, start, now=now))


def plan(
    session: Session, event_id: uuid.UUID, *, now: datetime, cursor: emails.Cursor | None = None
) -> emails.Cursor | None:
    """Plan everybody's reminders anew after a move, and supersede those that are stale.

    One call plans for up to `emails.CHUNK` registrations and returns where to go on, or None when done. Of an event
    that was postponed or cancelled it supersedes every reminder and plans none.
    """
    event = session.get_one(Event, event_id)
    if cursor is None:
        _supersede_stale(session, event)
    if not _may_remind(event):
        return None
    found = emails.next_registrations(session, event_id, (RegistrationState.CONFIRMED,), cursor)
    slots = {slot.id: slot for slot in session.scalars(sa.select(Slot).where(Slot.event_id == event_id))}
    rows: list[dict[str, Any]] = []
    for registration in found:
        slot = slots.get(registration.slot_id) if registration.slot_id else None
        rows += _reminders(session, event, registration, (slot or event).starts_at, now=now)
    # An event that moves away and back again has reminders that were superseded meanwhile.
    emails.insert_missing(session, rows, revive=True)
    return {"after": str(found[-1].id)} if len(found) == emails.CHUNK else None


def _may_remind(event: Event) -> bool:
    """A running exhibition still has visits ahead."""
    return event.stage in AHEAD or (event.stage is Stage.LIVE and event.kind is EventKind.EXHIBITION)


def _reminders(
    session: Session, event: Event, registration: Registration, start: datetime, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of the reminders that still lie ahead."""
    rows: list[dict[str, Any]] = []
    for kind, before in BEFORE.items():
        due_at = start - before
        if due_at <= now:
            continue
        values = emails.values_for(session, kind, event, registration, now=now, about=start.isoformat())
        if values is not None:
            rows.append({**values, "due_at": due_at, "about_start": start})
    return rows


def _supersede_stale(session: Session, event: Event) -> None:
    """Supersede the event's queued reminders that are about another start than the present one."""
    c = emails.TABLE.c
    statement = sa.update(emails.TABLE).where(
        c.event_id == event.id, c.kind.in_(tuple(BEFORE)), c.state == EmailState.QUEUED
    )
    if _may_remind(event):
        visit = (
            sa.select(Slot.starts_at)
            .join(Registration, Registration.slot_id == Slot.id)
            .where(Registration.id == c.registration_id)
            .scalar_subquery()
        )
        statement = statement.where(c.about_start != sa.func.coalesce(visit, event.starts_at))
    session.execute(statement.values(state=EmailState.SUPERSEDED))
