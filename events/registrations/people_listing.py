"""Who is registered for an event and who came: lists, searches and counts for staff. Reads only.

Callers decide who may look. Every list takes the same few queries however long it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Attendance, Event, Evidence, Participation, PartyMember, Registration, RegistrationState, Slot
from events.paging import PER_PAGE, Paged
from events.presence import attendance, stays
from events.seating.people_search import matching
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """One registration as lists show it."""

    registration: Registration
    slot_starts_at: datetime | None
    evidence: tuple[Evidence, ...] = ()
    others: tuple[str, ...] = ()
    """Names of the others of the party, in lists that need them."""
    minutes: int = 0
    """For how many minutes of the event they were seen there."""


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
    minutes = _minutes_of(session, event_id, evidence)
    found = [
        RegistrationRow(each, starts_at, evidence.get(each.id, ()), minutes=minutes.get(each.id, 0))
        for each, starts_at in rows
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
        minutes = _minutes_of(session, event_id, evidence)
        for each, starts_at in rows:
            key = each.id
            yield RegistrationRow(
                each, starts_at, evidence.get(key, ()), others.get(key, ()), minutes=minutes.get(key, 0)
            )
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
        .order_by(Attendance.at, Attendance.id)
    )
    for registration_id, evidence in rows:
        found[registration_id] = (*found.get(registration_id, ()), evidence)
    return found


def _minutes_of(session: ReadSession, event_id: uuid.UUID, seen: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return for how many minutes each of those were there who were seen; of nobody seen, without a query."""
    event = session.get(Event, event_id) if seen else None
    if event is None:
        return {}
    return {key: time.minutes for key, time in stays.times(session, event, list(seen)).items()}


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
