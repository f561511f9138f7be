"""Reminding partners who have not answered, by a button or by a rule: one count, and one quiet period between both.

A rule's e-mail counts from the moment it is handed out; one that waits gives way to a button that is pressed before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Participation
from events.partnership import partner_reminding
from events.partnership.partner_reminding import QUIET
from events.storage import ReadSession
from notifications.models.email import Email, EmailKind, EmailState

ASKS = "asks_for_answer"
"""What the row of a rule's e-mail to silent partners carries in its `params`."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """How often a partner was reminded, whichever way, and when last."""

    count: int = 0
    last_at: datetime | None = None


def reminders_of(session: ReadSession, event_id: uuid.UUID) -> Mapping[uuid.UUID, Reminders]:
    """Return the reminders of each participation of an event, by its id. Two queries."""
    parts = session.execute(
        sa.select(Participation.id, Participation.reminders, Participation.reminded_at).where(
            Participation.event_id == event_id
        )
    )
    found = {row.id: Reminders(row.reminders, row.reminded_at) for row in parts}
    for email in _by_rules(session, event_id):
        if email.state is EmailState.QUEUED or email.participation_id not in found:
            continue
        known, at = found[email.participation_id], email.sent_at or email.due_at
        last = max(filter(None, (known.last_at, at)), default=None)
        found[email.participation_id] = Reminders(known.count + 1, last)
    return found


def remindable(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> int:
    """Return how many the button would remind now."""
    reminded = reminders_of(session, event_id)
    silent = partner_reminding.silent(session, event_id)
    return sum(1 for part in silent if not is_quiet(reminded.get(part.id, Reminders()).last_at, now))


def remind_silent(session: Session, event_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Remind those who have not answered and return how many; who was reminded within `QUIET` is left in peace.

    What a rule would send them within `QUIET` is superseded. Safe to repeat. Raises `NotFound`. The caller commits.
    """
    soon = [
        email.id
        for email in _by_rules(session, event_id)
        if email.state is EmailState.QUEUED and email.due_at is not None and email.due_at < now + QUIET
    ]
    if soon:
        # A worker may have claimed one meanwhile: then it is sent, and read as such below.
        waiting = sa.update(Email).where(Email.id.in_(soon), Email.state == EmailState.QUEUED)
        session.execute(waiting.values(state=EmailState.SUPERSEDED, last_error="reminded"))
        session.expire_all()
    spared = {key for key, each in reminders_of(session, event_id).items() if is_quiet(each.last_at, now)}
    spared |= {
        each.participation_id
        for each in _by_rules(session, event_id)
        if each.state is EmailState.SENDING and each.participation_id is not None
    }
    return partner_reminding.remind_silent(session, event_id, now=now, by=by, spared=spared)


def is_quiet(reminded_at: datetime | None, at: datetime) -> bool:
    """Tell whether somebody who was reminded then is left in peace at this moment."""
    return reminded_at is not None and at - QUIET < reminded_at


def _by_rules(session: ReadSession, event_id: uuid.UUID) -> list[Email]:
    """Return the e-mails of rules that asked, ask or will ask for an answer."""
    rows = session.scalars(
        sa.select(Email)
        .where(
            Email.event_id == event_id,
            Email.kind == EmailKind.RULE,
            Email.participation_id.is_not(None),
            Email.state.in_((EmailState.QUEUED, EmailState.SENDING, EmailState.SENT)),
        )
        .order_by(Email.id)
    )
    return [email for email in rows if email.params.get(ASKS)]
