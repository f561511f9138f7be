"""How things are kept: moments in UTC, text in two languages, keys in the order of time, on both databases."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from events.models import Event, Organiser, Stage
from events.storage import (
    Base,
    LocalizedText,
    LocalizedTextType,
    Session,
    UtcDateTime,
    insert_unless_present,
    new_id,
)
from tests.support.databases import Database
from tests.support.life import NOW, Life, add_organiser

POSTGRESQL: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # not typed by SQLAlchemy
WIB = timezone(timedelta(hours=7))


def test_a_moment_is_the_same_moment_in_every_zone(life: Life) -> None:
    starts_at = datetime(2026, 12, 12, 9, 0, tzinfo=WIB)
    event_id = life.webinar(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    stored = life.event(event_id).starts_at
    assert (stored, stored.tzinfo) == (datetime(2026, 12, 12, 2, 0, tzinfo=UTC), UTC)
    found = sa.select(Event.id).where(Event.starts_at == starts_at)
    assert life.database.read(lambda session: session.scalar(found)) == event_id


def test_moments_keep_their_microseconds_and_their_order(life: Life) -> None:
    moments = [NOW + timedelta(days=20, microseconds=number) for number in (999_999, 0, 1)]
    for starts_at in moments:
        life.webinar(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    statement = sa.select(Event.starts_at).order_by(Event.starts_at)
    assert life.database.read(lambda session: session.scalars(statement).all()) == sorted(moments)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive datetime refused"):
        database.write(lambda session: add_organiser(session, now=datetime(2026, 12, 1)))  # noqa: DTZ001 - the point


@given(moment=st.datetimes(timezones=st.timezones()))
def test_moments_survive_both_dialects(moment: datetime) -> None:
    try:
        wanted = moment.astimezone(UTC)
    except OverflowError:  # the year 0 or 10,000 in UTC
        return
    kind = UtcDateTime()
    for dialect in (sqlite.dialect(), POSTGRESQL):
        bound = kind.process_bind_param(moment, dialect)
        assert kind.process_result_value(bound, dialect) == wanted
    assert kind.process_bind_param(None, sqlite.dialect()) is None
    assert kind.process_result_value(None, sqlite.dialect()) is None


# ---------------------------------------------------------------- text in two languages


@pytest.mark.parametrize(
    ("text", "indonesian", "english", "missing"),
    [
        (LocalizedText("Pameran", "Exhibition"), "Pameran", "Exhibition", ()),
        (LocalizedText("Pameran"), "Pameran", "Pameran", ("en",)),
        (LocalizedText(en="Exhibition"), "Exhibition", "Exhibition", ("id",)),
        (LocalizedText(), "", "", ("id", "en")),
    ],
)
def test_the_other_language_stands_in(text: LocalizedText, indonesian: str, english: str, missing: Any) -> None:
    assert (text.to("id"), text.to("en"), text.missing()) == (indonesian, english, missing)
    assert bool(text) is bool(indonesian)


@pytest.mark.parametrize(
    "text", [LocalizedText("Bapak/Ibu “Anda” 🎉", "quotes ' \" \\ and\nlines"), LocalizedText(en="x"), LocalizedText()]
)
def test_text_comes_back_as_it_was(life: Life, text: LocalizedText) -> None:
    event_id = life.webinar(Stage.DRAFT, description=text)
    assert life.event(event_id).description == text


def test_only_what_is_there_is_written() -> None:
    kind, dialect = LocalizedTextType(), sqlite.dialect()
    assert kind.process_bind_param(LocalizedText("a"), dialect) == {"id": "a"}
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) == LocalizedText()
    assert kind.process_result_value({"en": "b", "fr": "c"}, dialect) == LocalizedText(en="b")


# ---------------------------------------------------------------- keys, enumerations, inserts


def test_keys_are_in_the_order_of_time() -> None:
    keys = [new_id() for _ in range(10_000)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert {key.version for key in keys} == {7}
    assert abs((keys[0].int >> 80) / 1000 - time.time()) < 60


def test_enumerations_are_stored_as_the_words_of_the_house(life: Life) -> None:
    event_id = life.webinar(Stage.REGISTRATION_OPEN)
    column = sa.select(sa.cast(Event.stage, sa.String)).where(Event.id == event_id)
    assert life.database.read(lambda session: session.scalar(column)) == "registration_open"


def test_inserting_unless_present_does_not_break_the_transaction(database: Database) -> None:
    table: Any = Organiser.__table__

    def twice(session: Session) -> list[bool]:
        add_organiser(session, slug="lain")
        values = {
            "slug": "batam",
            "name": LocalizedText("Batam"),
            "timezone": "Asia/Jakarta",
            "locale": "id",
            "address": LocalizedText(),
            "brand": {},
            "created_at": NOW,
        }
        return [insert_unless_present(session, table, values | {"id": new_id()}) for _ in range(3)]

    assert database.write(twice) == [True, False, False]
    slugs = sa.select(Organiser.slug).order_by(Organiser.slug)
    assert database.read(lambda session: session.scalars(slugs).all()) == ["batam", "lain"]


def test_an_unknown_organiser_is_no_reason_to_insert_nothing(database: Database) -> None:
    """Only a row that is there already is passed over; any other breach is an error, not a silent no."""
    values = {
        "id": new_id(),
        "event_id": uuid.UUID(int=1),
        "taken": 0,
        "sellable": 1,
        "overbooking": 0,
        "waiting": 0,
        "open": False,
        "low_noted": False,
    }
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda session: insert_unless_present(session, Base.metadata.tables["seat_pool"], values))


def test_reading_sees_what_was_committed_and_cannot_write(sqlite_database: Database) -> None:
    sqlite_database.write(add_organiser)

    def write(session: Any) -> None:
        session.execute(sa.update(Organiser).values(slug="x"))

    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        sqlite_database.read(write)
