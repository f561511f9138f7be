"""What every answer tells the browser about safety. Nothing inline runs, nothing foreign loads, and nobody frames us.

The one exception is the widget (`service.web.embedding`), which is made to be framed.
"""

from __future__ import annotations

from collections.abc import Iterable

from litestar.types import Message, Scope

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
VIDEO = "https://www.youtube-nocookie.com"
"""The one foreign page that ours may show: the player of an event's recording."""


def policy(**changes: str) -> str:
    """Return the Content-Security-Policy (W3C CSP 3), with `changes` such as ``frame_src=VIDEO``."""
    directives = _POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_ALWAYS = {
    "content-security-policy": policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FOR_OTHER_SITES = "cross-origin"
"""The Cross-Origin-Resource-Policy of what other sites may load."""
_FRAMED = b"frame-ancestors *"
PERSONAL = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""For pages whose address is a secret: not kept, not told to the next site, not found by search engines."""


def add_safety_headers(message: Message, scope: Scope, *, https: bool) -> None:
    """Complete an answer's headers; what a page set itself stays."""
    if message["type"] != "http.response.start":
        return
    del scope
    headers = list(message["headers"])
    present = {name.lower() for name, _ in headers}
    if _may_be_framed(headers):
        # The older header knows no "everybody", and some browsers heed it beside the policy.
        present.add(b"x-frame-options")
    headers.extend(_missing(present, _ALWAYS.items()))
    if https:
        headers.extend(_missing(present, [("strict-transport-security", "max-age=31536000")]))
    message["headers"] = headers


def _may_be_framed(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-security-policy" and _FRAMED in value for name, value in headers)


def _missing(present: set[bytes], wanted: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in wanted if name.encode() not in present]
