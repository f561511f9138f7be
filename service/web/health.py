"""What machines ask: is the service alive, and what may a search engine look at."""

from __future__ import annotations

import logging

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from events.houses import houses
from service.web.pages import Request
from service.wiring import Runtime

log = logging.getLogger(__name__)


@get("/healthz", include_in_schema=False)
async def health(runtime: NamedDependency[Runtime]) -> Response[dict[str, str]]:
    """Answer 200 while the database answers, 503 otherwise."""
    try:
        await runtime.database.aread(houses)
    except Exception:
        log.exception("the database does not answer")
        return Response({"status": "database"}, status_code=503, headers={"Cache-Control": "no-store"})
    return Response({"status": "ok"}, headers={"Cache-Control": "no-store"})


@get("/robots.txt", sync_to_thread=False, include_in_schema=False)
def robots() -> Response[str]:
    """Keep search engines off personal links and the staff's rooms."""
    closed = "".join(f"Disallow: {path}\n" for path in ("/r/", "/j/", "/p/", "/v/", "/staff", "/api/"))
    return Response(f"User-agent: *\n{closed}", media_type="text/plain")


@get("/favicon.ico", sync_to_thread=False, include_in_schema=False)
def favicon(request: Request) -> Response[bytes]:
    """Send the drawn icon to browsers that ask by the old name."""
    files = request.app.state.static_files
    found = files.find(files.url("favicon.svg").removeprefix("/static/"))
    return Response(found.body, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
