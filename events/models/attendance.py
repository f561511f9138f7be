"""Attendance: evidence that a person was there, one row a piece."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

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
    REPORT = "report"
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
    REPORT = "report"


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
    report_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("attendance_report.id", ondelete="CASCADE"), index=True
    )
    """The meeting's report that tells so."""


class AttendanceReport(Base):
    """What a meeting's program reported of who was there. Its rows are kept until it is counted, seven days at most."""

    __tablename__ = "attendance_report"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the file: the same one again is known."""
    program: Mapped[str] = mapped_column(sa.String(20))
    rows: Mapped[list[Any]]
    """As `service.importing.meeting_reports.Row`; empty once it was counted or forgotten. Personal."""
    zone: Mapped[str] = mapped_column(sa.String(60), default="")
    day_order: Mapped[str] = mapped_column(sa.String(3), default="")
    """How somebody said that its times are meant; empty: as they fit the event best."""
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Who a row is, by the row's key: the id of a registration and of one of its party, or nobody."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(sa.String(80))
    applied_at: Mapped[datetime | None]
    people: Mapped[int] = mapped_column(default=0)
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("attendance_report.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    """When another took its place, somebody took it back, or its rows were forgotten."""
