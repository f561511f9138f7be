"""What was last written to each partner of an event, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from events.storage import ReadSession
from notifications.models.email import Email

SHOWN = 5


def last_mails(session: ReadSession, event_id: uuid.UUID) -> dict[uuid.UUID, Sequence[Email]]:
    """Return the last e-mails to each participation, the newest first. One query."""
    rows = session.scalars(
        sa.select(Email)
        .where(Email.event_id == event_id, Email.participation_id.is_not(None))
        .order_by(Email.created_at.desc(), Email.id.desc())
    )
    found: dict[uuid.UUID, list[Email]] = {}
    for email in rows:
        if email.participation_id is not None:
            kept = found.setdefault(email.participation_id, [])
            if len(kept) < SHOWN:
                kept.append(email)
    return {key: tuple(emails) for key, emails in found.items()}
