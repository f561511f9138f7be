"""The guard of posts that are open to everybody."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from service.limiting import Limiter


def limit_posts(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Count a post against its client's bucket. Raises `service.limiting.TooManyRequests` (429, Retry-After).

    Pages use the same guard, so that forms and API share one bucket.
    """
    limiter: Limiter = connection.app.state.limiter
    limiter.count(connection.client.host if connection.client else None)
