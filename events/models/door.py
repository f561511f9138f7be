"""The door: every scan that a device sent, who is inside now, and heads counted without a name."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class Direction(enum.StrEnum):
    """Which way somebody went."""

    IN = "in"
    OUT = "out"


class AgeGroup(enum.StrEnum):
    """How the office counts visitors: *anak, remaja, dewasa, lansia*."""

    CHILD = "child"
    TEENAGER = "teenager"
    ADULT = "adult"
    SENIOR = "senior"


class ScanOutcome(enum.StrEnum):
    """What came of a scan. The first two are movements of somebody with a place; the others are kept and told."""

    COUNTED = "counted"
    REPEATED = "repeated"
    """The person was in (or out) already, perhaps by another door."""
    NOT_CONFIRMED = "not_confirmed"
    """The registration holds no confirmed place (yet): it waits, or is being decided."""
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """No registration of this event has such a code, or such a person in its party."""
    CLOSED = "closed"
    """The event takes nobody in: a draft, postponed, cancelled or archived."""


class DoorScan(Base):
    """One scan as a device sent it. Its id is made by the device, so that sending it twice counts once."""

    __tablename__ = "door_scan"
    __table_args__ = (sa.Index(None, "registration_id", "person"), sa.Index(None, "event_id", "received_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id"))
    person: Mapped[int] = mapped_column(default=0)
    """Which of the party, as in `Attendance.person`."""
    direction: Mapped[Direction] = mapped_column(enum_type(Direction))
    outcome: Mapped[ScanOutcome] = mapped_column(enum_type(ScanOutcome))
    door: Mapped[str] = mapped_column(sa.String(40), default="")
    at: Mapped[datetime]
    """When it happened: counted back from `received_at` by the device's own clock, so that a wrong one does no harm."""
    received_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(sa.String(80))


class Presence(Base):
    """Where one person of a party is now, as the scans say: what counts of a crowd are read from."""

    __tablename__ = "presence"
    __table_args__ = (sa.Index(None, "event_id", "changed_at"),)

    registration_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("registration.id"), primary_key=True)
    person: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    came: Mapped[bool]
    """False once every scan of the person has been undone."""
    inside: Mapped[bool]
    since: Mapped[datetime]
    door: Mapped[str] = mapped_column(sa.String(40), default="")
    changed_at: Mapped[datetime]
    """When this row last changed, so that devices ask for what is new."""


class HeadCount(Base):
    """One tap of a counter: people who came (or, below zero, a tap taken back) without registering."""

    __tablename__ = "head_count"
    __table_args__ = (sa.Index(None, "event_id", "age_group"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    age_group: Mapped[AgeGroup] = mapped_column(enum_type(AgeGroup))
    delta: Mapped[int]
    door: Mapped[str] = mapped_column(sa.String(40), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(80))
