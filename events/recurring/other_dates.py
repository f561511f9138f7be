"""The read side of exchanging: what a date of a series could be exchanged for, and what it was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.listing import Card, cards
from events.models import ACTIVE_STATES, Event, Organiser, Registration, RegistrationState, Stage
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """Another registration of the same person, for another date."""

    id: uuid.UUID
    link_version: int
    state: RegistrationState
    starts_at: datetime
    ends_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a place has been, or shall be, exchanged for (`following`), and what it replaces (`before`)."""

    before: OtherPlace | None = None
    following: OtherPlace | None = None


NO_EXCHANGE = Exchange()


def other_dates(session: ReadSession, registration_id: uuid.UUID, *, now: datetime) -> tuple[Card, ...]:
    """Return the dates of the same series that take registrations and that the person has not, the soonest first."""
    own = session.get(Registration, registration_id)
    event = session.get(Event, own.event_id) if own is not None else None
    if own is None or event is None or event.series_id is None:
        return ()
    held = sa.select(Registration.event_id).where(
        Registration.person_key == own.person_key, Registration.state.in_(ACTIVE_STATES)
    )
    statement = (
        sa.select(Event, Organiser)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(
            Event.series_id == event.series_id,
            Event.stage == Stage.REGISTRATION_OPEN,
            Event.starts_at > now,
            Event.id.not_in(held),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return cards(session, statement)


def exchange_of(session: ReadSession, registration_id: uuid.UUID) -> Exchange:
    """Return what a place has to do with others of its person. One query."""
    replaced = sa.select(Registration.replaces_id).where(Registration.id == registration_id).scalar_subquery()
    rows = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(
            sa.or_(
                Registration.id == replaced,
                sa.and_(Registration.replaces_id == registration_id, Registration.state.in_(ACTIVE_STATES)),
            )
        )
    )
    found = {held.replaces_id == registration_id: _place(held, event) for held, event in rows}
    return Exchange(found.get(False), found.get(True))


def _place(held: Registration, event: Event) -> OtherPlace:
    return OtherPlace(held.id, held.link_version, held.state, event.starts_at, event.ends_at, event.timezone)
