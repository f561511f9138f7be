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

from service.database.transactions import Database
from service.logs import configure
from service.processes.running import serve
from service.settings import Settings
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


def held(database: Database) -> Callable[[], list[tuple[float, float]]]:
    """Watch the writer: the function returns, and forgets, how long it was held each time, with COMMIT and without."""
    began: dict[int, float] = {}
    worked: dict[int, float] = {}
    took: list[tuple[float, float]] = []

    def begin(_connection: object) -> None:  # the engine's own listener has begun, and waited, before
        began[threading.get_ident()] = time.monotonic()

    def commit(_connection: object) -> None:  # about to
        worked[threading.get_ident()] = time.monotonic()

    def end(*_connection: object) -> None:
        since, now = began.pop(threading.get_ident(), None), time.monotonic()
        until = worked.pop(threading.get_ident(), now)
        if since is not None:
            took.append(((now - since) * 1000, (until - since) * 1000))

    def taken() -> list[tuple[float, float]]:
        nonlocal took
        told, took = took, []
        return told

    writing = database.engines[0]
    event.listen(writing, "begin", begin)
    event.listen(writing, "commit", commit)
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
        async def writer_held() -> list[tuple[float, float]]:
            return taken()

        serve(runtime, routes=[one_variable, writer_held])
    finally:
        runtime.close()


if __name__ == "__main__":
    main()
