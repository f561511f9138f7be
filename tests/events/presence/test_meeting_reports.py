"""Reports of meetings: counted once, replaced, taken back, forgotten; what rules and certificates make of them."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Conflict, NotFound, Refused
from events.models import Attendance, AttendanceReport, Evidence, Stage, Stay
from events.presence import attendance, meeting_reports, stays
from events.presence.meeting_reports import Counted
from events.storage import Session
from tests.support.life import NOW, STAFF, STARTS_AT, Life

ROW = {"key": "ani", "line": 2, "name": "Ani", "email": "", "joined": "", "left": "", "duration": "30"}


@pytest.fixture
def event_id(life: Life) -> uuid.UUID:
    """A webinar of two hours that goes on."""
    return life.webinar(Stage.REGISTRATION_OPEN, ends_at=STARTS_AT + timedelta(hours=2))


def _begin(life: Life, event_id: uuid.UUID) -> None:
    life.do(lifecycle.start, event_id, now=STARTS_AT)


def _report(life: Life, event_id: uuid.UUID, digest: str = "a") -> uuid.UUID:
    row = {"event_id": event_id, "filename": "zoom.csv", "digest": digest, "program": "zoom", "rows": [ROW]}

    def keep(session: Session) -> uuid.UUID:
        return meeting_reports.keep(session, AttendanceReport(**row, choices={}, created_at=NOW, created_by=STAFF))

    return life.database.write(keep)


def _spans(person: uuid.UUID, *minutes: tuple[int, int], number: int = 0) -> Counted:
    return Counted(
        person,
        number,
        [(STARTS_AT + timedelta(minutes=a), STARTS_AT + timedelta(minutes=b)) for a, b in minutes],
    )


def _count(
    life: Life, event_id: uuid.UUID, report_id: uuid.UUID, *people: Counted, replaces: uuid.UUID | None = None
) -> int:
    return life.do(meeting_reports.count, event_id, report_id, people, replaces=replaces)


def _minutes(life: Life, event_id: uuid.UUID) -> dict[uuid.UUID, int]:
    return life.database.read(
        lambda session: {key: time.minutes for key, time in stays.times(session, life.event(event_id)).items()}
    )


def _proved(life: Life) -> set[tuple[uuid.UUID, int]]:
    statement = sa.select(Attendance.registration_id, Attendance.person).where(Attendance.evidence == Evidence.REPORT)
    return life.database.read(lambda session: {(key, person) for key, person in session.execute(statement)})


def _row(life: Life, report_id: uuid.UUID) -> AttendanceReport:
    statement = sa.select(AttendanceReport).where(AttendanceReport.id == report_id)
    found: AttendanceReport = life.database.read(lambda session: session.scalars(statement).one())
    return found


def test_a_report_is_counted_once_and_its_names_are_forgotten(life: Life, event_id: uuid.UUID) -> None:
    ani, budi = (life.register(event_id, number).registration_id for number in (1, 2))
    report = _report(life, event_id)
    life.do(meeting_reports.choose, event_id, report, {"ani": str(ani)})
    with pytest.raises(Conflict):
        _count(life, event_id, report, _spans(ani, (0, 60)))
    _begin(life, event_id)
    people = _spans(ani, (-10, 30), (20, 60), (100, 200)), _spans(budi, (0, 15))
    assert _count(life, event_id, report, *people) == 2
    assert _minutes(life, event_id) == {ani: 80, budi: 15}
    assert _proved(life) == {(ani, 0), (budi, 0)}
    row = _row(life, report)
    assert (row.rows, row.choices, row.people) == ([], {}, 2)
    with pytest.raises(Conflict):
        _count(life, event_id, report, *people)
    assert _report(life, event_id) == report  # the same file again is the same report
    told = life.rows(event_id)[-1]
    assert (told.name, told.payload["people"]) == ("MeetingReportCounted", 2)
    assert life.database.read(lambda s: attendance.attended(s, life.event(event_id))) == [ani, budi]


def test_a_corrected_report_takes_the_place_of_the_earlier_one(life: Life, event_id: uuid.UUID) -> None:
    ani, budi = (life.register(event_id, number).registration_id for number in (1, 2))
    _begin(life, event_id)
    first, second, beside = (_report(life, event_id, digest) for digest in "abc")
    _count(life, event_id, first, _spans(ani, (0, 60)), _spans(budi, (0, 60)))
    _count(life, event_id, second, _spans(ani, (0, 30)), replaces=first)
    assert _minutes(life, event_id) == {ani: 30}
    assert _proved(life) == {(ani, 0)}
    assert _row(life, first).ended_at is not None
    _count(life, event_id, beside, _spans(ani, (60, 90)), _spans(budi, (60, 70)))
    assert _minutes(life, event_id) == {ani: 60, budi: 10}
    assert life.do(meeting_reports.take_back, event_id, beside)
    assert not life.do(meeting_reports.take_back, event_id, beside)
    assert _minutes(life, event_id) == {ani: 30}
    assert _proved(life) == {(ani, 0)}
    assert [name for name in life.facts(event_id) if name.startswith("Meeting")] == [
        "MeetingReportCounted",
        "MeetingReportCounted",
        "MeetingReportCounted",
        "MeetingReportTakenBack",
    ]
    assert _report(life, event_id, "a") not in (first, second)  # what was ended may be sent again


def test_two_of_one_party_are_not_added_up(life: Life, event_id: uuid.UUID) -> None:
    ani = life.register(event_id, 1).registration_id
    _begin(life, event_id)
    _count(life, event_id, _report(life, event_id), _spans(ani, (0, 30)), _spans(ani, (30, 70), number=1))
    assert _minutes(life, event_id) == {ani: 40}
    assert _proved(life) == {(ani, 0), (ani, 1)}


def test_who_holds_no_place_any_more_is_not_counted(life: Life, event_id: uuid.UUID) -> None:
    _begin(life, event_id)
    assert _count(life, event_id, _report(life, event_id), _spans(uuid.uuid4(), (0, 60))) == 0
    assert _proved(life) == set()


def test_two_who_count_at_once_count_once(life: Life, event_id: uuid.UUID) -> None:
    ani = life.register(event_id, 1).registration_id
    _begin(life, event_id)
    report = _report(life, event_id)
    outcomes: list[object] = []

    def press() -> None:
        try:
            outcomes.append(_count(life, event_id, report, _spans(ani, (0, 60))))
        except Refused as refusal:
            outcomes.append(type(refusal))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(["1", str(Conflict)])
    assert life.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Stay))) == 1


def test_what_nobody_counts_is_forgotten_after_a_week(life: Life, event_id: uuid.UUID) -> None:
    report = _report(life, event_id)
    assert life.do(meeting_reports.forget_old, now=NOW + timedelta(days=7)) == 0
    assert life.do(meeting_reports.forget_old, now=NOW + timedelta(days=7, seconds=1)) == 1
    assert (_row(life, report).rows, life.database.read(lambda s: meeting_reports.list_reports(s, event_id))) == (
        [],
        [],
    )
    with pytest.raises(Conflict):
        life.do(meeting_reports.choose, event_id, report, {"ani": "x"})


def test_another_events_report_is_not_found(life: Life, event_id: uuid.UUID) -> None:
    report = _report(life, event_id)
    other = life.webinar()
    with pytest.raises(NotFound):
        life.do(meeting_reports.take_back, other, report)
    with pytest.raises(NotFound):
        life.do(meeting_reports.choose, other, report, {})
