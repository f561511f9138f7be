"""Who comes without having registered: taken in at the door, in a seat of the same pools as everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Closed, FieldError, Full, Invalid
from events.models import (
    ACTIVE_STATES,
    Event,
    PoolPurpose,
    Registration,
    RegistrationSource,
    RegistrationState,
    SeatPool,
    Slot,
)
from events.presence.door_evidence import ADMITTING
from events.registrations.applications import person_key
from events.seating import seats
from events.storage import insert_unless_present

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table

CONSENT = "door-1"
"""What staff tell who registers at the door about their data."""
MOST_TOGETHER = 60
"""A class and its teachers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """Somebody at the door; `email` and `phone` (E.164) may both be missing, already normalised."""

    id: uuid.UUID
    name: str
    email: str | None = None
    phone: str | None = None
    institution: str | None = None
    party_size: int = 1
    locale: str = "id"
    age: timedelta = timedelta()
    door: str = ""


@dataclass(frozen=True, slots=True)
class WalkedIn:
    """Whose place it is. `outcome` is ``registered``, or ``already_registered`` where the contact holds one already."""

    registration_id: uuid.UUID
    outcome: str
    new: bool


@dataclass(frozen=True, slots=True)
class _Place:
    event_id: uuid.UUID
    pool_id: uuid.UUID
    slot_id: uuid.UUID | None = None


def register(session: Session, event: Event, walk_in: WalkIn, *, at: datetime, now: datetime, by: str) -> WalkedIn:
    """Give who stands at the door a seat, at the visiting time that runs at `at`. Idempotent by the walk-in's id.

    Who gives no contact is known by that id alone. Registration need not be open: the door decides. Before the event
    begins nobody passes those who wait. Raises `Closed`, `Full` or `Invalid`. The caller commits.
    """
    if event.stage not in ADMITTING:
        raise Closed
    if not 1 <= walk_in.party_size <= MOST_TOGETHER:
        message = N_("At most %(limit)s people can come with one registration.")
        raise Invalid([FieldError("party_size", "party_too_large", message, {"limit": MOST_TOGETHER})])
    place = _find_place(session, event, at)
    contact = walk_in.email or walk_in.phone
    key = person_key(walk_in.email, walk_in.phone) if contact else f"walk_in:{walk_in.id}"
    if not insert_unless_present(session, _TABLE, _row(walk_in, place, key=key, at=at, now=now)):
        return _known(session, walk_in, place, key)
    began = event.starts_at <= now
    if not seats.take_at_door(session, place.pool_id, walk_in.party_size, past_waiting=began):
        raise Full
    fact = facts.WalkInRegistered(
        organiser_id=event.organiser_id, event_id=event.id, registration_id=walk_in.id, party_size=walk_in.party_size
    )
    outbox.record(session, fact, now=now, by=by)
    return WalkedIn(walk_in.id, "registered", new=True)


def _row(walk_in: WalkIn, place: _Place, *, key: str, at: datetime, now: datetime) -> dict[str, Any]:
    given = ("id", "name", "email", "phone", "institution", "party_size", "locale")
    return {name: getattr(walk_in, name) for name in given} | {
        "event_id": place.event_id,
        "pool_id": place.pool_id,
        "slot_id": place.slot_id,
        "place_id": place.slot_id or place.event_id,
        "state": RegistrationState.CONFIRMED,
        "source": RegistrationSource.WALK_IN,
        "person_key": key,
        "consent_version": CONSENT,
        "consented_at": at,
        "created_at": now,
        "updated_at": now,
    }


def _find_place(session: Session, event: Event, at: datetime) -> _Place:
    """Return the visiting time that runs or comes next (None: there are none) and the pool behind it."""
    pool_id = session.scalar(
        sa.select(SeatPool.id).where(SeatPool.event_id == event.id, SeatPool.purpose == PoolPurpose.EVENT)
    )
    slot = session.execute(
        sa.select(Slot.id, Slot.pool_id)
        .where(Slot.event_id == event.id, Slot.ends_at > at)
        .order_by(Slot.starts_at, Slot.id)
        .limit(1)
    ).first()
    if slot is not None:
        return _Place(event.id, slot[1], slot[0])
    if pool_id is None:
        raise Closed(N_("There is no visiting time any more today."))
    return _Place(event.id, pool_id)


def _known(session: Session, walk_in: WalkIn, place: _Place, key: str) -> WalkedIn:
    """Return the place that is there already: this walk-in's own, sent twice, or that of the same contact."""
    own = session.get(Registration, walk_in.id)
    if own is not None:
        if own.event_id != place.event_id or own.source is not RegistrationSource.WALK_IN:
            raise Closed(N_("This was noted for another event."))
        return WalkedIn(own.id, "registered", new=False)
    holder = session.scalar(
        sa.select(Registration.id).where(
            Registration.place_id == (place.slot_id or place.event_id),
            Registration.person_key == key,
            Registration.state.in_(ACTIVE_STATES),
        )
    )
    if holder is None:
        raise Closed
    return WalkedIn(holder, "already_registered", new=False)
