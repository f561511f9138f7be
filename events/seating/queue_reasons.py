"""Why somebody waits, in terms that can be told to them and to staff."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.models import Event, Registration, RegistrationState, SeatHold, SeatPool, Slot, Stage
from events.seating import holdings, waitlist
from events.seating.people_search import matching
from events.storage import LocalizedText, ReadSession


class Why(enum.StrEnum):
    """What keeps somebody waiting."""

    HELD = "held"
    """No seat is free, but some are held for people who have not answered their offer yet."""
    FULL = "full"
    """All seats are taken."""
    TOO_LARGE = "too_large"
    """Seats are free, but not as many at once as the party needs."""
    CHOICE_FULL = "choice_full"
    """Seats are free, but a choice has no places left."""
    SUSPENDED = "suspended"
    """The event is postponed: nothing is offered before its time is known."""
    OVER = "over"
    """It has begun, or the event was cancelled: nothing will be offered any more."""
    NEXT = "next"
    """Everything is there: the offer is on its way."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One waiting party's standing."""

    position: int
    why: Why
    party_size: int
    free: int
    """Seats that are free now, without those kept for invitees."""
    held: int = 0
    """Seats held for people who were offered one, in this pool."""
    held_until: datetime | None = None
    """When the last of these offers runs out, at the latest."""
    full_choices: tuple[LocalizedText, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the staff's waitlist."""

    registration: Registration
    slot: Slot | None
    waiting: Waiting


def explain(session: ReadSession, registration: Registration, *, now: datetime) -> Waiting:
    """Return where somebody on the waitlist stands, and why nothing was offered to them yet."""
    event, starts_at = session.execute(
        sa.select(Event, holdings.STARTS_AT)
        .select_from(Registration)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration.id)
    ).one()
    pool = session.get(SeatPool, registration.pool_id)
    assert pool is not None  # noqa: S101 - a registration's pool is there
    kept = holdings.kept_for(session, registration.event_id, registration.person_key) if pool.reserved else 0
    held = _held(session, [pool.id]).get(pool.id, (0, None))
    choices = _full_choices(session, [registration.id]).get(registration.id, ())
    seen = _Seen(registration, event, starts_at, pool, kept, held, choices)
    return _judge(seen, waitlist.position(session, registration), now=now)


def queue(
    session: ReadSession, event_id: uuid.UUID, *, now: datetime, limit: int = 500, text: str = ""
) -> Sequence[QueueRow]:
    """Return those who wait for an event in the order in which they are served, pool by pool, each with the reason.

    `text` leaves those whose name, address, institution or number holds it; their places are those of the whole queue.
    """
    rows = session.execute(
        sa.select(Registration, Event, Slot, SeatPool, holdings.STARTS_AT)
        .join(Event, Event.id == Registration.event_id)
        .join(SeatPool, SeatPool.id == Registration.pool_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(*matching(event_id, text, (RegistrationState.WAITLISTED,)))
        .order_by(Registration.pool_id, Registration.priority.desc(), Registration.waiting_since, Registration.id)
        .limit(limit)
    ).all()
    held = _held(session, {row[0].pool_id for row in rows})
    lacking = _full_choices(session, [row[0].id for row in rows])
    found: list[QueueRow] = []
    places: dict[uuid.UUID, int] = {}
    for registration, event, slot, pool, starts_at in rows:
        position = places[pool.id] = places.get(pool.id, 0) + 1
        if text:
            position = waitlist.position(session, registration)
        kept = holdings.kept_for(session, event_id, registration.person_key) if pool.reserved else 0
        choices = lacking.get(registration.id, ())
        seen = _Seen(registration, event, starts_at, pool, kept, held.get(pool.id, (0, None)), choices)
        found.append(QueueRow(registration, slot, _judge(seen, position, now=now)))
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read about one who waits."""

    registration: Registration
    event: Event
    starts_at: datetime
    pool: SeatPool
    kept: int
    held: tuple[int, datetime | None]
    full_choices: tuple[LocalizedText, ...]


def _judge(seen: _Seen, position: int, *, now: datetime) -> Waiting:
    pool, party = seen.pool, seen.registration.party_size
    free = max(0, pool.sellable - pool.taken - pool.reserved)
    own = free + min(seen.kept, pool.reserved)
    held, until = seen.held
    if seen.event.stage is Stage.POSTPONED:
        why = Why.SUSPENDED
    elif seen.event.stage is Stage.CANCELLED or seen.starts_at <= now:
        why = Why.OVER
    elif own >= party:
        why = Why.CHOICE_FULL if seen.full_choices else Why.NEXT
    elif own:
        why = Why.TOO_LARGE
    else:
        why = Why.HELD if held else Why.FULL
    return Waiting(position, why, party, free, held, until, seen.full_choices)


def _held(
    session: ReadSession, pool_ids: Sequence[uuid.UUID] | set[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[int, datetime | None]]:
    rows = session.execute(
        sa.select(
            Registration.pool_id, sa.func.sum(Registration.party_size), sa.func.max(Registration.offer_expires_at)
        )
        .where(Registration.pool_id.in_(list(pool_ids)), Registration.state == RegistrationState.OFFERED)
        .group_by(Registration.pool_id)
    )
    return {pool_id: (int(count), until) for pool_id, count, until in rows}


def _full_choices(
    session: ReadSession, registration_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[LocalizedText, ...]]:
    rows = session.execute(
        sa.select(SeatHold.registration_id, SeatPool.label)
        .join(SeatPool, SeatPool.id == SeatHold.pool_id)
        .where(
            SeatHold.registration_id.in_(list(registration_ids)),
            SeatPool.taken + SeatHold.count > SeatPool.sellable,
        )
        .order_by(SeatPool.id)
    )
    found: dict[uuid.UUID, tuple[LocalizedText, ...]] = {}
    for registration_id, label in rows:
        found[registration_id] = (*found.get(registration_id, ()), label)
    return found
