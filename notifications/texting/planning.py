"""Owing text messages: a row for each consent, beside the e-mail about the same. Idempotent; the caller commits.

Who has no e-mail address and agreed to nothing is told by staff, and that row waits for them
(`notifications.texting.by_hand`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.models import Event, Registration
from events.storage import ReadSession, new_id
from notifications.models.email import EmailKind
from notifications.models.text_message import TextChannel, TextConsent, TextMessage, TextPurpose, TextState
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
    rule: str | None = None
    """The mark of the rule that plans it."""
    announcement_id: uuid.UUID | None = None
    params: Mapping[str, Any] | None = None
    seen: bool = False
    """The person has it on the screen, or hears it at the desk: nobody needs to tell them by hand."""


def owe(session: Session, event: Event, occasions: Iterable[Occasion], *, now: datetime) -> int:
    """Owe messages to those who agreed to them or have no e-mail; returns how many rows were written.

    One query where that is nobody.

    A message of a reminder that was superseded is owed again, as the event may have moved away and back.
    """
    wanted = [each for each in occasions if each.kind in WORDS]
    consents = _consents(session, {each.registration.id for each in wanted})
    rows = [
        _row(session, event, each, channel, address, now=now)
        for each in wanted
        for channel, address in _ways(each, consents.get(each.registration.id, ()))
    ]
    if not rows:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(TABLE)
    statement = statement.on_conflict_do_update(
        index_elements=[TABLE.c.dedupe_key],
        set_={name: statement.excluded[name] for name in ("state", "due_at", "address", "rule")},
        where=sa.and_(TABLE.c.state == TextState.SUPERSEDED, TABLE.c.about_start.is_not(None)),
    )
    session.execute(statement, rows)
    if any(row["state"] is TextState.QUEUED for row in rows):
        deliveries.ring(session, QUEUE)
    return len(rows)


def _ways(occasion: Occasion, consents: Sequence[TextConsent]) -> Sequence[tuple[TextChannel, str]]:
    """Return on which channels somebody is told, and at which address there."""
    agreed = [(consent.channel, consent.address or "") for consent in consents]
    person = occasion.registration
    if agreed or person.email or occasion.seen or not person.phone:
        return agreed
    return [(TextChannel.BY_HAND, person.phone)]


def _row(
    session: Session, event: Event, occasion: Occasion, channel: TextChannel, address: str, *, now: datetime
) -> dict[str, Any]:
    person, kind = occasion.registration, occasion.kind
    key = (channel.value, kind.value, str(person.id), occasion.about)
    return {
        "id": new_id(),
        "organiser_id": event.organiser_id,
        "event_id": event.id,
        "registration_id": person.id,
        "channel": channel,
        "address": address,
        "kind": kind,
        "locale": person.locale,
        "params": dict(occasion.params or {}),
        "state": TextState.TO_TELL if channel is TextChannel.BY_HAND else TextState.QUEUED,
        "due_at": occasion.due_at,
        "dedupe_key": ":".join(filter(None, key)),
        "about_start": occasion.about_start,
        "rule": occasion.rule,
        "announcement_id": occasion.announcement_id,
        "attempts": 0,
        "created_at": now,
        "request_id": session.info.get(outbox.REQUEST_ID),
    }


def agreed_among(session: ReadSession, registrations: Sequence[uuid.UUID]) -> Collection[uuid.UUID]:
    """Return which of these registrations are told by text message, on whatever channel."""
    return _consents(session, registrations).keys()


def supersede_reminders(session: Session, event_id: uuid.UUID) -> None:
    """Supersede the event's reminders that wait: it moved, and they are planned anew."""
    session.execute(
        sa.update(TextMessage)
        .where(
            TextMessage.event_id == event_id,
            TextMessage.about_start.is_not(None),
            TextMessage.state.in_((TextState.QUEUED, TextState.TO_TELL)),
        )
        .values(state=TextState.SUPERSEDED, last_error="moved")
    )


def _consents(session: ReadSession, registrations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[TextConsent]]:
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
