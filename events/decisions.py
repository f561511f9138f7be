"""The read side of approval: who awaits a decision, and what was decided lately."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from events.models import ACTIVE_STATES, Event, Invitee, Registration, RegistrationState, Slot, Stage
from events.ownership import Owners, owned_by
from events.storage import ReadSession

_OVER = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One registration that was, or is to be, decided upon."""

    registration: Registration
    slot_starts_at: datetime | None
    invited: bool


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """How many await a decision, and how many people they are."""

    parties: int
    people: int


def count_undecided(session: ReadSession, event_id: uuid.UUID) -> DecisionCount:
    """Count those who await a decision."""
    statement = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Registration.party_size), 0))
    parties, people = session.execute(statement.select_from(Registration).where(*_undecided(event_id))).one()
    return DecisionCount(int(parties), int(people))


def list_undecided(session: ReadSession, event_id: uuid.UUID, *, limit: int = 200) -> Sequence[DecisionRow]:
    """Return those who await a decision, who asked first at the top."""
    return _rows(session, sa.and_(*_undecided(event_id)), (Registration.created_at, Registration.id), limit)


def list_events_undecided(session: ReadSession, owners: Owners, *, limit: int = 5) -> Sequence[tuple[Event, int]]:
    """Return the events of `owners` in which people await a decision, and how many; those with the most first."""
    few = (
        sa.select(Registration.event_id, sa.func.count().label("waiting"))
        .where(Registration.needs_approval, Registration.state.in_(ACTIVE_STATES))
        .group_by(Registration.event_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Event, few.c.waiting)
        .join(few, few.c.event_id == Event.id)
        .where(owned_by(Event.organiser_id, owners), Event.stage.not_in(_OVER))
        .order_by(few.c.waiting.desc(), Event.starts_at)
        .limit(limit)
    )
    return [(event, count) for event, count in rows]


def list_decided(session: ReadSession, event_id: uuid.UUID, *, limit: int = 100) -> Sequence[DecisionRow]:
    """Return what was decided, the latest first; what a rule approved is among it."""
    wanted = sa.and_(Registration.event_id == event_id, Registration.decided_at.is_not(None))
    return _rows(session, wanted, (Registration.decided_at.desc(), Registration.id), limit)


def _undecided(event_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Registration.event_id == event_id,
        Registration.needs_approval.is_(True),
        Registration.state.in_(ACTIVE_STATES),
    )


def _rows(
    session: ReadSession,
    wanted: sa.ColumnElement[bool],
    order: tuple[sa.ColumnElement[Any] | InstrumentedAttribute[Any], ...],
    limit: int,
) -> Sequence[DecisionRow]:
    invited = (
        sa.select(Invitee.id)
        .where(Invitee.event_id == Registration.event_id, Invitee.person_key == Registration.person_key)
        .exists()
    )
    rows = session.execute(
        sa.select(Registration, Slot.starts_at, invited)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(wanted)
        .order_by(*order)
        .limit(limit)
    )
    return [DecisionRow(registration, starts_at, known) for registration, starts_at, known in rows]


def can_be_undone(registration: Registration) -> bool:
    """Tell whether the decision about a registration can still be taken back."""
    return registration.decided_at is not None and (
        registration.state is RegistrationState.DECLINED
        or (registration.state in ACTIVE_STATES and not registration.needs_approval)
    )
