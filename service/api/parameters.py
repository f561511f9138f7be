"""Parameters that many routes share, each with what the schema says of it."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from litestar.params import HeaderParameter, PathParameter, QueryParameter

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Any 8 to 200 printable characters, new for each intended registration: the same request with the "
        "same key is done once and answered alike, however often it is sent.",
        schema_extra={"maxLength": 200},
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag that the editor saw (RFC 9110 §13.1.1); a change by somebody else meanwhile is a 412.",
    ),
]
Id = Annotated[uuid.UUID, PathParameter()]
PersonalToken = Annotated[
    str, PathParameter(max_length=200, description="The last part of the personal link that the person was sent.")
]
Search = Annotated[
    str | None,
    QueryParameter(max_length=100, description="Part of a name, e-mail address, phone number or institution."),
]
OrganiserQuery = Annotated[
    uuid.UUID | None, QueryParameter(name="organiser", description="For who sees several organisers.")
]
PersonQuery = Annotated[
    uuid.UUID | None, QueryParameter(name="person", description="Only what this member of staff did.")
]
EventQuery = Annotated[uuid.UUID | None, QueryParameter(name="event", description="Only what is about this event.")]
ActionQuery = Annotated[
    str | None,
    QueryParameter(name="action", max_length=40, description="Only acts of this kind, e.g. `sign_in_failed`."),
]
Tongue = Annotated[Literal["id", "en"], QueryParameter(description="In which language it is shown or tested.")]
