"""Seats: pools that an event, its visit slots and the choices of its form draw from, and who has some kept for them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class PoolPurpose(enum.StrEnum):
    """What takes seats from a pool: the event as a whole, visit slots, or choices of the form."""

    EVENT = "event"
    SLOT = "slot"
    CHOICE = "choice"


class SeatPool(Base):
    """A counter of seats. It is a row of its own so that the one hot row of an event is a narrow one.

    An event has at most one pool of its own; slots may share one, and so may choices.

    `sellable` is ``max(capacity + overbooking, taken)``: lowering the capacity below what is taken drops nobody
    and takes no newcomer. `waiting` counts registrations in the state *waitlisted*; while it is above zero,
    nobody passes them by. `reserved` of the seats that are left are kept for invitees.
    """

    __tablename__ = "seat_pool"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.CheckConstraint("taken <= sellable", name="not_oversold"),
        sa.CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
    )

    UNLIMITED = 1_000_000_000

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[PoolPurpose] = mapped_column(enum_type(PoolPurpose), default=PoolPurpose.EVENT)
    label: Mapped[LocalizedText] = mapped_column(default=LocalizedText())
    """What staff call a pool that slots or choices share."""
    capacity: Mapped[int | None]
    """Seats there are; None means that the room has no walls."""
    overbooking: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    """Seats that only invitees can take; it shrinks as they do."""
    reserved_until: Mapped[datetime | None]
    """When what is still reserved goes to everybody."""
    taken: Mapped[int] = mapped_column(default=0)
    sellable: Mapped[int]
    waiting: Mapped[int] = mapped_column(default=0)
    open: Mapped[bool] = mapped_column(default=False)
    """Whether seats are given out now. Part of the conditional update, so that closing and taking cannot cross."""
    low_noted: Mapped[bool] = mapped_column(default=False)


class Invitee(Base):
    """Somebody for whom seats are kept, or whose registration needs no further approval."""

    __tablename__ = "invitee"
    __table_args__ = (sa.UniqueConstraint("event_id", "person_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    person_key: Mapped[str] = mapped_column(sa.String(520))
    """As in `Registration.person_key`; personal."""
    name: Mapped[str | None] = mapped_column(sa.String(200))
    seats: Mapped[int] = mapped_column(default=1)
    """How many of the reserved seats are theirs."""
    registration_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id", ondelete="SET NULL"))
    """The registration that used them."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(sa.String(80))


class Slot(Base):
    """A visiting time of an exhibition. Its seats come from a pool of its own, or from one that slots share."""

    __tablename__ = "slot"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "starts_at"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
