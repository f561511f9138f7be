"""Telling people by hand: what staff say to those who have neither an e-mail address nor a channel of their own.

The words are those of a text message, written from the event as it is when somebody looks. Staff send them from their
own WhatsApp and note it here; nothing is sent by us.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, Conflict, NotFound
from events.links import Links
from events.models import Event, Registration, Slot
from events.storage import ReadSession
from notifications.facts import TextTold
from notifications.models.email import EmailKind
from notifications.models.text_message import TextChannel, TextMessage, TextState
from notifications.texting import wording
from notifications.texting.composing import values_of

MOST = 500
"""Messages that are shown at once, the oldest first."""
TOLD_SHOWN = 50
"""Messages told already that are shown, the latest first."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """One message that staff pass on."""

    id: uuid.UUID
    registration_id: uuid.UUID
    name: str
    phone: str
    """E.164."""
    kind: EmailKind
    due_at: datetime | None
    body: str
    """The whole message, with the person's own link at its end; ``*bold*`` as WhatsApp writes it."""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """What there is to tell for an event, and what was told."""

    waiting: Sequence[ByHand]
    told: Sequence[ByHand]


def board(session: ReadSession, event_id: uuid.UUID, *, links: Links, now: datetime) -> Board:
    """Return the event's messages by hand as they are `now`; of a person's reminders only the last."""
    return Board(
        waiting(session, event_id, links=links, now=now),
        _told(session, event_id, links=links, now=now),
    )


def waiting(session: ReadSession, event_id: uuid.UUID, *, links: Links, now: datetime) -> Sequence[ByHand]:
    """Return what is to be told `now`, the oldest first, up to `MOST`. What is not true any more is left out."""
    return [_made(row, links) for row in _due(session, event_id, now=now)]


def count_waiting(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> int:
    """Return how many messages wait for staff `now`, at most `MOST`."""
    return len(_due(session, event_id, now=now))


@dataclass(frozen=True, slots=True)
class _Row:
    message: TextMessage
    person: Registration
    values: Sequence[str] | None
    """What the words say; None where they are not true any more."""


def _due(session: ReadSession, event_id: uuid.UUID, *, now: datetime) -> Sequence[_Row]:
    waits = (TextMessage.state == TextState.TO_TELL, TextMessage.due_at <= now)
    found = [
        row for row in _read(session, event_id, waits, TextMessage.due_at, MOST, now=now) if row.values is not None
    ]
    reminders = {row.person.id: row.message.id for row in found if row.message.about_start is not None}
    return [row for row in found if row.message.about_start is None or reminders[row.person.id] == row.message.id]


def _told(session: ReadSession, event_id: uuid.UUID, *, links: Links, now: datetime) -> Sequence[ByHand]:
    done = (TextMessage.state == TextState.SENT, TextMessage.channel == TextChannel.BY_HAND)
    return [
        _made(row, links) for row in _read(session, event_id, done, TextMessage.sent_at.desc(), TOLD_SHOWN, now=now)
    ]


def _read(
    session: ReadSession,
    event_id: uuid.UUID,
    which: Sequence[sa.ColumnElement[bool]],
    order: sa.ColumnExpressionArgument[Any],
    limit: int,
    *,
    now: datetime,
) -> list[_Row]:
    rows = session.execute(
        sa.select(TextMessage, Registration, Event, Slot)
        .join(Registration, Registration.id == TextMessage.registration_id)
        .join(Event, Event.id == TextMessage.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(TextMessage.event_id == event_id, *which)
        .order_by(order, TextMessage.id)
        .limit(limit)
    ).all()
    return [
        _Row(message, person, values_of(session, message, person, event, slot, now=now))
        for message, person, event, slot in rows
    ]


def _made(row: _Row, links: Links) -> ByHand:
    message, person = row.message, row.person
    body = ""
    if row.values is not None:
        link = links.manage_url(person.id, person.link_version)
        body = f"{wording.fill(message.kind, message.locale, row.values, uncut=True)}\n\n{link}"
    return ByHand(
        message.id, person.id, person.name, message.address, message.kind, message.due_at, body, message.sent_at
    )


def note_told(session: Session, event_id: uuid.UUID, message_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Note that staff told somebody, and with it every earlier reminder of the person. Said twice it is noted once.

    Raises `NotFound`, and `Conflict` where there is nothing to tell any more.
    """
    message = _find(session, event_id, message_id)
    if message.state is TextState.SENT:
        return
    if message.state is not TextState.TO_TELL:
        raise Conflict(N_("This message no longer applies."))
    message.state, message.sent_at = TextState.SENT, now
    if message.about_start is not None:
        session.execute(
            sa.update(TextMessage)
            .where(
                TextMessage.registration_id == message.registration_id,
                TextMessage.state == TextState.TO_TELL,
                TextMessage.about_start == message.about_start,
                TextMessage.due_at <= message.due_at,
                TextMessage.id != message.id,
            )
            .values(state=TextState.SUPERSEDED, last_error="later")
        )
    fact = TextTold(
        organiser_id=message.organiser_id,
        event_id=event_id,
        message_id=message.id,
        registration_id=message.registration_id,
        kind=message.kind.value,
    )
    outbox.record(session, fact, now=now, by=by)
    session.flush()


def take_back(session: Session, event_id: uuid.UUID, message_id: uuid.UUID) -> None:
    """Put a message back that was noted as told by mistake. Idempotent. Raises `NotFound`."""
    message = _find(session, event_id, message_id)
    if message.state is TextState.SENT:
        message.state, message.sent_at = TextState.TO_TELL, None
        session.flush()


def _find(session: Session, event_id: uuid.UUID, message_id: uuid.UUID) -> TextMessage:
    message = session.scalar(
        sa.select(TextMessage).where(
            TextMessage.id == message_id,
            TextMessage.event_id == event_id,
            TextMessage.channel == TextChannel.BY_HAND,
        )
    )
    if message is None:
        raise NotFound(N_("This message does not exist."))
    return message
