"""People who hold a seat and do not come: how many did not in the past, and overbooking that is planned by it."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import (
    Attendance,
    Event,
    PoolPurpose,
    Registration,
    RegistrationState,
    SeatPool,
    Stage,
)
from events.seating import claims, seats, waitlist
from events.storage import LocalizedText, ReadSession

HIGHEST_PERCENT = 50


def planned_overbooking(capacity: int | None, percent: int) -> int:
    """Return how many more seats to give out where `percent` of a hundred people do not come: ⌊c·r/(100−r)⌋.

    Of c + o people, (c + o)·(100 − r)/100 are expected; that is at most c for o ≤ c·r/(100 − r).
    """
    return 0 if capacity is None else capacity * percent // (100 - percent)


def risk_of_too_many(capacity: int, overbooking: int, percent: int) -> float:
    """Return the probability that more people come than there are seats, if each comes on their own account.

    The binomial tail P(X > c) of c + o people who come with probability 1 − r. Families come or stay away together, so
    that the truth is a little worse.
    """
    people, comes = capacity + overbooking, 1 - percent / 100
    if overbooking <= 0 or capacity <= 0:
        return 0.0
    logs = (
        (
            math.lgamma(people + 1)
            - math.lgamma(k + 1)
            - math.lgamma(people - k + 1)
            + k * math.log(comes)
            + (people - k) * math.log(1 - comes)
            for k in range(capacity + 1, people + 1)
        )
        if 0 < comes < 1
        else ()
    )
    return min(1.0, math.fsum(math.exp(value) for value in logs)) if comes < 1 else 1.0


@dataclass(frozen=True, slots=True)
class PastEvent:
    """How many of those who held a seat at a past event came, counted by registration."""

    event_id: uuid.UUID
    title: LocalizedText
    starts_at: datetime
    expected: int
    came: int

    @property
    def percent(self) -> int:
        """How many of a hundred did not come."""
        return round(100 * (self.expected - self.came) / self.expected)


def past_events(session: ReadSession, event: Event, *, limit: int = 5) -> Sequence[PastEvent]:
    """Return the last events like this one (same organiser, kind and mode) of which attendance was noted."""
    evidence = sa.select(Attendance.id).where(Attendance.registration_id == Registration.id).exists()
    came = sa.func.count(Registration.id).filter(evidence)
    rows = session.execute(
        sa.select(Event.id, Event.title, Event.starts_at, sa.func.count(Registration.id), came)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Event.organiser_id == event.organiser_id,
            Event.kind == event.kind,
            Event.mode == event.mode,
            Event.id != event.id,
            Event.stage.in_((Stage.ENDED, Stage.ARCHIVED)),
            Registration.state == RegistrationState.CONFIRMED,
        )
        .group_by(Event.id, Event.title, Event.starts_at)
        .having(came > 0)
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(limit)
    )
    return [PastEvent(*row) for row in rows]


def observed_percent(past: Sequence[PastEvent]) -> int | None:
    """Return how many of a hundred did not come to these events together; None where nothing is known."""
    expected = sum(each.expected for each in past)
    return round(100 * (expected - sum(each.came for each in past)) / expected) if expected else None


def plan_overbooking(session: Session, event_id: uuid.UUID, percent: int, *, now: datetime, by: str) -> None:
    """Give out so many more seats of every limited main pool as are expected to stay empty; new ones go to who waits.

    Raises `NotFound` or `Invalid`. The caller commits.
    """
    if not 0 <= percent <= HIGHEST_PERCENT:
        raise Invalid([FieldError("no_show_percent", "range", N_("A whole number from 0 to 50."))])
    claims.claim(session, event_id)
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    if event.no_show_percent == percent:
        return
    event.no_show_percent = percent
    event.updated_at = now
    session.flush()
    seats.pools_of(session, event_id)
    pools = session.execute(
        sa.select(SeatPool.id, SeatPool.capacity).where(
            SeatPool.event_id == event_id, SeatPool.purpose != PoolPurpose.CHOICE, SeatPool.capacity.is_not(None)
        )
    ).all()
    for pool_id, capacity in pools:
        seats.resize(session, pool_id, capacity=capacity, overbooking=planned_overbooking(capacity, percent))
    fact = facts.RegistrationRulesChanged(
        organiser_id=event.organiser_id, event_id=event_id, fields=("no_show_percent",)
    )
    outbox.record(session, fact, now=now, by=by)
    if pools:
        waitlist.promote(session, pools[0][0], now=now, everywhere=True)
