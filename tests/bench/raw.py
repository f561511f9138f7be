"""What a registration costs at least: its rows and the counter, one transaction each, straight through the driver.

``python -m tests.bench.raw ADDRESS EVENT CALLERS SECONDS`` prints how many were committed per second. The statements
and their values are those that the service sends for what is in `tests.bench.application`, compiled once.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from events.models import Event, PartyMember, Registration, RegistrationSource, RegistrationState, SeatPool
from events.outbox import FactRow
from events.storage import new_id
from tests.bench.application import SIZES, checked

Register = Callable[[int], None]


class Statements:
    """The statements in a driver's own words, and the values of one party."""

    def __init__(self, dialect: sa.Dialect, organiser: uuid.UUID, event: uuid.UUID, pool: uuid.UUID) -> None:
        pools: Any = SeatPool.__table__
        self._organiser, self._event, self._pool = organiser, event, pool
        self._dialect = dialect
        now = datetime.now(UTC)
        self._answers = [checked(size) for size in SIZES]
        self._registration = sa.insert(Registration).values(self._person(0, uuid.uuid4(), now)).compile(dialect=dialect)
        self._fact = sa.insert(FactRow).values(self._happened(uuid.uuid4(), 1, now)).compile(dialect=dialect)
        member = {"registration_id": uuid.uuid4(), "person": 1, "name": "", "answers": {}}
        self._member = sa.insert(PartyMember).values(member).compile(dialect=dialect)
        self._take = (
            sa.update(pools)
            .where(pools.c.id == sa.bindparam("pool"), pools.c.open.is_(True), pools.c.waiting == 0,
                   pools.c.taken + pools.c.reserved + sa.bindparam("count") <= pools.c.sellable)
            .values(taken=pools.c.taken + sa.bindparam("count"))
            .compile(dialect=dialect)
        )  # fmt: skip

    def of(self, number: int) -> list[tuple[str, Any]]:
        """Return the statements that register a party."""
        registration, now = new_id(), datetime.now(UTC)
        size = SIZES[number % len(SIZES)]
        members = enumerate(self._answers[number % len(SIZES)].members, start=1)
        rows = [
            {"registration_id": registration, "person": person, "name": each.name, "answers": dict(each.answers)}
            for person, each in members
        ]
        return [
            self._bound(self._registration, self._person(number, registration, now)),
            *(self._bound(self._member, row) for row in rows),
            self._bound(self._take, {"pool": self._pool, "count": size}),
            self._bound(self._fact, self._happened(registration, size, now)),
        ]

    def _bound(self, statement: sa.Compiled, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the text and the values as the driver takes them."""
        compiled: Any = statement
        convert = compiled._bind_processors  # the conversions that SQLAlchemy would make
        ready = {name: convert[name](value) if name in convert else value for name, value in values.items()}
        given = {**{name: value for name, value in compiled.params.items() if name not in ready}, **ready}
        if compiled.positional:
            return str(statement), [given[name] for name in compiled.positiontup]
        return str(statement), given

    def _person(self, number: int, registration: uuid.UUID, now: datetime) -> dict[str, Any]:
        email = f"peserta{number}-{registration.hex}@example.org"
        turn = number % len(SIZES)
        return {
            "id": registration, "event_id": self._event, "pool_id": self._pool, "slot_id": None,
            "place_id": self._event, "source": RegistrationSource.FORM, "form_revision": 1, "sign_language": False,
            "wheelchair": False, "priority": 0, "needs_approval": False, "needs_guardian": False,
            "state": RegistrationState.CONFIRMED, "name": f"Siti Nurhaliza {number}", "email": email, "phone": None,
            "person_key": f"email:{email}", "party_size": SIZES[turn], "locale": "id",
            "institution": "SMA Negeri 1 Batam", "access_needs": None, "answers": dict(self._answers[turn].values),
            "consent_version": "2026-01", "consented_at": now, "link_version": 1, "calendar_sequence": 0,
            "created_at": now, "updated_at": now,
        }  # fmt: skip

    def _happened(self, registration: uuid.UUID, size: int, now: datetime) -> dict[str, Any]:
        payload = {"registration_id": str(registration), "state": "confirmed", "party_size": size}
        return {
            "id": new_id(), "name": "AttendeeRegistered", "version": 1, "organiser_id": self._organiser,
            "event_id": self._event, "payload": payload, "by": f"person:{registration}", "request_id": None,
            "recorded_at": now, "attempts": 0,
        }  # fmt: skip


def _sqlite_caller(address: str, statements: Statements) -> tuple[Register, Callable[[], None]]:
    connection = sqlite3.connect(address.removeprefix("sqlite:///"), timeout=60, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")

    def register(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in statements.of(number):
            connection.execute(statement, values)
        connection.execute("COMMIT")

    return register, connection.close


def _postgresql_caller(address: str, statements: Statements) -> tuple[Register, Callable[[], None]]:
    connection = psycopg.connect(address.replace("+psycopg", ""))

    def register(number: int) -> None:
        for statement, values in statements.of(number):
            connection.execute(statement, values)
        connection.commit()

    return register, connection.close


def measure(address: str, event: uuid.UUID, callers: int, seconds: float) -> float:
    """Return how many registrations `callers` threads, each with a connection of its own, commit per second."""
    sqlite = address.startswith("sqlite")
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        found = sa.select(SeatPool.id, Event.organiser_id).join(Event, Event.id == SeatPool.event_id)
        pool, organiser = connection.execute(found.where(SeatPool.event_id == event)).one()
    engine.dispose()
    dialect = sqlite_dialect() if sqlite else cast("Any", PGDialect_psycopg)()
    statements = Statements(dialect, organiser, event, pool)
    caller = _sqlite_caller if sqlite else _postgresql_caller
    ready = threading.Barrier(callers + 1)
    done = [0] * callers
    ended = [0.0] * callers
    until = [0.0]

    def call(number: int) -> None:
        register, close = caller(address, statements)
        ready.wait()
        while time.monotonic() < until[0]:
            register(done[number])
            done[number] += 1
        ended[number] = time.monotonic()  # the last close moves SQLite's log into its database
        close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    until[0] = began + seconds + 1  # until all have connected
    ready.wait()
    began = time.monotonic()
    until[0] = began + seconds
    for thread in threads:
        thread.join()
    return sum(done) / (max(ended) - began)


if __name__ == "__main__":
    print(measure(sys.argv[1], uuid.UUID(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
