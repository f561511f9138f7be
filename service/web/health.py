"""What machines ask: is the service alive, and where is its icon."""

from __future__ import annotations

import logging

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response

from events.catalogue.houses import houses
from events.errors import Refused
from service.database.outages import Unavailable
from service.database.stalls import HOPELESS_AFTER
from service.web.pages import Request
from service.wiring import Runtime

log = logging.getLogger(__name__)


@get("/healthz", include_in_schema=False)
async def health(runtime: NamedDependency[Runtime]) -> Response[dict[str, str]]:
    """Answer 200 while the database can be read and could be written when that was last tried, 503 otherwise.

    Every process writes every few seconds (`service.processes.heartbeat`), so a full disk is noticed without a visitor,
    and so is a use-case that hangs. What is wrong stands in the log, once: `service.database.outages` and
    `service.database.stalls` tell it.
    """
    try:
        await runtime.database.aread(houses)
    except Refused as refusal:
        return _not_ready(getattr(refusal, "retry_after", 1))
    except Exception:
        log.exception("the database does not answer as it should")
        return _not_ready(Unavailable.retry_after)
    if not runtime.database.usable or _hangs(runtime):
        return _not_ready(Unavailable.retry_after)
    return Response({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _not_ready(seconds: int) -> Response[dict[str, str]]:
    headers = {"Cache-Control": "no-store", "Retry-After": str(seconds)}
    return Response({"status": "database"}, status_code=503, headers=headers)


@get("/livez", sync_to_thread=False, include_in_schema=False)
def alive(runtime: NamedDependency[Runtime]) -> Response[dict[str, str]]:
    """Answer 503 where only a new start helps: a use-case hangs. A database that is away is no reason for one."""
    if runtime.database.usable and _hangs(runtime):
        return Response({"status": "stalled"}, status_code=503, headers={"Cache-Control": "no-store"})
    return Response({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _hangs(runtime: Runtime) -> bool:
    return runtime.database.longest_wait() > HOPELESS_AFTER.total_seconds()


@get("/favicon.ico", sync_to_thread=False, include_in_schema=False)
def favicon(request: Request) -> Response[bytes]:
    """Send the drawn icon to browsers that ask by the old name."""
    files = request.app.state.static_files
    found = files.find(files.url("favicon.svg").removeprefix("/static/"))
    return Response(found.body, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
