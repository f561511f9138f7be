"""The service with two more pages: a template with one variable, which is what its event pages are held against, and
how long its writer was held, in milliseconds.

`python -m tests.bench.served serve` does what `acara serve` does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import jinja2
from litestar import Request, get
from litestar.response import Response
from sqlalchemy import event

from service.logs import configure
from service.running import serve
from service.settings import Settings
from service.transactions import Database
from service.wiring import Runtime

PATH = "/bench/one-variable"
HELD_PATH = "/bench/writer-held"
_PAGE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><html lang='id'><head><title>{{ name }}</title></head><body><h1>{{ name }}</h1></body></html>"
)


@get(PATH, include_in_schema=False)
async def one_variable(request: Request[Any, Any, Any]) -> Response[str]:
    """Render the smallest page that is a page."""
    return Response(_PAGE.render(name=request.query_params.get("name", "Batam")), media_type="text/html")


def held(database: Database) -> Callable[[], list[float]]:
    """Watch the writer: the function returns, and forgets, how long each transaction had it, its commit included."""
    began: dict[int, float] = {}
    took: list[float] = []

    def begin(_connection: object) -> None:  # the engine's own listener has begun, and waited, before
        began[threading.get_ident()] = time.monotonic()

    def end(*_connection: object) -> None:
        since = began.pop(threading.get_ident(), None)
        if since is not None:
            took.append((time.monotonic() - since) * 1000)

    def taken() -> list[float]:
        nonlocal took
        told, took = took, []
        return told

    writing = database.engines[0]
    event.listen(writing, "begin", begin)
    event.listen(writing, "checkin", end)
    return taken


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure(settings)
    runtime = Runtime(settings)
    try:
        taken = held(runtime.database)

        @get(HELD_PATH, include_in_schema=False)
        async def writer_held() -> list[float]:
            return taken()

        serve(runtime, routes=[one_variable, writer_held])
    finally:
        runtime.close()


if __name__ == "__main__":
    main()
