"""Both databases, each test with its own, copied from one that was made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.storage import ReadSession
from service.tables import metadata
from tests.support.postgres import Postgres

_Result = TypeVar("_Result")


class Database:
    """Reads and writes in one database, each call one transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url)
        self._writer = self.engine
        if self.engine.dialect.name == "sqlite":
            self._writer = sa.create_engine(url)
            for engine, begin in ((self.engine, "BEGIN"), (self._writer, "BEGIN IMMEDIATE")):
                _behave(engine, begin)

    def write(self, use_case: Callable[[Session], _Result], /) -> _Result:
        """Run `use_case` in a writing transaction and commit."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            return use_case(session)

    def read(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Run `query` in a reading transaction."""
        with Session(self.engine) as session:
            return query(session)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._writer.dispose()


def _behave(engine: sa.Engine, begin: str) -> None:
    @sa.event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined] # a sqlite3.Connection
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined] # a sqlite3.Connection

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


class SqliteTemplate:
    """An SQLite file with every table and nothing in them."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        engine = sa.create_engine(f"sqlite:///{self._file}")
        metadata.create_all(engine)
        engine.dispose()

    def copy_to(self, folder: Path) -> str:
        """Copy it into `folder` and return the copy's address."""
        target = folder / "acara.sqlite"
        shutil.copyfile(self._file, target)
        return f"sqlite:///{target}"


class PostgresTemplate:
    """A PostgreSQL database with every table and nothing in them."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._name = server.create()
        engine = sa.create_engine(server.url(self._name))
        metadata.create_all(engine)
        engine.dispose()

    def copy(self) -> str:
        """Copy it and return the copy's name."""
        return self._server.create(template=self._name)
