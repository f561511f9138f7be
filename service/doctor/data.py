"""Is the database there, and is what stands in it whole?"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from events import outbox
from events.seating import seat_audit
from service.accounts import sealing
from service.database.outages import Unavailable, reason_of
from service.database.stalls import STALLED_AFTER
from service.doctor.findings import Finding, Verdict, good
from service.wiring import Runtime


def check_database(runtime: Runtime) -> Finding:
    """Can the database be reached, and is it the one that was meant?"""
    place = sa.make_url(runtime.settings.database_address).render_as_string(hide_password=True)
    try:
        runtime.database.read(lambda session: session.scalar(sa.select(1)))
    except (Unavailable, SQLAlchemyError) as error:
        reason = reason_of(error)
        mend = "Check ACARA_DATABASE_URL, that the server runs, and that this machine may reach it."
        return Finding("database", Verdict.BAD, f"{place} cannot be reached: {reason}", mend)
    return good("database", f"{place} answers.")


def check_tables(runtime: Runtime) -> Finding:
    """Is the schema the one that this version was written for?"""
    from service.migrations import current, head  # noqa: PLC0415 - Alembic is needed by nobody else at run time

    if current(runtime.settings.database_address) != head():
        return Finding("tables", Verdict.BAD, "They are not those of this version.", "Run: acara migrate")
    return good("tables", "They are those of this version.")


def check_writer(runtime: Runtime) -> Finding:
    """Does a use-case hang with its transaction open? On SQLite nobody else can write meanwhile."""
    seconds = STALLED_AFTER.total_seconds()
    held = _sqlite_is_held if runtime.database.is_sqlite else _postgresql_is_held
    if held(runtime, seconds):
        found = f"A transaction has been open for {seconds:.0f} s and more; changes wait for it."
        mend = "The log of the process says where it hangs. Start that process again."
        return Finding("writer", Verdict.BAD, found, mend)
    return good("writer", "Nothing keeps the database from being written.")


def _sqlite_is_held(runtime: Runtime, seconds: float) -> bool:
    """Wait for the writer's place for so long; nothing is written."""
    file = sa.make_url(runtime.settings.database_address).database or ""
    connection = sqlite3.connect(file, timeout=seconds, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_BUSY":
            raise
        return True
    finally:
        connection.close()
    return False


def _postgresql_is_held(runtime: Runtime, seconds: float) -> bool:
    activity = sa.table("pg_stat_activity", *map(sa.column, ("datname", "state", "state_change")))
    idle = sa.extract("epoch", sa.func.clock_timestamp() - activity.c.state_change)
    statement = sa.select(sa.func.count()).where(
        activity.c.datname == sa.func.current_database(),
        activity.c.state == "idle in transaction",
        idle > seconds,
    )
    return bool(runtime.database.read(lambda session: session.scalar(statement)))


def check_facts(runtime: Runtime) -> Finding:
    """Is there a fact whose reactions fail again and again?"""
    failing = sa.select(outbox.FactRow).where(outbox.FactRow.settled_at.is_(None), outbox.FactRow.attempts > 0)
    rows = runtime.database.read(lambda session: session.scalars(failing.order_by(outbox.FactRow.id)).all())
    if rows:
        found = f"{len(rows)} wait for their reactions. The first is {rows[0].name}: {rows[0].last_error}"
        return Finding("facts", Verdict.BAD, found, "It is tried again by itself; the log has the whole error.")
    return good("facts", "Everything that happened has been reacted to.")


def check_seats(runtime: Runtime) -> Finding:
    """Are the counters of seats what the registrations add up to?"""
    drifted = runtime.database.read(seat_audit.find_drift)
    if not drifted:
        return good("seats", "Every counter is what its registrations add up to.")
    events = ", ".join(sorted({str(each.event_id) for each in drifted})[:5])
    return Finding(
        "seats",
        Verdict.BAD,
        f"{len(drifted)} counters are not what their registrations add up to, of the events {events}.",
        "Report this: seats may be sold twice or lie idle. Nothing is mended by itself.",
    )


def check_trail(runtime: Runtime) -> Finding:
    """Is the audit trail what it was when it was written?"""
    verdict = runtime.database.read(lambda session: sealing.verify(session, runtime.chain_key))
    if verdict.problems:
        mend = "Somebody changed the database. Compare with a backup; `acara audit verify` lists what does not fit."
        return Finding("audit trail", Verdict.BAD, verdict.problems[0], mend)
    return good("audit trail", f"{verdict.entries} entries and {verdict.facts} facts are what they were.")
