"""Seats kept for invitees: who is invited, how many seats are kept for them, and until when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import ACTIVE_STATES, Event, Invitee, PoolPurpose, Registration, RegistrationState, SeatPool
from events.seating import claims, seats, waitlist
from events.storage import ReadSession, new_id

MOST_INVITEES = 5000
MOST_SEATS = 100


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to invite; `person_key` is that of `events.registrations.applications.person_key`."""

    person_key: str
    name: str | None = None
    seats: int = 1


@dataclass(frozen=True, slots=True)
class InviteeRow:
    """An invitee, and what has become of the invitation."""

    invitee: Invitee
    state: RegistrationState | None
    """How their registration stands; None: they have not registered."""
    party_size: int | None


def add_invitees(session: Session, event_id: uuid.UUID, guests: Iterable[Guest], *, now: datetime, by: str) -> int:
    """Put people on the list and return how many are new; who is on it already gets the new name and seats.

    Raises `NotFound`, or `Invalid` for a list that is too long or an impossible number of seats. The caller commits.
    """
    event = _event(session, event_id)
    wanted = {guest.person_key: guest for guest in guests}
    if any(not 1 <= guest.seats <= MOST_SEATS for guest in wanted.values()):
        raise Invalid([FieldError("seats", "range", N_("A whole number from 1 to 100."))])
    known = {row.person_key: row for row in session.scalars(sa.select(Invitee).where(Invitee.event_id == event_id))}
    if len(known.keys() | wanted.keys()) > MOST_INVITEES:
        raise Invalid([FieldError("people", "too_many", N_("At most 5,000 people can be on the list."))])
    new = 0
    for key, guest in wanted.items():
        row = known.get(key)
        if row is not None:
            row.name, row.seats = guest.name or row.name, guest.seats
            continue
        new += 1
        session.add(
            Invitee(
                id=new_id(),
                event_id=event_id,
                person_key=key,
                name=guest.name,
                seats=guest.seats,
                created_at=now,
                created_by=by,
            )
        )
    session.flush()
    if new:
        fact = facts.InviteesAdded(organiser_id=event.organiser_id, event_id=event_id, count=new)
        outbox.record(session, fact, now=now, by=by)
    return new


def remove_invitee(session: Session, event_id: uuid.UUID, invitee_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Take somebody off the list; a registration they made stays. Raises `NotFound`. The caller commits."""
    event = _event(session, event_id)
    invitee = session.get(Invitee, invitee_id)
    if invitee is None or invitee.event_id != event_id:
        raise NotFound
    session.delete(invitee)
    session.flush()
    fact = facts.InviteeRemoved(organiser_id=event.organiser_id, event_id=event_id)
    outbox.record(session, fact, now=now, by=by)


def reserve(
    session: Session, pool_id: uuid.UUID, count: int, *, until: datetime | None, now: datetime, by: str
) -> None:
    """Keep `count` of the free seats of a pool for invitees until a moment; what is no longer kept goes to who waits.

    0 keeps none. Raises `NotFound`, or `Invalid` for more than is free or a moment that has passed. The caller commits.
    """
    event_id = session.scalar(
        sa.select(SeatPool.event_id).where(SeatPool.id == pool_id, SeatPool.purpose != PoolPurpose.CHOICE)
    )
    if event_id is None:
        raise NotFound
    event = _event(session, event_id)
    claims.claim(session, event_id)
    before = seats.hold(session, pool_id)[pool_id]
    faults: list[FieldError] = []
    if not 0 <= count <= max(before.free, before.reserved):
        message = N_("Between 0 and %(free)s: so many seats are free.")
        faults.append(FieldError("reserved", "range", message, {"free": max(before.free, 0)}))
    if count and (until is None or until <= now):
        faults.append(FieldError("reserved_until", "missing", N_("Say until when, at a time that is still to come.")))
    if faults:
        raise Invalid(faults)
    _set_reserved(session, event, pool_id, count, until if count else None, now=now, by=by)


def _set_reserved(
    session: Session, event: Event, pool_id: uuid.UUID, count: int, until: datetime | None, *, now: datetime, by: str
) -> None:
    statement = sa.update(SeatPool).where(SeatPool.id == pool_id).values(reserved=count, reserved_until=until)
    session.execute(statement)
    fact = facts.SeatsReserved(
        organiser_id=event.organiser_id, event_id=event.id, pool_id=pool_id, count=count, until=until
    )
    outbox.record(session, fact, now=now, by=by)
    waitlist.promote(session, pool_id, now=now)


def list_invitees(session: ReadSession, event_id: uuid.UUID, *, limit: int = MOST_INVITEES) -> Sequence[InviteeRow]:
    """Return who is invited, by name, each with their registration if they have one."""
    rows = session.execute(
        sa.select(Invitee, Registration.state, Registration.party_size)
        .outerjoin(
            Registration,
            sa.and_(
                Registration.event_id == Invitee.event_id,
                Registration.person_key == Invitee.person_key,
                Registration.state.in_(ACTIVE_STATES),
            ),
        )
        .where(Invitee.event_id == event_id)
        .order_by(Invitee.name, Invitee.person_key, Registration.created_at)
        .limit(limit)
    )
    found: dict[uuid.UUID, InviteeRow] = {}
    for invitee, state, party_size in rows:  # at an exhibition somebody may have several visits
        found.setdefault(invitee.id, InviteeRow(invitee, state, party_size))
    return list(found.values())


# ---------------------------------------------------------------- by the clock
def _overdue(now: datetime) -> sa.Select[uuid.UUID, uuid.UUID]:
    return sa.select(SeatPool.id, SeatPool.event_id).where(SeatPool.reserved > 0, SeatPool.reserved_until <= now)


def has_overdue(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether `release_overdue` would find anything."""
    return session.execute(_overdue(now).limit(1)).first() is not None


def release_overdue(session: Session, *, now: datetime) -> int:
    """Give reserved seats whose time has passed to everybody, first to those who wait. Returns of how many pools."""
    due = session.execute(_overdue(now).order_by(SeatPool.id)).all()
    claims.claim(session, *(event_id for _, event_id in due))
    for pool_id, event_id in due:
        seats.hold(session, pool_id)
        _set_reserved(session, _event(session, event_id), pool_id, 0, None, now=now, by="clock")
    return len(due)


def _event(session: Session, event_id: uuid.UUID) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    return event
