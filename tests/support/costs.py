"""What a database does for a piece of work, counted instead of timed: the same on every machine and under any load.

SQLite counts the instructions of its virtual machine (`sqlite3_progress_handler`), PostgreSQL the pages that it touches
(`EXPLAIN (ANALYZE, BUFFERS)` of every statement, run once more and rolled back). Both grow when a statement reads more
rows than it needs, and neither cares who else uses the processor.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from service.database.transactions import Database

GRAIN = 10
"""Instructions that SQLite counts at once."""


@dataclass(slots=True)
class Cost:
    """What some work cost: instructions of SQLite, or pages of PostgreSQL; and the statements it took."""

    units: int = 0
    statements: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])


@contextmanager
def measured(database: Database) -> Generator[Cost]:
    """Count what is asked of the database while the context lasts."""
    cost = Cost()

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        cost.statements.append((statement, parameters))

    def count(connection: Any, *_rest: object) -> None:
        def step() -> int:
            cost.units += GRAIN
            return 0

        connection.set_progress_handler(step, GRAIN)

    def stop(connection: Any, *_rest: object) -> None:
        connection.set_progress_handler(None, 0)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
        if database.is_sqlite:
            event.listen(engine, "checkout", count)
            event.listen(engine, "checkin", stop)
    try:
        yield cost
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)
            if database.is_sqlite:
                event.remove(engine, "checkout", count)
                event.remove(engine, "checkin", stop)
    if not database.is_sqlite:
        cost.units = _pages(database.engines[0], cost.statements)


def _pages(engine: sa.Engine, statements: list[tuple[str, Any]]) -> int:
    """Return how many pages the reading statements touch."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return sum(_pages_of(driver, *each) for each in statements if _can_be_explained(each[0]))


def _can_be_explained(statement: str) -> bool:
    """Only reading is repeated: what was inserted is there already."""
    return statement.lstrip().upper().startswith(("SELECT", "WITH"))


def _pages_of(driver: psycopg.Connection[Any], statement: str, parameters: Any) -> int:
    row = driver.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement, parameters).fetchone()
    assert row is not None
    driver.rollback()
    plan: dict[str, Any] = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def plan_of(database: Database, statement: str, parameters: Any) -> list[str]:
    """Return how the database goes about a statement, a line a step."""
    with database.engines[0].connect() as connection:
        driver: Any = connection.connection.driver_connection
        if database.is_sqlite:
            rows = driver.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
            return [str(row[3]) for row in rows]
        return [str(row[0]) for row in driver.execute("EXPLAIN (COSTS OFF) " + statement, parameters).fetchall()]
