"""Seats: one pool per webinar, one per visit slot of an exhibition."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class SeatPool(Base):
    """A counter of seats. It is a row of its own so that the one hot row of an event is a narrow one.

    `sellable` is ``max(capacity + overbooking, taken)``: lowering the capacity below what is taken drops nobody
    and takes no newcomer. `waiting` counts registrations in the state *waitlisted*; while it is above zero,
    nobody passes them by.
    """

    __tablename__ = "seat_pool"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.CheckConstraint("taken <= sellable", name="not_oversold"),
        sa.CheckConstraint("waiting >= 0", name="waiting_not_negative"),
    )

    UNLIMITED = 1_000_000_000

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    capacity: Mapped[int | None]
    """Seats there are; None means that the room has no walls."""
    overbooking: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    sellable: Mapped[int]
    waiting: Mapped[int] = mapped_column(default=0)
    open: Mapped[bool] = mapped_column(default=False)
    """Whether seats are given out now. Part of the conditional update, so that closing and taking cannot cross."""
    low_noted: Mapped[bool] = mapped_column(default=False)


class Slot(Base):
    """A visiting time of an exhibition, with its own pool of seats."""

    __tablename__ = "slot"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "starts_at"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
