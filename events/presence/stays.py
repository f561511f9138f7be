"""How long people were there: stays that a page, the doors or a meeting's report saw, added up for each person.

What a page saw is kept here as it grows, because nobody tells when a browser is closed: a page says every minute that
it is still open, and what was silent for longer than `GAP` was away. Stays at a door are read from its scans.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Event, Registration, Slot, Stay, StaySource
from events.presence import door_evidence
from events.storage import ReadSession

BEAT = timedelta(minutes=1)
"""How often an open page says so."""
GAP = timedelta(minutes=3)
"""A page that was silent for longer was not there meanwhile: browsers hold back pages that nobody looks at."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Time:
    """How long one registration's people were there, and how long there was something to be at."""

    minutes: int
    of: int

    @property
    def share(self) -> int:
        """Return the percentage of the time, rounded down."""
        return 100 * self.minutes // self.of if self.of else 0


NO_TIME = Time(0, 0)


def note_open_page(session: Session, registration_id: uuid.UUID, event_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a person's page of the meeting is open: prolong the stay that goes on, or begin one.

    Two devices of one person prolong the same. The caller has looked whether the event takes place, and commits.
    """
    prolonged = session.execute(
        sa.update(Stay)
        .where(
            Stay.registration_id == registration_id,
            Stay.source == StaySource.PAGE,
            Stay.from_at <= now,
            Stay.until_at >= now - GAP,
        )
        .values(until_at=sa.case((Stay.until_at > now, Stay.until_at), else_=now))
    )
    if not prolonged.rowcount:  # type: ignore[attr-defined] # what UPDATE returns counts rows
        session.add(
            Stay(
                event_id=event_id,
                registration_id=registration_id,
                source=StaySource.PAGE,
                from_at=now,
                until_at=now,
            )
        )


def times(
    session: ReadSession, event: Event, registration_ids: Collection[uuid.UUID] | None = None
) -> Mapping[uuid.UUID, Time]:
    """Return for how many minutes each registration was seen there, of those who were; of all, or of some of them.

    Only the time of the event counts (of the visit, where people chose one), and a minute that two sources saw counts
    once. Of a party counts who stayed longest. Who was let in and never scanned out stayed until the end.
    """
    whole = (event.starts_at, event.ended_at or event.ends_at)
    visits = _visiting_times(session, event, registration_ids)
    found: dict[tuple[uuid.UUID, int], list[Span]] = {}
    for registration_id, person, began, ended in _seen(session, event, registration_ids):
        opens, closes = visits.get(registration_id, whole)
        span = max(began or opens, opens), min(ended or closes, closes)
        if span[0] < span[1]:
            found.setdefault((registration_id, person), []).append(span)
    longest: dict[uuid.UUID, timedelta] = {}
    for (registration_id, _), spans in found.items():
        longest[registration_id] = max(longest.get(registration_id, timedelta()), _together(spans))
    return {
        registration_id: Time(_minutes(stayed), _minutes(_length(visits.get(registration_id, whole))))
        for registration_id, stayed in longest.items()
    }


def _seen(
    session: ReadSession, event: Event, registration_ids: Collection[uuid.UUID] | None
) -> Iterable[tuple[uuid.UUID, int, datetime | None, datetime | None]]:
    wanted = [Stay.event_id == event.id]
    if registration_ids is not None:
        wanted.append(Stay.registration_id.in_(registration_ids))
    for row in session.execute(
        sa.select(Stay.registration_id, Stay.person, Stay.from_at, Stay.until_at).where(*wanted)
    ):
        yield row.registration_id, row.person, row.from_at, row.until_at
    for visit in door_evidence.visits(session, event.id, registration_ids):
        yield visit.registration_id, visit.person, visit.came_at, visit.left_at


def _visiting_times(
    session: ReadSession, event: Event, registration_ids: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, Span]:
    wanted = [Registration.event_id == event.id]
    if registration_ids is not None:
        wanted.append(Registration.id.in_(registration_ids))
    rows = session.execute(
        sa.select(Registration.id, Slot.starts_at, Slot.ends_at)
        .join(Slot, Slot.id == Registration.slot_id)
        .where(*wanted)
    )
    return {registration_id: (starts_at, ends_at) for registration_id, starts_at, ends_at in rows}


def _together(spans: Iterable[Span]) -> timedelta:
    """Return how long the spans last together, what they share counted once."""
    whole = timedelta()
    seen_until: datetime | None = None
    for began, ended in sorted(spans):
        start = began if seen_until is None else max(began, seen_until)
        if ended > start:
            whole += ended - start
            seen_until = ended
    return whole


def _length(span: Span) -> timedelta:
    return span[1] - span[0]


def _minutes(duration: timedelta) -> int:
    return int(duration.total_seconds() // 60)
