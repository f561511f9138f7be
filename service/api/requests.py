"""How a request's body is read: JSON by its strict rules, within limits, and everything else refused clearly."""

from __future__ import annotations

from typing import Any, cast

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from litestar.typing import FieldDefinition

from service.inputs.checking import Input, NotJsonError, parse_json

BODY_LIMIT = 256 * 1024
"""Bytes of a JSON body: a programme of 200 lines in two languages fits."""

_JSON = ("application/json", "application/merge-patch+json")


class UnsupportedMediaTypeException(HTTPException):
    """The body is of a kind that this route does not take (RFC 9110 §15.5.16)."""

    status_code = 415


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON body is parsed and checked in one step, as the input that its route takes."""

    async def json(self) -> Any:
        """Return the body as the route's `Input`.

        Raises 415 unless it says that it is JSON in UTF-8 (RFC 8259 §8.1), 400 for what is none, and `Invalid`.
        """
        kind, options = self.content_type
        if kind.lower() not in _JSON or options.get("charset", "utf-8").lower().strip('"') not in ("utf-8", "utf8"):
            raise UnsupportedMediaTypeException(headers={"Accept": ", ".join(_JSON)})
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMediaTypeException(headers={"Accept-Encoding": "identity"})
        model: type[Input] = cast("FieldDefinition", self.route_handler.parsed_data_field).annotation
        try:
            return parse_json(model, await self.body())
        except NotJsonError as error:
            raise ClientException from error
