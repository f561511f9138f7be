"""Counting what is asked of a database: a list page must cost the same for one row and for a thousand."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import event

from service.database.transactions import Database


@contextmanager
def counted(database: Database) -> Generator[list[str]]:
    """Collect the statements that are sent, for reading or writing, while the context lasts."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)
