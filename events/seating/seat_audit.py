"""Comparing the counters of seats with the registrations that they count."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from events.models import SEATED_STATES, Registration, RegistrationState, SeatAllotment, SeatHold, SeatPool
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class Drift:
    """A pool whose counters are not what its registrations add up to."""

    pool_id: uuid.UUID
    event_id: uuid.UUID
    taken: int
    counted: int
    waiting: int
    counted_waiting: int


def find_drift(session: ReadSession) -> Sequence[Drift]:
    """Return every pool that has drifted: ``taken`` is the parties of its seated registrations and what is kept.

    Kept are places of choices, and the seats that partners have not filled yet.

    One statement, so that what others change meanwhile is in both sides or in neither.
    """
    own = (
        sa.select(
            Registration.pool_id,
            sa.func.sum(sa.case((Registration.state.in_(SEATED_STATES), Registration.party_size), else_=0)).label("n"),
            sa.func.sum(sa.case((Registration.state == RegistrationState.WAITLISTED, 1), else_=0)).label("waiting"),
        )
        .group_by(Registration.pool_id)
        .subquery()
    )
    choices = (
        sa.select(SeatHold.pool_id, sa.func.sum(SeatHold.count).label("n"))
        .join(Registration, Registration.id == SeatHold.registration_id)
        .where(Registration.state.in_(SEATED_STATES))
        .group_by(SeatHold.pool_id)
        .subquery()
    )
    allotted = (
        sa.select(SeatAllotment.pool_id, sa.func.sum(SeatAllotment.held).label("n"))
        .group_by(SeatAllotment.pool_id)
        .subquery()
    )
    counted = sa.func.coalesce(own.c.n, 0) + sa.func.coalesce(choices.c.n, 0) + sa.func.coalesce(allotted.c.n, 0)
    waiting = sa.func.coalesce(own.c.waiting, 0)
    rows = session.execute(
        sa.select(SeatPool.id, SeatPool.event_id, SeatPool.taken, counted, SeatPool.waiting, waiting)
        .outerjoin(own, own.c.pool_id == SeatPool.id)
        .outerjoin(choices, choices.c.pool_id == SeatPool.id)
        .outerjoin(allotted, allotted.c.pool_id == SeatPool.id)
        .where(sa.or_(SeatPool.taken != counted, SeatPool.waiting != waiting))
        .order_by(SeatPool.id)
    )
    return [Drift(pool, event, taken, int(n), waits, int(w)) for pool, event, taken, n, waits, w in rows]
