"""From one person's scans to where they are and to the evidence that they came: read anew after every scan."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.models import (
    Attendance,
    Direction,
    DoorScan,
    Event,
    Evidence,
    Presence,
    Registration,
    ScanOutcome,
    Stage,
)
from events.storage import ReadSession, insert_unless_present, new_id

_ATTENDANCE: sa.Table = Attendance.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_PRESENCE: sa.Table = Presence.__table__  # type: ignore[assignment] # likewise

ADMITTING = (
    Stage.PUBLISHED,
    Stage.REGISTRATION_OPEN,
    Stage.REGISTRATION_CLOSED,
    Stage.LIVE,
    Stage.ENDED,
)
"""Stages in which somebody can be let in; *ended* too, because a device may have been offline until then."""
_MOVEMENTS = (ScanOutcome.COUNTED, ScanOutcome.REPEATED)


@dataclass(frozen=True, slots=True)
class Seen:
    """One movement of a person."""

    id: uuid.UUID
    direction: Direction
    at: datetime
    door: str
    by: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay: from coming in to going out. Either end may be unknown (None), never both."""

    registration_id: uuid.UUID
    person: int
    came_at: datetime | None
    left_at: datetime | None


def settle(
    session: Session, registration: Registration, person: int, *, scan_id: uuid.UUID | None, now: datetime
) -> Seen | None:
    """Bring presence and evidence in line with the person's scans.

    Returns the movement that makes `scan_id` a repeated one: the neighbour in time that went the same way. The caller
    holds the event's row, and commits.
    """
    moves = _movements(session, registration.id, person)
    _place(session, registration, person, moves, now=now)
    arrivals = [move for move in moves if move.direction is Direction.IN]
    departures = [move for move in moves if move.direction is Direction.OUT]
    _prove(session, registration, person, Evidence.DOOR, arrivals[0] if arrivals else None, now=now)
    _prove(session, registration, person, Evidence.EXIT, departures[-1] if departures else None, now=now)
    return _neighbour(moves, scan_id)


def visits(
    session: ReadSession, event_id: uuid.UUID, registration_ids: Collection[uuid.UUID] | None = None
) -> list[Visit]:
    """Return the stays that an event's doors saw (of all, or of some people), by registration and person, in order.

    What a person did twice in a row (in and in again) is one stay from the first; going out without having come in, or
    never going out, leaves that end open for the reader to close.
    """
    wanted = [DoorScan.event_id == event_id, DoorScan.outcome.in_(_MOVEMENTS), DoorScan.undone_at.is_(None)]
    if registration_ids is not None:
        wanted.append(DoorScan.registration_id.in_(registration_ids))
    rows = session.execute(
        sa.select(DoorScan.registration_id, DoorScan.person, DoorScan.direction, DoorScan.at)
        .where(*wanted)
        .order_by(DoorScan.registration_id, DoorScan.person, DoorScan.at, DoorScan.id)
    )
    people: dict[tuple[uuid.UUID, int], list[tuple[Direction, datetime]]] = {}
    for registration_id, person, direction, at in rows:
        if registration_id is not None:
            people.setdefault((registration_id, person), []).append((direction, at))
    return [
        Visit(registration_id, person, came_at, left_at)
        for (registration_id, person), moves in people.items()
        for came_at, left_at in _stays(moves)
    ]


def _stays(moves: Iterable[tuple[Direction, datetime]]) -> list[tuple[datetime | None, datetime | None]]:
    found: list[tuple[datetime | None, datetime | None]] = []
    came: datetime | None = None
    gone = False
    for direction, at in moves:
        if direction is Direction.IN:
            came, gone = came or at, False
        elif came is not None or not gone:
            found.append((came, at))
            came, gone = None, True
    return [*found, (came, None)] if came is not None else found


def _movements(session: Session, registration_id: uuid.UUID, person: int) -> Sequence[Seen]:
    rows = session.execute(
        sa.select(DoorScan.id, DoorScan.direction, DoorScan.at, DoorScan.door, DoorScan.by)
        .where(
            DoorScan.registration_id == registration_id,
            DoorScan.person == person,
            DoorScan.outcome.in_(_MOVEMENTS),
            DoorScan.undone_at.is_(None),
        )
        .order_by(DoorScan.at, DoorScan.id)
    )
    return [Seen(*row) for row in rows]


def _neighbour(moves: Sequence[Seen], scan_id: uuid.UUID | None) -> Seen | None:
    for before, after in pairwise(moves):
        if before.direction is not after.direction:
            continue
        if after.id == scan_id:
            # The first of the run is when the person came, whichever door has scanned them since.
            return _first_of_run(moves, before)
        if before.id == scan_id:
            return after
    return None


def _first_of_run(moves: Sequence[Seen], last: Seen) -> Seen:
    first = last
    for move in reversed(moves[: moves.index(last)]):
        if move.direction is not last.direction:
            break
        first = move
    return first


def _place(session: Session, registration: Registration, person: int, moves: Sequence[Seen], *, now: datetime) -> None:
    last = _first_of_run(moves, moves[-1]) if moves else None
    values: dict[str, Any] = {
        "came": last is not None,
        "inside": last is not None and last.direction is Direction.IN,
        "since": last.at if last else now,
        "door": last.door if last else "",
        "changed_at": now,
    }
    key = {"registration_id": registration.id, "person": person, "event_id": registration.event_id}
    if not insert_unless_present(session, _PRESENCE, key | values):
        session.execute(
            sa.update(_PRESENCE)
            .where(_PRESENCE.c.registration_id == registration.id, _PRESENCE.c.person == person)
            .values(values)
        )


def _prove(
    session: Session, registration: Registration, person: int, evidence: Evidence, seen: Seen | None, *, now: datetime
) -> None:
    """Have exactly one row of this evidence, with the right time, or none where nothing shows it (any more)."""
    of_person = (
        _ATTENDANCE.c.registration_id == registration.id,
        _ATTENDANCE.c.person == person,
        _ATTENDANCE.c.evidence == evidence,
    )
    if seen is None:
        session.execute(sa.delete(_ATTENDANCE).where(*of_person))
        return
    values: dict[str, Any] = {
        "id": new_id(),
        "event_id": registration.event_id,
        "registration_id": registration.id,
        "person": person,
        "evidence": evidence,
        "at": seen.at,
        "by": seen.by,
    }
    if not insert_unless_present(session, _ATTENDANCE, values):
        session.execute(sa.update(_ATTENDANCE).where(*of_person).values(at=seen.at, by=seen.by))
        return
    organiser_id = session.get_one(Event, registration.event_id).organiser_id
    fact = facts.AttendanceRecorded(
        organiser_id=organiser_id,
        event_id=registration.event_id,
        registration_id=registration.id,
        evidence=evidence.value,
    )
    outbox.record(session, fact, now=now, by=seen.by)
