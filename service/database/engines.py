"""Opening a database: what its connections are told before the first statement."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event

CONNECT_WITHIN = 5
"""Seconds that PostgreSQL has for taking a connection; the driver's own patience is two minutes."""
LOCK_WITHIN = 5
"""Seconds to wait for what another transaction holds: a row of PostgreSQL, the whole file of SQLite."""
ANSWER_WITHIN = 30
"""Seconds that one statement may take (PostgreSQL). Migrations have connections of their own, and all the time."""
IDLE_WITHIN = 60
"""Seconds that a transaction may hold its locks while its process does something else, or is gone (PostgreSQL)."""

_LIMITS = {
    "lock_timeout": f"{LOCK_WITHIN}s",
    "statement_timeout": f"{ANSWER_WITHIN}s",
    "idle_in_transaction_session_timeout": f"{IDLE_WITHIN}s",
}


_encode = msgspec.json.Encoder().encode


def _to_json(value: Any) -> str:
    """Return a document as it is kept: a registration has some, and the standard library takes 6 µs for each."""
    return _encode(value).decode()


def open_engine(address: str, *, connections: int, writing: bool) -> sa.Engine:
    """Return an engine of at most `connections` connections; one that is not for `writing` cannot write on SQLite."""
    if address.startswith("sqlite"):
        return _open_sqlite(address, connections=connections, writing=writing)
    return _open_postgresql(address, connections=connections)


def _open_postgresql(address: str, *, connections: int) -> sa.Engine:
    options = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    given = sa.make_url(address).query.get("options", "")
    if not isinstance(given, str):
        given = " ".join(given)
    return sa.create_engine(
        address,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,  # what people typed stands in no log
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "connect_timeout": CONNECT_WITHIN,
            "options": f"{options} {given}",
        },  # the last one decides: the operator
    )


def _open_sqlite(address: str, *, connections: int, writing: bool) -> sa.Engine:
    """SQLite's writers say BEGIN IMMEDIATE, because a lock that comes later sells one seat twice."""
    engine = sa.create_engine(
        address,
        poolclass=sa.QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # what people typed stands in no log
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args={"timeout": LOCK_WITHIN},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # a confirmed seat survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        if not writing:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
