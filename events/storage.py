"""How things are kept: the declarative base, UTC-only times, time-ordered keys and text in two languages."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session
from uuid_utils.compat import uuid7

from events.inserts import insert_if_absent

__all__ = [
    "JSON",
    "LOCALES",
    "Base",
    "LocalizedText",
    "LocalizedTextType",
    "ReadSession",
    "Session",
    "Transactions",
    "UtcDateTime",
    "enum_type",
    "insert_unless_present",
    "new_id",
]

LOCALES = ("id", "en")
"""The languages of the house, the first one being what a text falls back to."""

_Result = TypeVar("_Result")
_Columns = TypeVarTuple("_Columns")


def new_id() -> uuid.UUID:
    """Return a new UUIDv7 (RFC 9562 §5.7): ordered by time, so that indexes grow at one end."""
    return uuid7()


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. Naive datetimes are refused on the way in; what comes out is always UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Convert to UTC; SQLite has no zones, so it is handed the bare UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone: naive datetime refused")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Say UTC aloud."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in Indonesian and English; either may be missing, and then the other stands in."""

    id: str = ""
    en: str = ""

    def to(self, locale: str) -> str:
        """Return the text in `locale` (``id`` or ``en``), or in the other language when that is empty."""
        wanted, other = (self.en, self.id) if locale == "en" else (self.id, self.en)
        return wanted or other

    def missing(self) -> tuple[str, ...]:
        """Return the locales in which nothing has been written yet."""
        return tuple(locale for locale in LOCALES if not getattr(self, locale))

    def __bool__(self) -> bool:
        return bool(self.id or self.en)


class LocalizedTextType(sa.types.TypeDecorator[LocalizedText]):
    """A `LocalizedText` as a JSON object ``{"id": …, "en": …}``."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: LocalizedText | None, dialect: sa.Dialect) -> Any:
        """Write only what is there."""
        del dialect
        return None if value is None else {k: v for k in LOCALES if (v := getattr(value, k))}

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> LocalizedText:
        """Read what is there; a missing column value is an empty text."""
        del dialect
        return LocalizedText(**{k: value[k] for k in LOCALES if k in value}) if value else LocalizedText()


class Base(DeclarativeBase):
    """The one registry of tables. Constraint names are fixed, so that migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        uuid.UUID: sa.Uuid(),
        LocalizedText: LocalizedTextType(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def enum_type(kind: type[enum.StrEnum]) -> sa.Enum:
    """Return a column type that stores the members' values as text; new members need no migration."""
    return sa.Enum(kind, native_enum=False, length=32, values_callable=_values)


def _values(kind: type[enum.StrEnum]) -> list[str]:
    return [member.value for member in kind]


class ReadSession(Protocol):
    """What a query may do with a session. A function that takes this cannot write: its type says so."""

    def execute(self, statement: sa.Select[*_Columns], /) -> sa.Result[*_Columns]:
        """Run a SELECT and return its rows."""
        ...

    def scalar(self, statement: sa.Select[Any], /) -> Any:
        """Run a SELECT and return the first column of the first row, or None."""
        ...

    def scalars(self, statement: sa.Select[Any], /) -> sa.ScalarResult[Any]:
        """Run a SELECT and return the first column of every row."""
        ...

    def get(self, entity: type[_Result], ident: Any, /) -> _Result | None:
        """Load one row by its key, or None."""
        ...


class Transactions(Protocol):
    """How work outside a request reaches the database: each call is one transaction, committed on return.

    A callable may be run again after a clash, so it does nothing but read and write rows. Implemented by
    `service.database.transactions.Database`.
    """

    def write(self, use_case: Callable[[Session], _Result], /) -> _Result:
        """Run `use_case` in a writing transaction and return what it returns; an exception rolls it back."""
        ...

    def read(self, query: Callable[[ReadSession], _Result], /) -> _Result:
        """Run `query` in a reading transaction and return what it returns."""
        ...


def insert_unless_present(session: Session, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique index already holds its like.

    Returns whether the row was inserted. Both engines answer without aborting the transaction, which is why
    this is used instead of catching `IntegrityError` on the hot path. The caller commits.
    """
    session.flush()  # what the row refers to may still be pending
    return insert_if_absent(session.connection(), table, values)
