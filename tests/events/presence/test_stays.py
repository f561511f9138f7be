"""How long people were there: from the page beside the meeting and from the doors, and what a rule makes of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from events.doors import door
from events.drafts import lifecycle
from events.errors import Closed, NotFound
from events.links import Links
from events.models import Direction, Event, Evidence, Stay
from events.presence import attendance, stays, trying
from events.presence.attendance import AttendanceRule
from events.presence.stays import NO_TIME, Time
from events.registrations import registration
from events.storage import LocalizedText, ReadSession, new_id
from tests.support.life import STARTS_AT, Life

LINKS = Links("k" * 40, "https://acara.example")
HALF = {"needs": ["joined"], "match": "all", "share": 50}


def loaded(session: ReadSession, event_id: uuid.UUID) -> Event:
    found = session.get(Event, event_id)
    assert found is not None
    return found


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _times(life: Life, event_id: uuid.UUID) -> dict[uuid.UUID, Time]:
    return life.database.read(lambda session: dict(stays.times(session, loaded(session, event_id))))


def _sit(life: Life, person: uuid.UUID, begin: datetime, until: datetime) -> None:
    """Let a page say every minute that it is open."""
    at = begin
    while at <= until:
        life.do(attendance.stay, person, now=at)
        at += stays.BEAT


@pytest.fixture
def event_id(life: Life) -> uuid.UUID:
    """A webinar of two hours at which half the time counts."""
    return life.webinar(attendance_rule=HALF, ends_at=STARTS_AT + minutes(120))


def _joined(life: Life, event_id: uuid.UUID, number: int = 1) -> uuid.UUID:
    person = life.register(event_id, number).registration_id
    life.do(attendance.note, person, Evidence.JOINED, now=STARTS_AT)
    return person


def test_an_open_page_counts_what_it_saw_and_nothing_else(life: Life, event_id: uuid.UUID) -> None:
    """Early is no time of the event, a silence longer than the gap is away, two devices count once."""
    person = _joined(life, event_id)
    _sit(life, person, STARTS_AT - minutes(20), STARTS_AT + minutes(30))
    _sit(life, person, STARTS_AT + minutes(60), STARTS_AT + minutes(75))
    _sit(life, person, STARTS_AT + minutes(60.5), STARTS_AT + minutes(75))
    assert _times(life, event_id) == {person: Time(45, 120)}
    assert Time(45, 120).share == 37
    rows = life.database.read(lambda s: s.execute(sa.select(Stay.from_at, Stay.until_at).order_by(Stay.from_at)).all())
    assert [(row.from_at - STARTS_AT, row.until_at - STARTS_AT) for row in rows] == [
        (minutes(-20), minutes(30)),
        (minutes(60), minutes(75)),
    ]


def test_a_page_counts_only_who_joined_and_where_time_matters(life: Life, event_id: uuid.UUID) -> None:
    waiting = life.register(event_id, 1).registration_id
    _sit(life, waiting, STARTS_AT, STARTS_AT + minutes(5))
    timeless = life.webinar(title=LocalizedText("Tanpa waktu"))
    elsewhere = _joined(life, timeless, 2)
    _sit(life, elsewhere, STARTS_AT, STARTS_AT + minutes(5))
    assert (_times(life, event_id), _times(life, timeless)) == ({}, {})


def test_what_is_over_or_given_up_is_not_counted(life: Life, event_id: uuid.UUID) -> None:
    person, other = _joined(life, event_id, 1), _joined(life, event_id, 2)
    life.do(registration.cancel, other)
    with pytest.raises(NotFound):
        life.do(attendance.stay, other, now=STARTS_AT)
    with pytest.raises(NotFound):
        life.do(attendance.stay, new_id(), now=STARTS_AT)
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    life.do(lifecycle.end, event_id, now=STARTS_AT + minutes(90))
    with pytest.raises(Closed):
        life.do(attendance.stay, person, now=STARTS_AT + minutes(91))


def test_doors_count_until_the_exit_or_the_end(life: Life, event_id: uuid.UUID) -> None:
    scanned_out, stayed = (life.register(event_id, number).registration_id for number in range(2))
    for person, direction, after in (
        (scanned_out, Direction.IN, 10),
        (scanned_out, Direction.OUT, 40),
        (stayed, Direction.IN, 60),
    ):
        move = door.Move(id=new_id(), direction=direction, registration_id=person)
        life.do(door.take, event_id, [move], LINKS, now=STARTS_AT + minutes(after))
    assert _times(life, event_id) == {scanned_out: Time(30, 120), stayed: Time(60, 120)}


@pytest.mark.parametrize(
    ("rule", "time", "enough"),
    [
        (AttendanceRule(needs=(Evidence.JOINED,), match="all", share=50), Time(60, 120), True),
        (AttendanceRule(needs=(Evidence.JOINED,), match="all", share=50), Time(59, 120), False),
        (AttendanceRule(needs=(Evidence.END_CODE,), match="any", minutes=45), Time(45, 120), True),
        (AttendanceRule(needs=(Evidence.END_CODE,), match="any", minutes=45), Time(44, 120), False),
        (AttendanceRule(needs=(Evidence.END_CODE,), match="all", minutes=45), Time(120, 120), False),
        (AttendanceRule(needs=(), match="all", minutes=45, share=90), Time(108, 120), True),
        (AttendanceRule(needs=(), match="any", minutes=45), NO_TIME, False),
    ],
)
def test_rules_of_time(rule: AttendanceRule, time: Time, enough: bool) -> None:
    assert rule.met_by({Evidence.JOINED}, time) is enough
    assert rule.met_by({Evidence.STAFF}, NO_TIME)


def test_who_attended_is_who_stayed(life: Life, event_id: uuid.UUID) -> None:
    stayed, left = _joined(life, event_id, 1), _joined(life, event_id, 2)
    _sit(life, stayed, STARTS_AT, STARTS_AT + minutes(60))
    _sit(life, left, STARTS_AT, STARTS_AT + minutes(59))

    def query(session: ReadSession) -> tuple[list[uuid.UUID], set[uuid.UUID], set[uuid.UUID]]:
        event = loaded(session, event_id)
        return (
            attendance.attended(session, event),
            attendance.attended_among(session, event, [left]),
            attendance.attended_among(session, event, [stayed]),
        )

    assert life.database.read(query) == ([stayed], set(), {stayed})


def test_a_rule_is_tried_with_whoever_is_nearest_to_enough_first(life: Life, event_id: uuid.UUID) -> None:
    far, near, there = (_joined(life, event_id, number) for number in range(3))
    life.register(event_id, 4)
    for person, stayed in ((far, 10), (near, 50), (there, 110)):
        _sit(life, person, STARTS_AT, STARTS_AT + minutes(stayed))

    def outlook(rule: AttendanceRule) -> trying.Outlook:
        return life.database.read(lambda session: trying.try_rule(session, loaded(session, event_id), rule))

    tried = outlook(AttendanceRule(needs=(), share=50))
    assert (tried.expected, tried.attended) == (4, 1)
    assert [(each.registration_id, each.time.minutes, each.enough) for each in tried.seen] == [
        (near, 50, False),
        (far, 10, False),
        (there, 110, True),
    ]
    assert outlook(AttendanceRule(needs=(), minutes=50)).attended == 2
