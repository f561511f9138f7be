"""What an address may contain, wherever it leads."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler


async def refuse_nul(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse NUL in path or query (a guard): PostgreSQL cannot compare it and SQLite stops reading at it.

    Raises 400. Bodies are checked field by field, in `service.inputs.checking`.
    """
    query: bytes = connection.scope["query_string"]
    if "\0" in connection.scope["path"] or b"%00" in query or b"\0" in query:
        raise ClientException("NUL in an address")
