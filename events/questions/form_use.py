"""How a form is used: who has answered it, what its choices have given out, and whose form could be taken over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import ACTIVE_STATES, Event, PoolPurpose, Registration, SeatPool, Stage
from events.questions import forms
from events.questions.form_rules import CHOICE_LENGTH, faults_of_places
from events.seating import seats
from events.storage import LocalizedText, ReadSession

MOST_SOURCES = 50


@dataclass(frozen=True, slots=True)
class FormUse:
    """Who answered: registrations that count and were asked something, and the pools that choices draw from."""

    answered: int
    registered: int
    pools: Mapping[uuid.UUID, SeatPool]


def use_of(session: ReadSession, event_id: uuid.UUID) -> FormUse:
    """Return how an event's form is used. Two queries."""
    answered, registered = session.execute(
        sa.select(
            sa.func.count().filter(Registration.form_revision > 0),
            sa.func.count(),
        ).where(Registration.event_id == event_id, Registration.state.in_(ACTIVE_STATES))
    ).one()
    return FormUse(int(answered), int(registered), forms.places(session, event_id))


@dataclass(frozen=True, slots=True)
class Source:
    """An event whose form could be copied."""

    event_id: uuid.UUID
    title: LocalizedText
    starts_at: datetime


def sources(session: ReadSession, organiser_id: uuid.UUID, event_id: uuid.UUID) -> Sequence[Source]:
    """Return the organiser's other events that ask questions of their own, the latest first."""
    rows = session.execute(
        sa.select(Event.id, Event.title, Event.starts_at)
        .where(Event.organiser_id == organiser_id, Event.id != event_id, Event.form_revision > 0)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_SOURCES)
    )
    return [Source(key, title, starts_at) for key, title, starts_at in rows]


def open_shared_places(
    session: Session, event_id: uuid.UUID, *, label: LocalizedText, capacity: int, now: datetime, by: str
) -> uuid.UUID:
    """Make places that several choices can share, for example seats in one bus, and return the pool's id.

    Raises `NotFound`, `Invalid`, or `Conflict` once the event is over. The caller commits.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    if event.stage in (Stage.CANCELLED, Stage.ENDED, Stage.ARCHIVED):
        raise Conflict(N_("This event is over."))
    errors = list(faults_of_places("capacity", capacity))
    if not label:
        errors.append(FieldError("label_id", "missing", N_("Please fill this in.")))
    if len(label.id) > CHOICE_LENGTH or len(label.en) > CHOICE_LENGTH:
        message = N_("At most %(limit)s characters, please.")
        errors.append(FieldError("label_id", "too_long", message, {"limit": CHOICE_LENGTH}))
    if errors:
        raise Invalid(errors)
    pool_id = seats.open_pool(
        session,
        event_id,
        capacity=capacity,
        purpose=PoolPurpose.CHOICE,
        label=label,
        open_=event.stage in (Stage.REGISTRATION_OPEN, Stage.LIVE),
    )
    fact = facts.CapacityChanged(organiser_id=event.organiser_id, event_id=event_id, pool_id=pool_id, capacity=capacity)
    outbox.record(session, fact, now=now, by=by)
    return pool_id
