"""Evidence that a person was there, and whether it is enough."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Closed, Conflict, Invalid, NotFound
from events.models import Attendance, Event, Evidence, Stage
from events.presence import attendance
from events.presence.attendance import AttendanceRule
from events.registrations import registration
from events.storage import ReadSession, Session, new_id
from tests.support.life import NOW, STARTS_AT, Life

JOINED, START, END, DOOR, STAFF = (
    Evidence.JOINED,
    Evidence.START_CODE,
    Evidence.END_CODE,
    Evidence.DOOR,
    Evidence.STAFF,
)


def _evidence(life: Life, registration_id: uuid.UUID) -> dict[Evidence, tuple[datetime, str]]:
    statement = sa.select(Attendance).where(Attendance.registration_id == registration_id)
    rows = life.database.read(lambda session: session.scalars(statement).all())
    return {row.evidence: (row.at, row.by) for row in rows}


def _someone(life: Life, **changes: Any) -> tuple[uuid.UUID, uuid.UUID]:
    event_id = life.webinar(**changes)
    return event_id, life.register(event_id).registration_id


# ---------------------------------------------------------------- noting


def test_each_kind_of_evidence_counts_once(life: Life) -> None:
    event_id, person = _someone(life)
    noted = [life.do(attendance.note, person, DOOR, now=NOW + timedelta(minutes=n), by="staff:ani") for n in range(2)]
    assert noted == [True, False]
    assert life.do(attendance.note, person, JOINED)
    assert _evidence(life, person) == {DOOR: (NOW, "staff:ani"), JOINED: (NOW, "staff:test")}
    facts = [row.payload for row in life.rows(event_id) if row.name == "AttendanceRecorded"]
    assert [(fact["registration_id"], fact["evidence"]) for fact in facts] == [
        (str(person), "door"),
        (str(person), "joined"),
    ]


def test_without_a_confirmed_place_nobody_attends(life: Life) -> None:
    event_id = life.webinar(capacity=1)
    first, second = (life.register(event_id, number).registration_id for number in range(2))
    with pytest.raises(Conflict, match="no confirmed place"):
        life.do(attendance.note, second, DOOR)  # waits
    life.do(registration.cancel, first)
    for person in (first, second):  # gave up; was offered
        with pytest.raises(Conflict, match="no confirmed place"):
            life.do(attendance.note, person, DOOR)
    with pytest.raises(NotFound):
        life.do(attendance.note, new_id(), DOOR)


def test_a_mark_by_staff_can_be_taken_back_and_nothing_else(life: Life) -> None:
    event_id, person = _someone(life)
    for kind in (DOOR, STAFF):
        life.do(attendance.note, person, kind)
    assert [life.do(attendance.unmark, person) for _ in range(2)] == [True, False]
    assert list(_evidence(life, person)) == [DOOR]
    taken_back = [row for row in life.rows(event_id) if row.name == "AttendanceWithdrawn"]
    assert [(row.payload["registration_id"], row.by) for row in taken_back] == [(str(person), "staff:test")]


# ---------------------------------------------------------------- the gate


@pytest.mark.parametrize(("minutes", "opens"), [(-31, False), (-30, True), (0, True), (90, True)])
def test_the_gate_opens_half_an_hour_before(life: Life, minutes: int, opens: bool) -> None:
    _, person = _someone(life, join_url="https://meet.example/rahasia")
    url = life.do(attendance.join, person, now=STARTS_AT + timedelta(minutes=minutes))
    assert url == ("https://meet.example/rahasia" if opens else None)
    assert list(_evidence(life, person)) == ([JOINED] if opens else [])


def test_whoever_loses_the_connection_may_come_in_again(life: Life) -> None:
    event_id, person = _someone(life)
    for minute in range(3):
        assert life.do(attendance.join, person, now=STARTS_AT + timedelta(minutes=minute))
    assert _evidence(life, person) == {JOINED: (STARTS_AT, f"person:{person}")}
    assert life.facts(event_id).count("AttendanceRecorded") == 1


def test_an_event_without_a_meeting_yet_notes_nobody(life: Life) -> None:
    _, person = _someone(life, join_url=None)
    assert life.do(attendance.join, person, now=STARTS_AT) is None
    assert _evidence(life, person) == {}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ([lifecycle.start, lifecycle.end], "over"),
        ([lifecycle.start, lifecycle.end, lifecycle.archive], "over"),
        ([lifecycle.postpone], "does not take place"),
        ([lifecycle.cancel], "does not take place"),
    ],
)
def test_there_is_nothing_to_join(life: Life, path: list[Any], message: str) -> None:
    event_id, person = _someone(life)
    for transition in path:
        life.do(transition, event_id)
    with pytest.raises(Closed, match=message):
        life.do(attendance.join, person, now=STARTS_AT)
    with pytest.raises(NotFound):
        life.do(attendance.join, new_id(), now=STARTS_AT)


# ---------------------------------------------------------------- code words


def _with_codes(life: Life) -> tuple[uuid.UUID, uuid.UUID]:
    event_id, person = _someone(life, start_code="Membaca Itu Seru!", end_code="Café Literasi")
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    return event_id, person


@pytest.mark.parametrize(
    ("typed", "evidence"),
    [
        ("Membaca Itu Seru!", START),
        ("  membaca itu seru ", START),
        ("MEMBACAITUSERU", START),
        ("membaca-itu-seru", START),
        ("cafe literasi", END),
        ("CAFE\u0301 literasi", END),
        ("ｃａｆｅ　literasi", END),
    ],
)
def test_code_words_are_read_kindly(life: Life, typed: str, evidence: Evidence) -> None:
    _, person = _with_codes(life)
    assert life.do(attendance.enter_code, person, typed, now=STARTS_AT) is evidence
    assert list(_evidence(life, person)) == [evidence]


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "membaca", "membaca itu seru sekali", "\x00", "[" * 10_000])
def test_wrong_code_words(life: Life, typed: str) -> None:
    _, person = _with_codes(life)
    with pytest.raises(Invalid) as refused:
        life.do(attendance.enter_code, person, typed, now=STARTS_AT)
    assert [(error.field, error.code) for error in refused.value.errors] == [("code", "wrong_code")]
    assert _evidence(life, person) == {}


def test_a_code_word_without_letters_is_matched_by_nothing(life: Life) -> None:
    event_id, person = _someone(life, start_code="!!!", end_code="")
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    for typed in ("!!!", "", "?"):
        with pytest.raises(Invalid):
            life.do(attendance.enter_code, person, typed, now=STARTS_AT)


def test_code_words_have_their_time(life: Life) -> None:
    event_id, person = _someone(life, start_code="buku")
    with pytest.raises(Closed, match="while the event is running"):
        life.do(attendance.enter_code, person, "buku", now=STARTS_AT)
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    ended = STARTS_AT + timedelta(hours=2)
    life.do(lifecycle.end, event_id, now=ended)
    last = ended + attendance.CODES_OPEN_FOR
    with pytest.raises(Closed, match="is over"):
        life.do(attendance.enter_code, person, "buku", now=last + timedelta(seconds=1))
    assert life.do(attendance.enter_code, person, "buku", now=last) is START
    with pytest.raises(NotFound):
        life.do(attendance.enter_code, new_id(), "buku", now=last)


# ---------------------------------------------------------------- rules

EVERY_EVIDENCE = [set(kinds) for count in range(6) for kinds in itertools.combinations(Evidence, count)]


@pytest.mark.parametrize("match", ["all", "any"])
@pytest.mark.parametrize("needs", [(START, END), (DOOR,), (JOINED, END, DOOR)])
def test_rules_against_every_combination(needs: tuple[Evidence, ...], match: str) -> None:
    rule = AttendanceRule(needs=needs, match=match)
    for seen in EVERY_EVIDENCE:
        wanted = all(kind in seen for kind in needs) if match == "all" else any(kind in seen for kind in needs)
        assert rule.met_by(seen) is (wanted or STAFF in seen), (seen, needs, match)


def test_without_a_rule_any_evidence_will_do_but_none_will_not(life: Life) -> None:
    rule = attendance.rule_of(life.event(life.webinar()))
    assert [rule.met_by({kind}) for kind in Evidence] == [True] * len(Evidence)
    assert not rule.met_by(set())


def test_who_attended_by_the_rule_of_the_event(life: Life) -> None:
    event_id = life.webinar(attendance_rule={"needs": ["start_code", "end_code"], "match": "all"})
    both, one, staff, nothing, left = (life.register(event_id, number).registration_id for number in range(5))
    for person, kinds in ((both, (START, END)), (one, (START,)), (staff, (STAFF,)), (left, (START, END))):
        for kind in kinds:
            life.do(attendance.note, person, kind)
    life.do(registration.cancel, left)

    def query(session: ReadSession) -> list[uuid.UUID]:
        event = session.get(Event, event_id)
        assert event is not None
        return attendance.attended(session, event)

    assert life.database.read(query) == sorted([both, staff])
    assert nothing not in life.database.read(query)


def test_a_rule_that_is_none_is_an_error_and_not_a_silent_yes(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)

    def spoil(session: Session) -> None:
        session.get_one(Event, event_id).attendance_rule = {"needs": ["teleport"]}

    life.database.write(spoil)
    with pytest.raises(ValueError, match="teleport"):
        attendance.rule_of(life.event(event_id))


def test_evidence_goes_with_its_transaction(life: Life) -> None:
    event_id, person = _someone(life)

    def fail(session: Session) -> None:
        attendance.note(session, person, DOOR, now=NOW, by="x")
        raise NotFound

    with pytest.raises(NotFound):
        life.do(fail)
    assert _evidence(life, person) == {}
    assert "AttendanceRecorded" not in life.facts(event_id)
