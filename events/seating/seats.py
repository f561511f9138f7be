"""Counting seats so that none is given twice: one conditional UPDATE, with a CHECK beside it.

A registration may need seats of several pools: its main pool (the event's or a slot's) and one for each choice with
places. Everybody touches pools in one order, so that on PostgreSQL no two wait for each other: main pools by id, then
choice pools by id, then the registration. Callers that also change a registration touch the pools first (`hold`). Only
registering touches them last: what it inserts before is a row that nobody else can hold. Use-cases that share a commit
would still meet in any order, which is why they claim the event before (`events.seating.claims`).

Rows are locked FOR NO KEY UPDATE everywhere (`key_share=True`). A plain FOR UPDATE waits for every transaction that has
inserted a row with a foreign key to this one, and two that did so wait for each other: 80 s for 200 people, once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import PoolPurpose, SeatPool
from events.seating import claims
from events.storage import LocalizedText

_UNNAMED = LocalizedText()
_POOL: sa.Table = SeatPool.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True)
class Seats:
    """A pool's counters after a change."""

    taken: int
    sellable: int
    waiting: int
    low_noted: bool
    reserved: int = 0
    open: bool = True

    @property
    def free(self) -> int:
        """Seats that nobody has, those kept for invitees among them."""
        return self.sellable - self.taken

    @property
    def left(self) -> int:
        """Seats that a newcomer could take. While somebody waits, these are seats that nobody who waits could use."""
        return max(0, self.free - self.reserved)


_COUNTERS = (_POOL.c.taken, _POOL.c.sellable, _POOL.c.waiting, _POOL.c.low_noted, _POOL.c.reserved, _POOL.c.open)
_IS_CHOICE = sa.case((_POOL.c.purpose == PoolPurpose.CHOICE, 1), else_=0)


def open_pool(
    session: Session,
    event_id: uuid.UUID,
    *,
    capacity: int | None,
    overbooking: int = 0,
    open_: bool = False,
    purpose: PoolPurpose = PoolPurpose.EVENT,
    label: LocalizedText = _UNNAMED,
) -> uuid.UUID:
    """Make a pool of `capacity` seats (None: unlimited) and return its id."""
    pool = SeatPool(
        event_id=event_id,
        capacity=capacity,
        overbooking=overbooking,
        sellable=SeatPool.UNLIMITED if capacity is None else capacity + overbooking,
        open=open_,
        purpose=purpose,
        label=label,
    )
    session.add(pool)
    session.flush()
    return pool.id


def lock(session: Session, pool_id: uuid.UUID) -> Seats:
    """Hold the pool's row until the commit (PostgreSQL; SQLite has one writer) and return its counters."""
    row = session.execute(sa.select(*_COUNTERS).where(_POOL.c.id == pool_id).with_for_update(key_share=True)).one()
    return Seats(*row)


def _change(session: Session, statement: sa.Update) -> Seats | None:
    row = session.execute(statement.returning(*_COUNTERS)).first()
    return Seats(*row) if row else None


_TAKE = (
    sa.update(_POOL)
    .where(
        _POOL.c.id == sa.bindparam("pool"),
        _POOL.c.open.is_(True),
        _POOL.c.waiting == 0,
        _POOL.c.taken + _POOL.c.reserved + sa.bindparam("count") <= _POOL.c.sellable,
    )
    .values(taken=_POOL.c.taken + sa.bindparam("count"))
    .returning(*_COUNTERS)
)
"""Built once: it is the hot statement of a popular event."""


def take(session: Session, pool_id: uuid.UUID, count: int) -> Seats | None:
    """Take `count` seats if the pool is open, that many are left and nobody waits; otherwise return None."""
    row = session.connection().execute(_TAKE, {"pool": pool_id, "count": count}).first()
    return Seats(*row) if row else None


_OWN = _POOL.alias("own")
_HOLD = (
    sa.select(_POOL.c.id, *_COUNTERS)
    .where(_POOL.c.event_id == sa.select(_OWN.c.event_id).where(_OWN.c.id == sa.bindparam("pool")).scalar_subquery())
    .order_by(_IS_CHOICE, _POOL.c.id)
    .with_for_update(key_share=True, of=_POOL)
)


_HOLD_ONE = _HOLD.where(sa.or_(_POOL.c.id == sa.bindparam("pool"), _POOL.c.purpose == PoolPurpose.CHOICE))


def hold(session: Session, pool_id: uuid.UUID, *, every: bool = False) -> dict[uuid.UUID, Seats]:
    """Hold a main pool and all choice pools of its event until the commit, in the order that everybody keeps.

    With `every` all other main pools too: what gives a place of a choice back may seat people in any of them.
    """
    statement = _HOLD if every else _HOLD_ONE
    rows = session.connection().execute(statement, {"pool": pool_id})
    return {held: Seats(*counters) for held, *counters in rows}


def take_at_door(session: Session, pool_id: uuid.UUID, count: int, *, past_waiting: bool) -> Seats | None:
    """Take `count` seats for who stands at the door, open or not, if that many are left; otherwise return None.

    `past_waiting`: the event has begun, so that nobody is offered a seat any more. Before, who waits goes first, and
    seats that are reserved stay so.
    """
    condition = _POOL.c.taken + count <= _POOL.c.sellable
    if not past_waiting:
        condition = sa.and_(_POOL.c.waiting == 0, _POOL.c.taken + _POOL.c.reserved + count <= _POOL.c.sellable)
    return _change(
        session, sa.update(_POOL).where(_POOL.c.id == pool_id, condition).values(taken=_POOL.c.taken + count)
    )


def read(session: Session, pool_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Seats]:
    """Return the counters of pools that the caller holds."""
    rows = session.execute(sa.select(_POOL.c.id, *_COUNTERS).where(_POOL.c.id.in_(list(pool_ids))))
    return {pool_id: Seats(*counters) for pool_id, *counters in rows}


def take_held(
    session: Session, pool_id: uuid.UUID, count: int, *, from_reserved: int = 0, waited: bool = False
) -> Seats | None:
    """Take `count` seats of a pool that the caller holds, `from_reserved` of them kept for invitees until now.

    `waited` counts one waiting party less. Returns None where they are not there. The pool need not be open.
    """
    return _change(
        session,
        sa.update(_POOL)
        .where(
            _POOL.c.id == pool_id,
            _POOL.c.reserved >= from_reserved,
            _POOL.c.taken + _POOL.c.reserved - from_reserved + count <= _POOL.c.sellable,
        )
        .values(
            taken=_POOL.c.taken + count,
            reserved=_POOL.c.reserved - from_reserved,
            waiting=_POOL.c.waiting - (1 if waited else 0),
        ),
    )


def release(session: Session, pool_id: uuid.UUID, count: int) -> Seats:
    """Give `count` seats back. Where the capacity was lowered meanwhile, what is above it is gone for good."""
    seats = _change(
        session,
        sa.update(_POOL)
        .where(_POOL.c.id == pool_id)
        .values(taken=_POOL.c.taken - count, sellable=_sellable(_POOL.c.taken - count)),
    )
    return cast("Seats", seats)


def count_in(session: Session, pool_id: uuid.UUID, count: int) -> None:
    """Count seats that are taken already, whether there are so many or not: nobody is dropped."""
    taken = _POOL.c.taken + count
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(taken=taken, sellable=_sellable(taken)))


def start_waiting(session: Session, pool_id: uuid.UUID) -> bool:
    """Count one more waiting party, if the pool is open."""
    changed = session.execute(
        sa.update(_POOL).where(_POOL.c.id == pool_id, _POOL.c.open.is_(True)).values(waiting=_POOL.c.waiting + 1)
    )
    return cast("sa.CursorResult[Any]", changed).rowcount == 1


def add_waiting(session: Session, pool_id: uuid.UUID, count: int = 1) -> None:
    """Count `count` more waiting parties in a pool that the caller holds, open or not."""
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(waiting=_POOL.c.waiting + count))


def stop_waiting(session: Session, pool_id: uuid.UUID) -> None:
    """Count one waiting party less."""
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(waiting=_POOL.c.waiting - 1))


def set_counters(session: Session, pool_id: uuid.UUID, *, taken: int, waiting: int) -> None:
    """Set the counters of a pool that the caller holds and has counted anew; nobody is dropped."""
    planned = sa.func.coalesce(_POOL.c.capacity + _POOL.c.overbooking, SeatPool.UNLIMITED)
    sellable = sa.case((planned > taken, planned), else_=taken)
    free = sellable - taken
    reserved = sa.case((_POOL.c.reserved > free, free), else_=_POOL.c.reserved)
    values = {"taken": taken, "waiting": waiting, "sellable": sellable, "reserved": reserved}
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(values))


def resize(session: Session, pool_id: uuid.UUID, *, capacity: int | None, overbooking: int = 0) -> None:
    """Set the capacity. Below what is taken it drops nobody: `sellable` stays at what is taken.

    Of seats that are not there any more none can be kept for invitees.
    """
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(capacity=capacity, overbooking=overbooking))
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id).values(sellable=_sellable(_POOL.c.taken)))
    free = _POOL.c.sellable - _POOL.c.taken
    session.execute(sa.update(_POOL).where(_POOL.c.id == pool_id, _POOL.c.reserved > free).values(reserved=free))


def _sellable(taken: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    planned = sa.func.coalesce(_POOL.c.capacity + _POOL.c.overbooking, SeatPool.UNLIMITED)
    return sa.case((planned > taken, planned), else_=taken)


def set_open(session: Session, event_id: uuid.UUID, open_: bool) -> None:
    """Open or close every pool of an event. A seat being taken at this moment is taken before or refused after."""
    session.execute(sa.update(_POOL).where(_POOL.c.event_id == event_id).values(open=open_))


def totals(session: Session, event_id: uuid.UUID) -> Seats:
    """Return the counters of all pools of an event together; what others take at this moment is not in them."""
    total = sa.func.sum
    taken, sellable, waiting, reserved = session.execute(
        sa.select(total(_POOL.c.taken), total(_POOL.c.sellable), total(_POOL.c.waiting), total(_POOL.c.reserved)).where(
            _POOL.c.event_id == event_id, _POOL.c.purpose != PoolPurpose.CHOICE
        )
    ).one()
    return Seats(int(taken), int(sellable), int(waiting), low_noted=False, reserved=int(reserved))


def note_low(session: Session, event_id: uuid.UUID) -> bool:
    """Remember that few seats of an event are left; returns True the first time only."""
    noted = _POOL.alias()
    already = sa.select(noted.c.id).where(noted.c.event_id == event_id, noted.c.low_noted.is_(True)).exists()
    changed = session.execute(
        sa.update(_POOL)
        .where(_POOL.c.event_id == event_id, _POOL.c.low_noted.is_(False), ~already)
        .values(low_noted=True)
    )
    return cast("sa.CursorResult[Any]", changed).rowcount > 0


def pools_of(session: Session, *event_ids: uuid.UUID) -> dict[uuid.UUID, Seats]:
    """Hold every pool of these events until the commit, in the order that everybody keeps; returns their counters."""
    claims.claim(session, *event_ids)
    rows = session.execute(
        sa.select(_POOL.c.id, *_COUNTERS)
        .where(_POOL.c.event_id.in_(event_ids))
        .order_by(_IS_CHOICE, _POOL.c.id)
        .with_for_update(key_share=True)
    )
    return {pool_id: Seats(*counters) for pool_id, *counters in rows}
