"""Public pages go out compressed: a phone with little data left loads a third.

Only answers that are the same for everybody. Compressing a secret beside text that somebody else may choose lets the
length of the answer tell the secret letter by letter (BREACH): personal links, staff pages and error pages are
``no-store`` here, people's own calendars ``private``, and they go out as they are. Public pages hold no secret at all,
not even a token in their forms (decision 12). Files and streams come in several pieces or are compressed already, and
are passed on.
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 1000
"""Octets; what is smaller fits into one packet anyway."""
_REFUSED = re.compile(rb";\s*q=0(?:\.0*)?\s*$")
_PERSONAL = re.compile(rb"\b(?:no-store|private)\b")
_TEXTS = (b"text/html", b"text/calendar", b"application/xml")


@lru_cache(maxsize=128)
def _compressed(body: bytes) -> bytes:
    """Return `body` in gzip. A crowd that asks for the same page is served what was compressed once."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def compress_public(app: ASGIApp) -> ASGIApp:
    """Return the application with public texts compressed for who accepts that (a middleware)."""

    async def compressing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        accepts = _accepts(scope)
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_compressed(message):
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                if accepts and not message.get("more_body") and len(message["body"]) >= SMALLEST:
                    message["body"] = _compressed(message["body"])
                    _set(start, b"content-encoding", b"gzip")
                    _set(start, b"content-length", str(len(message["body"])).encode())
                _set(start, b"vary", b", ".join([*_values(start, b"vary"), b"Accept-Encoding"]))
                first, start = start, None
                await send(first)
            await send(message)

        await app(scope, receive, sending)

    return compressing


def _accepts(scope: Scope) -> bool:
    """Tell whether the client takes gzip (RFC 9110 §12.5.3); ``gzip;q=0`` says that it does not."""
    offers = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding").lower().split(b",")
    return any(offer.strip().startswith(b"gzip") and not _REFUSED.search(offer) for offer in offers)


def _may_be_compressed(message: Message) -> bool:
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in message["headers"]}  # type: ignore[typeddict-item] # the caller asked for a start
    return (
        headers.get(b"content-type", b"").startswith(_TEXTS)
        and not _PERSONAL.search(headers.get(b"cache-control", b"no-store"))
        and b"content-encoding" not in headers
    )


def _values(message: Message, name: bytes) -> list[bytes]:
    headers: list[tuple[bytes, bytes]] = list(message["headers"])  # type: ignore[typeddict-item] # likewise
    return [value for each, value in headers if each.lower() == name]


def _set(message: Message, name: bytes, value: bytes) -> None:
    headers: list[tuple[bytes, bytes]] = list(message["headers"])  # type: ignore[typeddict-item] # likewise
    kept = [(each, other) for each, other in headers if each.lower() != name]
    message["headers"] = [*kept, (name, value)]  # type: ignore[typeddict-unknown-key] # likewise
