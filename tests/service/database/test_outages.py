"""A database that is away: a clear "not now" for everybody who waits, one line in the log, a probe that says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.errors import Refused
from events.models import Organiser, SeatPool
from events.storage import Session
from service.database.outages import Busy, Unavailable, refusal_of
from service.database.transactions import Database
from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.life import Life, add_organiser
from tests.support.postgres import Postgres
from tests.support.running import make_runtime


def sqlite_error(name: str) -> sa.exc.OperationalError:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorname = name
    return sa.exc.OperationalError("SELECT 1", {}, error)


def postgresql_error(code: str) -> sa.exc.DBAPIError:
    return sa.exc.DBAPIError("SELECT 1", {}, psycopg.errors.lookup(code)("as the server says"))


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (sqlite_error("SQLITE_BUSY"), Unavailable),
        (sqlite_error("SQLITE_FULL"), Unavailable),
        (sqlite_error("SQLITE_IOERR_WRITE"), Unavailable),
        (sqlite_error("SQLITE_READONLY_DBMOVED"), Unavailable),
        (sqlite_error("SQLITE_CANTOPEN"), Unavailable),
        (sqlite_error("SQLITE_ERROR"), None),  # no such table: a mistake of ours
        (sqlite_error("SQLITE_CONSTRAINT_CHECK"), None),
        (postgresql_error("53100"), Unavailable),  # disk full
        (postgresql_error("53300"), Unavailable),  # too many connections
        (postgresql_error("57P01"), Unavailable),  # shutting down
        (postgresql_error("25006"), Unavailable),  # a standby
        (postgresql_error("55P03"), Busy),  # lock not available
        (postgresql_error("57014"), Busy),  # statement timeout
        (postgresql_error("40P01"), Busy),  # deadlock
        (postgresql_error("42P01"), None),  # undefined table
        (postgresql_error("23514"), None),  # check violation
        (sa.exc.OperationalError("", {}, psycopg.OperationalError("connection refused")), Unavailable),
        (sa.exc.TimeoutError("no connection free"), Busy),
        (ValueError("ours"), None),
    ],
    ids=str,
)
def test_what_an_error_means(error: Exception, meaning: type[Refused] | None) -> None:
    assert type(refusal_of(error)) is (meaning or type(None))


def test_a_query_that_writes_is_a_mistake_and_no_outage() -> None:
    assert refusal_of(sqlite_error("SQLITE_READONLY"), reading=True) is None


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what an operator reads of it, without the database's own words."""
    return [
        record.getMessage().partition(":")[0] for record in caplog.records if record.name == "service.database.outages"
    ]


def ask(client: TestClient[Any], event_id: object, language: str = "en", number: int = 1) -> tuple[int, str, str, str]:
    """Register somebody; return status, Retry-After, and the problem's code and detail."""
    person = {"name": "Siti Aminah", "email": f"siti{number}@example.org", "consent": True}
    answer = client.post(f"/api/v1/events/{event_id}/registrations", json=person, headers={"Accept-Language": language})
    said = answer.json() if answer.status_code != 201 else {}
    return answer.status_code, answer.headers.get("retry-after", ""), said.get("code", ""), said.get("detail", "")


ENGLISH = (503, "10", "unavailable", "The service cannot reach its records right now. Please try again in a minute.")
INDONESIAN = "Layanan kami sedang tidak dapat mengakses datanya. Silakan coba lagi sekitar satu menit lagi."


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may stop."""
    server = Postgres()
    yield server
    server.stop()


def test_a_server_that_is_down(own_postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from service.migrations import migrate  # noqa: PLC0415 - alembic is slow to import; only this test needs it

    url = own_postgres.url(own_postgres.create())
    migrate(url)
    runtime = make_runtime(url, tmp_path)
    event_id = Life(runtime.database, runtime.database.write(add_organiser)).webinar()
    with TestClient(create_app(runtime)) as client:
        assert client.get("/healthz").status_code == 200
        own_postgres.pause()
        caplog.clear()
        assert [ask(client, event_id) for _ in range(3)] == [ENGLISH] * 3
        assert ask(client, event_id, "id")[3] == INDONESIAN
        page = client.get("/")
        assert (page.status_code, page.headers["retry-after"], INDONESIAN in page.text) == (503, "10", True)
        probe = client.get("/healthz")
        assert (probe.status_code, probe.headers["retry-after"]) == (503, "10")
        assert client.get("/livez").status_code == 200
        assert told(caplog) == ["the database cannot be written", "the database cannot be read"]
        own_postgres.resume()
        assert ask(client, event_id)[0] == 201
        assert client.get("/healthz").status_code == 200
        assert told(caplog)[2:] == ["the database can be written again", "the database can be read again"]
        assert [record for record in caplog.records if record.exc_info] == []
    runtime.close()


@pytest.fixture
def hall(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Runtime, Any]]:
    """A runtime on SQLite and the key of an event in it."""
    runtime = make_runtime(sqlite_url, tmp_path)
    yield runtime, Life(runtime.database, runtime.database.write(add_organiser)).webinar()
    runtime.close()


def test_a_file_that_another_program_has_locked(
    hall: tuple[Runtime, Any], sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    runtime, event_id = hall
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    with TestClient(create_app(runtime)) as client:
        other.execute("BEGIN IMMEDIATE")
        assert ask(client, event_id) == ENGLISH
        assert (client.get("/").status_code, client.get("/healthz").status_code) == (200, 503)  # reading goes on
        other.execute("ROLLBACK")
        assert ask(client, event_id)[0] == 201
        assert client.get("/healthz").status_code == 200
    other.close()
    assert told(caplog) == ["the database cannot be written", "the database can be written again"]


def test_a_disk_that_is_full_keeps_what_it_has_promised_and_nothing_else(hall: tuple[Runtime, Any]) -> None:
    runtime, event_id = hall
    with runtime.database.engine.connect() as connection:  # SQLite's own way to have no room left, for its one writer
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with TestClient(create_app(runtime)) as client:
        answers = [ask(client, event_id)]
        while answers[-1][0] == 201:
            answers.append(ask(client, event_id, number=len(answers) + 1))
        assert answers[-1] == ENGLISH
        assert client.get("/healthz").status_code == 503
    taken = runtime.database.read(lambda session: session.scalar(sa.select(SeatPool.taken)))
    assert taken == len(answers) - 1


def test_connections_to_postgresql_are_given_limits(postgresql_database: Database) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    statement = sa.select(*(sa.func.current_setting(name) for name in names))
    assert postgresql_database.read(lambda session: tuple(session.execute(statement).one())) == ("5s", "30s", "1min")
    assert postgresql_database.write(lambda session: tuple(session.execute(statement).one())) == ("5s", "30s", "1min")


def test_the_operators_own_limits_decide(postgresql_url: str) -> None:
    database = Database(postgresql_url + "&options=-c%20statement_timeout%3D9s")
    limits = sa.select(sa.func.current_setting("statement_timeout"), sa.func.current_setting("lock_timeout"))
    assert database.read(lambda session: tuple(session.execute(limits).one())) == ("9s", "5s")
    database.close()


def test_who_waits_too_long_for_a_row_is_told_to_come_back(postgresql_url: str) -> None:
    database = Database(postgresql_url + "&options=-c%20lock_timeout%3D50ms")
    organiser_id = database.write(add_organiser)

    def rename(session: Session) -> None:
        session.execute(sa.update(Organiser).where(Organiser.id == organiser_id).values(slug="lain"))

    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as other:
        other.execute("SELECT * FROM organiser FOR UPDATE")
        with pytest.raises(Busy):
            database.write(rename)
        assert database.usable  # others are served
    database.write(rename)
    database.close()
