"""Having e-mails wait, and letting them go: one, all of an event, or all of an organiser.

A hold on many is one row, which the claim looks at: what comes due under it is set aside, what is queued meanwhile as
well. Letting go frees those in chunks, as a reaction, so that ten thousand keep nobody waiting.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.errors import N_, Conflict, NotFound
from events.models import Event, Organiser
from events.storage import ReadSession, insert_unless_present, new_id
from notifications.facts import EmailHeld, EmailReleased, MailHeld, MailReleased
from notifications.models.email import Email, EmailState
from notifications.models.relay import MailHold
from notifications.planning.email_rows import QUEUE, TABLE
from notifications.planning.emails import CHUNK

_HOLDS: sa.Table = MailHold.__table__  # type: ignore[assignment] # a declarative class's table is a Table


class NotWaiting(Conflict):
    """The e-mail is on its way or has arrived: there is nothing to hold back."""

    code = "not_waiting"
    default = N_("This e-mail does not wait any more.")


class NotHeld(Conflict):
    """Nothing of it is held back."""

    code = "not_held"
    default = N_("Nothing is held back here.")


def hold_email(session: Session, email_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Have one e-mail wait. Raises `NotFound`, or `NotWaiting` once it is on its way. The caller commits."""
    email = _change(session, email_id, EmailState.QUEUED, EmailState.HELD, NotWaiting)
    fact = EmailHeld(organiser_id=email.organiser_id, event_id=email.event_id, email_id=email.id, kind=email.kind.value)
    outbox.record(session, fact, now=now, by=by)


def release_email(session: Session, email_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Let one e-mail go that was held by itself. Raises `NotFound` or `NotHeld`. The caller commits.

    Where all mails of its event or organiser are held, those are let go together.
    """
    email = _change(session, email_id, EmailState.HELD, EmailState.QUEUED, NotHeld)
    fact = EmailReleased(
        organiser_id=email.organiser_id, event_id=email.event_id, email_id=email.id, kind=email.kind.value
    )
    outbox.record(session, fact, now=now, by=by)
    deliveries.ring(session, QUEUE)


def _change(session: Session, email_id: uuid.UUID, old: EmailState, new: EmailState, refusal: type[Conflict]) -> Email:
    """Change the state by a condition, because a worker may be faster."""
    email = session.get(Email, email_id)
    if email is None:
        raise NotFound
    c = TABLE.c
    statement = sa.update(TABLE).where(c.id == email_id, c.state == old, c.hold_id.is_(None)).values(state=new)
    if cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 0:
        raise refusal
    session.refresh(email)
    return email


def hold_all(
    session: Session, organiser_id: uuid.UUID, event_id: uuid.UUID | None = None, *, now: datetime, by: str
) -> uuid.UUID:
    """Have all mails of the event wait, or of the organiser; returns the hold's id. Idempotent. The caller commits.

    Raises `NotFound` for an organiser that is not there, and for an event that is not theirs.
    """
    if session.get(Organiser, organiser_id) is None:
        raise NotFound
    if event_id is not None:
        event = session.get(Event, event_id)
        if event is None or event.organiser_id != organiser_id:
            raise NotFound
    key = new_id()
    values = {"id": key, "organiser_id": organiser_id, "event_id": event_id, "held_at": now, "held_by": by}
    if not insert_unless_present(session, _HOLDS, values):
        present = hold_of(session, organiser_id, event_id)
        return present.id if present is not None else key
    fact = MailHeld(organiser_id=organiser_id, event_id=event_id, hold_id=key)
    outbox.record(session, fact, now=now, by=by)
    return key


def release_all(
    session: Session, organiser_id: uuid.UUID, event_id: uuid.UUID | None = None, *, now: datetime, by: str
) -> None:
    """End the hold; what was set aside follows by the reaction. Raises `NotHeld`. The caller commits."""
    hold = hold_of(session, organiser_id, event_id)
    if hold is None:
        raise NotHeld
    session.delete(hold)
    fact = MailReleased(organiser_id=organiser_id, event_id=event_id, hold_id=hold.id)
    outbox.record(session, fact, now=now, by=by)


def hold_of(session: ReadSession, organiser_id: uuid.UUID, event_id: uuid.UUID | None = None) -> MailHold | None:
    """Return the hold on the event's mails, or on the organiser's; None where there is none."""
    theirs = sa.and_(MailHold.organiser_id == organiser_id, MailHold.event_id.is_(None))
    wanted = theirs if event_id is None else MailHold.event_id == event_id
    return session.scalars(sa.select(MailHold).where(wanted)).first()


def queue_released(session: Session, hold_id: uuid.UUID) -> bool:
    """Queue up to a chunk of what was set aside under a hold that has ended; returns whether there is more to do."""
    c = TABLE.c
    ids = session.scalars(sa.select(c.id).where(c.hold_id == hold_id).limit(CHUNK)).all()
    statement = sa.update(TABLE).where(c.id.in_(ids), c.state == EmailState.HELD)
    session.execute(statement.values(state=EmailState.QUEUED, hold_id=None))
    deliveries.ring(session, QUEUE)
    return len(ids) == CHUNK
