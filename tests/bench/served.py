"""The service with one more page: a template with one variable, which is what its event pages are held against.

`python -m tests.bench.served serve` does what `acara serve` does.
"""

from __future__ import annotations

from typing import Any

import jinja2
from litestar import Request, get
from litestar.response import Response

from service.logs import configure
from service.running import serve
from service.settings import Settings
from service.wiring import Runtime

PATH = "/bench/one-variable"
_PAGE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><html lang='id'><head><title>{{ name }}</title></head><body><h1>{{ name }}</h1></body></html>"
)


@get(PATH, include_in_schema=False)
async def one_variable(request: Request[Any, Any, Any]) -> Response[str]:
    """Render the smallest page that is a page."""
    return Response(_PAGE.render(name=request.query_params.get("name", "Batam")), media_type="text/html")


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure(settings)
    runtime = Runtime(settings)
    try:
        serve(runtime, routes=[one_variable])
    finally:
        runtime.close()


if __name__ == "__main__":
    main()
