"""Evidence that a person was there, and whether it adds up to having attended."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Closed, Conflict, FieldError, Invalid, NotFound
from events.models import Attendance, Event, Evidence, Registration, RegistrationState, Stage
from events.presence import stays
from events.presence.stays import NO_TIME, Time
from events.storage import ReadSession, insert_unless_present, new_id

_TABLE: sa.Table = Attendance.__table__  # type: ignore[assignment] # a declarative class's table is a Table

GATE_OPENS = timedelta(minutes=30)
"""How long before the start a personal join link leads into the room."""
CODES_OPEN_FOR = timedelta(hours=2)
"""How long after the end a code word is still taken: people fill in the form on the way home."""


class AttendanceRule(msgspec.Struct, frozen=True):
    """What shows that a person attended: `all` of what is asked for, or (`match` = ``any``) one of it.

    Evidence is asked for by `needs`, time by `minutes` and by `share`, a percentage of the event; 0 asks for none.
    """

    needs: tuple[Evidence, ...] = (
        Evidence.JOINED,
        Evidence.START_CODE,
        Evidence.END_CODE,
        Evidence.DOOR,
        Evidence.EXIT,
        Evidence.REPORT,
    )
    match: str = "any"
    minutes: int = 0
    share: int = 0

    @property
    def times(self) -> bool:
        """Tell whether it matters how long somebody was there."""
        return bool(self.minutes or self.share)

    def met_by(self, evidence: Iterable[Evidence], time: Time = NO_TIME) -> bool:
        """Tell whether that is enough. A mark by staff always is: they saw the person."""
        seen = set(evidence)
        if Evidence.STAFF in seen:
            return True
        met = [kind in seen for kind in self.needs]
        if self.minutes:
            met.append(time.minutes >= self.minutes)
        if self.share:
            met.append(time.share >= self.share)
        return bool(met) and (all(met) if self.match == "all" else any(met))


def rule_of(event: Event) -> AttendanceRule:
    """Return the event's rule; an event without one takes any evidence."""
    return rule_from(event.attendance_rule)


def rule_from(stored: Mapping[str, Any]) -> AttendanceRule:
    """Return a rule as events keep it; nothing kept means any evidence. Raises `ValueError` for what is no rule."""
    return msgspec.convert(stored, AttendanceRule) if stored else AttendanceRule()


def note(session: Session, registration_id: uuid.UUID, evidence: Evidence, *, now: datetime, by: str) -> bool:
    """Note one piece of evidence; returns whether it was new. The caller commits.

    Raises `NotFound`, or `Conflict` where the registration holds no confirmed place.
    """
    row = session.execute(
        sa.select(Registration.state, Event.id, Event.organiser_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
    ).first()
    if row is None:
        raise NotFound
    state, event_id, organiser_id = row
    if state is not RegistrationState.CONFIRMED:
        raise Conflict(N_("This registration holds no confirmed place."))
    values: dict[str, Any] = {
        "id": new_id(),
        "event_id": event_id,
        "registration_id": registration_id,
        "evidence": evidence,
        "at": now,
        "by": by,
    }
    if not insert_unless_present(session, _TABLE, values):
        return False
    fact = facts.AttendanceRecorded(
        organiser_id=organiser_id,
        event_id=event_id,
        registration_id=registration_id,
        evidence=evidence.value,
    )
    outbox.record(session, fact, now=now, by=by)
    return True


def unmark(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> bool:
    """Take back a staff member's own mark; returns whether there was one. Other evidence stays. The caller commits."""
    found = session.scalar(
        sa.select(Attendance).where(
            Attendance.registration_id == registration_id, Attendance.evidence == Evidence.STAFF
        )
    )
    if found is None:
        return False
    session.delete(found)
    organiser_id = session.get_one(Event, found.event_id).organiser_id
    fact = facts.AttendanceWithdrawn(
        organiser_id=organiser_id, event_id=found.event_id, registration_id=registration_id
    )
    outbox.record(session, fact, now=now, by=by)
    return True


def join(session: Session, registration_id: uuid.UUID, *, now: datetime) -> str | None:
    """Open the gate: note that the person joined and return the meeting's address, or None while it is too early.

    Raises `Conflict` for a registration without a seat, `Closed` when there is nothing to join (any more).
    """
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
    ).first()
    if row is None:
        raise NotFound
    registration, event = row
    if registration.state is not RegistrationState.CONFIRMED:
        raise Conflict(N_("This registration holds no confirmed place."))
    _refuse_when_over(event)
    if now < event.starts_at - GATE_OPENS or not event.join_url:
        return None
    note(session, registration_id, Evidence.JOINED, now=now, by=f"person:{registration_id}")
    return event.join_url


def stay(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    """Note that the page beside the meeting is still open, of who has joined where the rule asks how long.

    Raises `Closed` when there is nothing to be at (any more), `NotFound`.
    """
    row = session.execute(
        sa.select(Event)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.id == registration_id, Registration.state == RegistrationState.CONFIRMED)
    ).first()
    if row is None:
        raise NotFound
    event: Event = row[0]
    _refuse_when_over(event)
    joined = sa.exists().where(Attendance.registration_id == registration_id, Attendance.evidence == Evidence.JOINED)
    if rule_of(event).times and session.scalar(sa.select(joined)):
        stays.note_open_page(session, registration_id, event.id, now=now)


def _refuse_when_over(event: Event) -> None:
    if event.stage in (Stage.ENDED, Stage.ARCHIVED):
        raise Closed(N_("This event is over."))
    if event.stage in (Stage.CANCELLED, Stage.POSTPONED):
        raise Closed(N_("This event does not take place at this time."))


def enter_code(session: Session, registration_id: uuid.UUID, code: str, *, now: datetime) -> Evidence:
    """Take a code word that was said or shown during the event; returns which one it was.

    Case, accents and spaces do not matter. Raises `Invalid` for a wrong word, `Closed` outside the time for it.
    """
    row = session.execute(
        sa.select(Event).join(Registration, Registration.event_id == Event.id).where(Registration.id == registration_id)
    ).first()
    if row is None:
        raise NotFound
    event: Event = row[0]
    if event.stage not in (Stage.LIVE, Stage.ENDED):
        raise Closed(N_("Code words can be entered while the event is running."))
    if event.stage is Stage.ENDED and (event.ended_at is None or now > event.ended_at + CODES_OPEN_FOR):
        raise Closed(N_("The time for code words is over."))
    given = _plain(code)
    for wanted, evidence in ((event.start_code, Evidence.START_CODE), (event.end_code, Evidence.END_CODE)):
        if wanted and given and given == _plain(wanted):
            note(session, registration_id, evidence, now=now, by=f"person:{registration_id}")
            return evidence
    raise Invalid([FieldError("code", "wrong_code", N_("That is not the code word. Please try again."))])


def _plain(text: str) -> str:
    """Reduce a code word to its letters and digits, unaccented and in one case."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum())


def attended(session: ReadSession, event: Event) -> list[uuid.UUID]:
    """Return ids of the confirmed registrations whose evidence meets the event's rule, oldest first."""
    return list(_met(session, event, None))


def attended_among(session: ReadSession, event: Event, registration_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of some of the event's registrations meet its rule: a chunk at a time costs no more than a chunk."""
    return set(_met(session, event, registration_ids)) if registration_ids else set()


def _met(session: ReadSession, event: Event, registration_ids: Collection[uuid.UUID] | None) -> Sequence[uuid.UUID]:
    """Return who meets the rule. Nobody does without evidence: whoever was seen for a time was seen to come."""
    rule = rule_of(event)
    of_these = Attendance.event_id == event.id
    if registration_ids is not None:
        of_these = Attendance.registration_id.in_(registration_ids)
    rows = session.execute(
        sa.select(Attendance.registration_id, Attendance.evidence)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(of_these, Registration.state == RegistrationState.CONFIRMED)
        .order_by(Attendance.registration_id)
    )
    evidence: dict[uuid.UUID, set[Evidence]] = {}
    for registration_id, kind in rows:
        evidence.setdefault(registration_id, set()).add(kind)
    times: Mapping[uuid.UUID, Time] = stays.times(session, event, registration_ids) if rule.times else {}
    return [key for key, seen in evidence.items() if rule.met_by(seen, times.get(key, NO_TIME))]
