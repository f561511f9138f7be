"""The door: what devices at the entrance noted, taken in whenever they find the network again.

Devices make the ids, so that whatever is sent twice counts once. A person's scans are laid in the order in which they
happened, not in which they arrived, and everything else (who is inside, evidence, who was already in) is read from that
order: the result is the same whichever door reports first. Decision 27.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.doors import walk_ins
from events.doors.walk_ins import WalkIn
from events.errors import NotFound, Refused
from events.links import Links, event_tag
from events.models import (
    Direction,
    DoorScan,
    Event,
    Presence,
    Registration,
    RegistrationState,
    ScanOutcome,
)
from events.presence import head_counts
from events.presence.door_evidence import ADMITTING, settle
from events.presence.head_counts import HeadTap
from events.seating import claims
from events.storage import ReadSession, insert_unless_present

_SCAN: sa.Table = DoorScan.__table__  # type: ignore[assignment] # a declarative class's table is a Table

MOST_AGE = timedelta(hours=48)
"""How long a device may have been offline; what it says of longer ago is taken as happening now."""
UNDO_WITHIN = timedelta(seconds=75)
"""A minute to take a scan back, and the time it takes to tap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody went in or out. `code` stands for a registration that the device did not know."""

    id: uuid.UUID
    direction: Direction
    registration_id: uuid.UUID | None = None
    code: str | None = None
    person: int = 0
    age: timedelta = timedelta()
    """How long ago, by the device's own clock."""
    door: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The scan `scan_id` was a mistake."""

    id: uuid.UUID
    scan_id: uuid.UUID
    age: timedelta = timedelta()
    door: str = ""


Item = Move | Undo | WalkIn | HeadTap


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of one item; `outcome` is a `ScanOutcome`, or ``undone``, ``too_late``, ``registered``, a refusal's."""

    id: uuid.UUID
    outcome: str
    registration_id: uuid.UUID | None = None
    name: str = ""
    person: int = 0
    since: datetime | None = None
    """Since when the person has been in (or out), where the scan was a repeated one."""
    door: str = ""
    """At which door that was."""


def take(
    session: Session, event_id: uuid.UUID, items: Sequence[Item], links: Links, *, now: datetime, by: str
) -> list[Taken]:
    """Take in what one device noted, in its order, and say what came of each; the caller commits.

    Idempotent by the items' ids. One event's doors are taken in one after the other (its row is held), so that no two
    of them count the same person. Raises `NotFound` for an event that does not exist; nothing else refuses the whole.
    """
    if any(isinstance(item, WalkIn) for item in items):
        claims.claim(session, event_id)
    held = session.execute(sa.select(Event).where(Event.id == event_id).with_for_update(key_share=True)).first()
    if held is None:
        raise NotFound
    door = _Door(session, held[0], links, now, by)
    return [door.take(item) for item in items]


def find_by_code(session: ReadSession, event_id: uuid.UUID, code: str, links: Links) -> uuid.UUID | None:
    """Return the registration of this event that `code` (see `links.read_door_code`) was made for, or None.

    Costs one hash where the code is another event's. Otherwise the event's registrations are read, and each is hashed
    once for as long as the process lives: somebody who tries codes makes nobody else wait for hashes.
    """
    if not is_for_event(code, event_id, links):
        return None
    rows = session.execute(
        sa.select(Registration.id, Registration.link_version).where(Registration.event_id == event_id)
    )
    return next((key for key, version in rows.all() if code in _codes(links, event_id, key, version)), None)


@lru_cache(maxsize=50_000)
def _codes(links: Links, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> Sequence[str]:
    """Keep what was hashed: it follows from its arguments alone, whatever becomes of the row."""
    return links.door_codes(event_id, registration_id, version)


class _Door:
    """One batch of one event."""

    def __init__(self, session: Session, event: Event, links: Links, now: datetime, by: str) -> None:
        self._session, self._event, self._links, self._now, self._by = session, event, links, now, by

    def at(self, age: timedelta) -> datetime:
        """Return when something happened that is `age` old."""
        return self._now - age if timedelta() <= age <= MOST_AGE else self._now

    def take(self, item: Item) -> Taken:
        if isinstance(item, Move):
            return self.move(item)
        if isinstance(item, Undo):
            return self.undo(item)
        if isinstance(item, HeadTap):
            new = head_counts.count(self._session, self._event.id, item, at=self.at(item.age), by=self._by)
            return Taken(id=item.id, outcome="counted" if new else "repeated")
        return self.walk_in(item)

    def _known(self, code: str | None) -> uuid.UUID | None:
        return find_by_code(self._session, self._event.id, code, self._links) if code else None

    def move(self, item: Move) -> Taken:
        before = self._session.get(DoorScan, item.id)
        if before is not None:
            return self._again(before)
        known = item.registration_id or self._known(item.code)
        registration = self._session.get(Registration, known) if known else None
        if registration is not None and registration.event_id != self._event.id:
            registration = None
        outcome = self._outcome(registration, item)
        values: dict[str, Any] = {
            "id": item.id,
            "event_id": self._event.id,
            "registration_id": registration.id if registration else None,
            "person": item.person if registration else 0,
            "direction": item.direction,
            "outcome": outcome,
            "door": item.door[:40],
            "at": self.at(item.age),
            "received_at": self._now,
            "undone_at": None,
            "by": self._by,
        }
        told = Taken(
            id=item.id,
            outcome=outcome.value,
            registration_id=values["registration_id"],
            name=registration.name if registration else "",
            person=values["person"],
        )
        insert_unless_present(self._session, _SCAN, values)
        if registration is None or outcome is not ScanOutcome.COUNTED:
            return told
        other = settle(self._session, registration, item.person, scan_id=item.id, now=self._now)
        if other is None:
            return told
        self._session.execute(sa.update(_SCAN).where(_SCAN.c.id == item.id).values(outcome=ScanOutcome.REPEATED))
        return Taken(
            id=item.id,
            outcome=ScanOutcome.REPEATED.value,
            registration_id=registration.id,
            name=registration.name,
            person=item.person,
            since=other.at,
            door=other.door,
        )

    def _outcome(self, registration: Registration | None, item: Move) -> ScanOutcome:
        if registration is None or not 0 <= item.person < registration.party_size:
            return ScanOutcome.UNKNOWN
        if self._event.stage not in ADMITTING:
            return ScanOutcome.CLOSED
        if registration.state in (RegistrationState.CANCELLED, RegistrationState.DECLINED):
            return ScanOutcome.CANCELLED
        confirmed = registration.state is RegistrationState.CONFIRMED
        return ScanOutcome.COUNTED if confirmed else ScanOutcome.NOT_CONFIRMED

    def _again(self, scan: DoorScan) -> Taken:
        """Answer a scan that was sent before as it was answered then."""
        if scan.event_id != self._event.id:
            return Taken(id=scan.id, outcome=ScanOutcome.UNKNOWN.value)
        registration = self._session.get(Registration, scan.registration_id) if scan.registration_id else None
        place = (
            self._session.get(Presence, (scan.registration_id, scan.person), populate_existing=True)
            if registration
            else None
        )
        repeated = scan.outcome is ScanOutcome.REPEATED and place is not None
        return Taken(
            id=scan.id,
            outcome=scan.outcome.value,
            registration_id=scan.registration_id,
            name=registration.name if registration else "",
            person=scan.person,
            since=place.since if repeated and place else None,
            door=place.door if repeated and place else "",
        )

    def undo(self, item: Undo) -> Taken:
        scan = self._session.get(DoorScan, item.scan_id)
        if scan is None or scan.event_id != self._event.id:
            return Taken(id=item.id, outcome=ScanOutcome.UNKNOWN.value)
        if scan.undone_at is None:
            at = self.at(item.age)
            if at - scan.at > UNDO_WITHIN:
                return Taken(id=item.id, outcome="too_late", registration_id=scan.registration_id, person=scan.person)
            scan.undone_at = at
            self._session.flush()
            if scan.registration_id is not None:
                registration = self._session.get_one(Registration, scan.registration_id)
                settle(self._session, registration, scan.person, scan_id=None, now=self._now)
                self._withdrawn(registration)
        return Taken(id=item.id, outcome="undone", registration_id=scan.registration_id, person=scan.person)

    def _withdrawn(self, registration: Registration) -> None:
        fact = facts.AttendanceWithdrawn(
            organiser_id=self._event.organiser_id, event_id=self._event.id, registration_id=registration.id
        )
        outbox.record(self._session, fact, now=self._now, by=self._by)

    def walk_in(self, item: WalkIn) -> Taken:
        try:
            with self._session.begin_nested():
                made = walk_ins.register(
                    self._session, self._event, item, at=self.at(item.age), now=self._now, by=self._by
                )
        except Refused as refusal:
            return Taken(id=item.id, outcome=refusal.code, name=item.name)
        for person in range(item.party_size if made.new else 0):
            scan_id = uuid.uuid5(item.id, str(person))
            self.move(
                Move(
                    id=scan_id,
                    direction=Direction.IN,
                    registration_id=made.registration_id,
                    person=person,
                    age=item.age,
                    door=item.door,
                )
            )
        return Taken(id=item.id, outcome=made.outcome, registration_id=made.registration_id, name=item.name)


def is_for_event(code: str, event_id: uuid.UUID, links: Links) -> bool:
    """Tell whether a code was made for this event at all; one for another is told as such."""
    return event_tag(code) in links.event_tags(event_id)
