"""Entity tags of public answers: who has a page already is told so, and nothing is sent (RFC 9110 §8.8.3, §13.1.2).

The tag is a digest of the octets that would be sent, so each language, theme and coding of a page has its own, and it
is a strong one. Personal answers (``no-store``) get none, nor do files in pieces.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_OF_CONTENT = (b"content-length", b"content-type", b"content-encoding", b"content-language", b"content-disposition")
"""What describes a body that a 304 does not have (RFC 9110 §15.4.5)."""


@lru_cache(maxsize=256)
def entity_tag(body: bytes) -> bytes:
    """Return the strong entity tag of `body`. A kept page's octets are the same object, and are digested once."""
    return b'"' + base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:15]) + b'"'


def is_known(tag: bytes, if_none_match: bytes) -> bool:
    """Tell whether ``If-None-Match`` names `tag`; tags are compared weakly, and ``*`` names every one."""
    return if_none_match.strip() == b"*" or tag in _TAG.findall(if_none_match)


def answer_unchanged(app: ASGIApp) -> ASGIApp:
    """Return the application with entity tags on public answers, and 304 for who has them (a middleware).

    Stands around whatever compresses, so that a tag stands for the octets that leave.
    """

    async def validating(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] not in ("GET", "HEAD"):
            await app(scope, receive, send)
            return
        known = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_kept(message):
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                first, start = start, None
                if not message.get("more_body"):
                    _validate(first, message, known)
                await send(first)
            await send(message)

        await app(scope, receive, sending)

    return validating


def _validate(start: Message, body: Message, known: bytes) -> None:
    """Put the tag on an answer, and turn the answer into a 304 for who knows the tag."""
    tag = entity_tag(body["body"])  # type: ignore[typeddict-item] # the caller asked for a body
    headers: list[tuple[bytes, bytes]] = list(start["headers"])  # type: ignore[typeddict-item] # likewise for a start
    kept = [(name, value) for name, value in headers if name.lower() != b"etag"] + [(b"etag", tag)]
    if known and is_known(tag, known):
        start["status"] = 304  # type: ignore[typeddict-unknown-key] # likewise
        kept = [(name, value) for name, value in kept if name.lower() not in _OF_CONTENT]
        body["body"] = b""  # type: ignore[typeddict-unknown-key] # likewise
    start["headers"] = kept  # type: ignore[typeddict-unknown-key] # likewise


def _may_be_kept(message: Message) -> bool:
    if message["status"] != 200:  # type: ignore[typeddict-item] # the caller asked for a start
        return False
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in message["headers"]}  # type: ignore[typeddict-item] # likewise
    return b"no-store" not in headers.get(b"cache-control", b"no-store")


def answer_heads(app: ASGIApp) -> ASGIApp:
    """Return the application answering HEAD as it would GET, without the body (RFC 9110 §9.3.2), on every route."""

    async def heading(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app({**scope, "method": "GET"}, receive, sending)

    return heading
