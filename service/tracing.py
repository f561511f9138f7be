"""Request ids: each request gets one, says it in its answer, and passes it on to every row and log line that follows.

A use-case's facts carry it (`service.database.transactions`), and so do the reactions and deliveries of workers, in any
process.
"""

from __future__ import annotations

import re
import time

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from events.storage import new_id

log = structlog.stdlib.get_logger("acara.requests")

_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_.\-]{32,}(?=/|$)")
"""Personal tokens and one-time links stand in paths; logs are read by more people than mails are."""
_QUIET = ("/healthz", "/livez", "/static/")


def trace_requests(app: ASGIApp) -> ASGIApp:
    """Wrap `app` (an ASGI middleware): bind ``request_id`` for its logs and work, answer it as ``X-Request-ID``."""

    async def traced(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = new_id().hex
        began = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await app(scope, receive, answer)
            finally:
                if not scope["path"].startswith(_QUIET):
                    seconds = time.perf_counter() - began
                    path = _SECRET.sub("…", scope["path"])
                    method = scope["method"]
                    log.info("request", method=method, path=path, status=status, ms=round(seconds * 1000, 1))

    return traced
