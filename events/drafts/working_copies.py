"""What somebody has typed into an event's form and not saved yet, kept so that no text is lost.

Nothing here is checked, and nothing of it is seen by anybody else: it is a form, not an event.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import EventKind, WorkingCopy
from events.storage import ReadSession, insert_unless_present, new_id

_TABLE: sa.Table = WorkingCopy.__table__  # type: ignore[assignment] # a declarative class's table is a Table

Fields = Mapping[str, Sequence[str]]
"""A form as the browser sends it: every field's values, in order."""


def subject_of_new(organiser_id: uuid.UUID, kind: EventKind) -> str:
    """Return the subject of the empty form for a new event."""
    return f"new:{kind.value}:{organiser_id}"


def keep_working_copy(
    session: Session,
    staff_id: uuid.UUID,
    subject: str,
    *,
    organiser_id: uuid.UUID,
    event_id: uuid.UUID | None,
    fields: Fields,
    based_on: int,
    base: Fields | None,
    now: datetime,
) -> None:
    """Keep what one person has typed so far; the last word counts, from whichever tab or device. The caller commits.

    `base` is what the form held at version `based_on`; None if that is no longer known, and then what was kept of it
    before stays.
    """
    typed = {name: list(values) for name, values in fields.items()}
    held = {name: list(values) for name, values in (base or {}).items()}
    made = insert_unless_present(
        session,
        _TABLE,
        {
            "id": new_id(),
            "staff_id": staff_id,
            "subject": subject,
            "organiser_id": organiser_id,
            "event_id": event_id,
            "fields": typed,
            "base": held,
            "based_on": based_on,
            "saved_at": now,
        },
    )
    if made:
        return
    copy = session.scalars(
        sa.select(WorkingCopy)
        .where(WorkingCopy.staff_id == staff_id, WorkingCopy.subject == subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if base is not None or copy.based_on != based_on:
        copy.base = held
    copy.fields, copy.based_on, copy.saved_at = typed, based_on, now
    session.flush()


def find_working_copy(session: ReadSession, staff_id: uuid.UUID, subject: str) -> WorkingCopy | None:
    """Return what the person has left in that form."""
    found: WorkingCopy | None = session.scalar(
        sa.select(WorkingCopy).where(WorkingCopy.staff_id == staff_id, WorkingCopy.subject == subject)
    )
    return found


def list_working_copies(session: ReadSession, staff_id: uuid.UUID, *, limit: int = 5) -> Sequence[WorkingCopy]:
    """Return what the person has not finished, the latest first."""
    return session.scalars(
        sa.select(WorkingCopy)
        .where(WorkingCopy.staff_id == staff_id)
        .order_by(WorkingCopy.saved_at.desc(), WorkingCopy.id)
        .limit(limit)
    ).all()


def discard_working_copy(session: Session, staff_id: uuid.UUID, subject: str) -> None:
    """Forget what was typed: it is saved, or not wanted. Doing it twice changes nothing. The caller commits."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.staff_id == staff_id, _TABLE.c.subject == subject))
