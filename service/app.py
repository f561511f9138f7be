"""The web application: pages, API, and what every request passes through."""

from __future__ import annotations

from collections.abc import Sequence

import litestar
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.types import ControllerRouterHandler

from service.web.refusals import PAGE_EXCEPTION_HANDLERS
from service.web.site import page_state, pages_router, safety
from service.wiring import Runtime


def create_app(runtime: Runtime, routes: Sequence[ControllerRouterHandler] = ()) -> litestar.Litestar:
    """Return the ASGI application of one process."""

    def provide_runtime() -> Runtime:
        return runtime

    return litestar.Litestar(
        route_handlers=[pages_router(), *routes],
        dependencies={"runtime": Provide(provide_runtime, sync_to_thread=False)},
        exception_handlers=PAGE_EXCEPTION_HANDLERS,
        before_send=[safety(runtime)],
        state=State(page_state(runtime)),
    )


__all__ = ["NamedDependency", "create_app"]
