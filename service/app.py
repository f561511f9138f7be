"""The web application: pages, API, and what every request passes through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import litestar
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.types import ControllerRouterHandler

from service.api.openapi import openapi_config
from service.api.problems import PREFIX, answer
from service.api.site import api_router, api_state
from service.hooks import hooks_router
from service.tracing import trace_requests
from service.web.refusals import PAGE_EXCEPTION_HANDLERS
from service.web.site import machines_router, page_state, pages_router, safety
from service.web.staff.routes import staff_router
from service.web.validators import answer_heads
from service.wiring import Runtime


def create_app(runtime: Runtime, routes: Sequence[ControllerRouterHandler] = ()) -> litestar.Litestar:
    """Return the ASGI application of one process."""
    app = lay_out(routes)
    take_up(app, runtime)
    return app


def lay_out(routes: Sequence[ControllerRouterHandler] = ()) -> litestar.Litestar:
    """Return the application with every route, and `routes` beside them, but nothing to answer from yet."""
    app = litestar.Litestar(
        route_handlers=[pages_router(), machines_router(), staff_router(), api_router(), hooks_router(), *routes],
        dependencies={"runtime": Provide(_provide_runtime, sync_to_thread=False)},
        exception_handlers={kind: _by_path(page) for kind, page in PAGE_EXCEPTION_HANDLERS.items()},
        middleware=[trace_requests],
        openapi_config=openapi_config(),
        include_in_schema=False,
        logging_config=None,  # `service.logs` has set it up for every kind of process
    )
    # Around the router, which would refuse the method before any middleware of ours is asked.
    app.asgi_handler = answer_heads(app.asgi_handler)
    return app


def take_up(app: litestar.Litestar, runtime: Runtime) -> None:
    """Let `app` answer from `runtime`, which handlers, guards and hooks find in its state."""
    app.state = State(page_state(runtime) | api_state(runtime))
    app.before_send = [safety(runtime)]


def _provide_runtime(state: State) -> Runtime:
    runtime: Runtime = state.runtime
    return runtime


def _by_path(page: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Answer what belongs to no router (no such address, wrong method) as the API or as the pages do."""

    def handle(request: Any, error: Exception) -> Any:
        return answer(request, error) if request.url.path.startswith(PREFIX) else page(request, error)

    return handle


__all__ = ["NamedDependency", "create_app", "lay_out", "take_up"]
