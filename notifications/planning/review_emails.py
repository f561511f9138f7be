"""E-mails among staff about the review of an event: asked, given back, approved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from events.models import Event, EventReview
from notifications.models.email import EmailKind
from notifications.planning import email_rows


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the staff, as far as a mail needs to know them."""

    id: uuid.UUID
    name: str
    email: str
    locale: str


def queue_to_colleague(
    session: Session, kind: EmailKind, *, review: EventReview, to: Colleague, sender: Colleague, now: datetime
) -> uuid.UUID | None:
    """Owe one of the staff an e-mail about a review; returns its id, or None if it is owed already.

    It is one for each submission, however often it is asked for. The caller commits.
    """
    event = session.get_one(Event, review.event_id)
    params = {
        "to_name": to.name,
        "from_name": sender.name,
        "from_address": sender.email,
        "submission": str(review.submitted_fact),
    }
    values = {
        **email_rows.basic_values(session, kind, event, now=now, params=params),
        "to_address": to.email,
        "locale": to.locale,
        "dedupe_key": f"{kind.value}:{to.id}:{review.submitted_fact}",
        "uid": None,
    }
    return email_rows.owe(session, values)
