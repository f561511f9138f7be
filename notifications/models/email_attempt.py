"""One try to send an e-mail that was not the plain first success, and what a bounce said of it afterwards.

Most e-mails are taken at the first try: their row says when. Only the others have a history, so the common way costs no
statement more.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class AttemptVerdict(enum.StrEnum):
    """How a try ended."""

    ACCEPTED = "accepted"
    """Taken, after tries that were not."""
    DEFERRED = "deferred"
    REFUSED = "refused"
    """Given up."""
    UNKNOWN = "unknown"
    """All of it was handed over, and no answer came: it may have arrived. It goes again with the same Message-ID."""
    UNREACHABLE = "unreachable"
    """No server to talk to; this says nothing about the e-mail."""
    BOUNCED = "bounced"
    """Taken, and returned later."""


class EmailAttempt(Base):
    """One try. Personal column: `text`, for servers like to quote the address."""

    __tablename__ = "email_attempt"
    __table_args__ = (sa.Index(None, "email_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("email.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    verdict: Mapped[AttemptVerdict] = mapped_column(enum_type(AttemptVerdict))
    reason: Mapped[str | None] = mapped_column(sa.String(20))
    """A code of `notifications.transport.answers`."""
    code: Mapped[str] = mapped_column(sa.String(20), default="")
    """The server's own, such as ``550 5.1.1`` (RFC 5321 §4.2, RFC 3463); empty where none came."""
    text: Mapped[str] = mapped_column(sa.String(500), default="")
    relay: Mapped[str] = mapped_column(sa.String(260), default="")
    next_at: Mapped[datetime | None]
    """When it is tried again; None where it is not."""
