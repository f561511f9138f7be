"""What a registration holds: all it needs is taken together, and given back together.

A party takes its seats from the main pool of its event or slot and, for choices with places, from the pools of those
(`SeatHold`). Cancelling, declining, running out, shrinking and moving all come through here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import NotFound
from events.inserts import insert_all
from events.models import (
    SEATED_STATES,
    Event,
    Invitee,
    Registration,
    RegistrationState,
    SeatAllotment,
    SeatHold,
    Slot,
)
from events.seating import claims, seats
from events.storage import ReadSession, UtcDateTime

_HOLDS: sa.Table = SeatHold.__table__  # type: ignore[assignment] # a declarative class's table is a Table

STARTS_AT = sa.func.coalesce(Slot.starts_at, Event.starts_at, type_=UtcDateTime())
"""When what a registration is for begins: the visit, or the event. Needs a join to both."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One registration whose row and pools the caller holds until the commit."""

    registration: Registration
    event: Event
    starts_at: datetime
    choices: Mapping[uuid.UUID, int] = field(default_factory=dict[uuid.UUID, int])
    """Places by choice pool, taken or wanted."""


def hold(session: Session, registration_id: uuid.UUID) -> Holding:
    """Hold a registration and the pools it touches, in the order that everybody keeps. Raises `NotFound`."""
    with_choices = sa.exists().where(SeatHold.registration_id == Registration.id)
    statement = sa.select(Registration.event_id, Registration.pool_id, with_choices)
    found = session.execute(statement.where(Registration.id == registration_id)).first()
    if found is None:
        raise NotFound
    event_id, pool_id, has_choices = found
    claims.claim(session, event_id)
    seats.hold(session, pool_id, every=has_choices)
    registration, event, starts_at = session.execute(
        sa.select(Registration, Event, STARTS_AT)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id)
        .with_for_update(of=Registration, key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return Holding(registration, event, starts_at, choices_of(session, registration_id) if has_choices else {})


def choices_of(session: ReadSession, registration_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return the places that a registration takes, or waits to take, by choice pool."""
    statement = sa.select(_HOLDS.c.pool_id, _HOLDS.c.count).where(_HOLDS.c.registration_id == registration_id)
    return dict(session.execute(statement).all())


def want(session: Session, registration_id: uuid.UUID, choices: Mapping[uuid.UUID, int]) -> None:
    """Write down which places of choices a registration needs besides its seats."""
    rows = [
        {"registration_id": registration_id, "pool_id": pool_id, "count": count}
        for pool_id, count in sorted(choices.items())
    ]
    insert_all(session.connection(), _HOLDS, rows)


# ---------------------------------------------------------------- taking
def kept_for(session: ReadSession, event_id: uuid.UUID, person_key: str) -> int:
    """Return how many of the seats reserved for invitees are this person's and were not used yet."""
    found = session.scalar(
        sa.select(Invitee.seats).where(
            Invitee.event_id == event_id, Invitee.person_key == person_key, Invitee.registration_id.is_(None)
        )
    )
    return int(found or 0)


@dataclass(frozen=True, slots=True)
class Needs:
    """What one registration needs to be seated."""

    registration_id: uuid.UUID
    pool_id: uuid.UUID
    party_size: int
    choices: Mapping[uuid.UUID, int] = field(default_factory=dict[uuid.UUID, int])
    kept: int = 0
    """Reserved seats that are theirs as an invitee."""


def fits(counters: Mapping[uuid.UUID, seats.Seats], needs: Needs) -> bool:
    """Tell whether everything that is needed is there. `counters` are those of pools that the caller holds."""
    main = counters[needs.pool_id]
    drawn = min(needs.kept, needs.party_size, main.reserved)
    also = needs.choices.get(needs.pool_id, 0)  # a choice may draw from the main pool
    return main.free - main.reserved + drawn >= needs.party_size + also and all(
        counters[pool_id].left >= count for pool_id, count in needs.choices.items() if pool_id != needs.pool_id
    )


def take(
    session: Session, needs: Needs, *, reserved: int, waited: bool = False, by_invitation: bool = True
) -> seats.Seats:
    """Take everything that was found to fit, from pools that the caller holds; `reserved` is what the main pool keeps.

    Returns the main pool's counters. An invitee's reserved seats are used first, and once (`by_invitation`).
    """
    drawn = min(needs.kept, needs.party_size, reserved)
    main = seats.take_held(session, needs.pool_id, needs.party_size, from_reserved=drawn, waited=waited)
    taken = [seats.take_held(session, pool_id, count) for pool_id, count in sorted(needs.choices.items())]
    if main is None or None in taken:
        raise RuntimeError("seats were taken from a pool that was held")
    if drawn and by_invitation:
        _use_invitation(session, needs.registration_id)
    return main


def _use_invitation(session: Session, registration_id: uuid.UUID) -> None:
    own = sa.select(Registration.person_key).where(Registration.id == registration_id).scalar_subquery()
    event = sa.select(Registration.event_id).where(Registration.id == registration_id).scalar_subquery()
    session.execute(
        sa.update(Invitee)
        .where(Invitee.event_id == event, Invitee.person_key == own)
        .values(registration_id=registration_id)
        .execution_options(synchronize_session=False)
    )


def try_to_seat(
    session: Session, needs: Needs, *, waited: bool = False, by_invitation: bool = True
) -> seats.Seats | None:
    """Take everything or nothing; None where something is not there. The caller holds the pools."""
    counters = seats.read(session, (needs.pool_id, *needs.choices))
    if not fits(counters, needs):
        return None
    reserved = counters[needs.pool_id].reserved
    return take(session, needs, reserved=reserved, waited=waited, by_invitation=by_invitation)


def needs_of(session: ReadSession, held: Holding) -> Needs:
    """Return what a registration needs to be seated."""
    own = held.registration
    kept = kept_for(session, own.event_id, own.person_key)
    return Needs(own.id, own.pool_id, own.party_size, held.choices, kept)


# ---------------------------------------------------------------- giving back
def give_back(session: Session, held: Holding, *, was: RegistrationState) -> None:
    """Give back what the registration held, or its place in the queue, as it stood in the state `was`.

    The caller promotes afterwards: everywhere in the event where choices came free, else in the one pool.
    """
    own = held.registration
    if was is RegistrationState.WAITLISTED:
        seats.stop_waiting(session, own.pool_id)
    elif was in SEATED_STATES:
        give_seats_back(session, own)
        for pool_id, count in sorted(held.choices.items()):
            seats.release(session, pool_id, count)


def give_seats_back(session: Session, own: Registration) -> None:
    """Give the seats of the main pool back: to the partner who named this person, while they may, else to everybody."""
    if own.allotment_id is None or not _back_to_partner(session, own):
        seats.release(session, own.pool_id, own.party_size)


def _back_to_partner(session: Session, own: Registration) -> bool:
    """Give a partner the seat back that one of theirs had, while they may still fill it; the pool keeps its count."""
    back = session.execute(
        sa.update(SeatAllotment)
        .where(
            SeatAllotment.id == own.allotment_id,
            SeatAllotment.pool_id == own.pool_id,
            SeatAllotment.released_at.is_(None),
        )
        .values(held=SeatAllotment.held + own.party_size)
        .execution_options(synchronize_session=False)
    )
    own.allotment_id = None
    return cast("sa.CursorResult[Any]", back).rowcount == 1
