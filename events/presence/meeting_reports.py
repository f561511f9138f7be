"""What a meeting's program reported of who was there: kept while staff look at it, then counted as stays.

A report names people who may have nothing to do with the library. Its rows are kept while somebody decides who is who,
seven days at most; once it is counted, the stays are all that is left of it. A corrected report takes the place of the
earlier one, and one that was wrong is taken back: both end its stays and leave its row as a trace.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, NotFound
from events.event_rows import hold_event
from events.models import (
    Attendance,
    AttendanceReport,
    Evidence,
    Registration,
    RegistrationState,
    Stage,
    Stay,
    StaySource,
)
from events.storage import ReadSession, new_id

KEPT_FOR = timedelta(days=7)
"""Rows that nobody counted: long enough for a librarian who is away at the weekend."""
NOBODY = "-"
"""The choice that a row is nobody who registered."""
_SILENT = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Counted:
    """One person of a registration with the times that they were there, in UTC."""

    registration_id: uuid.UUID
    person: int
    spans: Sequence[tuple[datetime, datetime]]


def keep(session: Session, row: AttendanceReport) -> uuid.UUID:
    """Keep a report until it is counted, or for seven days; the same file again is the one that is there already.

    The caller commits.
    """
    hold_event(session, row.event_id)
    there = session.scalar(
        sa.select(AttendanceReport)
        .where(
            AttendanceReport.event_id == row.event_id,
            AttendanceReport.digest == row.digest,
            AttendanceReport.ended_at.is_(None),
        )
        .order_by(AttendanceReport.id.desc())
        .limit(1)
    )
    if there is not None and (there.applied_at is not None or there.rows):
        return there.id
    session.add(row)
    session.flush()
    return row.id


def find(session: ReadSession, event_id: uuid.UUID, report_id: uuid.UUID) -> AttendanceReport:
    """Return a report of this event. Raises `NotFound`, also for one of another event."""
    found = session.get(AttendanceReport, report_id)
    if found is None or found.event_id != event_id:
        raise NotFound
    return found


def list_reports(session: ReadSession, event_id: uuid.UUID) -> Sequence[AttendanceReport]:
    """Return the reports of an event that were counted or wait, the newest first."""
    rows = session.scalars(
        sa.select(AttendanceReport)
        .where(AttendanceReport.event_id == event_id)
        .order_by(AttendanceReport.id.desc())
        .limit(50)
    )
    return [row for row in rows if row.applied_at is not None or row.rows]


def choose(
    session: Session,
    event_id: uuid.UUID,
    report_id: uuid.UUID,
    choices: Mapping[str, str],
    *,
    zone: str | None = None,
    day_order: str | None = None,
) -> None:
    """Keep who somebody says that rows are (an empty choice takes one back), and how times are read.

    The caller commits. Raises `Conflict` where it was counted already.
    """
    hold_event(session, event_id)
    row = _waiting(session, event_id, report_id)
    kept = {**row.choices, **choices}
    row.choices = {key: choice for key, choice in kept.items() if choice}
    if zone is not None:
        row.zone = zone
    if day_order is not None:
        row.day_order = day_order
    session.flush()


def count(
    session: Session,
    event_id: uuid.UUID,
    report_id: uuid.UUID,
    people: Collection[Counted],
    *,
    replaces: uuid.UUID | None,
    now: datetime,
    by: str,
) -> int:
    """Count the stays of a report, in the place of an earlier report's where `replaces` names one.

    Returns how many people were counted; who holds no confirmed place is not. Its rows are forgotten. The caller
    commits. Raises `Conflict` where it was counted before, `NotFound`.
    """
    event = hold_event(session, event_id)
    row = _waiting(session, event_id, report_id)
    if event.stage not in (Stage.LIVE, Stage.ENDED):
        raise Conflict(N_("Attendance is counted once the event has begun."))
    confirmed = set(
        session.scalars(
            sa.select(Registration.id).where(
                Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED
            )
        )
    )
    if replaces is not None:
        _end(session, find(session, event_id, replaces), now=now)
    held = [each for each in people if each.registration_id in confirmed]
    values: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "event_id": event_id,
            "registration_id": each.registration_id,
            "person": each.person,
            "source": StaySource.REPORT,
            "from_at": came,
            "until_at": went,
            "report_id": report_id,
        }
        for each in held
        for came, went in each.spans
    ]
    if values:
        session.execute(sa.insert(Stay), values)
    row.people = len({(each.registration_id, each.person) for each in held})
    row.applied_at, row.rows, row.choices, row.replaces_id = now, [], {}, replaces
    session.flush()
    _prove(session, event_id, by=by)
    fact = facts.MeetingReportCounted(
        organiser_id=event.organiser_id,
        event_id=event_id,
        report_id=report_id,
        people=row.people,
        replaces=replaces,
    )
    outbox.record(session, fact, now=now, by=by)
    return row.people


def take_back(session: Session, event_id: uuid.UUID, report_id: uuid.UUID, *, now: datetime, by: str) -> bool:
    """End the stays of a report that was wrong; returns whether there were any to end. The caller commits.

    A report that was not counted yet is forgotten.
    """
    event = hold_event(session, event_id)
    row = find(session, event_id, report_id)
    if row.ended_at is not None:
        return False
    counted = row.applied_at is not None
    _end(session, row, now=now)
    if counted:
        _prove(session, event_id, by=by)
        fact = facts.MeetingReportTakenBack(organiser_id=event.organiser_id, event_id=event_id, report_id=report_id)
        outbox.record(session, fact, now=now, by=by)
    return counted


def forget_old(session: Session, *, now: datetime) -> int:
    """Forget the rows of reports that nobody counted for seven days, and return how many. The caller commits."""
    changed: Any = session.execute(
        sa.update(AttendanceReport)
        .where(
            AttendanceReport.created_at < now - KEPT_FOR,
            AttendanceReport.applied_at.is_(None),
            AttendanceReport.ended_at.is_(None),
        )
        .values(rows=[], choices={}, ended_at=now)
    )
    return int(changed.rowcount)


def _waiting(session: Session, event_id: uuid.UUID, report_id: uuid.UUID) -> AttendanceReport:
    row = find(session, event_id, report_id)
    session.refresh(row)
    if row.applied_at is not None or row.ended_at is not None or not row.rows:
        raise Conflict(N_("This report was counted before, or forgotten."))
    return row


def _end(session: Session, row: AttendanceReport, *, now: datetime) -> None:
    session.execute(sa.delete(Stay).where(Stay.report_id == row.id), execution_options=_SILENT)
    row.ended_at, row.rows, row.choices = row.ended_at or now, [], {}
    session.flush()


def _prove(session: Session, event_id: uuid.UUID, *, by: str) -> None:
    """Have one row of evidence for everybody whom a report saw, and none for anybody else. The event is held."""
    seen_by_report = (
        sa.exists()
        .where(
            Stay.registration_id == Attendance.registration_id,
            Stay.person == Attendance.person,
            Stay.source == StaySource.REPORT,
        )
        .correlate(Attendance)
    )
    ours = (Attendance.event_id == event_id, Attendance.evidence == Evidence.REPORT)
    session.execute(sa.delete(Attendance).where(*ours, ~seen_by_report), execution_options=_SILENT)
    there = {
        (key, person)
        for key, person in session.execute(sa.select(Attendance.registration_id, Attendance.person).where(*ours))
    }
    seen = session.execute(
        sa.select(Stay.registration_id, Stay.person, sa.func.min(Stay.from_at))
        .where(Stay.event_id == event_id, Stay.source == StaySource.REPORT)
        .group_by(Stay.registration_id, Stay.person)
    )
    values: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "event_id": event_id,
            "registration_id": key,
            "person": person,
            "evidence": Evidence.REPORT,
            "at": at,
            "by": by,
        }
        for key, person, at in seen
        if (key, person) not in there
    ]
    if values:
        session.execute(sa.insert(Attendance), values)
