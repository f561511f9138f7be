"""Tables that people send: CSV in whatever a spreadsheet program wrote, and XLSX, both read as text.

Nothing is evaluated: a formula is the text that it is written in. A workbook is looked at before it is unpacked,
because a few kilobytes of it can be made to fill the memory.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from events.errors import N_, FieldError, Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 80
MOST_LETTERS = 5000
"""In one cell: as many as a long answer may have."""
_UNPACKED_BYTES = 60 * 1024 * 1024
_MOST_PARTS = 300
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_NOT_READ = N_("This file cannot be read. Save it as CSV or XLSX and try again.")
_OLD_FORMAT = N_("This is an old Excel file (.xls). Save it as XLSX and try again.")
_TOO_LARGE = N_("The file is too large. At most %(limit)s MB, please.")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as text: headings, and rows as long as those; `numbers` are the lines in which they stand."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def read_table(data: bytes) -> Table:
    """Return the table in a CSV or XLSX file (its first sheet). Raises `Invalid` with an error at ``file``.

    Takes a second or two for a large workbook: run it in a thread.
    """
    if len(data) > MOST_BYTES:
        raise _refusal("too_large", _TOO_LARGE, limit=MOST_BYTES // 1024 // 1024)
    if data.startswith(_OLD_EXCEL):
        raise _refusal("old_excel", _OLD_FORMAT)
    lines = _workbook_lines(data) if data.startswith(_ZIP) else _csv_lines(decode(data))
    return _table(lines)


def read_lines(data: bytes, *, most: int) -> Iterator[list[list[str]]]:
    """Yield the lines of a CSV or XLSX file that is more than one table, once for each separator that it may have.

    The caller knows what it looks for, and so which separator it is. Raises `Invalid` with an error at ``file``.
    """
    if len(data) > MOST_BYTES:
        raise _refusal("too_large", _TOO_LARGE, limit=MOST_BYTES // 1024 // 1024)
    if data.startswith(_OLD_EXCEL):
        raise _refusal("old_excel", _OLD_FORMAT)
    if data.startswith(_ZIP):
        yield _stripped(_workbook_lines(data), most)
        return
    text = decode(data)
    for separator in ",;\t|":
        if separator in text:
            yield _stripped(_csv_lines(text, separator), most)


def _stripped(lines: Iterable[list[str]], most: int) -> list[list[str]]:
    found: list[list[str]] = []
    for line in lines:
        if len(found) == most:
            raise _refusal("too_many", N_("At most %(limit)s rows, please."), limit=most)
        found.append([cell[: MOST_LETTERS + 1].strip() for cell in line[:MOST_COLUMNS]])
    return found


def _refusal(code: str, message: str, **params: Any) -> Invalid:
    return Invalid([FieldError("file", code, message, params)])


def _table(lines: Iterable[list[str]]) -> Table:
    headers: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, start=1):
        cells = [cell[: MOST_LETTERS + 1].strip() for cell in line[:MOST_COLUMNS]]
        if not any(cells):
            continue
        if not headers:
            headers = tuple(_trimmed(cells))
            continue
        if len(rows) == MOST_ROWS:
            raise _refusal("too_many", N_("At most %(limit)s people at once, please."), limit=MOST_ROWS)
        rows.append(tuple((cells + [""] * len(headers))[: len(headers)]))
        numbers.append(number)
    if not rows:
        raise _refusal(
            "empty", N_("There is nobody in this file: the first row holds the headings, then one row a person.")
        )
    return Table(headers, tuple(rows), tuple(numbers))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


# ---------------------------------------------------------------- CSV
def decode(data: bytes) -> str:
    """Return a text file's text: UTF-8 or UTF-16 by their marks, else UTF-8, else what Excel for Windows writes."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding)
    if data[1:2] == b"\0" and data.count(b"\0") > len(data) // 4:
        return _decoded(data, "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refusal("encoding", _NOT_READ) from error


def _csv_lines(text: str, separator: str | None = None) -> Iterator[list[str]]:
    if "\0" in text:
        raise _refusal("binary", _NOT_READ)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # What Excel heeds, so that others write it.
        separator, text = first.strip()[4], rest
        yield []
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=False)
    except csv.Error as error:
        raise _refusal("csv", _NOT_READ) from error


def _separator(text: str) -> str:
    """Return the separator that the first line with anything in it has most of; outside of quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for number, part in enumerate(line.split('"')) if number % 2 == 0)
    return max(";,\t|", key=bare.count)


# ---------------------------------------------------------------- XLSX
def _workbook_lines(data: bytes) -> Iterator[list[str]]:
    _refuse_bombs(data)
    import openpyxl  # noqa: PLC0415 - takes a fifth of a second, which a start need not wait for

    try:
        book: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            for row in book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True):
                yield [_written(value) for value in row]
        finally:
            book.close()
    except Invalid:
        raise
    except Exception as error:  # whatever a broken workbook makes of its reader, it is the file's fault
        raise _refusal("workbook", _NOT_READ) from error


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _refusal("workbook", _NOT_READ) from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
        raise _refusal("too_large", N_("Unpacked, this file is too large."))
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise _refusal("workbook", _NOT_READ)


def _written(value: object) -> str:
    """Return a cell as a person would type it; whole numbers without ``.0``, days as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
