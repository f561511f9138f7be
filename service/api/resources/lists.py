"""What the API tells staff of a list of people: what would become of each line."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from msgspec import Meta, Struct

Becomes = Literal["error", "already", "waitlisted", "requested", "pending", "confirmed"]


class ListColumn(Struct, frozen=True):
    """One column of a list."""

    number: int
    heading: str
    field: Annotated[str | None, Meta(description="What it holds; null: nothing that is read.")]


class ListError(Struct, frozen=True):
    """What is wrong in one line."""

    field: str
    code: str
    message: str


class ListRow(Struct, frozen=True):
    """What would become of one line."""

    number: Annotated[int, Meta(description="The line of the file; rows sent as JSON are counted from 1.")]
    name: str
    becomes: Becomes
    seats_left: Annotated[int | None, Meta(description="Seats left after this line; null: no seat is taken.")]
    errors: list[ListError]


class ListTrial(Struct, frozen=True):
    """A list that waits to be brought in, tried out on a copy."""

    id: uuid.UUID
    filename: str
    applied: bool
    fields: Annotated[list[str], Meta(description="Everything that a column of this event's lists may hold.")]
    columns: list[ListColumn]
    seen: Annotated[str, Meta(description="Stands for this outcome; sent back when the list is brought in.")]
    counts: Annotated[dict[str, int], Meta(description="How many lines become what.")]
    rows: list[ListRow]


class ListBroughtIn(Struct, frozen=True):
    """A list that was brought in."""

    id: uuid.UUID
    registered: Annotated[int, Meta(description="How many were registered, those who wait included.")]
