"""What a rule of attendance comes to with what was seen so far: tried out before it decides who gets a certificate."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from events.models import Attendance, Event, Evidence, Registration, RegistrationState
from events.presence import stays
from events.presence.attendance import AttendanceRule
from events.presence.stays import NO_TIME, Time
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of one person who was seen, and whether it is enough."""

    registration_id: uuid.UUID
    name: str
    evidence: tuple[Evidence, ...]
    time: Time
    enough: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many have a place, and who of them was seen: who would not have attended first, nearest to enough first."""

    expected: int
    seen: Sequence[Tried]

    @property
    def attended(self) -> int:
        """Return how many would have attended."""
        return sum(each.enough for each in self.seen)


def try_rule(session: ReadSession, event: Event, rule: AttendanceRule) -> Outlook:
    """Return what `rule` would come to at `event`. Three queries; nothing is changed."""
    confirmed = (Registration.event_id == event.id, Registration.state == RegistrationState.CONFIRMED)
    expected = session.scalar(sa.select(sa.func.count()).where(*confirmed))
    rows = session.execute(
        sa.select(Registration.id, Registration.name, Attendance.evidence)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(*confirmed)
        .order_by(Attendance.at, Attendance.id)
    )
    names: dict[uuid.UUID, str] = {}
    evidence: dict[uuid.UUID, dict[Evidence, None]] = {}
    for registration_id, name, kind in rows:
        names[registration_id] = name
        evidence.setdefault(registration_id, {})[kind] = None
    times = stays.times(session, event)
    seen = [
        Tried(key, names[key], tuple(kinds), time, rule.met_by(kinds, time))
        for key, kinds in evidence.items()
        for time in [times.get(key, NO_TIME)]
    ]
    seen.sort(key=lambda each: (each.enough, -each.time.minutes, -len(each.evidence), each.name, each.registration_id))
    return Outlook(int(expected or 0), seen)
