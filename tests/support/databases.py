"""Both databases, each test with its own, copied from one that was made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from service.tables import metadata
from service.transactions import Database
from tests.support.postgres import Postgres

__all__ = ["Database", "PostgresTemplate", "SqliteTemplate"]


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
