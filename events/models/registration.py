"""A registration: one party's place at an event or slot."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class RegistrationState(enum.StrEnum):
    """What a registration is worth."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    DECLINED = "declined"


SEATED_STATES = (RegistrationState.PENDING, RegistrationState.CONFIRMED, RegistrationState.OFFERED)
"""States that hold seats: their party sizes add up to `SeatPool.taken`."""

ACTIVE_STATES = (*SEATED_STATES, RegistrationState.WAITLISTED)
"""States in which the same person cannot register again."""

_ACTIVE_SQL = sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted')")


class Registration(Base):
    """One party's place. The personal columns are `name`, `email`, `phone`, `person_key` and `answers`."""

    __tablename__ = "registration"
    __table_args__ = (
        sa.Index(
            "uq_registration_active_person",
            "pool_id",
            "person_key",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        sa.CheckConstraint("party_size >= 1", name="party_not_empty"),
        sa.Index(None, "event_id", "created_at"),
        sa.Index(None, "pool_id", "state", "waiting_since"),
        sa.Index(None, "state", "offer_expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"))
    slot_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("slot.id"))
    state: Mapped[RegistrationState] = mapped_column(enum_type(RegistrationState))
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    """E.164, e.g. ``+6281234567890``."""
    person_key: Mapped[str] = mapped_column(sa.String(520))
    """The contact in one spelling (`events.registration.person_key`): what makes a person unique in a pool.

    Twice as long as an address may be, because folding case can make two letters of one (ß → ss).
    """
    party_size: Mapped[int] = mapped_column(default=1)
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    institution: Mapped[str | None] = mapped_column(sa.String(200))
    access_needs: Mapped[str | None] = mapped_column(sa.String(500))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    consent_version: Mapped[str] = mapped_column(sa.String(40))
    consented_at: Mapped[datetime]
    link_version: Mapped[int] = mapped_column(default=1)
    """Raising it revokes every personal link of this registration."""
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    waiting_since: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
