"""What the staff's desk shows: lists of events, of what belongs to them and of how full they are. Reads only.

Callers decide who may look (`owners` None: every organiser). Every list is paged and takes the same few queries
however long it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from events.errors import NotFound
from events.models import (
    Event,
    EventKind,
    Participation,
    Partner,
    PoolPurpose,
    ProgrammeItem,
    Recording,
    RecordingState,
    SeatPool,
    Slot,
    Stage,
)
from events.ownership import Owners, owned_by
from events.paging import PAGES_AHEAD, PER_PAGE, Paged
from events.seating.people_search import contains
from events.storage import JSON, LOCALES, ReadSession


@dataclass(frozen=True, slots=True)
class SeatCount:
    """An event's seats over all its pools; `capacity` is None where one of them is unlimited."""

    capacity: int | None = None
    taken: int = 0
    waiting: int = 0
    overbooking: int = 0
    """How many more than there are may be given out, because some do not come (`events.seating.no_shows`)."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as lists show it."""

    event: Event
    seats: SeatCount


def find_event(session: ReadSession, event_id: uuid.UUID) -> Event:
    """Return the event. Raises `NotFound`."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    return event


def list_events(
    session: ReadSession,
    *,
    owners: Owners = None,
    stages: Sequence[Stage] = (),
    kind: EventKind | None = None,
    text: str = "",
    newest_first: bool = False,
    page: int = 1,
    size: int = PER_PAGE,
) -> Paged[EventRow]:
    """Return events by their start; `text` looks in both titles."""
    wanted: list[sa.ColumnElement[bool]] = [owned_by(Event.organiser_id, owners)]
    if stages:
        wanted.append(Event.stage.in_(stages))
    if kind is not None:
        wanted.append(Event.kind == kind)
    if text.strip():
        titles = sa.type_coerce(Event.title, JSON)
        wanted.append(sa.or_(*(contains(titles[locale].as_string(), text) for locale in LOCALES)))
    enough = (page + PAGES_AHEAD) * size
    counted = sa.select(Event.id).where(*wanted).limit(enough).subquery()
    total = session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    order = (Event.starts_at.desc(), Event.id.desc()) if newest_first else (Event.starts_at, Event.id)
    events = session.scalars(
        sa.select(Event).where(*wanted).order_by(*order).offset((page - 1) * size).limit(size)
    ).all()
    seats = count_seats(session, [event.id for event in events])
    return Paged(
        [EventRow(event, seats.get(event.id, SeatCount())) for event in events], total, page, size, total == enough
    )


def count_seats(session: ReadSession, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, SeatCount]:
    """Return the seats of each event."""
    rows = session.execute(
        sa.select(
            SeatPool.event_id,
            sa.func.sum(SeatPool.capacity),
            sa.func.count().filter(SeatPool.capacity.is_(None)),
            sa.func.sum(SeatPool.taken),
            sa.func.sum(SeatPool.waiting),
            sa.func.sum(SeatPool.overbooking),
        )
        .where(SeatPool.event_id.in_(event_ids), SeatPool.purpose != PoolPurpose.CHOICE)
        .group_by(SeatPool.event_id)
    )
    return {
        event_id: SeatCount(
            None if unlimited else int(capacity or 0), int(taken or 0), int(waiting or 0), int(over or 0)
        )
        for event_id, capacity, unlimited, taken, waiting, over in rows
    }


# ---------------------------------------------------------------- one event's parts
@dataclass(frozen=True, slots=True)
class SlotRow:
    """One visiting time and its seats."""

    slot: Slot
    pool: SeatPool


def list_slots(session: ReadSession, event_id: uuid.UUID) -> Sequence[SlotRow]:
    """Return the visiting times of an exhibition, earliest first."""
    rows = session.execute(
        sa.select(Slot, SeatPool)
        .join(SeatPool, SeatPool.id == Slot.pool_id)
        .where(Slot.event_id == event_id)
        .order_by(Slot.starts_at, Slot.id)
    )
    return [SlotRow(slot, pool) for slot, pool in rows]


def main_pools(session: ReadSession, event_id: uuid.UUID) -> Sequence[SeatPool]:
    """Return the pools that seats come from, without those of choices, in the order in which they were made."""
    found: Sequence[SeatPool] = session.scalars(
        sa.select(SeatPool)
        .where(SeatPool.event_id == event_id, SeatPool.purpose != PoolPurpose.CHOICE)
        .order_by(SeatPool.id)
    ).all()
    return found


def webinar_pool(session: ReadSession, event_id: uuid.UUID) -> SeatPool | None:
    """Return the seats that belong to the event as a whole, not to one of its visiting times."""
    found: SeatPool | None = session.scalar(
        sa.select(SeatPool).where(SeatPool.event_id == event_id, SeatPool.purpose == PoolPurpose.EVENT)
    )
    return found


def list_programme(session: ReadSession, event_id: uuid.UUID) -> Sequence[ProgrammeItem]:
    """Return the programme, earliest first."""
    return session.scalars(
        sa.select(ProgrammeItem)
        .where(ProgrammeItem.event_id == event_id)
        .order_by(ProgrammeItem.starts_at, ProgrammeItem.id)
    ).all()


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """A partner and their part in the event."""

    participation: Participation
    partner: Partner


def list_participations(session: ReadSession, event_id: uuid.UUID) -> Sequence[ParticipationRow]:
    """Return who takes part, those who were taken off last."""
    rows = session.execute(
        sa.select(Participation, Partner)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(Participation.event_id == event_id)
        .order_by(Participation.withdrawn_at.is_not(None), Participation.position, Partner.name)
    )
    return [ParticipationRow(participation, partner) for participation, partner in rows]


def list_partners(session: ReadSession, organiser_id: uuid.UUID, *, limit: int = 500) -> Sequence[Partner]:
    """Return the organiser's partners by name."""
    return session.scalars(
        sa.select(Partner).where(Partner.organiser_id == organiser_id).order_by(Partner.name, Partner.id).limit(limit)
    ).all()


def event_of_participation(session: ReadSession, participation_id: uuid.UUID) -> uuid.UUID | None:
    """Return the event that a participation belongs to."""
    found: uuid.UUID | None = session.scalar(
        sa.select(Participation.event_id).where(Participation.id == participation_id)
    )
    return found


def list_recordings(session: ReadSession, event_id: uuid.UUID) -> Sequence[Recording]:
    """Return the event's recordings that were not removed, newest first."""
    statement = (
        sa.select(Recording)
        .where(Recording.event_id == event_id, Recording.state != RecordingState.REMOVED)
        .order_by(Recording.id.desc())
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).all()


def current_recording(session: ReadSession, event_id: uuid.UUID) -> Recording | None:
    """Return the latest of them."""
    return next(iter(list_recordings(session, event_id)), None)


# ---------------------------------------------------------------- registrations


# ---------------------------------------------------------------- attendance
