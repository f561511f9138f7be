"""INSERTs of plain rows, compiled once for each kind of row: what people wait for in a crowd is mostly these.

SQLAlchemy works out the text of a statement once too, but goes through its cache and its parameters at every
execution: of a registration's 27 columns that was 90 µs, and 145 with RETURNING, where SQLite takes 15. Here the
statement and the conversions of its values are kept, and the text is handed to the driver with `exec_driver_sql`, which
tells listeners and wraps errors like any other execution. Values are those of Core: what a column's type takes, no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_Convert = Callable[[Any], Any]
_Columns = tuple[str, ...]


def insert(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Insert one row, given by column; what is left out takes the column's default. The caller commits.

    Raises `ValueError` for a column that there is not, and what the database raises.
    """
    prepared = _prepared(connection, table, tuple(row), unless_present=False)
    connection.exec_driver_sql(prepared.text, prepared.bound(row))


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns; none is fine."""
    if len(rows) == 1:
        insert(connection, table, rows[0])
    elif rows:
        prepared = _prepared(connection, table, tuple(rows[0]), unless_present=False)
        connection.exec_driver_sql(prepared.text, [prepared.bound(row) for row in rows])


def insert_if_absent(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique index holds its like already; returns whether it was inserted."""
    prepared = _prepared(connection, table, tuple(row), unless_present=True)
    return connection.exec_driver_sql(prepared.text, prepared.bound(row)).rowcount == 1


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in a driver's own words, and how to bring a row's values into its own types."""

    text: str
    plan: Sequence[tuple[str, _Convert | None]]
    defaults: Sequence[tuple[str, Callable[[], Any]]]
    positional: bool

    def bound(self, row: Mapping[str, Any]) -> Any:
        """Return a row's values as the driver takes them."""
        if self.defaults:
            row = {**{name: make() for name, make in self.defaults}, **row}
        if self.positional:
            return tuple([convert(row[name]) if convert else row[name] for name, convert in self.plan])
        return {name: convert(row[name]) if convert else row[name] for name, convert in self.plan}


_kept: WeakKeyDictionary[sa.Dialect, dict[tuple[sa.Table, _Columns, bool], _Prepared]] = WeakKeyDictionary()


def _prepared(connection: sa.Connection, table: sa.Table, columns: _Columns, *, unless_present: bool) -> _Prepared:
    """Return what was prepared for rows of these columns. Two threads that prepare the same at once do no harm."""
    dialect = connection.dialect
    kept = _kept.setdefault(dialect, {})
    key = (table, columns, unless_present)
    found = kept.get(key)
    if found is None:
        found = kept[key] = _prepare(dialect, table, columns, unless_present=unless_present)
    return found


def _prepare(dialect: sa.Dialect, table: sa.Table, columns: _Columns, *, unless_present: bool) -> _Prepared:
    unknown = [name for name in columns if name not in table.c]
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(unknown)}")
    if dialect.name == "postgresql":
        statement: sa.Insert = postgresql.insert(table).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table).on_conflict_do_nothing()
    if not unless_present:
        statement = sa.insert(table)
    # As many parameters as are given, and those of columns whose default is Python's: the others are the database's.
    compiled = cast("Any", statement.inline().compile(dialect=dialect, column_keys=list(columns)))
    names: Sequence[str] = compiled.positiontup if compiled.positional else list(compiled.params)
    plan = [(name, _converter(table.c[name], dialect)) for name in names]
    defaults = [(name, _default(table.c[name])) for name in names if name not in columns]
    return _Prepared(str(compiled), plan, defaults, bool(compiled.positional))


def _converter(column: sa.Column[Any], dialect: sa.Dialect) -> _Convert | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _default(column: sa.Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
