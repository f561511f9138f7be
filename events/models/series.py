"""The series: events that come again by a rule, and who registered for all of them at once."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class Additions(enum.StrEnum):
    """What happens for people who registered for the whole series when dates are added to it later."""

    ASK = "ask"
    REGISTER = "register"


class Series(Base):
    """What a row of events has in common. Each date is an ordinary event that points here (`Event.series_id`)."""

    __tablename__ = "series"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "slug"),
        sa.CheckConstraint("minutes >= 1", name="lasts"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    slug: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[LocalizedText]
    rule: Mapped[str] = mapped_column(sa.String(300))
    """RFC 5545 RRULE over days, without its name (`events.days.recurrence`)."""
    starts_on: Mapped[date]
    """DTSTART of the rule, a day in `timezone`."""
    start_time: Mapped[time]
    """On the wall clock of `timezone`, whatever its clocks do."""
    minutes: Mapped[int]
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    template: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What every date says unless it was changed by hand; read by `events.recurring.series_template`."""
    additions: Mapped[Additions] = mapped_column(enum_type(Additions), default=Additions.ASK)
    previous_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("series.id"))
    """The series that this one was split from."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change of the series as a whole."""


class SeriesBooking(Base):
    """One person's registration for a whole series: what their registrations for its dates have in common."""

    __tablename__ = "series_booking"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    series_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("series.id"), index=True)
    link_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
