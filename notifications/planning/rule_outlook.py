"""Who gets what when by an event's rules: what is planned, what went out, and what was dropped. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from events.storage import ReadSession
from notifications.models.email import Email, EmailState
from notifications.texting import tallies
from notifications.texting.tallies import Tally, earliest, latest

_WAITING = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What has become of what one rule sends for an event, counted in e-mails and, by channel, in text messages."""

    planned: int = 0
    """E-mails not sent yet."""
    first_at: datetime | None = None
    """When the first of what is planned goes out, whatever way; visits and registrations have times of their own."""
    last_at: datetime | None = None
    sent: int = 0
    dropped: int = 0
    """Superseded: the event moved, or the person left."""
    failed: int = 0
    texts: Sequence[Tally] = ()
    """What goes to chats, and what staff tell by hand. Who has a chat and an address is counted in both."""


def outlook(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> Mapping[str, Outlook]:
    """Return the outlook of each rule of the event by its key; two queries. Rules that planned nothing are left out."""
    rows = session.execute(
        sa.select(Email.rule, Email.state, sa.func.count(), sa.func.min(Email.due_at), sa.func.max(Email.due_at))
        .where(Email.event_id == event_id, Email.rule.is_not(None))
        .group_by(Email.rule, Email.state)
    )
    found: dict[str, Outlook] = {}
    for mark, state, count, first_at, last_at in rows:
        key = _key(str(mark))
        found[key] = _with(found.get(key, Outlook()), state, count, first_at, last_at)
    for mark, texts in tallies.of_rules(session, event_id, now=now).items():
        key = _key(mark)
        found[key] = _with_texts(found.get(key, Outlook()), texts)
    return found


def _key(mark: str) -> str:
    """Return the key of the rule that leaves this mark, whatever its time was."""
    return mark.rsplit("@", 1)[0]


def _with(
    known: Outlook, state: EmailState, count: int, first_at: datetime | None, last_at: datetime | None
) -> Outlook:
    if state in _WAITING:
        return replace(
            known,
            planned=known.planned + count,
            first_at=earliest(known.first_at, first_at),
            last_at=latest(known.last_at, last_at),
        )
    if state is EmailState.SENT:
        return replace(known, sent=known.sent + count)
    if state is EmailState.SUPERSEDED:
        return replace(known, dropped=known.dropped + count)
    return replace(known, failed=known.failed + count)


def _with_texts(known: Outlook, texts: Sequence[Tally]) -> Outlook:
    return replace(
        known,
        texts=tallies.united([*known.texts, *texts]),
        first_at=earliest(known.first_at, *(each.first_at for each in texts)),
        last_at=latest(known.last_at, *(each.last_at for each in texts)),
    )
