"""Attendance: evidence that a person was there, one row a piece."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class Evidence(enum.StrEnum):
    """How it is known that somebody was there."""

    JOINED = "joined"
    START_CODE = "start_code"
    END_CODE = "end_code"
    DOOR = "door"
    EXIT = "exit"
    STAFF = "staff"


class Attendance(Base):
    """One piece of evidence; each kind counts once per person of a registration."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("registration_id", "person", "evidence"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"), index=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("registration.id"))
    person: Mapped[int] = mapped_column(default=0)
    """Which of the party: 0 is the contact, 1 and up the others (`PartyMember.person`, named or not)."""
    evidence: Mapped[Evidence] = mapped_column(enum_type(Evidence))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(80))


class StaySource(enum.StrEnum):
    """What saw how long somebody was there. Doors keep their scans instead (`DoorScan`)."""

    PAGE = "page"


class Stay(Base):
    """A stretch of time that a person was there."""

    __tablename__ = "stay"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"), index=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("registration.id"), index=True)
    person: Mapped[int] = mapped_column(default=0)
    """Which of the party, as `Attendance.person`."""
    source: Mapped[StaySource] = mapped_column(enum_type(StaySource))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    """The last moment that is known of."""
