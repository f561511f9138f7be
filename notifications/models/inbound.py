"""A message that came in: what it is, what became of it, and what a person still has to decide about it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class InboundKind(enum.StrEnum):
    """What a message is (`notifications.inbox.classing`)."""

    ANSWER = "answer"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    LETTER = "letter"
    UNSUBSCRIBE = "unsubscribe"
    """It came to the address in List-Unsubscribe: its sender wants no more of that (RFC 2369 §3.2)."""
    UNREADABLE = "unreadable"


class InboundState(enum.StrEnum):
    """What became of it."""

    WAITING = "waiting"
    """A person has to look: an answer that cannot be trusted, a letter, something that could not be read."""
    APPLIED = "applied"
    """What it said was done."""
    STALE = "stale"
    """It answers an older state of the entry, or came before an answer that counts already."""
    NOTED = "noted"
    """There was nothing to do, or somebody has read it."""
    DISMISSED = "dismissed"
    """Somebody looked and decided that nothing follows from it."""


class InboundMessage(Base):
    """One message that came in, once however often it is handed over.

    Personal columns: `sender`, `sender_name`, `subject`, `text`, and what `said` quotes.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        sa.Index(None, "organiser_id", "state", "received_at"),
        sa.Index(None, "participation_id", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of its Message-ID, or of its octets where it has none: servers hand one message over twice."""
    organiser_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organiser.id"))
    """Whose it is; empty where nothing of it tells."""
    participation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("participation.id", ondelete="SET NULL"))
    series_invitation_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("series_invitation.id", ondelete="SET NULL"), index=True
    )
    """The invitation to several dates that it is about; `participation_id` is then one of them."""
    email_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("email.id", ondelete="SET NULL"), index=True)
    """The e-mail of ours that it is about."""
    kind: Mapped[InboundKind] = mapped_column(enum_type(InboundKind))
    state: Mapped[InboundState] = mapped_column(enum_type(InboundState))
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    """Why it waits or is stale, as a code: see `notifications.inbox.judging`."""
    sender: Mapped[str] = mapped_column(sa.String(320), default="")
    sender_name: Mapped[str] = mapped_column(sa.String(200), default="")
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its machine-readable part says: answer, comment, proposed times; failed addresses with their codes."""
    received_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]
    """When its personal columns were emptied."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))


class MailboxReading(Base):
    """How reading the mailbox goes: who reads, when it was looked into last, and since when it fails. One row."""

    __tablename__ = "mailbox_reading"

    mailbox: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    """User and host, never a password."""
    process_id: Mapped[uuid.UUID]
    looked_at: Mapped[datetime | None]
    """Real time, at most a minute old while all is well."""
    taken_at: Mapped[datetime | None]
    """When a message was taken in last."""
    failing_since: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.String(300), default="")
