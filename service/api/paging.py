"""Pages of long lists: a cursor says where the next one begins, so that rows that come meanwhile move nothing."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.exceptions import ClientException
from litestar.params import QueryParameter

MOST = 200

_Item = TypeVar("_Item")

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="Items of one page.")]
Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=600, description="`next_cursor` of the page before. Opaque; leave it out for the first page."
    ),
]


def write_cursor(*parts: datetime | uuid.UUID | str) -> str:
    """Return a cursor that `read_cursor` understands."""
    body = msgspec.json.encode([part.isoformat() if isinstance(part, datetime) else str(part) for part in parts])
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def read_cursor(cursor: str | None) -> tuple[str, uuid.UUID] | None:
    """Return the sort key and id that a cursor holds. Raises 400 for one that was not written here."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        first, second = msgspec.json.decode(raw, type=tuple[str, uuid.UUID])
    except (ValueError, binascii.Error, RecursionError) as error:
        raise ClientException("not a cursor") from error
    if "\0" in first:
        raise ClientException("not a cursor")
    return first, second


def read_time_cursor(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    """Return the moment and id that a cursor holds. Raises 400 for one that was not written here."""
    held = read_cursor(cursor)
    if held is None:
        return None
    try:
        at = datetime.fromisoformat(held[0]).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ClientException("not a cursor") from error
    return at, held[1]


def cut(
    rows: Sequence[_Item], limit: int, key: Callable[[_Item], tuple[Any, uuid.UUID]]
) -> tuple[Sequence[_Item], str | None]:
    """Return the page of `rows` (which were asked for with `limit` + 1) and the cursor of the next, if there is one."""
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    return page, write_cursor(*key(page[-1]))


def write_offset(offset: int) -> str:
    """Return a cursor for a list whose order does not move: how many rows came before."""
    return base64.urlsafe_b64encode(str(offset).encode()).rstrip(b"=").decode()


def read_offset(cursor: str | None) -> int:
    """Return how many rows came before. Raises 400 for a cursor that was not written here."""
    if cursor is None:
        return 0
    try:
        offset = int(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise ClientException("not a cursor") from error
    if not 0 <= offset <= 10_000_000:
        raise ClientException("not a cursor")
    return offset
