"""The door: every order in which doors can report ends in the same counts, and nothing counts twice."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.doors import door, door_reading
from events.doors.door import Item, Move, Taken, Undo
from events.doors.walk_ins import WalkIn
from events.links import Links
from events.models import (
    AgeGroup,
    Attendance,
    Direction,
    DoorScan,
    Event,
    Evidence,
    Registration,
    RegistrationSource,
    RegistrationState,
    Stage,
)
from events.presence.door_evidence import Visit, visits
from events.presence.head_counts import HeadTap
from events.registrations import registration
from events.storage import new_id
from tests.support.databases import Database
from tests.support.life import NOW, STAFF, STARTS_AT, Life

LINKS = Links("k" * 40, "https://acara.example")
AT = STARTS_AT


def take(life: Life, event_id: uuid.UUID, *items: Item, now: Any = AT) -> list[Taken]:
    return life.database.write(lambda session: door.take(session, event_id, items, LINKS, now=now, by=STAFF))


def move(
    registration_id: uuid.UUID, direction: Direction = Direction.IN, *, minutes_ago: float = 0, **more: Any
) -> Move:
    return Move(
        id=new_id(),
        direction=direction,
        registration_id=registration_id,
        age=timedelta(minutes=minutes_ago),
        **more,
    )


def outcomes(taken: Sequence[Taken]) -> list[str]:
    return [each.outcome for each in taken]


def evidence(life: Life) -> list[tuple[int, Evidence, Any]]:
    statement = sa.select(Attendance.person, Attendance.evidence, Attendance.at).order_by(
        Attendance.person, Attendance.evidence
    )
    rows = life.database.read(lambda s: s.execute(statement).all())
    return [(person, kind, at) for person, kind, at in rows]


def count(life: Life, event_id: uuid.UUID) -> tuple[int, int, int, int]:
    found = life.database.read(lambda s: door_reading.door_count(s, event_id))
    return found.expected, found.came, found.inside, found.left


def test_coming_and_going_is_counted_per_person(life: Life) -> None:
    event_id = life.webinar(max_party_size=4)
    party = life.register(event_id, 1, party_size=3).registration_id
    took = take(life, event_id, *(move(party, person=person) for person in range(3)), move(party, person=3))
    assert outcomes(took) == ["counted", "counted", "counted", "unknown"]
    assert count(life, event_id) == (3, 3, 3, 0)
    later = AT + timedelta(hours=1)
    assert outcomes(take(life, event_id, move(party, Direction.OUT, person=1), now=later)) == ["counted"]
    assert count(life, event_id) == (3, 3, 2, 1)
    assert evidence(life) == [
        (0, Evidence.DOOR, AT),
        (1, Evidence.DOOR, AT),
        (1, Evidence.EXIT, later),
        (2, Evidence.DOOR, AT),
    ]
    assert life.facts(event_id).count("AttendanceRecorded") == 4


def test_the_same_scan_sent_again_changes_nothing_and_is_answered_the_same(life: Life) -> None:
    event_id = life.webinar()
    one = life.register(event_id, 1).registration_id
    scan, gone = move(one, door="A"), move(one, Direction.OUT)
    first = take(life, event_id, scan)
    assert take(life, event_id, scan) == first
    assert outcomes(take(life, event_id, gone, scan, gone)) == ["counted"] * 3
    assert count(life, event_id) == (1, 1, 0, 1)
    assert len(life.database.read(lambda s: s.scalars(sa.select(DoorScan.id)).all())) == 2


def test_the_second_door_is_told_since_when_and_where(life: Life) -> None:
    event_id = life.webinar()
    one = life.register(event_id, 1, name="dr. Siti Aminah, Sp.A.").registration_id
    take(life, event_id, move(one, door="Pintu B", minutes_ago=5))
    [told] = take(life, event_id, move(one, door="Pintu A"))
    assert (told.outcome, told.since, told.door) == ("repeated", AT - timedelta(minutes=5), "Pintu B")
    assert told.name == "dr. Siti Aminah, Sp.A."
    assert count(life, event_id) == (1, 1, 1, 0)


def test_a_door_that_was_offline_brings_the_earlier_time(life: Life) -> None:
    """Door A scanned first but reports last: it is told of door B, and the evidence has the earlier time."""
    event_id = life.webinar()
    one = life.register(event_id, 1).registration_id
    take(life, event_id, move(one, door="B", minutes_ago=3))
    [told] = take(life, event_id, move(one, door="A", minutes_ago=10))
    assert (told.outcome, told.since, told.door) == ("repeated", AT - timedelta(minutes=3), "B")
    assert evidence(life) == [(0, Evidence.DOOR, AT - timedelta(minutes=10))]


STORY = [
    (Direction.IN, 60, "A"),
    (Direction.IN, 50, "B"),
    (Direction.OUT, 30, "B"),
    (Direction.IN, 20, "A"),
    (Direction.OUT, 10, "A"),
]


def test_every_order_of_arrival_ends_the_same(sqlite_database: Database, life: Life) -> None:
    del sqlite_database
    event_id = life.webinar(capacity=200)
    for number, order in enumerate(itertools.permutations(range(len(STORY)), len(STORY))):
        if number % 5:
            continue
        one = life.register(event_id, number).registration_id
        for step in order:
            direction, minutes, at_door = STORY[step]
            take(life, event_id, move(one, direction, minutes_ago=minutes, door=at_door))
    stays = life.database.read(lambda s: visits(s, event_id))
    ago = [AT - timedelta(minutes=minutes) for _, minutes, _ in STORY]
    people = {visit.registration_id for visit in stays}
    assert len(people) == 24
    assert sorted(stays, key=lambda each: (each.registration_id, each.came_at or AT)) == [
        visit
        for person in sorted(people)
        for visit in (Visit(person, 0, ago[0], ago[2]), Visit(person, 0, ago[3], ago[4]))
    ]
    assert count(life, event_id) == (24, 24, 0, 24)
    assert {at for _, kind, at in evidence(life) if kind is Evidence.DOOR} == {ago[0]}
    assert {at for _, kind, at in evidence(life) if kind is Evidence.EXIT} == {ago[4]}


def test_going_out_without_having_come_in_is_evidence_too(life: Life) -> None:
    event_id = life.webinar()
    one = life.register(event_id, 1).registration_id
    assert outcomes(take(life, event_id, move(one, Direction.OUT))) == ["counted"]
    assert count(life, event_id) == (1, 1, 0, 1)
    assert life.database.read(lambda s: visits(s, event_id)) == [Visit(one, 0, None, AT)]


def test_a_mistake_is_taken_back_within_a_minute_and_not_later(life: Life) -> None:
    event_id = life.webinar()
    one, two = (life.register(event_id, number).registration_id for number in (1, 2))
    scan, late = move(one), move(two, minutes_ago=2)
    undo = Undo(id=new_id(), scan_id=scan.id)
    assert outcomes(take(life, event_id, scan, undo, undo)) == ["counted", "undone", "undone"]
    assert count(life, event_id) == (2, 0, 0, 0)
    assert evidence(life) == []
    assert outcomes(take(life, event_id, late, Undo(id=new_id(), scan_id=late.id))) == ["counted", "too_late"]
    assert outcomes(take(life, event_id, Undo(id=new_id(), scan_id=new_id()))) == ["unknown"]
    assert count(life, event_id) == (2, 1, 1, 0)
    assert life.facts(event_id)[-2:] == ["AttendanceWithdrawn", "AttendanceRecorded"]


def test_what_one_door_takes_back_another_door_still_saw(life: Life) -> None:
    event_id = life.webinar()
    one = life.register(event_id, 1).registration_id
    first, second = move(one, minutes_ago=1, door="A"), move(one, door="B")
    take(life, event_id, first, second)
    take(life, event_id, Undo(id=new_id(), scan_id=first.id, age=timedelta(minutes=1)))
    assert count(life, event_id) == (1, 1, 1, 0)
    assert evidence(life) == [(0, Evidence.DOOR, AT)]


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (timedelta(hours=30), timedelta(hours=30)),
        (timedelta(days=900), timedelta()),
        (timedelta(minutes=-20), timedelta()),
    ],
)
def test_a_devices_clock_is_believed_within_limits(life: Life, age: timedelta, believed: timedelta) -> None:
    event_id = life.webinar()
    one = life.register(event_id, 1).registration_id
    take(life, event_id, Move(id=new_id(), direction=Direction.IN, registration_id=one, age=age))
    assert evidence(life) == [(0, Evidence.DOOR, AT - believed)]


def test_who_holds_no_place_is_told_and_kept_but_not_counted(life: Life) -> None:
    event_id, other = life.webinar(capacity=2), life.webinar()
    gone, waiting = life.register(event_id, 1).registration_id, life.register(other, 1).registration_id
    life.register(event_id, 2)
    queued = life.register(event_id, 3).registration_id
    life.do(registration.cancel, gone)
    life.do(lambda session: session.get_one(Registration, queued).state)  # it was offered the freed seat
    took = take(life, event_id, move(gone, minutes_ago=90), move(queued), move(waiting), move(new_id()))
    assert outcomes(took) == ["cancelled", "not_confirmed", "unknown", "unknown"]
    assert count(life, event_id)[1:] == (0, 0, 0)
    found = life.database.read(lambda s: door_reading.problem_scans(s, event_id))
    assert sorted((each.outcome.value, each.name) for each in found) == [
        ("cancelled", "Peserta 1"),
        ("not_confirmed", "Peserta 3"),
        ("unknown", ""),
        ("unknown", ""),
    ]
    assert evidence(life) == []


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.CANCELLED, Stage.POSTPONED, Stage.ARCHIVED])
def test_an_event_that_is_not_held_takes_nobody_in(life: Life, stage: Stage) -> None:
    event_id = life.webinar(stage)
    tapped = WalkIn(id=new_id(), name="Budi")
    assert outcomes(take(life, event_id, tapped)) == ["closed"]
    if stage in (Stage.CANCELLED, Stage.POSTPONED):
        event_id = life.webinar()
        one = life.register(event_id, 1).registration_id
        life.database.write(lambda s: setattr(s.get_one(Event, event_id), "stage", stage))
        assert outcomes(take(life, event_id, move(one))) == ["closed"]


def test_codes_find_their_registration_and_no_other_event(life: Life) -> None:
    event_id, other = life.webinar(), life.webinar()
    made = life.register(event_id, 1)
    code = LINKS.door_code(event_id, made.registration_id, made.link_version)
    scan = Move(id=new_id(), direction=Direction.IN, code=code)
    assert [each.registration_id for each in take(life, event_id, scan)] == [made.registration_id]
    assert outcomes(take(life, other, Move(id=new_id(), direction=Direction.IN, code=code))) == ["unknown"]
    life.do(registration.revoke_links, made.registration_id)
    assert outcomes(take(life, event_id, Move(id=new_id(), direction=Direction.OUT, code=code))) == ["unknown"]
    assert door.is_for_event(code, event_id, LINKS)
    assert not door.is_for_event(code, other, LINKS)


class CountingLinks(Links):
    """Links that count how often they hash a registration's code."""

    hashed = 0

    def door_codes(self, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> Sequence[str]:
        self.hashed += 1
        return super().door_codes(event_id, registration_id, version)


def test_who_tries_codes_makes_each_registration_be_hashed_once(life: Life) -> None:
    event_id, other = life.webinar(), life.webinar()
    made = [life.register(event_id, number) for number in range(5)]
    links = CountingLinks("k" * 40, "https://acara.example")
    foreign = links.door_code(other, made[0].registration_id, 1)
    wanted = links.door_code(event_id, made[3].registration_id, 1)
    links.hashed = 0
    tag = wanted[:2]
    wrong = [tag + "0" * 9 + digit for digit in "123456789"]

    def find(code: str) -> uuid.UUID | None:
        return life.database.read(lambda session: door.find_by_code(session, event_id, code, links))

    assert [find(code) for code in (*wrong, foreign)] == [None] * 10
    assert find(wanted) == made[3].registration_id
    assert links.hashed == 5
    life.do(registration.revoke_links, made[3].registration_id)
    assert find(wanted) is None
    assert links.hashed == 6


# ---------------------------------------------------------------- walk-ins and heads
def walk_in(**changes: Any) -> WalkIn:
    return WalkIn(**{"id": new_id(), "name": "Pak Harun", **changes})


def test_walk_ins_take_seats_until_the_room_is_full(life: Life) -> None:
    event_id = life.webinar(Stage.REGISTRATION_CLOSED, capacity=3)
    nobody, family, late = walk_in(name="Wulan"), walk_in(party_size=2, phone="+6281234567890"), walk_in()
    took = take(life, event_id, nobody, family, late, nobody, family)
    assert outcomes(took) == ["registered", "registered", "full", "registered", "registered"]
    assert count(life, event_id) == (3, 3, 3, 0)
    pool = life.pool(event_id)
    assert (pool.taken, pool.sellable) == (3, 3)
    found = life.registration(nobody.id)
    assert (found.state, found.source) == (RegistrationState.CONFIRMED, RegistrationSource.WALK_IN)
    assert life.facts(event_id).count("WalkInRegistered") == 2
    assert life.database.read(lambda s: s.get(Registration, late.id)) is None


def test_who_is_registered_already_is_not_registered_again(life: Life) -> None:
    event_id = life.webinar()
    known = life.register(event_id, 1, email="Siti@example.org").registration_id
    [told] = take(life, event_id, walk_in(email="siti@EXAMPLE.org"))
    assert (told.outcome, told.registration_id) == ("already_registered", known)
    assert count(life, event_id) == (1, 0, 0, 0)


def test_before_the_event_begins_walk_ins_pass_nobody_who_waits(life: Life) -> None:
    event_id = life.webinar(capacity=2)
    life.register(event_id, 1)
    life.register(event_id, 2, party_size=1)
    life.register(event_id, 3)
    life.database.write(lambda s: s.execute(sa.text("UPDATE seat_pool SET sellable = 3, capacity = 3")))
    assert outcomes(take(life, event_id, walk_in(), now=AT - timedelta(minutes=1))) == ["full"]
    assert outcomes(take(life, event_id, walk_in(), now=AT)) == ["registered"]


def test_a_walk_in_at_an_exhibition_takes_the_visiting_time_that_runs(life: Life) -> None:
    event_id = life.exhibition(slots=3, capacity=1)
    first, second, _ = life.slots(event_id)
    early, next_one, full = walk_in(), walk_in(), walk_in()
    take(life, event_id, early, now=AT + timedelta(minutes=10))
    assert outcomes(take(life, event_id, full, now=AT + timedelta(minutes=20))) == ["full"]
    take(life, event_id, next_one, now=AT + timedelta(minutes=70))
    assert [life.registration(each.id).slot_id for each in (early, next_one)] == [first, second]
    assert outcomes(take(life, event_id, walk_in(), now=AT + timedelta(hours=4))) == ["closed"]


def test_heads_are_counted_by_age_group_and_taken_back(life: Life) -> None:
    event_id = life.webinar()
    tap = HeadTap(id=new_id(), age_group=AgeGroup.CHILD, delta=1)
    more = [HeadTap(id=new_id(), age_group=AgeGroup.CHILD, delta=delta) for delta in (1, 1, -1)]
    busload = HeadTap(id=new_id(), age_group=AgeGroup.SENIOR, delta=40)
    below = HeadTap(id=new_id(), age_group=AgeGroup.ADULT, delta=-1)
    take(life, event_id, tap, tap, *more, busload, below)
    found = life.database.read(lambda s: door_reading.door_count(s, event_id))
    assert found.heads == {"child": 2, "teenager": 0, "adult": 0, "senior": 40}
    assert count(life, event_id) == (0, 0, 0, 0)


# ---------------------------------------------------------------- the list
def test_the_list_holds_what_a_door_needs_and_no_more(life: Life) -> None:
    event_id = life.webinar(max_party_size=3)
    made = life.register(
        event_id, 1, name="I Made O'Brien", phone="+6281234567890", party_size=2, access_needs="Kursi roda"
    )
    life.register(event_id, 2, name="Ahmad")
    take(life, event_id, move(made.registration_id, person=1, door="A"))
    first, second = life.database.read(lambda s: door_reading.door_list(s, event_id, LINKS))
    assert (first.name, second.name, second.size, second.phone_end) == ("Ahmad", "I Made O'Brien", 2, "7890")
    assert second.needs == "Kursi roda"
    assert [(each.person, each.inside, each.since, each.door) for each in second.people] == [(1, True, AT, "A")]
    code = LINKS.door_code(event_id, made.registration_id, 1)
    assert second.code_hash == door_reading.hash_of(code)
    assert "example.org" not in repr(second)
    assert "+628" not in repr(second)


def test_a_device_asks_for_what_is_new_only(life: Life) -> None:
    event_id = life.webinar()
    first, second = (life.register(event_id, number).registration_id for number in (1, 2))
    asked = AT
    take(life, event_id, move(second), now=AT + timedelta(seconds=30))

    def names(**since: Any) -> list[uuid.UUID]:
        return [each.id for each in life.database.read(lambda s: door_reading.door_list(s, event_id, LINKS, **since))]

    assert names() == [first, second]
    assert names(changed_since=asked) == [second]
    assert names(changed_since=AT + timedelta(hours=1)) == []
    assert names(changed_since=NOW) == [first, second]
