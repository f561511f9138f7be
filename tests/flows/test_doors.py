"""Eight doors at once: overlapping queues in any order, sent again and again, and nobody is counted twice."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from events.doors import door, door_reading
from events.doors.door import Item, Move, Taken, Undo
from events.doors.walk_ins import WalkIn
from events.links import Links
from events.models import AgeGroup, Attendance, Direction, DoorScan, Evidence
from events.presence.head_counts import HeadTap
from events.storage import Session, new_id
from tests.support.life import STAFF, STARTS_AT, Life
from tests.support.sizes import size

LINKS = Links("k" * 40, "https://acara.example")
DOORS, PEOPLE, SEATS_AT_DOOR = 8, size(40, 400), 10


def test_eight_doors_never_count_one_person_twice(life: Life) -> None:
    event_id = life.webinar(capacity=PEOPLE + SEATS_AT_DOOR)
    people = [life.register(event_id, number).registration_id for number in range(PEOPLE)]
    chance = random.Random(2026)
    queues = [_queue(people, at_door, chance) for at_door in range(DOORS)]

    with ThreadPoolExecutor(DOORS) as doors:
        told = Counter(
            outcome
            for outcomes in doors.map(lambda queue: _send(life, event_id, queue), queues)
            for outcome in outcomes
        )

    count = life.database.read(lambda session: door_reading.door_count(session, event_id))
    walked_in = told["registered"]
    assert walked_in == SEATS_AT_DOOR
    assert told["full"] == DOORS * 2 - SEATS_AT_DOOR
    assert told["undone"] == DOORS
    assert told["counted"] + told["repeated"] == DOORS * (PEOPLE + 1 + 3)
    assert (count.expected, count.came, count.inside) == (PEOPLE + SEATS_AT_DOOR,) * 3
    assert count.heads == {"child": DOORS * 3, "teenager": 0, "adult": 0, "senior": 0}
    assert life.pool(event_id).taken == PEOPLE + SEATS_AT_DOOR
    _assert_once(life)


def _assert_once(life: Life) -> None:
    """Everybody has exactly one piece of evidence, and every scan is kept once."""
    rows = life.database.read(
        lambda s: s.execute(sa.select(Attendance.registration_id, Attendance.person, Attendance.evidence)).all()
    )
    assert len(rows) == len(set(rows)) == PEOPLE + SEATS_AT_DOOR
    assert {kind for _, _, kind in rows} == {Evidence.DOOR}
    scans = life.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(DoorScan)))
    assert scans == DOORS * (PEOPLE + 1) + SEATS_AT_DOOR


def _send(life: Life, event_id: uuid.UUID, queue: list[Item]) -> list[str]:
    """Send a queue in batches, each twice: the first answer was lost on its way."""
    told: list[str] = []
    for start in range(0, len(queue), 7):
        batch = queue[start : start + 7]

        def use_case(session: Session, batch: list[Item] = batch) -> list[Taken]:
            return door.take(session, event_id, batch, LINKS, now=STARTS_AT, by=STAFF)

        life.database.write(use_case)
        told += [each.outcome for each in life.database.write(use_case)]
    return told


def _queue(people: list[uuid.UUID], at_door: int, chance: random.Random) -> list[Item]:
    """Everybody is scanned at every door, in another order; one scan is a mistake; two walk in; three heads pass."""
    door_name = f"Pintu {at_door}"

    def move(person: uuid.UUID) -> Move:
        age = timedelta(minutes=chance.randint(0, 600))
        return Move(id=new_id(), direction=Direction.IN, registration_id=person, age=age, door=door_name)

    mistake = move(people[at_door])
    items: list[Item] = [move(person) for person in chance.sample(people, len(people))]
    items += [WalkIn(id=new_id(), name=f"Tamu {at_door}", door=door_name) for _ in range(2)]
    items += [HeadTap(id=new_id(), age_group=AgeGroup.CHILD, delta=1, door=door_name) for _ in range(3)]
    chance.shuffle(items)
    return [*items, mistake, Undo(id=new_id(), scan_id=mistake.id, age=mistake.age, door=door_name)]
