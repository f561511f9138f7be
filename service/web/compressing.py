"""Public pages go out compressed: a phone with little data left loads a third.

Only answers that are the same for everybody. Compressing a secret beside text that somebody else may choose lets the
length of the answer tell the secret letter by letter (BREACH): personal links, staff pages and error pages are
``no-store`` here, and go out as they are. Public pages hold no secret at all, not even a token in their forms
(decision 12). Files and streams come in several pieces or are compressed already, and are passed on.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 1000
"""Octets; what is smaller fits into one packet anyway."""
_TEXTS = (b"text/html", b"text/calendar", b"application/xml")


@lru_cache(maxsize=128)
def _compressed(body: bytes) -> bytes:
    """Return `body` in gzip. A crowd that asks for the same page is served what was compressed once."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def compress_public(app: ASGIApp) -> ASGIApp:
    """Return the application with public texts compressed for who accepts that (a middleware)."""

    async def compressing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _accepts(scope):
            await app(scope, receive, send)
            return
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_compressed(message):
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                if not message.get("more_body") and len(message["body"]) >= SMALLEST:
                    message["body"] = _compressed(message["body"])
                    _describe(start, len(message["body"]))
                first, start = start, None
                await send(first)
            await send(message)

        await app(scope, receive, sending)

    return compressing


def _accepts(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _may_be_compressed(message: Message) -> bool:
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in message["headers"]}  # type: ignore[typeddict-item] # the caller asked for a start
    return (
        headers.get(b"content-type", b"").startswith(_TEXTS)
        and b"no-store" not in headers.get(b"cache-control", b"no-store")
        and b"content-encoding" not in headers
    )


def _describe(start: Message, length: int) -> None:
    headers: list[tuple[bytes, bytes]] = list(start["headers"])  # type: ignore[typeddict-item] # likewise
    kept = [(name, value) for name, value in headers if name.lower() not in (b"content-length", b"vary")]
    vary = [value for name, value in headers if name.lower() == b"vary"]
    kept += [(b"content-encoding", b"gzip"), (b"content-length", str(length).encode())]
    start["headers"] = [*kept, (b"vary", b", ".join([*vary, b"Accept-Encoding"]))]  # type: ignore[typeddict-unknown-key] # likewise
