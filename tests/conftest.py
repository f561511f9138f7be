"""Fixtures for every test. Servers are real, one of each per test process; each test has a database of its own.

database              both databases, one after the other (write, read, url)
sqlite_database, postgresql_database    just the one
life                  an organiser with events in any stage (tests.support.life.Life)
now                   the business time of tests
valkey                a real Valkey, empty
smtp_sink             a mail server that keeps what it is given and misbehaves when told to
files                 an empty file store
browser, page         headless Chromium; `tests.support.browser.assert_accessible(page)` runs axe
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page

from service.files.stored import StoredFiles, open_files
from tests.support import browser as chromium
from tests.support import life as lives
from tests.support.databases import Database, PostgresDatabases, SqliteTemplate
from tests.support.life import Life
from tests.support.memory import make_folder
from tests.support.postgres import Postgres
from tests.support.smtp import SmtpSink
from tests.support.valkey import Valkey

# Reading a thousand test files makes millions of objects, none of which is garbage: collecting among them again and
# again took half of the time until the first test, and a good part of every other.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage from now on, among what tests make."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that may take minutes, so that no core waits at the end for one of them."""
    items.sort(key=_patience, reverse=True)


def _patience(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0


SELDOM = (20_000, 20, 20)
"""Young objects before a collection, and collections of one generation before the next is looked at."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
"""How long an example takes says something of the machine and its other work, nothing of the code."""

# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this test process."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_databases(postgres: Postgres) -> PostgresDatabases:
    """Every table, made once."""
    return PostgresDatabases(postgres)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """Every table, made once."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate) -> Iterator[str]:
    """The address of an SQLite database with every table and nothing in them."""
    folder = make_folder("acara-sqlite-")
    yield sqlite_template.copy_to(folder)
    shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgres: Postgres, postgres_databases: PostgresDatabases) -> Iterator[str]:
    """The address of a PostgreSQL database with every table and nothing in them."""
    name = postgres_databases.lend()
    yield postgres.url(name)
    postgres_databases.take_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with every table and nothing in them, on each engine in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of the test's own, on each engine in turn."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An SQLite database of the test's own, for what does not depend on the engine."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """A PostgreSQL database of the test's own."""
    opened = Database(postgresql_url)
    yield opened
    opened.close()


# ---------------------------------------------------------------- events


@pytest.fixture
def now() -> datetime:
    """Tuesday, 1 December 2026, 09.00 WIB."""
    return lives.NOW


@pytest.fixture
def life(database: Database) -> Life:
    """The Batam City Library in `database`, ready to hold events."""
    return Life(database, database.write(lives.add_organiser))


# ---------------------------------------------------------------- servers and files


@pytest.fixture(scope="session")
def _valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.stop()


@pytest.fixture
def valkey(_valkey: Valkey) -> Valkey:
    """A real Valkey with nothing in it."""
    _valkey.flush()
    return _valkey


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server on loopback."""
    sink = SmtpSink()
    yield sink
    sink.stop()


@pytest.fixture
def files(tmp_path: Path) -> StoredFiles:
    """An empty file store."""
    return open_files(f"file://{tmp_path}/files")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless.

    One for each module and not for the whole run: while Playwright runs, its event loop counts as running in this
    thread, and whatever another module's tests hand to `asyncio.run` would be refused.
    """
    with chromium.launch() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a phone's width in a browser that nobody used before."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="id-ID", timezone_id="Asia/Jakarta")
    yield context.new_page()
    context.close()
