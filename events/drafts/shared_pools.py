"""Visiting times that share their seats: one pool for several slots."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import event_rules, facts, outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import (
    SEATED_STATES,
    Event,
    PoolPurpose,
    Registration,
    RegistrationState,
    SeatAllotment,
    SeatHold,
    SeatPool,
    Slot,
    Stage,
)
from events.seating import no_shows, seats, waitlist
from events.storage import LocalizedText


def share_pool(
    session: Session,
    event_id: uuid.UUID,
    slot_ids: Collection[uuid.UUID],
    *,
    capacity: int,
    label: LocalizedText,
    now: datetime,
    by: str,
) -> uuid.UUID:
    """Have visiting times draw from one new pool of `capacity` seats, and return it; one time gets its own again.

    Who is registered keeps their place, and who waits their rank. Raises `NotFound` for a time of another event, or
    `Invalid`. The caller commits.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    event_rules.refuse_bad_capacity(capacity, 0)
    wanted = set(slot_ids)
    if not wanted:
        raise Invalid([FieldError("slots", "missing", N_("Choose the visiting times first."))])
    seats.pools_of(session, event_id)
    slots = session.scalars(
        sa.select(Slot).where(Slot.event_id == event_id, Slot.id.in_(wanted)).execution_options(populate_existing=True)
    ).all()
    if len(slots) < len(wanted):
        raise NotFound
    pool_id = seats.open_pool(
        session,
        event_id,
        capacity=capacity,
        overbooking=no_shows.planned_overbooking(capacity, event.no_show_percent),
        purpose=PoolPurpose.SLOT,
        label=label,
        open_=event.stage in (Stage.REGISTRATION_OPEN, Stage.LIVE),
    )
    before = {slot.pool_id for slot in slots}
    for slot in slots:
        slot.pool_id = pool_id
    session.flush()
    session.execute(sa.update(Registration).where(Registration.slot_id.in_(wanted)).values(pool_id=pool_id))
    session.execute(sa.update(SeatAllotment).where(SeatAllotment.slot_id.in_(wanted)).values(pool_id=pool_id))
    for changed in (*sorted(before), pool_id):
        _recount(session, changed)
    _remove_unused(session, before)
    fact = facts.PoolShared(organiser_id=event.organiser_id, event_id=event_id, pool_id=pool_id, slots=len(slots))
    outbox.record(session, fact, now=now, by=by)
    waitlist.promote(session, pool_id, now=now, everywhere=True)
    return pool_id


def _recount(session: Session, pool_id: uuid.UUID) -> None:
    """Set the counters of a held pool to what its registrations say."""
    own = (Registration.pool_id == pool_id,)
    taken = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(Registration.party_size), 0)).where(
            *own, Registration.state.in_(SEATED_STATES)
        )
    )
    of_choices = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(SeatHold.count), 0))
        .join(Registration, Registration.id == SeatHold.registration_id)
        .where(SeatHold.pool_id == pool_id, Registration.state.in_(SEATED_STATES))
    )
    waiting = session.scalar(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(*own, Registration.state == RegistrationState.WAITLISTED)
    )
    allotted = session.scalar(sa.select(sa.func.sum(SeatAllotment.held)).where(SeatAllotment.pool_id == pool_id))
    counted = int(taken or 0) + int(of_choices or 0) + int(allotted or 0)
    seats.set_counters(session, pool_id, taken=counted, waiting=int(waiting or 0))


def _remove_unused(session: Session, pool_ids: Collection[uuid.UUID]) -> None:
    session.flush()
    used = (
        sa.select(Slot.id).where(Slot.pool_id == SeatPool.id).exists(),
        sa.select(Registration.id).where(Registration.pool_id == SeatPool.id).exists(),
        sa.select(SeatHold.registration_id).where(SeatHold.pool_id == SeatPool.id).exists(),
        sa.select(SeatAllotment.id).where(SeatAllotment.pool_id == SeatPool.id).exists(),
    )
    session.execute(
        sa.delete(SeatPool)
        .where(SeatPool.id.in_(pool_ids), ~sa.or_(*used))
        .execution_options(synchronize_session=False)
    )
