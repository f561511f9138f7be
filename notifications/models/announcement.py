"""An announcement: what staff write now to those whom it concerns ("the meeting link has changed")."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class AnnouncementState(enum.StrEnum):
    """How far an announcement has come; *sending* until everybody's e-mail is owed."""

    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"


class Segment(enum.StrEnum):
    """Whom an announcement is to."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PENDING = "pending"
    EVERYBODY = "everybody"
    """Whoever holds or awaits a place."""
    ATTENDED = "attended"
    MISSED = "missed"
    PARTNERS = "partners"


class Announcement(Base):
    """One announcement of one event, in both languages. What became of its e-mails is counted from theirs."""

    __tablename__ = "announcement"
    __table_args__ = (sa.Index(None, "event_id", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    segment: Mapped[Segment] = mapped_column(enum_type(Segment))
    slot_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("slot.id", ondelete="SET NULL"))
    """Only those of this visiting time."""
    subject: Mapped[LocalizedText]
    body: Mapped[LocalizedText]
    also_later: Mapped[bool] = mapped_column(default=False)
    """Whether who comes into the segment later reads it on their personal page."""
    state: Mapped[AnnouncementState] = mapped_column(enum_type(AnnouncementState), default=AnnouncementState.DRAFT)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(sa.String(80))
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(sa.String(80))
    version: Mapped[int] = mapped_column(default=1)
