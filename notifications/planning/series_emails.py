"""What people who registered for a whole series are told: once for all dates, not once for each.

Every function is idempotent by the e-mails' dedupe keys and leaves the commit to its caller.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import ACTIVE_STATES, Event, Registration, RegistrationState
from events.recurring import series_booking
from notifications.models.email import EmailKind
from notifications.planning import email_rows, emails

GATHERED = timedelta(minutes=5)
"""How long the news of added dates waits, so that those published one by one are told together."""


def confirm(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> bool:
    """Owe the one e-mail about all dates; returns False for a registration that belongs to no booking.

    What one person did at once is one e-mail, and so is one batch of added dates that they were registered for.
    """
    registration = session.get_one(Registration, registration_id)
    if registration.series_booking_id is None:
        return False
    event = session.get_one(Event, registration.event_id)
    by_itself = by == "worker"
    batch = event.created_at if by_itself else registration.created_at
    values = email_rows.values_for_booking(
        session,
        EmailKind.SERIES_BOOKED,
        event,
        registration,
        now=now,
        about=batch.isoformat(),
        due_at=now + GATHERED if by_itself else None,
    )
    emails.queue_for_booking(session, values)
    return True


def tell_guardian(session: Session, registration_id: uuid.UUID, *, now: datetime, kind: EmailKind, **said: Any) -> bool:
    """Owe one e-mail where a guardian's answer, or silence, counted for a whole booking; returns False for none.

    `said` are the e-mail's parameters. A date that stands in for another one is told of by itself.
    """
    registration = session.get_one(Registration, registration_id)
    if registration.series_booking_id is None or registration.replaces_id is not None:
        return False
    answered_at = registration.guardian_consented_at or registration.updated_at
    values = email_rows.values_for_booking(
        session,
        kind,
        session.get_one(Event, registration.event_id),
        registration,
        now=now,
        about=f"guardian:{answered_at.isoformat()}",
    )
    emails.queue_for_booking(session, values and {**values, "params": said})
    return True


def tell_given_back(session: Session, registration_id: uuid.UUID, *, now: datetime) -> bool:
    """Owe one e-mail where several dates of a booking were given back at once; returns False where it was one."""
    registration = session.get_one(Registration, registration_id)
    if registration.series_booking_id is None:
        return False
    at_once = session.scalar(
        sa.select(sa.func.count()).where(
            Registration.series_booking_id == registration.series_booking_id,
            Registration.state == RegistrationState.CANCELLED,
            Registration.updated_at == registration.updated_at,
        )
    )
    if not at_once or at_once < 2:
        return False
    values = email_rows.values_for_booking(
        session,
        EmailKind.SERIES_CHANGED,
        session.get_one(Event, registration.event_id),
        registration,
        now=now,
        about=f"given_back:{registration.updated_at.isoformat()}",
    )
    emails.queue_for_booking(session, values)
    return True


def offer_added(session: Session, event_id: uuid.UUID, *, now: datetime, after: uuid.UUID | None) -> uuid.UUID | None:
    """Ask, or register, whoever registered for all of the series before this date was added to it.

    Returns the booking to go on after, or None when done. Those who are registered by themselves are taken one a call,
    because each of them holds the pools of several dates until the commit.
    """
    event = session.get_one(Event, event_id)
    if event.series_id is None:
        return None
    by_itself = series_booking.adds_by_itself(session, event)
    limit = 1 if by_itself else emails.CHUNK
    found = series_booking.bookings_before(session, event, limit=limit, after=after)
    for booking_id in found:
        if by_itself:
            series_booking.take_added(session, booking_id, now=now, by="worker")
        else:
            _ask(session, booking_id, event, now=now)
    return found[-1] if len(found) == limit else None


def _ask(session: Session, booking_id: uuid.UUID, event: Event, *, now: datetime) -> None:
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.series_booking_id == booking_id, Registration.state.in_(ACTIVE_STATES))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(1)
    ).first()
    if row is None:
        return
    registration, held = row
    values = email_rows.values_for_booking(
        session,
        EmailKind.SERIES_ADDED,
        held,
        registration,
        now=now,
        about=event.created_at.isoformat(),
        due_at=now + GATHERED,
    )
    emails.queue_for_booking(session, values)
