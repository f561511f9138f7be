"""The waitlist: a freed seat is offered to the next who fits, and held until they answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, holds, outbox, seats
from events.errors import N_, Closed, Gone
from events.models import Event, EventKind, Registration, RegistrationState, Slot, Stage
from events.storage import ReadSession, UtcDateTime

_OFFERING_STAGES = (Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.PUBLISHED)


def promote(session: Session, pool_id: uuid.UUID, *, now: datetime) -> Sequence[uuid.UUID]:
    """Offer what is free in the pool to those who wait, in their order, and return who was offered.

    A party that is larger than what is free keeps its rank and is passed over. The caller holds the pool (`seats.lock`)
    or has just changed it, and commits.
    """
    counters = seats.lock(session, pool_id)
    offered: list[uuid.UUID] = []
    while counters.waiting and counters.taken < counters.sellable:
        found = session.execute(
            sa.select(Registration, Event, Slot)
            .join(Event, Event.id == Registration.event_id)
            .outerjoin(Slot, Slot.id == Registration.slot_id)
            .where(
                Registration.pool_id == pool_id,
                Registration.state == RegistrationState.WAITLISTED,
                Registration.party_size <= counters.sellable - counters.taken,
            )
            .order_by(Registration.waiting_since, Registration.id)
            .limit(1)
        ).first()
        if found is None:
            break
        registration, event, slot = cast("tuple[Registration, Event, Slot | None]", found)
        deadline = event.starts_at if slot is None else slot.starts_at
        if not _may_offer(event, now=now, deadline=deadline):
            break
        held = seats.hold_for_waiting(session, pool_id, registration.party_size)
        if held is None:
            break
        counters = held
        _offer(session, registration, event, now=now, deadline=deadline)
        offered.append(registration.id)
    return offered


def _offer(session: Session, registration: Registration, event: Event, *, now: datetime, deadline: datetime) -> None:
    """Offer a seat that is held already, for as long as the event gives people to answer."""
    expires_at = min(now + timedelta(hours=event.offer_hours), deadline)
    registration.state = RegistrationState.OFFERED
    registration.offer_expires_at = expires_at
    registration.updated_at = now
    session.flush()
    fact = facts.SeatOffered(
        organiser_id=event.organiser_id, event_id=event.id, registration_id=registration.id, expires_at=expires_at
    )
    outbox.record(session, fact, now=now, by="clock")


def _may_offer(event: Event, *, now: datetime, deadline: datetime) -> bool:
    """Seats are offered until the event, or the visit, begins."""
    stages = (*_OFFERING_STAGES, Stage.LIVE) if event.kind is EventKind.EXHIBITION else _OFFERING_STAGES
    return event.stage in stages and now < deadline


def accept_offer(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Turn a held seat into a confirmed one. Accepting twice changes nothing. The caller commits.

    Raises `Gone` when it is too late, `Closed` when the event was cancelled or postponed meanwhile.
    """
    pool_id = session.scalar(sa.select(Registration.pool_id).where(Registration.id == registration_id))
    if pool_id is None:
        raise Gone
    seats.lock(session, pool_id)
    registration, event = _held(session, registration_id)
    if registration.state is RegistrationState.CONFIRMED:
        return
    if event.stage is Stage.CANCELLED:
        raise Closed(N_("This event was cancelled."))
    if event.stage is Stage.POSTPONED and registration.state is RegistrationState.OFFERED:
        raise Closed(N_("Your seat stays held for you. You can take it as soon as the new time is known."))
    expires_at = registration.offer_expires_at
    if registration.state is not RegistrationState.OFFERED or expires_at is None or expires_at <= now:
        raise Gone(N_("This offer has expired."))
    registration.state = RegistrationState.CONFIRMED
    registration.offer_expires_at = None
    registration.updated_at = now
    session.flush()
    outbox.record(
        session,
        facts.OfferAccepted(organiser_id=event.organiser_id, event_id=event.id, registration_id=registration.id),
        now=now,
        by=by,
    )


def expire_offers(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Take back the seats of offers that nobody answered and offer them on at once. Returns how many expired."""
    due = session.execute(
        sa.select(Registration.id, Registration.pool_id)
        .where(Registration.state == RegistrationState.OFFERED, Registration.offer_expires_at <= now)
        .order_by(Registration.pool_id, Registration.offer_expires_at)
        .limit(limit)
    ).all()
    return sum(_expire(session, registration_id, pool_id, now=now) for registration_id, pool_id in due)


def _expire(session: Session, registration_id: uuid.UUID, pool_id: uuid.UUID, *, now: datetime) -> bool:
    """Take back one offer, unless it was answered, suspended or begun anew before the pool was ours."""
    seats.lock(session, pool_id)
    registration, event = _held(session, registration_id)
    expires_at = registration.offer_expires_at
    if registration.state is not RegistrationState.OFFERED or expires_at is None or expires_at > now:
        return False
    registration.state = RegistrationState.DECLINED
    registration.offer_expires_at = None
    registration.updated_at = now
    session.flush()
    outbox.record(
        session,
        facts.OfferExpired(organiser_id=event.organiser_id, event_id=event.id, registration_id=registration.id),
        now=now,
        by="clock",
    )
    seats.release(session, pool_id, registration.party_size)
    holds.release(session, registration.id)
    promote(session, pool_id, now=now)
    return True


def suspend_offers(session: Session, event: Event, *, now: datetime) -> None:
    """Stop the clock of every offer that has not run out: nobody can answer for a time that nobody knows.

    The seats stay held; `follow_move` offers them once more when the event is back on. The caller commits.
    """
    session.execute(
        sa.update(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.state == RegistrationState.OFFERED,
            Registration.offer_expires_at > now,
        )
        .values(offer_expires_at=None, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def _offer_again(session: Session, event: Event, *, now: datetime) -> None:
    """Give every suspended offer its full time again, and say so."""
    held = session.execute(
        sa.select(Registration, sa.func.coalesce(Slot.starts_at, Event.starts_at, type_=UtcDateTime()))
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(
            Registration.event_id == event.id,
            Registration.state == RegistrationState.OFFERED,
            Registration.offer_expires_at.is_(None),
        )
        .order_by(Registration.pool_id, Registration.waiting_since, Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    for registration, deadline in held:
        _offer(session, registration, event, now=now, deadline=deadline)


def follow_move(session: Session, event: Event, *, now: datetime) -> None:
    """Bring the waitlists of an event that was moved, or is back on, in line with its time. The caller commits.

    No offer outlasts the new start, one that a postponement suspended begins anew, and seats that came free while
    nothing was offered go to those who wait.
    """
    pools = seats.pools_of(session, event.id)
    _offer_again(session, event, now=now)
    own_start = sa.select(Slot.starts_at).where(Slot.id == Registration.slot_id).scalar_subquery()
    start = sa.func.coalesce(own_start, sa.literal(event.starts_at, UtcDateTime()), type_=UtcDateTime())
    session.execute(
        sa.update(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.state == RegistrationState.OFFERED,
            Registration.offer_expires_at > start,
        )
        .values(offer_expires_at=start, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    for pool_id, counters in pools:
        if counters.waiting:
            promote(session, pool_id, now=now)


def has_expired_offers(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether `expire_offers` would find anything."""
    statement = sa.select(Registration.id).where(
        Registration.state == RegistrationState.OFFERED, Registration.offer_expires_at <= now
    )
    return session.scalar(statement.limit(1)) is not None


def position(session: ReadSession, registration: Registration) -> int:
    """Return how many parties wait in front of this one, plus one."""
    ahead = session.scalar(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(
            Registration.pool_id == registration.pool_id,
            Registration.state == RegistrationState.WAITLISTED,
            sa.tuple_(Registration.waiting_since, Registration.id)
            < sa.tuple_(registration.waiting_since, registration.id),
        )
    )
    return int(ahead or 0) + 1


def _held(session: Session, registration_id: uuid.UUID) -> tuple[Registration, Event]:
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
        .with_for_update(of=Registration, key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise Gone
    return row[0], row[1]
