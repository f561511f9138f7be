"""The web application for tests. Its routes are laid out once a process: half a second is too much for each test."""

from __future__ import annotations

from copy import copy
from functools import cache

import litestar
from litestar.events.emitter import SimpleEventEmitter
from litestar.types import ControllerRouterHandler

from service.app import lay_out, take_up
from service.wiring import Runtime

_laid_out = cache(lay_out)


def create_app(runtime: Runtime, routes: tuple[ControllerRouterHandler, ...] = ()) -> litestar.Litestar:
    """Return an application for `runtime`, as `service.app.create_app` does, whose routes others use too.

    Several may run at once: what differs between two runtimes is in the application's state, and what begins and ends
    with a server is made anew for each.
    """
    app = copy(_laid_out(routes))
    app.asgi_router = copy(app.asgi_router)
    app.asgi_router.app = app  # whom it asks to start up and to shut down
    app.event_emitter = SimpleEventEmitter([])
    take_up(app, runtime)
    return app
