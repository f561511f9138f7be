"""Counting seats: each statement alone, on both databases."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from events.models import PoolPurpose, SeatPool, Slot
from events.seating import seats
from tests.support.life import Life


@pytest.fixture
def pool_id(life: Life) -> uuid.UUID:
    """An open pool of ten seats."""
    return life.pool(life.webinar(capacity=10)).id


def _set(life: Life, pool_id: uuid.UUID, **columns: Any) -> None:
    statement = sa.update(SeatPool).where(SeatPool.id == pool_id).values(**columns)
    life.do(lambda session: session.execute(statement) and None)


def _counters(life: Life, pool_id: uuid.UUID) -> tuple[int, int, int]:
    statement = sa.select(SeatPool.taken, SeatPool.sellable, SeatPool.waiting).where(SeatPool.id == pool_id)
    taken, sellable, waiting = life.database.read(lambda session: session.execute(statement).one())
    return taken, sellable, waiting


def test_seats_are_taken_to_the_last_and_no_further(life: Life, pool_id: uuid.UUID) -> None:
    results = [life.do(seats.take, pool_id, 4) for _ in range(3)]
    assert [result and (result.taken, result.left) for result in results] == [(4, 6), (8, 2), None]
    result = life.do(seats.take, pool_id, 2)
    assert result is not None
    assert (result.taken, result.left) == (10, 0)
    assert _counters(life, pool_id) == (10, 10, 0)


def test_a_closed_pool_gives_nothing_and_lets_nobody_wait(life: Life, pool_id: uuid.UUID) -> None:
    _set(life, pool_id, open=False)
    assert life.do(seats.take, pool_id, 1) is None
    assert not life.do(seats.start_waiting, pool_id)
    assert _counters(life, pool_id) == (0, 10, 0)


def test_nobody_passes_those_who_wait(life: Life, pool_id: uuid.UUID) -> None:
    assert life.do(seats.start_waiting, pool_id)
    assert life.do(seats.take, pool_id, 1) is None
    held = life.do(seats.take_held, pool_id, 3, waited=True)
    assert held is not None
    assert (held.taken, held.waiting, held.left) == (3, 0, 7)


def test_reserved_seats_are_kept_from_newcomers_and_used_by_invitees(life: Life, pool_id: uuid.UUID) -> None:
    _set(life, pool_id, reserved=3)
    assert life.do(seats.take, pool_id, 8) is None
    taken = life.do(seats.take, pool_id, 7)
    assert taken is not None
    assert (taken.left, taken.free) == (0, 3)
    assert life.do(seats.take_held, pool_id, 2) is None
    drawn = life.do(seats.take_held, pool_id, 2, from_reserved=2)
    assert drawn is not None
    assert (drawn.taken, drawn.reserved, drawn.left) == (9, 1, 0)
    assert life.do(seats.take_held, pool_id, 2, from_reserved=2) is None  # more than is still reserved


def test_pools_are_held_in_one_order(life: Life) -> None:
    """Main pools first, then choices, each by their id: then no two people wait for each other."""
    event_id = life.exhibition(slots=2)
    first, second = (
        life.database.read(lambda session, slot=slot: session.get(Slot, slot)).pool_id  # type: ignore[misc] # a loop variable kept
        for slot in life.slots(event_id)
    )
    choices = [life.do(seats.open_pool, event_id, capacity=3, purpose=PoolPurpose.CHOICE) for _ in range(2)]
    assert list(life.do(seats.hold, second)) == [second, *choices]
    assert list(life.do(seats.hold, first, every=True)) == [first, second, *choices]


def test_overbooking_is_sold_too(life: Life, pool_id: uuid.UUID) -> None:
    life.do(seats.resize, pool_id, capacity=10, overbooking=2)
    assert _counters(life, pool_id) == (0, 12, 0)
    assert life.do(seats.take, pool_id, 12) is not None
    assert life.do(seats.take, pool_id, 1) is None


def test_lowering_the_capacity_drops_nobody_and_takes_no_newcomer(life: Life, pool_id: uuid.UUID) -> None:
    life.do(seats.take, pool_id, 8)
    life.do(seats.resize, pool_id, capacity=5)
    assert _counters(life, pool_id) == (8, 8, 0)
    assert life.do(seats.take, pool_id, 1) is None
    # What is given back above the new capacity is gone for good; below it, it can be sold again.
    assert [(given.taken, given.sellable) for given in (life.do(seats.release, pool_id, 2) for _ in range(2))] == [
        (6, 6),
        (4, 5),
    ]
    assert life.do(seats.take, pool_id, 1) is not None
    assert life.do(seats.take, pool_id, 1) is None


def test_a_room_without_walls(life: Life, pool_id: uuid.UUID) -> None:
    life.do(seats.take, pool_id, 10)
    life.do(seats.resize, pool_id, capacity=None)
    assert life.do(seats.take, pool_id, 100_000) is not None
    life.do(seats.resize, pool_id, capacity=20)
    assert _counters(life, pool_id) == (100_010, 100_010, 0)


def test_that_seats_ran_low_is_noted_once(life: Life) -> None:
    event_id = life.exhibition(slots=2)
    assert [life.do(seats.note_low, event_id) for _ in range(3)] == [True, False, False]
