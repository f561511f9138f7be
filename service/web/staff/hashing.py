"""Password hashes, worked out beside the event loop and never more than two at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from service.web.pages import Request

_Result = TypeVar("_Result")


async def work(request: Request, function: Callable[..., _Result], *arguments: Any) -> _Result:
    """Run a hash in a thread; guessing passwords cannot take the machine down."""
    state = request.app.state
    if "hashing" not in state:
        state.hashing = anyio.CapacityLimiter(2)
    return await anyio.to_thread.run_sync(partial(function, *arguments), limiter=state.hashing)
