"""A text message on WhatsApp or Telegram, or by hand: the brother of an e-mail, for who asked for it or has none."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import QUEUED, SENDING, Claimable
from events.storage import Base, enum_type, new_id
from notifications.models.email import EmailKind


class TextChannel(enum.StrEnum):
    """Where text messages go."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    BY_HAND = "by_hand"
    """Staff tell who has neither an e-mail address nor a channel: the words are ready for their own WhatsApp."""


class TextPurpose(enum.StrEnum):
    """What somebody agreed to be written to about; each is agreed to and taken back by itself."""

    REGISTRATION = "registration"
    """What they registered for: that it is certain, that it moves, that it is tomorrow."""
    NEWS = "news"
    """What else the library does."""


class TextState(enum.StrEnum):
    """How far a text message has come. Networks tell of *delivered* and *read* later, or never."""

    TO_TELL = "to_tell"
    """Waits for staff; no worker takes it."""
    QUEUED = QUEUED
    SENDING = SENDING
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    UNCLEAR = "unclear"
    """The answer was lost. A status that comes in settles it; without one it is sent again after a while."""


class TextConsent(Base):
    """That somebody wants messages on a channel, for a purpose, with the words that they agreed to.

    Personal column: `address`. A consent that was taken back stays, without its address, as proof of both.
    """

    __tablename__ = "text_consent"
    __table_args__ = (
        sa.UniqueConstraint("registration_id", "channel", "purpose"),
        sa.Index(None, "channel", "address"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    registration_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("registration.id", ondelete="CASCADE"))
    channel: Mapped[TextChannel] = mapped_column(enum_type(TextChannel))
    purpose: Mapped[TextPurpose] = mapped_column(enum_type(TextPurpose))
    address: Mapped[str | None] = mapped_column(sa.String(40))
    """A number as E.164, or the id of a Telegram chat; empty once it was taken back."""
    words: Mapped[str] = mapped_column(sa.String(40))
    """The version of the words that were agreed to."""
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(sa.String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(sa.String(80))


class TextMessage(Claimable, Base):
    """One text message. Like an e-mail's, its words are written when it is sent, from the event as it is then.

    Personal column: `address`.
    """

    __tablename__ = "text_message"
    __table_args__ = (
        sa.Index(None, "state", "due_at"),
        sa.Index(None, "event_id", "kind"),
        sa.Index(None, "registration_id"),
        sa.Index(None, "remote_id"),
        sa.Index(
            None,
            "announcement_id",
            "channel",
            "state",
            sqlite_where=sa.text("announcement_id IS NOT NULL"),
            postgresql_where=sa.text("announcement_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Also what is handed to the network with the message, to recognise it by in what the network reports."""
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    registration_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("registration.id"))
    channel: Mapped[TextChannel] = mapped_column(enum_type(TextChannel))
    address: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[EmailKind] = mapped_column(enum_type(EmailKind))
    locale: Mapped[str] = mapped_column(sa.String(5))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the words need beside the event as it is when sending. Never a secret."""
    state: Mapped[TextState] = mapped_column(enum_type(TextState), default=TextState.QUEUED)
    dedupe_key: Mapped[str] = mapped_column(sa.String(220), unique=True)
    about_start: Mapped[datetime | None]
    """The start that a reminder is about; it is stale once the start is another one."""
    rule: Mapped[str | None] = mapped_column(sa.String(60))
    """The rule that it was planned by, as in `Email.rule`."""
    announcement_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("announcement.id"))
    remote_id: Mapped[str | None] = mapped_column(sa.String(200))
    """The network's own name of it."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When the network last told of it."""
