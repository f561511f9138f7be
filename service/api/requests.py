"""How a request's body is read: JSON by its strict rules, within limits, and everything else refused clearly."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.exceptions import ClientException, HTTPException

from service.inputs import Input
from service.staff_inputs import NotJsonError, parse_json

BODY_LIMIT = 256 * 1024
"""Bytes of a JSON body: a programme of 200 lines in two languages fits."""

_JSON = ("application/json", "application/merge-patch+json")


class UnsupportedMediaTypeException(HTTPException):
    """The body is of a kind that this route does not take (RFC 9110 §15.5.16)."""

    status_code = 415


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON body is handed on as bytes, to be parsed and checked in one step."""

    async def json(self) -> Any:
        """Return the body's bytes. Raises 415 unless it says that it is JSON in UTF-8 (RFC 8259 §8.1)."""
        kind, options = self.content_type
        if kind.lower() not in _JSON or options.get("charset", "utf-8").lower().strip('"') not in ("utf-8", "utf8"):
            raise UnsupportedMediaTypeException(headers={"Accept": ", ".join(_JSON)})
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMediaTypeException(headers={"Accept-Encoding": "identity"})
        return await self.body()


def is_input(kind: Any) -> bool:
    """Tell whether an annotation is one of our inputs."""
    return isinstance(kind, type) and issubclass(kind, Input)


def decode_input(kind: type[Input], body: Any) -> Input:
    """Return a body as a checked input. Raises `Invalid`, or 400 for what is no JSON."""
    if isinstance(body, kind):
        return body
    try:
        return parse_json(kind, body if isinstance(body, bytes) else b"")
    except NotJsonError as error:
        raise ClientException from error
