"""Addresses that nothing more is sent to, or nothing promotional, and what led there."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class SuppressionScope(enum.StrEnum):
    """What is not sent."""

    ALL = "all"
    PROMOTIONAL = "promotional"


class SuppressionReason(enum.StrEnum):
    """Why. The values also stand in `Email.reason` of what was not sent."""

    BOUNCED = "bounced"
    """A server said that there is no such address."""
    UNREACHABLE = "unreachable"
    """Its mailbox was full, or did not answer, several times; ends by itself."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    BY_STAFF = "by_staff"
    INVALID = "invalid"
    """Nothing can be sent there at all, by its spelling."""


class Suppression(Base):
    """One address that is left alone. Personal columns: `address`, `said`.

    The address itself is kept, not its hash: staff have to read it to ask the person for another one, and a hash of an
    address is found by trying. In return nothing else about the person stands here, and what has ended is removed.
    """

    __tablename__ = "suppression"
    __table_args__ = (
        sa.Index(
            "uq_suppression_everywhere",
            "address",
            "scope",
            unique=True,
            sqlite_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
            postgresql_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
        ),
        sa.Index(
            "uq_suppression_of_organiser",
            "address",
            "scope",
            "organiser_id",
            unique=True,
            sqlite_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
            postgresql_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
        ),
        sa.Index(None, "organiser_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    address: Mapped[str] = mapped_column(sa.String(320), index=True)
    """As `notifications.suppression.suppressing.normalised` writes it."""
    organiser_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organiser.id"))
    """Whose mails are meant; None: everybody's here, for an address that does not exist does so for nobody."""
    scope: Mapped[SuppressionScope] = mapped_column(enum_type(SuppressionScope))
    reason: Mapped[SuppressionReason] = mapped_column(enum_type(SuppressionReason))
    email_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("email.id", ondelete="SET NULL"), index=True)
    """The e-mail that showed it."""
    said: Mapped[str] = mapped_column(sa.String(500), default="")
    """What the server said, or staff."""
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """When it ends by itself; None: not."""
    made_by: Mapped[str] = mapped_column(sa.String(80))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(sa.String(80))
    lifted_why: Mapped[str] = mapped_column(sa.String(300), default="")


class SoftBounce(Base):
    """One e-mail that a full or silent mailbox sent back; several of them make a suppression. Personal: `address`."""

    __tablename__ = "soft_bounce"
    __table_args__ = (sa.Index(None, "address", "at"), sa.Index(None, "at"))

    email_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("email.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(320))
    at: Mapped[datetime]
