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
    """What a registration is worth. Who `requested` asks for a place and holds none; who is `pending` holds it."""

    REQUESTED = "requested"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    DECLINED = "declined"


class RegistrationSource(enum.StrEnum):
    """How a registration came in."""

    FORM = "form"
    API = "api"
    STAFF = "staff"
    IMPORT = "import"
    WALK_IN = "walk_in"
    PARTNER = "partner"


SEATED_STATES = (RegistrationState.PENDING, RegistrationState.CONFIRMED, RegistrationState.OFFERED)
"""States that hold seats: their party sizes add up to `SeatPool.taken`."""

ACTIVE_STATES = (*SEATED_STATES, RegistrationState.WAITLISTED, RegistrationState.REQUESTED)
"""States in which the same person cannot register again."""

_ACTIVE_SQL = sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted', 'requested')")


class Registration(Base):
    """One party's place.

    The personal columns are `name`, `email`, `phone`, `person_key`, `institution`, `sign_language`, `wheelchair`,
    `access_needs`, `answers` and those of the guardian; `PartyMember` and `AnswerFile` hold the rest of what is known.
    """

    __tablename__ = "registration"
    __table_args__ = (
        sa.Index(
            "uq_registration_active_person",
            "place_id",
            "person_key",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        sa.CheckConstraint("party_size >= 1", name="party_not_empty"),
        sa.Index(None, "event_id", "created_at"),
        sa.Index(None, "person_key"),
        sa.Index(None, "pool_id", "state", "priority", "waiting_since"),
        # Not by state first: nearly all are in one, and SQLite, which cannot know that, would go through them all.
        sa.Index(None, "offer_expires_at"),
        sa.Index(None, "series_booking_id"),
        # Partial: next to nobody has one, and whoever registers shall not pay for it.
        sa.Index(
            "ix_registration_replaces_id",
            "replaces_id",
            sqlite_where=sa.text("replaces_id IS NOT NULL"),
            postgresql_where=sa.text("replaces_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_registration_allotment_id",
            "allotment_id",
            sqlite_where=sa.text("allotment_id IS NOT NULL"),
            postgresql_where=sa.text("allotment_id IS NOT NULL"),
        ),
        # The few that await a decision, for who looks after many events at once.
        sa.Index(
            "ix_registration_undecided",
            "event_id",
            sqlite_where=sa.text("needs_approval = 1"),
            postgresql_where=sa.text("needs_approval"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"))
    slot_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("slot.id"))
    place_id: Mapped[uuid.UUID]
    """The slot, or the event where it has none: once in it is a person. Several slots may share one pool."""
    series_booking_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("series_booking.id"))
    """What the registrations have in common that a person made at once for a whole series."""
    allotment_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("seat_allotment.id", ondelete="SET NULL"))
    """The partner's seats that this is one of."""
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id"))
    """The place on another date of the series that is given back once this one is certain."""
    state: Mapped[RegistrationState] = mapped_column(enum_type(RegistrationState))
    source: Mapped[RegistrationSource] = mapped_column(enum_type(RegistrationSource), default=RegistrationSource.FORM)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    """E.164, e.g. ``+6281234567890``."""
    person_key: Mapped[str] = mapped_column(sa.String(520))
    """The contact in one spelling (`events.registrations.applications.person_key`): what makes a person unique in a
    place.

    Twice as long as an address may be, because folding case can make two letters of one (ß → ss).
    """
    party_size: Mapped[int] = mapped_column(default=1)
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    institution: Mapped[str | None] = mapped_column(sa.String(200))
    sign_language: Mapped[bool] = mapped_column(default=False)
    wheelchair: Mapped[bool] = mapped_column(default=False)
    access_needs: Mapped[str | None] = mapped_column(sa.String(500))
    """What has to be prepared for them: a sign language interpreter, a place for a wheelchair, and whatever else."""
    form_revision: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By question id, as `events.questions.form_document.Answer`; the wording is that of `form_revision`."""
    consent_version: Mapped[str] = mapped_column(sa.String(40))
    consented_at: Mapped[datetime]
    link_version: Mapped[int] = mapped_column(default=1)
    """Raising it revokes every personal link of this registration."""
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    """Who waits with a higher one is offered a seat earlier; among equals, who waits longer."""
    priority_reason: Mapped[str | None] = mapped_column(sa.String(200))
    """Why staff gave them another priority; for staff only."""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    needs_guardian: Mapped[bool] = mapped_column(default=False)
    """What a pending or requesting registration waits for; it is confirmed when neither is left."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))
    decision_reason: Mapped[str | None] = mapped_column(sa.String(500))
    """Why it was declined, as the person is told."""
    guardian_name: Mapped[str | None] = mapped_column(sa.String(200))
    guardian_email: Mapped[str | None] = mapped_column(sa.String(254))
    guardian_phone: Mapped[str | None] = mapped_column(sa.String(20))
    guardian_due_at: Mapped[datetime | None] = mapped_column(index=True)
    guardian_consented_at: Mapped[datetime | None]
    guardian_note: Mapped[str | None] = mapped_column(sa.String(200))
    """What staff saw of a consent that was given on paper: who signed, when, where it is kept."""
    waiting_since: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When everything that says whose it was went, because the person asked for that (`events.privacy.erasure`)."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PartyMember(Base):
    """One of the others of a party. The contact is person 0 and stands in `Registration`; these are 1, 2, 3…"""

    __tablename__ = "party_member"

    registration_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    person: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(200))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Answers to the questions that are asked of each person."""


class SeatHold(Base):
    """What a registration takes, or waits to take, from another pool than its own: a choice with places.

    Counted in that pool's `taken` exactly while the registration is in one of `SEATED_STATES`.
    """

    __tablename__ = "seat_hold"

    registration_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    pool_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("seat_pool.id"), primary_key=True, index=True)
    count: Mapped[int]
