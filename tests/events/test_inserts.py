"""INSERTs that are compiled once write what SQLAlchemy's own way writes, and refuse what it refuses."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from events.inserts import insert, insert_all, insert_if_absent
from events.models import Registration, RegistrationState
from events.storage import ReadSession, Session, new_id
from tests.support.databases import Database
from tests.support.life import NOW, Life

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_WITA = timezone(timedelta(hours=8))


def a_row(life: Life, event_id: uuid.UUID, person: str, **changes: Any) -> dict[str, Any]:
    """Return a row with something of each type: keys, texts, moments, choices, documents, truths and nothing."""
    return {
        "id": new_id(),
        "event_id": event_id,
        "pool_id": life.pool(event_id).id,
        "place_id": event_id,
        "state": RegistrationState.CONFIRMED,
        "name": "Siti “Ayu” Nurhaliza, 100%",
        "email": None,
        "person_key": f"email:{person}",
        "answers": {"minat": ["komik", "é"], "buku": 4},
        "wheelchair": True,
        "consent_version": "2026-01",
        "consented_at": NOW.astimezone(_WITA),
        "created_at": NOW,
        "updated_at": NOW,
    } | changes


def rows_of(database: Database) -> list[dict[str, Any]]:
    def read(session: ReadSession) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in session.execute(sa.select(_TABLE).order_by(_TABLE.c.person_key))]

    return database.read(read)


def test_a_row_is_what_core_would_have_written_defaults_included(life: Life, database: Database) -> None:
    event_id = life.webinar()
    ours, theirs = a_row(life, event_id, "a"), a_row(life, event_id, "b")
    database.write(lambda session: insert(session.connection(), _TABLE, ours))
    database.write(lambda session: session.connection().execute(sa.insert(_TABLE), theirs))
    first, second = rows_of(database)
    own = {"id", "person_key"}
    assert {name: value for name, value in first.items() if name not in own} == {
        name: value for name, value in second.items() if name not in own
    }
    assert {name: first[name] for name in ours} == ours


def test_a_key_that_is_left_out_is_made(life: Life, database: Database) -> None:
    event_id = life.webinar()
    people = [a_row(life, event_id, person) for person in "abc"]
    for row in people:
        del row["id"]
    database.write(lambda session: insert_all(session.connection(), _TABLE, people))
    assert len({row["id"] for row in rows_of(database)}) == 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_many_rows_are_written_as_are_given(life: Life, database: Database, count: int) -> None:
    event_id = life.webinar()
    rows = [a_row(life, event_id, f"{number}") for number in range(count)]
    database.write(lambda session: insert_all(session.connection(), _TABLE, rows))
    assert [row["id"] for row in rows_of(database)] == [row["id"] for row in rows]


def test_who_is_there_already_is_not_written_twice(life: Life, database: Database) -> None:
    event_id = life.webinar()
    rows = [a_row(life, event_id, person) for person in ("a", "a", "b")]
    done = database.write(lambda session: [insert_if_absent(session.connection(), _TABLE, row) for row in rows])
    assert done == [True, False, True]
    assert [row["id"] for row in rows_of(database)] == [rows[0]["id"], rows[2]["id"]]


def test_rows_of_other_columns_have_statements_of_their_own(life: Life, database: Database) -> None:
    event_id = life.webinar()
    plain, spoken = a_row(life, event_id, "a"), a_row(life, event_id, "b", sign_language=True)

    def one_by_one(session: Session) -> None:
        for row in (plain, spoken, a_row(life, event_id, "c")):
            insert(session.connection(), _TABLE, row)

    database.write(one_by_one)
    assert [row["sign_language"] for row in rows_of(database)] == [False, True, False]


def test_an_unknown_column_is_refused(life: Life, database: Database) -> None:
    row = a_row(life, life.webinar(), "a", surname="Nurhaliza")
    with pytest.raises(ValueError, match="surname"):
        database.write(lambda session: insert(session.connection(), _TABLE, row))


def test_a_naive_moment_is_refused(life: Life, database: Database) -> None:
    row = a_row(life, life.webinar(), "a", created_at=datetime(2026, 12, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises((ValueError, sa.exc.StatementError), match="naive"):
        database.write(lambda session: insert(session.connection(), _TABLE, row))


def test_what_people_typed_stands_in_no_error(life: Life, database: Database) -> None:
    row = a_row(life, life.webinar(), "a", party_size=0)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        database.write(lambda session: insert(session.connection(), _TABLE, row))
    assert "Nurhaliza" not in str(caught.value).replace(str(caught.value.orig), "")
