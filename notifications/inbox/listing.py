"""What came in, as staff see it. Reads only, and what is forgotten when its time is over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import NotFound
from events.models import Event, Participation, Partner, PartnerAnswer, Stage
from events.ownership import Owners, owned_by
from events.storage import ReadSession
from notifications.inbox.applying import OVER
from notifications.inbox.deciding import answer_said
from notifications.models.email import Email
from notifications.models.inbound import InboundKind, InboundMessage, InboundState, MailboxReading

PER_PAGE = 30
FORGET_AT_ONCE = 500
"""Messages that one transaction forgets."""
SHOWN = (
    InboundKind.ANSWER,
    InboundKind.LETTER,
    InboundKind.UNREADABLE,
    InboundKind.BOUNCE,
    InboundKind.COMPLAINT,
    InboundKind.UNSUBSCRIBE,
)
"""Kinds that a list shows; automatic replies are counted and kept, and nobody has to look at them."""


@dataclass(frozen=True, slots=True)
class InboundRow:
    """One message with what it is about."""

    message: InboundMessage
    event: Event | None
    partner: Partner | None
    participation: Participation | None
    email: Email | None
    said: PartnerAnswer | None
    """The answer in it, as far as a machine can tell."""

    @property
    def proposed_starts_at(self) -> datetime | None:
        """The other time that it proposes."""
        written = self.message.said.get("proposed_starts_at")
        return datetime.fromisoformat(written) if written else None


@dataclass(frozen=True, slots=True)
class InboundPage:
    """One page of a list, which has `more` after it."""

    rows: Sequence[InboundRow]
    number: int
    more: bool


def count_waiting(session: ReadSession, owners: Owners) -> int:
    """Return how many messages wait for a person."""
    statement = sa.select(sa.func.count()).where(InboundMessage.state == InboundState.WAITING, _theirs(owners))
    return session.scalar(statement) or 0


def list_inbound(session: ReadSession, owners: Owners, *, waiting: bool, number: int = 1) -> InboundPage:
    """Return a page of what waits, oldest first, or of what is settled, newest first. One query."""
    waits = InboundMessage.state == InboundState.WAITING
    order = (InboundMessage.received_at, InboundMessage.id)
    statement = (
        _rows()
        .where(_theirs(owners), waits if waiting else ~waits, InboundMessage.kind.in_(SHOWN))
        .order_by(*(order if waiting else (each.desc() for each in order)))
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
    )
    found = _read(session, statement)
    return InboundPage(found[:PER_PAGE], number, len(found) > PER_PAGE)


def inbound_of(session: ReadSession, participation_id: uuid.UUID, *, limit: int = 20) -> Sequence[InboundRow]:
    """Return what came in about one invitation, newest first: answers, letters, bounces. One query.

    Of an invitation to several dates, what was said to any of them.
    """
    series = sa.select(Participation.series_invitation_id).where(Participation.id == participation_id).scalar_subquery()
    statement = (
        _rows()
        .where(
            sa.or_(InboundMessage.participation_id == participation_id, InboundMessage.series_invitation_id == series),
            InboundMessage.kind.in_(SHOWN),
        )
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(limit)
    )
    return _read(session, statement)


def last_inbound(session: ReadSession, event_id: uuid.UUID, *, most: int = 500) -> dict[uuid.UUID, list[InboundRow]]:
    """Return what came in about an event's invitations, by participation, newest first. One query."""
    statement = (
        _rows()
        .where(Participation.event_id == event_id, InboundMessage.kind.in_(SHOWN))
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(most)
    )
    found: dict[uuid.UUID, list[InboundRow]] = {}
    for row in _read(session, statement):
        if row.message.participation_id is not None:
            found.setdefault(row.message.participation_id, []).append(row)
    return found


def find_inbound(session: ReadSession, message_id: uuid.UUID) -> InboundRow:
    """Return one message. Raises `NotFound`."""
    found = _read(session, _rows().where(InboundMessage.id == message_id))
    if not found:
        raise NotFound
    return found[0]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that a message may be about."""

    participation_id: uuid.UUID
    partner: Partner
    event: Event


def list_invitations(session: ReadSession, organiser_ids: Owners, *, limit: int = 200) -> Sequence[Invitation]:
    """Return the invitations that still stand, of the events that come first. One query."""
    rows = session.execute(
        sa.select(Participation.id, Partner, Event)
        .join(Partner, Partner.id == Participation.partner_id)
        .join(Event, Event.id == Participation.event_id)
        .where(
            owned_by(Event.organiser_id, organiser_ids),
            Participation.withdrawn_at.is_(None),
            Event.stage.not_in((*OVER, Stage.DRAFT)),
        )
        .order_by(Event.starts_at, Partner.name)
        .limit(limit)
    )
    return [Invitation(key, partner, event) for key, partner, event in rows]


def _theirs(owners: Owners) -> sa.ColumnElement[bool]:
    """What nothing tells whose it is, is for who sees every organiser."""
    return owned_by(InboundMessage.organiser_id, owners)


_Joined: TypeAlias = "sa.Select[InboundMessage, Event, Partner, Participation, Email]"


def _rows() -> _Joined:
    about = sa.func.coalesce(Participation.event_id, Email.event_id)
    return (
        sa.select(InboundMessage, Event, Partner, Participation, Email)
        .outerjoin(Participation, Participation.id == InboundMessage.participation_id)
        .outerjoin(Partner, Partner.id == Participation.partner_id)
        .outerjoin(Email, Email.id == InboundMessage.email_id)
        .outerjoin(Event, Event.id == about)
    )


def _read(session: ReadSession, statement: _Joined) -> list[InboundRow]:
    rows = session.execute(statement)
    return [
        InboundRow(message, event, partner, part, email, _said(message, partner))
        for message, event, partner, part, email in rows
    ]


def _said(message: InboundMessage, partner: Partner | None) -> PartnerAnswer | None:
    invited = partner.email.casefold() if partner is not None and partner.email else None  # pyright: ignore[reportUnnecessaryComparison] # an outer join
    return answer_said(message, invited)


# ------------------------------------------------------------ the mailbox
def mailbox_reading(session: ReadSession) -> MailboxReading | None:
    """Return how reading the mailbox goes; None where none has been read yet."""
    return session.scalars(
        sa.select(MailboxReading).order_by(MailboxReading.looked_at.desc().nulls_last()).limit(1)
    ).first()


# ------------------------------------------------------------ forgetting
def forget(session: Session, *, before: datetime, now: datetime) -> int:
    """Empty what people wrote in messages that came in before `before`; returns of how many, 0 when done.

    What happened (kind, state, which invitation) stays. One that still waits then waits no longer. The caller commits,
    and calls again.
    """
    due = (
        sa.select(InboundMessage.id)
        .where(InboundMessage.received_at < before, InboundMessage.forgotten_at.is_(None))
        .order_by(InboundMessage.received_at)
        .limit(FORGET_AT_ONCE)
    )
    ids = session.scalars(due).all()
    if not ids:
        return 0
    waited = sa.case((InboundMessage.state == InboundState.WAITING, InboundState.DISMISSED), else_=InboundMessage.state)
    session.execute(
        sa.update(InboundMessage)
        .where(InboundMessage.id.in_(ids))
        .values(sender="", sender_name="", subject="", text="", said={}, state=waited, forgotten_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(ids)
