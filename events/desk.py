"""What the staff's desk shows: lists of events and registrations, counts of who came. Reads only.

Callers decide who may look (`owners` None: every organiser). Every list is paged and takes the same few queries
however long it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from events import attendance
from events.errors import NotFound
from events.models import (
    Attendance,
    Event,
    EventKind,
    Evidence,
    Participation,
    Partner,
    PartyMember,
    PoolPurpose,
    ProgrammeItem,
    Recording,
    RecordingState,
    Registration,
    RegistrationState,
    SeatPool,
    Slot,
    Stage,
)
from events.ownership import Owners, owned_by
from events.people_search import contains, matching
from events.storage import JSON, LOCALES, ReadSession

PER_PAGE = 50
PAGES_AHEAD = 10
"""How far a list is counted beyond the page that is looked at: a page costs the same after ten years."""
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[_Row]):
    """One page of a longer list; `total` counts all of it, `number` begins at 1.

    With `at_least` the list goes on beyond `total`: counting ends `PAGES_AHEAD` pages after this one.
    """

    rows: Sequence[_Row]
    total: int
    number: int = 1
    size: int = PER_PAGE
    at_least: bool = False

    @property
    def last(self) -> int:
        """Return the number of the last page."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class SeatCount:
    """An event's seats over all its pools; `capacity` is None where one of them is unlimited."""

    capacity: int | None = None
    taken: int = 0
    waiting: int = 0
    overbooking: int = 0
    """How many more than there are may be given out, because some do not come (`events.no_shows`)."""


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
        .order_by(Slot.starts_at)
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
@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """One registration as lists show it."""

    registration: Registration
    slot_starts_at: datetime | None
    evidence: tuple[Evidence, ...] = ()
    others: tuple[str, ...] = ()
    """Names of the others of the party, in lists that need them."""


def search_registrations(
    session: ReadSession,
    event_id: uuid.UUID,
    *,
    text: str = "",
    states: Sequence[RegistrationState] = (),
    by_name: bool = False,
    page: int = 1,
    size: int = PER_PAGE,
) -> Paged[RegistrationRow]:
    """Return registrations of an event, newest first or by name, each with the evidence of attendance.

    `text` looks in name, e-mail address, institution and phone, the latter however it is written (0812… or +62 812…).
    """
    wanted = matching(event_id, text, states)
    total = session.scalar(sa.select(sa.func.count()).select_from(Registration).where(*wanted)) or 0
    order = (sa.func.lower(Registration.name), Registration.id) if by_name else (Registration.id.desc(),)
    rows = session.execute(
        sa.select(Registration, Slot.starts_at)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(*wanted)
        .order_by(*order)
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    evidence = _evidence_of(session, [registration.id for registration, _ in rows])
    found = [
        RegistrationRow(registration, starts_at, evidence.get(registration.id, ())) for registration, starts_at in rows
    ]
    return Paged(found, total, page, size)


def iterate_registrations(session: ReadSession, event_id: uuid.UUID) -> Iterator[RegistrationRow]:
    """Yield every registration of an event, oldest first, a few hundred in memory at a time."""
    after: uuid.UUID | None = None
    while True:
        wanted = [Registration.event_id == event_id]
        if after is not None:
            wanted.append(Registration.id > after)
        rows = session.execute(
            sa.select(Registration, Slot.starts_at)
            .outerjoin(Slot, Slot.id == Registration.slot_id)
            .where(*wanted)
            .order_by(Registration.id)
            .limit(500)
        ).all()
        if not rows:
            return
        ids = [registration.id for registration, _ in rows]
        evidence, others = _evidence_of(session, ids), _others_of(session, ids)
        for each, starts_at in rows:
            yield RegistrationRow(each, starts_at, evidence.get(each.id, ()), others.get(each.id, ()))
        after = rows[-1][0].id


def count_registrations(session: ReadSession, event_id: uuid.UUID) -> Mapping[RegistrationState, int]:
    """Return how many registrations are in each state; states without any are left out."""
    rows = session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.state)
    )
    return dict((state, count) for state, count in rows)  # noqa: C402 - rows are typed, dict(rows) is not


def event_of_registration(session: ReadSession, registration_id: uuid.UUID) -> uuid.UUID | None:
    """Return the event that a registration belongs to."""
    found: uuid.UUID | None = session.scalar(sa.select(Registration.event_id).where(Registration.id == registration_id))
    return found


def count_told(session: ReadSession, event_id: uuid.UUID) -> tuple[int, int]:
    """Return how many people (registrations that count) and partners hear of a change of the event."""
    people = session.scalar(
        sa.select(sa.func.count()).where(
            Registration.event_id == event_id,
            Registration.state.in_(
                (
                    RegistrationState.PENDING,
                    RegistrationState.CONFIRMED,
                    RegistrationState.OFFERED,
                    RegistrationState.WAITLISTED,
                )
            ),
        )
    )
    partners = session.scalar(
        sa.select(sa.func.count()).where(Participation.event_id == event_id, Participation.withdrawn_at.is_(None))
    )
    return int(people or 0), int(partners or 0)


# ---------------------------------------------------------------- attendance
@dataclass(frozen=True, slots=True)
class AttendanceCount:
    """Who came: registrations with a seat, those that meet the event's rule, and how each is known."""

    expected: int
    attended: int
    by_evidence: Mapping[Evidence, int] = field(default_factory=dict[Evidence, int])


def count_attendance(session: ReadSession, event: Event) -> AttendanceCount:
    """Return the counts of one event."""
    expected = session.scalar(
        sa.select(sa.func.count()).where(
            Registration.event_id == event.id, Registration.state == RegistrationState.CONFIRMED
        )
    )
    rows = session.execute(
        sa.select(Attendance.evidence, sa.func.count())
        .where(Attendance.event_id == event.id)
        .group_by(Attendance.evidence)
    )
    by_evidence = {evidence: count for evidence, count in rows}  # noqa: C416 - rows are typed, dict(rows) is not
    return AttendanceCount(int(expected or 0), len(attendance.attended(session, event)), by_evidence)


def _evidence_of(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[Evidence, ...]]:
    found: dict[uuid.UUID, tuple[Evidence, ...]] = {}
    if not ids:
        return found
    rows = session.execute(
        sa.select(Attendance.registration_id, Attendance.evidence)
        .where(Attendance.registration_id.in_(ids))
        .order_by(Attendance.at)
    )
    for registration_id, evidence in rows:
        found[registration_id] = (*found.get(registration_id, ()), evidence)
    return found


def _others_of(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    rows = session.execute(
        sa.select(PartyMember.registration_id, PartyMember.name)
        .where(PartyMember.registration_id.in_(ids))
        .order_by(PartyMember.registration_id, PartyMember.person)
    )
    for registration_id, name in rows:
        found[registration_id] = (*found.get(registration_id, ()), name)
    return found


def find_registration(session: ReadSession, event_id: uuid.UUID, registration_id: uuid.UUID) -> Registration:
    """Return a registration of this event. Raises `NotFound`, also for one of another event."""
    found = session.get(Registration, registration_id)
    if found is None or found.event_id != event_id:
        raise NotFound
    return found
