"""A copy of what registering looks at, for trying things out without making anybody wait.

The copy is a database of its own, in memory and gone afterwards. It holds one event with its seats, its queue and its
invitees, and of everybody else only who is on the list that is tried. The rules that run on it are the ones that run on
the real one: nothing is counted a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from events.models import (
    Attendance,
    Event,
    Invitee,
    Organiser,
    PartyMember,
    Registration,
    RegistrationState,
    SeatHold,
    SeatPool,
    Slot,
)
from events.outbox import FactRow
from events.registrations.approval_rules import rules_of
from events.storage import Base, ReadSession

_Result = TypeVar("_Result")
Rows = Mapping[sa.Table, Sequence[Mapping[str, Any]]]
"""What was read, by table."""

_AT_ONCE = 500
_QUEUE = (RegistrationState.WAITLISTED, RegistrationState.OFFERED)
_MODELS = (Organiser, Event, SeatPool, Slot, Invitee, Registration, SeatHold, PartyMember, Attendance, FactRow)
_TABLES: dict[type[Base], sa.Table] = {
    model: _table for model in _MODELS if isinstance(_table := model.__table__, sa.Table)
}


def read_copy(session: ReadSession, own: Event, person_keys: Collection[str]) -> Rows:
    """Read an event, who waits for it, and where else (and there) the people with these keys have registered."""
    people = _registrations(session, own, person_keys)
    ids = [row["id"] for row in people]
    found: dict[sa.Table, list[Mapping[str, Any]]] = {
        _TABLES[Registration]: people,
        _TABLES[Event]: _of_ids(session, Event, Event.id, {own.id, *(row["event_id"] for row in people)}),
        _TABLES[SeatHold]: _of_ids(session, SeatHold, SeatHold.registration_id, ids),
        _TABLES[Attendance]: _of_ids(session, Attendance, Attendance.registration_id, ids),
    }
    for model in (SeatPool, Slot, Invitee):
        found[_TABLES[model]] = _of_ids(session, model, model.event_id, [own.id])
    owners = {row["organiser_id"] for row in found[_TABLES[Event]]}
    found[_TABLES[Organiser]] = _of_ids(session, Organiser, Organiser.id, owners)
    return found


def _registrations(session: ReadSession, own: Event, person_keys: Collection[str]) -> list[Mapping[str, Any]]:
    table = _TABLES[Registration]
    here = sa.select(table).where(table.c.event_id == own.id)
    waiting = here.where(table.c.state.in_(_QUEUE))
    found = {row["id"]: dict(row) for row in session.execute(waiting).mappings()}
    # Where else people were matters only to the rule that approves who came before.
    known = sa.select(table) if rules_of(own.approval).returning else here
    for some in _some(person_keys):
        rows = session.execute(known.where(table.c.person_key.in_(some))).mappings()
        found |= {row["id"]: dict(row) for row in rows}
    return list(found.values())


def _of_ids(session: ReadSession, model: type[Base], column: Any, wanted: Collection[Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for some in _some(wanted):
        found += [dict(row) for row in session.execute(sa.select(_TABLES[model]).where(column.in_(some))).mappings()]
    return found


def _some(wanted: Collection[_Result]) -> Iterator[list[_Result]]:
    values = list(wanted)
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def on_copy(rows: Rows, use_case: Callable[[Session], _Result]) -> _Result:
    """Run a use-case on a copy and return its result. Holds the CPU: run it in a thread; no connection is used."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
    # The driver would begin transactions when it likes, and savepoints would stand outside of them.
    event.listen(engine, "begin", _begin)
    try:
        with Session(engine, expire_on_commit=False) as session:
            connection = session.connection()
            # No foreign keys: what the copied rows refer to was left behind.
            Base.metadata.create_all(connection, tables=list(_TABLES.values()))
            for table, found in rows.items():
                if found:
                    connection.execute(sa.insert(table), [dict(row) for row in found])
            return use_case(session)
    finally:
        engine.dispose()
