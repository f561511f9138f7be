"""The staff's read side of an event: the row itself and what hangs on it, in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import (
    Event,
    Organiser,
    Partner,
    ProgrammeItem,
    Recording,
    SeatPool,
    Stage,
)
from events.ownership import Owners, owned_by
from events.registrations import desk
from events.registrations.desk import ParticipationRow, SlotRow
from events.storage import ReadSession, UtcDateTime


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event with everything that staff wrote about it."""

    event: Event
    pool: SeatPool | None
    """The event's own seats; None for an exhibition, whose seats belong to its slots."""
    slots: Sequence[SlotRow]
    programme: Sequence[ProgrammeItem]
    participations: Sequence[ParticipationRow]
    recordings: Sequence[Recording]


def event_record(session: ReadSession, event_id: uuid.UUID) -> EventRecord:
    """Return the event with all its parts, six queries. Raises `NotFound`."""
    event = session.scalar(sa.select(Event).where(Event.id == event_id).execution_options(populate_existing=True))
    if event is None:
        raise NotFound
    return EventRecord(
        event=event,
        pool=desk.webinar_pool(session, event_id),
        slots=desk.list_slots(session, event_id),
        programme=desk.list_programme(session, event_id),
        participations=desk.list_participations(session, event_id),
        recordings=desk.list_recordings(session, event_id),
    )


def event_page(
    session: ReadSession,
    *,
    owners: Owners,
    limit: int,
    stage: Stage | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
) -> Sequence[Event]:
    """Return up to `limit` events of `owners`, the latest start first, drafts too.

    `after` is the start and id of the last event of the page before.
    """
    statement = (
        sa.select(Event)
        .where(owned_by(Event.organiser_id, owners))
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(limit)
    )
    if stage is not None:
        statement = statement.where(Event.stage == stage)
    if after is not None:
        statement = statement.where(
            sa.tuple_(Event.starts_at, Event.id)
            < sa.tuple_(sa.literal(after[0], UtcDateTime()), sa.literal(after[1], sa.Uuid()))
        )
    return session.scalars(statement).all()


def organisers(session: ReadSession, owners: Owners) -> Sequence[Organiser]:
    """Return these organisers, or all of them (None), oldest first."""
    statement = sa.select(Organiser).where(owned_by(Organiser.id, owners))
    return session.scalars(statement.order_by(Organiser.created_at, Organiser.id)).all()


def organiser(session: ReadSession, organiser_id: uuid.UUID) -> Organiser:
    """Return one organiser. Raises `NotFound`."""
    found = session.get(Organiser, organiser_id)
    if found is None:
        raise NotFound
    return found


def partner_page(
    session: ReadSession, owners: Owners, *, limit: int, after: tuple[str, uuid.UUID] | None = None
) -> Sequence[Partner]:
    """Return up to `limit` partners of `owners` by name; `after` is the last one's name and id."""
    wanted = owned_by(Partner.organiser_id, owners)
    statement = sa.select(Partner).where(wanted).order_by(Partner.name, Partner.id).limit(limit)
    if after is not None:
        statement = statement.where(
            sa.tuple_(Partner.name, Partner.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1], sa.Uuid()))
        )
    return session.scalars(statement).all()


def recent_events(session: ReadSession, organiser_id: uuid.UUID, *, limit: int = 20) -> Sequence[Event]:
    """Return an organiser's events, the latest first: to choose one of."""
    statement = sa.select(Event).where(Event.organiser_id == organiser_id)
    return session.scalars(statement.order_by(Event.starts_at.desc(), Event.id).limit(limit)).all()
