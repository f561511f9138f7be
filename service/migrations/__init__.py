"""The database's shape and its history, applied from code: no alembic.ini, no second place for the address.

While Acara has not been released there is one revision, written anew by ``python -m service.migrations.regenerate``
whenever a table changes. From the first release on, every change is a revision of its own.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import autogenerate, command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from service.migrations.rendering import OPTIONS
from service.tables import metadata

FOLDER = Path(__file__).parent
_LOCK = 0x6163617261
"""PostgreSQL's advisory lock "acara": of two processes that start at once, one migrates and the other waits."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`, in one transaction; does nothing where it is there already.

    Safe to call from several processes at once. Raises what the database raises, with nothing changed.
    """
    with _transaction(url) as connection:
        command.upgrade(_configuration(connection), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take revisions back until `revision`, in one transaction. What the tables held is lost with them."""
    with _transaction(url) as connection:
        command.downgrade(_configuration(connection), revision)


def head() -> str | None:
    """Return the newest revision that this version of the code knows."""
    return ScriptDirectory.from_config(_configuration(None)).get_current_head()


def current(url: str) -> str | None:
    """Return the revision that the database is at, or None where nothing was ever migrated."""
    with _transaction(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(url: str) -> list[Any]:
    """Return what the tables of the code and those of the database do not agree on (Alembic's directives)."""
    with _transaction(url) as connection:
        found: list[Any] = autogenerate.compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), metadata)
        return found


def _configuration(connection: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _transaction(url: str) -> Generator[sa.Connection]:
    """Connect, keep other migrations out, commit at the end or leave everything as it was.

    SQLite needs two things said aloud: BEGIN before the first statement, or each CREATE TABLE would commit by itself;
    and foreign keys stay off (its default), because altering a table there means copying it.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _take_over_transactions)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _take_over_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 60000")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
