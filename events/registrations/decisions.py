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
from events.registrations.approval_rules import came_before_elsewhere
from events.seating.people_search import matching
from events.storage import ReadSession

_OVER = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One registration that was, or is to be, decided upon."""

    registration: Registration
    slot_starts_at: datetime | None
    invited: bool
    came_before: bool


RULES = ("domain", "invited", "returning", "staff")
"""What decided: one of the rules that let people in by themselves, or a member of staff."""
MOST_AT_ONCE = 500
"""Registrations that are decided about together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """Which of the registrations are looked at; what is left out or empty narrows nothing."""

    text: str = ""
    """Part of a name, an address, an institution or a number."""
    state: RegistrationState | None = None
    rule: str = ""
    """What decided; one of `RULES`."""
    domain: str = ""
    """The mail domain, or one that it is a subdomain of."""
    came_before: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    """How many come together."""


EVERYBODY = DecisionFilter()


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """How many await a decision, and how many people they are."""

    parties: int
    people: int


def count_undecided(session: ReadSession, event_id: uuid.UUID, wanted: DecisionFilter = EVERYBODY) -> DecisionCount:
    """Count those who await a decision."""
    statement = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Registration.party_size), 0))
    conditions = (*_undecided(event_id), *_matching(event_id, wanted))
    parties, people = session.execute(statement.select_from(Registration).where(*conditions)).one()
    return DecisionCount(int(parties), int(people))


def list_undecided(
    session: ReadSession, event_id: uuid.UUID, wanted: DecisionFilter = EVERYBODY, *, limit: int = 200
) -> Sequence[DecisionRow]:
    """Return those who await a decision, who asked first at the top."""
    conditions = sa.and_(*_undecided(event_id), *_matching(event_id, wanted))
    return _rows(session, conditions, (Registration.created_at, Registration.id), limit)


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
        .order_by(few.c.waiting.desc(), Event.starts_at, Event.id)
        .limit(limit)
    )
    return [(event, count) for event, count in rows]


def undecided_ids(
    session: ReadSession, event_id: uuid.UUID, wanted: DecisionFilter, *, asked_until: datetime
) -> Sequence[uuid.UUID]:
    """Return who is meant by "all of these" on a page of `asked_until`: who asked later was not seen there.

    At most `MOST_AT_ONCE`, who asked first at the head.
    """
    conditions = (*_undecided(event_id), *_matching(event_id, wanted), Registration.created_at <= asked_until)
    order = (Registration.created_at, Registration.id)
    return session.scalars(sa.select(Registration.id).where(*conditions).order_by(*order).limit(MOST_AT_ONCE)).all()


def list_decided(
    session: ReadSession, event_id: uuid.UUID, wanted: DecisionFilter = EVERYBODY, *, limit: int = 100
) -> Sequence[DecisionRow]:
    """Return what was decided, the latest first; what a rule approved is among it."""
    decided = sa.and_(Registration.decided_at.is_not(None), *_matching(event_id, wanted))
    return _rows(session, decided, (Registration.decided_at.desc(), Registration.id), limit)


def _matching(event_id: uuid.UUID, wanted: DecisionFilter) -> list[sa.ColumnElement[bool]]:
    found = matching(event_id, wanted.text, (wanted.state,) if wanted.state else ())
    if wanted.rule == "staff":
        found.append(Registration.decided_by.not_like("rule:%"))
    elif wanted.rule:
        found.append(Registration.decided_by == f"rule:{wanted.rule}")
    domain = wanted.domain.strip().lstrip("@").casefold()
    if domain:
        address = sa.func.lower(Registration.email)
        endings = (address.endswith(f"{before}{domain}", autoescape=True) for before in "@.")
        found.append(sa.or_(*endings))
    if wanted.came_before is not None:
        there = came_before_elsewhere()
        found.append(there if wanted.came_before else ~there)
    if wanted.at_least is not None:
        found.append(Registration.party_size >= wanted.at_least)
    if wanted.at_most is not None:
        found.append(Registration.party_size <= wanted.at_most)
    return found


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
        sa.select(Registration, Slot.starts_at, invited, came_before_elsewhere())
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(wanted)
        .order_by(*order)
        .limit(limit)
    )
    return [DecisionRow(*row) for row in rows]


def can_be_undone(registration: Registration) -> bool:
    """Tell whether the decision about a registration can still be taken back."""
    return registration.decided_at is not None and (
        (registration.state is RegistrationState.DECLINED and registration.needs_approval)
        or (registration.state in ACTIVE_STATES and not registration.needs_approval)
    )
