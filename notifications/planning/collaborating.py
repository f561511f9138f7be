"""E-mails to partners about what is arranged with them: seats to fill, things to send in, a report afterwards."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Participation, SeatAllotment
from events.partnership import contributions
from notifications.models.email import EmailKind
from notifications.planning import emails

REPORT_AFTER = timedelta(days=1)
"""How long after the event partners are told how it was: by then staff have noted who came."""


def tell_of_seats(session: Session, participation_id: uuid.UUID, *, now: datetime) -> uuid.UUID | None:
    """Owe a partner the link to their seats; None where it is owed already, or there is nobody to write to."""
    allotment = session.scalar(sa.select(SeatAllotment).where(SeatAllotment.participation_id == participation_id))
    if allotment is None or allotment.released_at is not None:
        return None
    about = f"{allotment.seats}:{allotment.release_at.isoformat()}"
    return emails.queue_to_partner(
        session, EmailKind.PARTNER_SEATS, participation_id=participation_id, now=now, about=about
    )


def ask_for_contributions(session: Session, participation_id: uuid.UUID, *, now: datetime) -> uuid.UUID | None:
    """Owe a partner the link to what they were asked for last; None like `tell_of_seats`."""
    asked = [each.asked_at for each in contributions.asked_of(session, participation_id) if each.given_at is None]
    if not asked:
        return None
    return emails.queue_to_partner(
        session,
        EmailKind.PARTNER_MATERIALS,
        participation_id=participation_id,
        now=now,
        about=max(asked).isoformat(),
    )


def catch_up(session: Session, event_id: uuid.UUID, *, now: datetime) -> None:
    """Owe every partner of an event what could not be told while it was a draft."""
    for participation_id in _taking_part(session, event_id):
        tell_of_seats(session, participation_id, now=now)
        ask_for_contributions(session, participation_id, now=now)


def report(session: Session, event_id: uuid.UUID, *, now: datetime) -> None:
    """Owe every partner a report on the event that has ended."""
    for participation_id in _taking_part(session, event_id):
        emails.queue_to_partner(
            session,
            EmailKind.PARTNER_REPORT,
            participation_id=participation_id,
            now=now,
            about="1",
            due_at=now + REPORT_AFTER,
        )


def _taking_part(session: Session, event_id: uuid.UUID) -> list[uuid.UUID]:
    statement = sa.select(Participation.id).where(
        Participation.event_id == event_id, Participation.withdrawn_at.is_(None)
    )
    return list(session.scalars(statement.order_by(Participation.position, Participation.id)))
