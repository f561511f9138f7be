from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from events.models import SeatPool
from events.storage import Session, new_id
from service import migrations, tables
from service.migrations import regenerate
from service.tables import metadata
from tests.support.life import Life
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing was ever made."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def _shape(url: str) -> dict[str, Any]:
    """Return everything that the database itself says about its tables, Alembic's own table left out."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)

    def sorted_by_name(items: Any) -> list[Any]:
        return sorted(repr(sorted((key, _plain(value)) for key, value in item.items())) for item in items)

    return {
        table: {
            "columns": [repr((c["name"], str(c["type"]), c["nullable"])) for c in inspector.get_columns(table)],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted_by_name(inspector.get_foreign_keys(table)),
            "uniques": sorted_by_name(inspector.get_unique_constraints(table)),
            "checks": sorted_by_name(inspector.get_check_constraints(table)),
            "indexes": sorted_by_name(inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _plain(value: Any) -> str:
    """Write a partial index's condition out: on SQLite it comes as an object whose repr is its address."""
    return str({key: str(part) for key, part in value.items()} if isinstance(value, dict) else value)


def test_the_initial_revision_is_what_the_tables_of_the_code_give() -> None:
    told = "The tables changed. Write the initial revision anew:  python -m service.migrations.regenerate"
    assert regenerate.FILE.read_text() == regenerate.render(), told


def test_every_module_with_tables_is_registered() -> None:
    """A table that `service.tables` does not import is in no migration, and missing only in production."""
    root = Path(tables.__file__).parent.parent
    files = [
        path for room in ("events", "notifications", "certificates", "service") for path in (root / room).rglob("*.py")
    ]
    with_tables = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in files
        if "__tablename__ = " in path.read_text()
    }
    command = [sys.executable, "-c", "import sys, service.tables; print(*sys.modules, sep='\\n')"]
    loaded = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split()
    assert with_tables - set(loaded) == set()
    assert len(with_tables) >= 10


def test_migrating_an_empty_database_gives_the_shape_of_the_code(empty_url: str) -> None:
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    metadata.create_all(engine)
    wanted = _shape(empty_url)
    metadata.drop_all(engine)
    migrations.migrate(empty_url)
    assert migrations.current(empty_url) == migrations.head() == "0001"
    assert migrations.differences(empty_url) == []
    assert _shape(empty_url) == wanted


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrations.migrate(empty_url)
    before = _shape(empty_url)
    migrations.migrate(empty_url)
    assert _shape(empty_url) == before


def test_migrating_down_leaves_nothing_and_up_again_gives_the_same(empty_url: str) -> None:
    migrations.migrate(empty_url)
    before = _shape(empty_url)
    assert sorted(before) == sorted(metadata.tables)
    migrations.downgrade(empty_url)
    assert _shape(empty_url) == {}
    assert migrations.current(empty_url) is None
    migrations.migrate(empty_url)
    assert _shape(empty_url) == before


def test_a_missing_column_and_a_missing_index_are_differences(empty_url: str) -> None:
    migrations.migrate(empty_url)
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX uq_registration_active_person"))
        connection.execute(sa.text("ALTER TABLE event DROP COLUMN survey_url"))
    found = migrations.differences(empty_url)
    assert sorted(each[0] for each in found) == ["add_column", "add_index"]


def test_two_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    """Two web processes of one deployment start together; without the lock both create the first table."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait()
        try:
            migrations.migrate(empty_url)
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert migrations.differences(empty_url) == []


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty_url: str) -> None:
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE registration (id INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError, match="already exists"):
        migrations.migrate(empty_url)
    assert list(_shape(empty_url)) == ["registration"]
    assert migrations.current(empty_url) is None


# ---------------------------------------------------------------- the database keeps the promises by itself


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"taken": -1}, "taken_not_negative"),
        ({"taken": 11}, "not_oversold"),
        ({"waiting": -1}, "waiting_not_negative"),
    ],
)
def test_counters_that_cannot_be_are_refused_by_the_database(
    life: Life, change: dict[str, int], constraint: str
) -> None:
    event_id = life.webinar(capacity=10)
    statement = sa.update(SeatPool).where(SeatPool.event_id == event_id).values(**change)
    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        life.database.write(lambda session: session.execute(statement))


def _execute(statement: sa.Update, session: Session) -> None:
    session.execute(statement)


def test_checks_of_times_and_parties_are_in_the_database(life: Life) -> None:
    event_id = life.webinar()
    registered = life.register(event_id)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for table, key, change, constraint in (
        ("event", event_id, {"ends_at": long_ago}, "ends_after_start"),
        ("registration", registered.registration_id, {"party_size": 0}, "party_not_empty"),
    ):
        columns = metadata.tables[table]
        statement = sa.update(columns).where(columns.c.id == key).values(change)
        with pytest.raises(sa.exc.IntegrityError, match=constraint):
            life.database.write(partial(_execute, statement))


def test_one_active_place_a_person_and_any_number_of_given_up_ones(life: Life) -> None:
    event_id = life.webinar()
    first = life.register(event_id)
    table = metadata.tables["registration"]

    def copy_with_state(state: str) -> None:
        def use_case(session: Any) -> None:
            row = dict(session.execute(sa.select(table).where(table.c.id == first.registration_id)).mappings().one())
            session.execute(sa.insert(table).values(row | {"id": new_id(), "state": state}))

        life.database.write(use_case)

    copy_with_state("cancelled")
    copy_with_state("declined")
    for state in ("pending", "confirmed", "offered", "waitlisted"):
        with pytest.raises(sa.exc.IntegrityError):
            copy_with_state(state)


def test_a_row_that_points_nowhere_is_refused(life: Life) -> None:
    table = metadata.tables["seat_pool"]
    values = {"id": new_id(), "event_id": new_id(), "taken": 0, "sellable": 1, "overbooking": 0, "waiting": 0}
    statement = sa.insert(table).values(**values, open=False, low_noted=False)
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"):
        life.database.write(lambda session: session.execute(statement))
