"""Reports of meetings and the people of an event: who is certainly who, who may be, and what somebody said of it.

An address that somebody registered with is certain. A name never is: the nearest people are offered, and a person
chooses among them. What a report says of several rows that are one person is joined, never added twice.
"""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from events.errors import N_, Conflict, FieldError, Invalid
from events.models import AttendanceReport, Event, Organiser, PartyMember, Registration, RegistrationState
from events.presence import meeting_reports
from events.presence.meeting_reports import NOBODY, Counted
from events.storage import ReadSession, Session
from service.importing.meeting_reports import Person, Report, Row, Understood, understand
from service.importing.meeting_times import DayOrder
from service.importing.names import Names

ZONES = (
    "Asia/Jakarta",
    "Asia/Makassar",
    "Asia/Jayapura",
    "UTC",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Asia/Riyadh",
    "Europe/Amsterdam",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
)
"""Where hosts' accounts are set to be: Indonesia's zones, and what programs begin with."""
_SAME = 100
_APART = 5


class Moved(Conflict):
    """Others would be counted than somebody saw."""

    code = "report_moved"
    default = N_("Something changed since you looked: nothing was counted. This is what would be counted now.")


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody with a place at the event: who registered, or one of their party."""

    id: str
    registration_id: uuid.UUID
    person: int
    name: str
    email: str
    institution: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose name is near, and how near, of 100."""

    place: Place
    likeness: int


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody in the report, for how many minutes of the event, and who that is or may be."""

    person: Person
    minutes: int
    certain: Place | None = None
    """Whose address it is."""
    candidates: tuple[Candidate, ...] = ()
    same_name: Place | None = None
    """The only one who is called exactly so, where nobody else comes near."""
    choice: str = ""
    """What somebody said: a place's id, `meeting_reports.NOBODY`, or nothing yet."""

    @property
    def open(self) -> bool:
        """Tell whether somebody may be meant and nobody has said who."""
        return self.certain is None and not self.choice and bool(self.candidates)


@dataclass(frozen=True, slots=True)
class Matched:
    """A report with everybody in it."""

    row: AttendanceReport
    understood: Understood
    certain: Sequence[Match]
    others: Sequence[Match]
    """Those whom nobody's address tells: who is to be decided first, the likeliest before the others."""
    zones: Sequence[str]
    passed: int
    """How many in the report were not there during the event."""
    places: Mapping[str, Place]

    @property
    def undecided(self) -> int:
        """Return how many may be somebody, and nobody has said so yet."""
        return sum(each.open for each in self.others)

    @property
    def same_names(self) -> dict[str, str]:
        """Return the choices that would take everybody of the very same name, where nothing is chosen."""
        return {each.person.key: each.same_name.id for each in self.others if each.open and each.same_name}

    @property
    def counted(self) -> dict[str, list[Person]]:
        """Return who would be counted, by the ids of places."""
        found: dict[str, list[Person]] = {}
        for each in (*self.certain, *self.others):
            place = each.certain.id if each.certain else each.choice
            if place in self.places:
                found.setdefault(place, []).append(each.person)
        return found

    @property
    def digest(self) -> str:
        """What is sent back to say whom somebody saw as certain."""
        said = sorted(f"{each.person.key}:{each.certain.id}" for each in self.certain if each.certain)
        return hashlib.sha256("\n".join([self.understood.zone, *said]).encode()).hexdigest()

    def people(self) -> list[Counted]:
        """Return who would be counted with their times; those of one person on two devices together."""
        return [
            Counted(
                self.places[place].registration_id,
                self.places[place].person,
                [span for person in persons for span in person.spans],
            )
            for place, persons in self.counted.items()
        ]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A report and the people of its event: nothing is read any more."""

    row: AttendanceReport
    places: Sequence[Place]
    starts_at: datetime
    ends_at: datetime
    zones: Sequence[str]

    def match(self) -> Matched:
        """Return who is who. Holds the CPU for up to a second or two: run it in a thread."""
        rows = [msgspec.convert(each, Row) for each in self.row.rows]
        order = DayOrder(self.row.day_order) if self.row.day_order else None
        known = understand(rows, self.starts_at, self.ends_at, self.zones, zone=self.row.zone, order=order)
        by_email: dict[str, list[Place]] = {}
        for place in self.places:
            if place.email:
                by_email.setdefault(place.email, []).append(place)
        names = Names([place.name for place in self.places])
        certain: list[Match] = []
        others: list[Match] = []
        for person in known.people:
            minutes = person.minutes(self.starts_at, self.ends_at)
            if not minutes:
                continue
            owners = by_email.get(person.email, ()) if person.email else ()
            if len(owners) == 1:
                certain.append(Match(person, minutes, certain=owners[0]))
            else:
                others.append(self._by_name(person, minutes, names))
        others.sort(key=lambda each: (not each.open, -(each.candidates[0].likeness if each.candidates else 0)))
        return Matched(
            self.row,
            known,
            certain,
            others,
            self.zones,
            len(known.people) - len(certain) - len(others),
            {place.id: place for place in self.places},
        )

    def _by_name(self, person: Person, minutes: int, names: Names) -> Match:
        near = tuple(Candidate(self.places[each.place], each.likeness) for each in names.nearest(person.name))
        same = near[0].place if near and near[0].likeness >= _SAME else None
        if same and len(near) > 1 and near[1].likeness > _SAME - _APART:
            same = None
        return Match(person, minutes, None, near, same, str(self.row.choices.get(person.key, "")))


def new_report(
    event_id: uuid.UUID, filename: str, data: bytes, report: Report, *, now: datetime, by: str
) -> AttendanceReport:
    """Return the row of a report as it was sent."""
    return AttendanceReport(
        event_id=event_id,
        filename="".join(letter for letter in filename if letter.isprintable())[:200],
        digest=hashlib.sha256(data).hexdigest(),
        program=report.program,
        rows=[{"key": each.key, **dataclasses.asdict(each)} for each in report.rows],
        choices={},
        created_at=now,
        created_by=by,
    )


def load(session: ReadSession, event: Event, report_id: uuid.UUID) -> Loaded:
    """Read a report of this event and who holds a place there. Raises `NotFound`."""
    row = meeting_reports.find(session, event.id, report_id)
    zone = session.scalar(sa.select(Organiser.timezone).where(Organiser.id == event.organiser_id))
    first = [event.timezone, *([zone] if zone else [])]
    return Loaded(
        row,
        _places(session, event.id),
        event.starts_at,
        event.ended_at or event.ends_at,
        list(dict.fromkeys([*first, *ZONES])),
    )


def _places(session: ReadSession, event_id: uuid.UUID) -> list[Place]:
    confirmed = (
        Registration.event_id == event_id,
        Registration.state == RegistrationState.CONFIRMED,
        Registration.erased_at.is_(None),
    )
    rows = session.execute(
        sa.select(Registration.id, Registration.name, Registration.email, Registration.institution)
        .where(*confirmed)
        .order_by(Registration.id)
    )
    found = [
        Place(str(key), key, 0, name, (email or "").casefold(), institution or "")
        for key, name, email, institution in rows
    ]
    members = session.execute(
        sa.select(PartyMember.registration_id, PartyMember.person, PartyMember.name, Registration.name)
        .join(Registration, Registration.id == PartyMember.registration_id)
        .where(*confirmed)
        .order_by(PartyMember.registration_id, PartyMember.person)
    )
    return found + [Place(f"{key}.{person}", key, person, name, "", leader) for key, person, name, leader in members]


def checked_choices(matched: Matched, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what somebody chose of those who were offered. Raises `Invalid`, at ``choice.<key>``."""
    found: dict[str, str] = {}
    for each in matched.others:
        choice = chosen.get(each.person.key)
        if choice is None:
            continue
        if choice not in {"", NOBODY, *(near.place.id for near in each.candidates)}:
            raise Invalid([FieldError(f"choice.{each.person.key}", "unknown", N_("Choose somebody from the list."))])
        found[each.person.key] = choice
    return found


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody decided: whom they saw as certain, what happens to the undecided, and what the report replaces."""

    seen: str | None
    leave_out: bool = False
    replaces: uuid.UUID | None = None


def count(
    session: Session, event: Event, report_id: uuid.UUID, matched: Matched, order: Order, *, now: datetime, by: str
) -> int:
    """Count a report as it was looked at; returns how many people. The caller commits.

    Raises `Moved` where others are certain than were seen, `Invalid` where somebody is not decided upon, `Conflict`.
    """
    if order.seen is not None and order.seen != matched.digest:
        raise Moved
    if not matched.understood.overlaps:
        raise Invalid([FieldError("zone", "elsewhere", NOT_THERE)])
    if matched.undecided and not order.leave_out:
        raise Invalid(
            [FieldError("leave_out", "undecided", N_("Some people are not decided upon. Decide, or leave them out."))]
        )
    return meeting_reports.count(
        session, event.id, report_id, matched.people(), replaces=order.replaces, now=now, by=by
    )


NOT_THERE = N_("Nobody in this report was there during the event. Is it this meeting's report, and the right zone?")
