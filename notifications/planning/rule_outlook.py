"""Who gets what when by an event's rules: what is planned, what went out, and what was dropped. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.storage import ReadSession
from notifications.models.email import Email, EmailState

_WAITING = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What has become of one rule's e-mails for an event, counted in people and partners."""

    planned: int = 0
    """Not sent yet."""
    first_at: datetime | None = None
    """When the first of the planned ones goes out; visits and registrations have times of their own."""
    last_at: datetime | None = None
    sent: int = 0
    dropped: int = 0
    """Superseded: the event moved, or the person left."""
    failed: int = 0


def outlook(session: ReadSession, event_id: uuid.UUID) -> Mapping[str, Outlook]:
    """Return the outlook of each rule of the event by its key; one query. Rules that planned nothing are left out."""
    rows = session.execute(
        sa.select(Email.rule, Email.state, sa.func.count(), sa.func.min(Email.due_at), sa.func.max(Email.due_at))
        .where(Email.event_id == event_id, Email.rule.is_not(None))
        .group_by(Email.rule, Email.state)
    )
    found: dict[str, Outlook] = {}
    for mark, state, count, first_at, last_at in rows:
        key = str(mark).rsplit("@", 1)[0]
        found[key] = _with(found.get(key, Outlook()), state, count, first_at, last_at)
    return found


def _with(
    known: Outlook, state: EmailState, count: int, first_at: datetime | None, last_at: datetime | None
) -> Outlook:
    planned, sent, dropped, failed = known.planned, known.sent, known.dropped, known.failed
    first, last = known.first_at, known.last_at
    if state in _WAITING:
        planned += count
        first = min([each for each in (first, first_at) if each is not None], default=None)
        last = max([each for each in (last, last_at) if each is not None], default=None)
    elif state is EmailState.SENT:
        sent += count
    elif state is EmailState.SUPERSEDED:
        dropped += count
    else:
        failed += count
    return Outlook(planned, first, last, sent, dropped, failed)
