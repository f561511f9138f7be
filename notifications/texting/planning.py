"""Owing text messages: a row for each consent, beside the e-mail about the same. Idempotent; the caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.models import Event, Registration
from events.storage import new_id
from notifications.models.email import EmailKind
from notifications.models.text_message import TextConsent, TextMessage, TextPurpose, TextState
from notifications.texting.wording import WORDS

QUEUE = "texts"
"""The queue whose workers send them (`events.deliveries.ring`)."""

TABLE: sa.Table = TextMessage.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What somebody is to be told: of which registration, what about, and when it is due."""

    registration: Registration
    kind: EmailKind
    due_at: datetime
    about: str | None = None
    """Tells two messages of one kind apart, as with e-mails."""
    about_start: datetime | None = None
    params: Mapping[str, Any] | None = None


def owe(session: Session, event: Event, occasions: Iterable[Occasion], *, now: datetime) -> int:
    """Owe messages to those who agreed to them; returns how many rows were written. One query where nobody did.

    A message of a reminder that was superseded is owed again, as the event may have moved away and back.
    """
    wanted = [each for each in occasions if each.kind in WORDS]
    consents = _consents(session, [each.registration.id for each in wanted])
    rows = [
        {
            "id": new_id(),
            "organiser_id": event.organiser_id,
            "event_id": event.id,
            "registration_id": each.registration.id,
            "channel": consent.channel,
            "address": consent.address,
            "kind": each.kind,
            "locale": each.registration.locale,
            "params": dict(each.params or {}),
            "state": TextState.QUEUED,
            "due_at": each.due_at,
            "dedupe_key": ":".join(
                filter(None, (consent.channel.value, each.kind.value, str(each.registration.id), each.about))
            ),
            "about_start": each.about_start,
            "attempts": 0,
            "created_at": now,
            "request_id": session.info.get(outbox.REQUEST_ID),
        }
        for each in wanted
        for consent in consents.get(each.registration.id, ())
    ]
    if not rows:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(TABLE)
    statement = statement.on_conflict_do_update(
        index_elements=[TABLE.c.dedupe_key],
        set_={"state": TextState.QUEUED, "due_at": statement.excluded.due_at, "address": statement.excluded.address},
        where=sa.and_(TABLE.c.state == TextState.SUPERSEDED, TABLE.c.about_start.is_not(None)),
    )
    session.execute(statement, rows)
    deliveries.ring(session, QUEUE)
    return len(rows)


def supersede_reminders(session: Session, event_id: uuid.UUID) -> None:
    """Supersede the event's reminders that wait: it moved, and they are planned anew."""
    session.execute(
        sa.update(TextMessage)
        .where(
            TextMessage.event_id == event_id,
            TextMessage.about_start.is_not(None),
            TextMessage.state == TextState.QUEUED,
        )
        .values(state=TextState.SUPERSEDED, last_error="moved")
    )


def _consents(session: Session, registrations: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[TextConsent]]:
    if not registrations:
        return {}
    found: dict[uuid.UUID, list[TextConsent]] = {}
    given = sa.select(TextConsent).where(
        TextConsent.registration_id.in_(registrations),
        TextConsent.purpose == TextPurpose.REGISTRATION,
        TextConsent.withdrawn_at.is_(None),
    )
    for consent in session.scalars(given.order_by(TextConsent.channel)):
        found.setdefault(consent.registration_id, []).append(consent)
    return found
