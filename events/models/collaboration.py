"""What a library and its partners arrange: seats, what they send in, consent to be recorded, a report afterwards."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class PartnerContact(Base):
    """Somebody else to turn to at a partner; the main contact stands in `Partner` itself, for mail goes there."""

    __tablename__ = "partner_contact"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    created_at: Mapped[datetime]


class SeatAllotment(Base):
    """Seats that a partner fills with people of their own.

    `held` of them nobody has yet; they are counted in the pool's `taken`, so that filling one changes no pool and
    lowering the capacity takes none away. Who fills one is a `Registration` with this `allotment_id`.
    """

    __tablename__ = "seat_allotment"
    __table_args__ = (
        sa.CheckConstraint("held >= 0", name="held_not_negative"),
        sa.Index(None, "release_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    participation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("participation.id", ondelete="CASCADE"), unique=True
    )
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("slot.id"))
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"), index=True)
    seats: Mapped[int]
    """How many were promised last."""
    held: Mapped[int]
    release_at: Mapped[datetime]
    """Until when the partner names and changes people; what is still held then goes to everybody."""
    released_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ContributionItem(enum.StrEnum):
    """What a partner can be asked to send in."""

    BIOGRAPHY = "biography"
    PHOTO = "photo"
    TITLE = "title"
    SLIDES = "slides"
    RECORDING_CONSENT = "recording_consent"
    PHONE = "phone"
    NEEDS = "needs"


class Contribution(Base):
    """One thing that a partner was asked to send in for one event, and how far it has come."""

    __tablename__ = "contribution"

    participation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[ContributionItem] = mapped_column(enum_type(ContributionItem), primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What they wrote: ``{"id": …, "en": …}`` or ``{"text": …}``. Files are `PartnerFile` rows."""
    given_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(sa.String(80))


class FilePurpose(enum.StrEnum):
    """What a partner's file is."""

    PHOTO = "photo"
    SLIDES = "slides"
    REPORT_PHOTO = "report_photo"


class PartnerFile(Base):
    """A file that a partner sent; one that was replaced is `discarded_at` and swept with its bytes."""

    __tablename__ = "partner_file"
    __table_args__ = (
        sa.Index(None, "participation_id", "purpose"),
        sa.Index(
            None,
            "discarded_at",
            sqlite_where=sa.text("discarded_at IS NOT NULL"),
            postgresql_where=sa.text("discarded_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    participation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("participation.id", ondelete="SET NULL"))
    """None: the event was thrown away, and the file is swept."""
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="SET NULL"), index=True)
    purpose: Mapped[FilePurpose] = mapped_column(enum_type(FilePurpose))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    filename: Mapped[str] = mapped_column(sa.String(200))
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    created_at: Mapped[datetime]
    discarded_at: Mapped[datetime | None]


class RecordingConsent(Base):
    """What a partner said about being recorded, once: the last row counts, the others are the proof of before."""

    __tablename__ = "recording_consent"
    __table_args__ = (sa.Index(None, "participation_id", "given_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    participation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("participation.id", ondelete="CASCADE"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    recorded: Mapped[bool]
    published: Mapped[bool]
    version: Mapped[str] = mapped_column(sa.String(40))
    """Of the wording that they read (`events.recordings.recording_consent.WORDINGS`)."""
    locale: Mapped[str] = mapped_column(sa.String(5))
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(sa.String(80))


class PartnerReport(Base):
    """What a partner tells after the event."""

    __tablename__ = "partner_report"

    participation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    people: Mapped[int | None]
    comment: Mapped[str] = mapped_column(sa.String(4000), default="")
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(sa.String(80))
