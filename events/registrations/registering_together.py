"""Registering many people for one place with a handful of statements, where it comes to the same as one by one.

It does while there is room for all of them and some more, or no room at all: then nobody's turn changes what another
one gets. Whatever is less plain (choices with places, seats kept for invitees, files, the last seats) is for
`events.registrations.registration.register`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import Refused
from events.models import Registration, RegistrationState, SeatPool
from events.registrations.applications import Application
from events.registrations.registration import LOW_AT_MOST, Registered, keep_members
from events.registrations.registration_rows import row_of
from events.seating import seats
from events.seating.places import Place, find_place
from events.storage import new_id

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table


@dataclass(frozen=True, slots=True)
class Together:
    """What became of each: None for who is registered already; and the seats that are left after all of them."""

    made: Sequence[Registered | None]
    left: int | None = None
    """None: unlimited."""


def register_together(
    session: Session, applications: Sequence[Application], *, now: datetime, by: str
) -> Together | None:
    """Register people for one event and visiting time, or return None and leave nothing behind. The caller commits.

    None says: take them one by one. Nobody stands twice among the `applications`, and all ask for the same place.
    """
    try:
        place = find_place(session, applications[0].event_id, applications[0].slot_id, now=now)
        rows = [row_of(session, each, place, new_id(), now=now, by=by) for each in applications]
    except Refused:
        return None
    if place.reserved or any(each.choice_places or each.files for each in applications):
        return None
    point = session.begin_nested()
    done = _write(session, applications, rows, place, now=now, by=by)
    if done is None:
        point.rollback()
    else:
        point.commit()
    return done


def _write(
    session: Session,
    applications: Sequence[Application],
    rows: Sequence[dict[str, Any]],
    place: Place,
    *,
    now: datetime,
    by: str,
) -> Together | None:
    counters = seats.lock(session, place.pool_id)
    waits = counters.open and counters.free <= 0 and place.waitlist
    if waits:
        rows = [_waiting(row, now) for row in rows]
    there = _insert(session, rows)
    done = [(each, row) for each, row in zip(applications, rows, strict=True) if row["id"] in there]
    seated = sum(row["party_size"] for _, row in done if row["state"] in _SEATED)
    if waits:
        seats.add_waiting(session, place.pool_id, sum(row["state"] is RegistrationState.WAITLISTED for _, row in done))
    elif seated:
        taken = seats.take(session, place.pool_id, seated)
        if taken is None or (taken.left <= LOW_AT_MOST and not taken.low_noted):
            return None  # the last seats are given out, and told of, one by one
        counters = taken
    keep_members(session, [(row["id"], each.members) for each, row in done if each.members])
    registered = [
        facts.AttendeeRegistered(
            organiser_id=place.organiser_id,
            event_id=each.event_id,
            registration_id=row["id"],
            state=row["state"].value,
            party_size=each.party_size,
            quiet=each.quiet,
        )
        for each, row in done
    ]
    outbox.record_all(session, registered, now=now, by=by)
    made = [Registered(row["id"], row["state"]) if row["id"] in there else None for row in rows]
    return Together(made, None if counters.sellable >= SeatPool.UNLIMITED else counters.left)


_SEATED = (RegistrationState.CONFIRMED, RegistrationState.PENDING)


def _waiting(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return the row of who finds no seat; who asks for a decision first holds no place in the queue either."""
    if row["state"] is RegistrationState.REQUESTED:
        return row | {"waiting_since": None}
    return row | {"state": RegistrationState.WAITLISTED, "waiting_since": now}


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> set[Any]:
    """Write the rows of those who are not registered yet, and return their ids."""
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
    names = sorted({name for row in rows for name in row})
    # Rows of one statement have the same columns: a guardian's are there for all of them, or for none.
    return {key for (key,) in connection.execute(statement, [{name: row.get(name) for name in names} for row in rows])}
