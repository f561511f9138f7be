"""Both databases, each test with its own, copied from one that was made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from service.database.transactions import Database
from service.tables import metadata
from tests.support.postgres import Postgres

__all__ = ["Database", "PostgresDatabases", "SqliteTemplate"]


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


class PostgresDatabases:
    """PostgreSQL databases with every table and nothing in them; one that was used is emptied and lent again."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._template = server.create()
        engine = sa.create_engine(server.url(self._template), poolclass=sa.NullPool)
        metadata.create_all(engine)
        self._tables = sorted(metadata.tables)
        self._free: list[str] = []

    def lend(self) -> str:
        """Return the name of an empty database."""
        return self._free.pop() if self._free else self._server.create(template=self._template)

    def take_back(self, name: str) -> None:
        """Empty the database for the next test, or remove it where the test changed its tables."""
        if self._server.clean(name, self._tables):
            self._free.append(name)
        else:
            self._server.drop(name)
