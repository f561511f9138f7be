"""The waitlist: a freed seat is offered to the next who fits, and held until they answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from events import facts, outbox
from events.errors import N_, Closed, Gone, NotFound
from events.models import (
    Event,
    EventKind,
    Invitee,
    Registration,
    RegistrationState,
    SeatHold,
    SeatPool,
    Slot,
    Stage,
)
from events.seating import claims, holdings, seats
from events.seating.holdings import Holding
from events.storage import ReadSession, UtcDateTime

OFFERING_STAGES = (Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.PUBLISHED)


def promote(session: Session, pool_id: uuid.UUID, *, now: datetime, everywhere: bool = False) -> Sequence[uuid.UUID]:
    """Offer what is free to those who wait for it, in their order, and return who was offered.

    Who needs more than there is, seats or places of a choice, keeps their rank and is passed over. With `everywhere`
    all main pools of the event are looked at: a place of a choice that came free may be waited for in any of them.
    The caller holds the pools (`holdings.hold`, `seats.hold`) or has just changed the one, and commits.
    """
    offered: list[uuid.UUID] = []
    counters = seats.hold(session, pool_id, every=everywhere)
    while pools := [key for key, each in counters.items() if each.waiting and each.free > 0]:
        found = session.execute(_next_who_fits(pools, now=now)).first()
        if found is None:
            break
        registration, event, starts_at = cast("tuple[Registration, Event, datetime]", found)
        held = Holding(registration, event, starts_at, holdings.choices_of(session, registration.id))
        needs = holdings.needs_of(session, held)
        reserved = counters[registration.pool_id].reserved
        counters[registration.pool_id] = holdings.take(session, needs, reserved=reserved, waited=True)
        offer(session, held, now=now)
        offered.append(registration.id)
    return offered


def _next_who_fits(pools: Sequence[uuid.UUID], *, now: datetime) -> sa.Select[Registration, Event, datetime]:
    """Find the first in the queue for whom everything is there, and whose event or visit has not begun."""
    kept = sa.select(Invitee.seats).where(
        Invitee.event_id == Registration.event_id,
        Invitee.person_key == Registration.person_key,
        Invitee.registration_id.is_(None),
    )
    own = sa.func.coalesce(kept.scalar_subquery(), 0)
    drawn = sa.case((SeatPool.reserved == 0, 0), (own < SeatPool.reserved, own), else_=SeatPool.reserved)
    choice = aliased(SeatPool)
    lacking = (
        sa.select(SeatHold.pool_id)
        .join(choice, choice.id == SeatHold.pool_id)
        .where(SeatHold.registration_id == Registration.id, choice.taken + SeatHold.count > choice.sellable)
    )
    stages = sa.or_(
        Event.stage.in_(OFFERING_STAGES), sa.and_(Event.stage == Stage.LIVE, Event.kind == EventKind.EXHIBITION)
    )
    return (
        sa.select(Registration, Event, holdings.STARTS_AT)
        .join(Event, Event.id == Registration.event_id)
        .join(SeatPool, SeatPool.id == Registration.pool_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(
            Registration.pool_id.in_(pools),
            Registration.state == RegistrationState.WAITLISTED,
            Registration.party_size <= SeatPool.sellable - SeatPool.taken - SeatPool.reserved + drawn,
            stages,
            sa.literal(now, UtcDateTime()) < holdings.STARTS_AT,
            ~lacking.exists(),
        )
        .order_by(Registration.priority.desc(), Registration.waiting_since, Registration.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def offer(session: Session, held: Holding, *, now: datetime, by: str = "clock") -> None:
    """Offer a seat that is held already, for as long as the event gives people to answer."""
    registration, event = held.registration, held.event
    expires_at = min(now + timedelta(hours=event.offer_hours), held.starts_at)
    registration.state = RegistrationState.OFFERED
    registration.offer_expires_at = expires_at
    registration.updated_at = now
    session.flush()
    fact = facts.SeatOffered(
        organiser_id=event.organiser_id, event_id=event.id, registration_id=registration.id, expires_at=expires_at
    )
    outbox.record(session, fact, now=now, by=by)


def accept_offer(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Turn a held seat into a confirmed one, or into a pending one where a decision is still awaited.

    Accepting twice changes nothing. The caller commits.

    Raises `Gone` when it is too late, `Closed` when the event was cancelled or postponed meanwhile.
    """
    try:
        held = holdings.hold(session, registration_id)
    except NotFound:
        raise Gone from None
    registration, event = held.registration, held.event
    if registration.state in (RegistrationState.CONFIRMED, RegistrationState.PENDING):
        return
    if event.stage is Stage.CANCELLED:
        raise Closed(N_("This event was cancelled."))
    if event.stage is Stage.POSTPONED and registration.state is RegistrationState.OFFERED:
        raise Closed(N_("Your seat stays held for you. You can take it as soon as the new time is known."))
    expires_at = registration.offer_expires_at
    if registration.state is not RegistrationState.OFFERED or expires_at is None or expires_at <= now:
        raise Gone(N_("This offer has expired."))
    undecided = registration.needs_approval or registration.needs_guardian
    registration.state = RegistrationState.PENDING if undecided else RegistrationState.CONFIRMED
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
        sa.select(Registration.id, Registration.event_id)
        .where(Registration.state == RegistrationState.OFFERED, Registration.offer_expires_at <= now)
        .order_by(Registration.pool_id, Registration.offer_expires_at, Registration.id)
        .limit(limit)
    ).all()
    claims.claim(session, *(event_id for _, event_id in due))
    expired = [held for registration_id, _ in due if (held := _expire(session, registration_id, now=now)) is not None]
    # Only when everything is back: seats of two offers may be what a party needs that has waited longer.
    freed = {held.event.id: held for held in expired}
    for held in freed.values():
        promote(session, held.registration.pool_id, now=now, everywhere=True)
    return len(expired)


def _expire(session: Session, registration_id: uuid.UUID, *, now: datetime) -> Holding | None:
    """Take back one offer, unless it was answered, suspended or begun anew before the pool was ours."""
    held = holdings.hold(session, registration_id)
    registration, event = held.registration, held.event
    expires_at = registration.offer_expires_at
    if registration.state is not RegistrationState.OFFERED or expires_at is None or expires_at > now:
        return None
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
    holdings.give_back(session, held, was=RegistrationState.OFFERED)
    return held


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
        sa.select(Registration, holdings.STARTS_AT)
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
    for registration, starts_at in held:
        offer(session, Holding(registration, event, starts_at), now=now)


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
    waited_for = next((pool_id for pool_id, counters in pools.items() if counters.waiting), None)
    if waited_for is not None:
        promote(session, waited_for, now=now, everywhere=True)


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
            sa.or_(
                Registration.priority > registration.priority,
                sa.and_(
                    Registration.priority == registration.priority,
                    sa.tuple_(Registration.waiting_since, Registration.id)
                    < sa.tuple_(registration.waiting_since, registration.id),
                ),
            ),
        )
    )
    return int(ahead or 0) + 1
