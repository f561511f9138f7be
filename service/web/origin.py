"""Forms are taken from our own pages only (against cross-site request forgery).

The browser says where a request comes from, and a page cannot make it lie: `Sec-Fetch-Site` (W3C Fetch Metadata), and
`Origin` in browsers too old for that. Neither comes with a program that is no browser; it carries no one's cookies
either. No token, so forms work without JavaScript, from a cached page, and after a week in an open tab. Decision 12.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from events.errors import N_, NotAllowed

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def from_own_pages(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a changing request that another site's page sent. Raises `NotAllowed`.

    A guard, and a coroutine although it waits for nothing: Litestar runs other guards in a thread.
    """
    if connection.scope["method"] in _SAFE:  # type: ignore[typeddict-item] # guards see HTTP scopes only
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = connection.headers.get("origin")
        # "null" comes from our own pages as well: those that tell no referrer. Their addresses are the secret there.
        allowed = origin in (None, "null") or _host(origin) == connection.headers.get("host", "").lower()
    if not allowed:
        raise NotAllowed(N_("This form was sent from another website. Please open our page and try again."))


def _host(origin: str) -> str:
    return urlsplit(origin).netloc.lower()
