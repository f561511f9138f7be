"""What an event came to, for the office: the names of the attendance list, the figures of the report. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.listing import video_id_of
from events.doors.door_reading import DoorCount, door_count
from events.models import (
    Attendance,
    Event,
    Evidence,
    PartyMember,
    Registration,
    RegistrationSource,
    RegistrationState,
    Slot,
)
from events.presence import attendance
from events.presence.door_evidence import visits
from events.registrations import desk, people_listing
from events.storage import ReadSession

MOST_INSTITUTIONS = 15
_SEEN_THERE = (Evidence.DOOR, Evidence.EXIT, Evidence.STAFF)


@dataclass(frozen=True, slots=True)
class Attendee:
    """One line of the attendance list: one person of a party."""

    name: str
    """Empty for one of a party whose name was not asked."""
    party_of: str
    """Whose party, for all but the contact."""
    institution: str
    phone: str
    slot_starts_at: datetime | None
    came_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReport:
    """An event in figures. People are counted, unless it says registrations."""

    event: Event
    speakers: Sequence[desk.ParticipationRow]
    by_state: Mapping[RegistrationState, tuple[int, int]]
    """Registrations and people in each state."""
    by_institution: Sequence[tuple[str, int]]
    """The largest; the rest is the last one, without a name."""
    by_locale: Mapping[str, int]
    by_source: Mapping[RegistrationSource, int]
    by_evidence: Mapping[Evidence, int]
    confirmed: int
    """Registrations with a confirmed place, walk-ins too."""
    attended: int
    """Those of them that meet the event's rule."""
    door: DoorCount
    minutes: int | None
    """How long a visit took in the middle (median), where both ends are known."""
    waited: int
    """Registrations that were on the waitlist at some time."""
    video_id: str | None

    @property
    def no_show_percent(self) -> int | None:
        """How many of a hundred confirmed registrations did not attend; None where there is none."""
        return round(100 * (self.confirmed - self.attended) / self.confirmed) if self.confirmed else None


def attendees(session: ReadSession, event_id: uuid.UUID) -> Iterator[Attendee]:
    """Yield everybody with a confirmed place by name, each party together; three queries."""
    rows = session.execute(
        sa.select(Registration, Slot.starts_at)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
        .order_by(Slot.starts_at, sa.func.lower(Registration.name), Registration.id)
    ).all()
    others = {
        (registration_id, person): name
        for registration_id, person, name in session.execute(
            sa.select(PartyMember.registration_id, PartyMember.person, PartyMember.name)
            .join(Registration, Registration.id == PartyMember.registration_id)
            .where(Registration.event_id == event_id)
        )
    }
    seen = _seen(session, event_id)
    for registration, starts_at in rows:
        for person in range(registration.party_size):
            came_at, left_at = seen.get((registration.id, person), (None, None))
            yield Attendee(
                name=others.get((registration.id, person), "") if person else registration.name,
                party_of=registration.name if person else "",
                institution=registration.institution or "",
                phone="" if person else mask(registration.phone),
                slot_starts_at=starts_at,
                came_at=came_at,
                left_at=left_at,
            )


def mask(phone: str | None) -> str:
    """Return a number as a list on a table may show it: ``0812••••7890`` for +6281234567890."""
    if not phone:
        return ""
    local = "0" + phone[3:] if phone.startswith("+62") else phone
    return f"{local[:4]}••••{local[-4:]}" if len(local) >= 10 else "••••" + local[-2:]


def _seen(
    session: ReadSession, event_id: uuid.UUID
) -> dict[tuple[uuid.UUID, int], tuple[datetime | None, datetime | None]]:
    found: dict[tuple[uuid.UUID, int], tuple[datetime | None, datetime | None]] = {}
    rows = session.execute(
        sa.select(Attendance.registration_id, Attendance.person, Attendance.evidence, Attendance.at)
        .where(Attendance.event_id == event_id, Attendance.evidence.in_(_SEEN_THERE))
        .order_by(Attendance.at, Attendance.id)
    )
    for registration_id, person, evidence, at in rows:
        came_at, left_at = found.get((registration_id, person), (None, None))
        if evidence is Evidence.EXIT:
            left_at = at
        else:
            came_at = came_at or at
        found[registration_id, person] = (came_at, left_at)
    return found


def activity(session: ReadSession, event: Event) -> ActivityReport:
    """Return the figures of one event."""
    mine = Registration.event_id == event.id
    people = sa.func.sum(Registration.party_size)
    states = session.execute(
        sa.select(Registration.state, sa.func.count(), people).where(mine).group_by(Registration.state)
    )
    by_state = {state: (count, int(heads)) for state, count, heads in states}
    here = sa.and_(mine, Registration.state == RegistrationState.CONFIRMED)
    locales = session.execute(sa.select(Registration.locale, people).where(here).group_by(Registration.locale))
    sources = session.execute(sa.select(Registration.source, people).where(here).group_by(Registration.source))
    counted = people_listing.count_attendance(session, event)
    waited = session.scalar(sa.select(sa.func.count()).where(mine, Registration.waiting_since.is_not(None)))
    return ActivityReport(
        event=event,
        speakers=[row for row in desk.list_participations(session, event.id) if row.participation.withdrawn_at is None],
        by_state=by_state,
        by_institution=_institutions(session, here),
        by_locale={locale: int(count) for locale, count in locales},
        by_source={source: int(count) for source, count in sources},
        by_evidence=counted.by_evidence,
        confirmed=by_state.get(RegistrationState.CONFIRMED, (0, 0))[0],
        attended=len(attendance.attended(session, event)),
        door=door_count(session, event.id),
        minutes=_median_minutes(session, event.id),
        waited=int(waited or 0),
        video_id=video_id_of(session, event.id),
    )


def _institutions(session: ReadSession, here: sa.ColumnElement[bool]) -> list[tuple[str, int]]:
    people = sa.func.sum(Registration.party_size)
    named = session.execute(
        sa.select(Registration.institution, people)
        .where(here, Registration.institution.is_not(None))
        .group_by(Registration.institution)
        .order_by(people.desc(), Registration.institution)
    ).all()
    found = [(str(name), int(count)) for name, count in named[:MOST_INSTITUTIONS]]
    rest = sum(int(count) for _, count in named[MOST_INSTITUTIONS:])
    return [*found, ("", rest)] if rest else found


def _median_minutes(session: ReadSession, event_id: uuid.UUID) -> int | None:
    stays = sorted(
        (visit.left_at - visit.came_at).total_seconds()
        for visit in visits(session, event_id)
        if visit.came_at is not None and visit.left_at is not None
    )
    return round(stays[len(stays) // 2] / 60) if stays else None
