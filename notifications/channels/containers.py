"""Publishing by containers, as Instagram and Threads do: made, taken in for a while, then published, each once.

Only the last request publishes. What the network fetches it fetches from a public address, while the container is
*in progress*.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from notifications.channels.protocol import NotSent, Rejected

_POLLS = 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
"""Seconds; all pauses together stay well below a lease."""
_WITHIN = 120.0


class Asking(Protocol):
    """One request to the network, as `notifications.channels.graph.Graph.ask` makes it."""

    def __call__(
        self, method: str, *path: str, params: dict[str, Any] | None = None, publishes: bool = False
    ) -> dict[str, Any]:
        """Return the answer's JSON."""
        ...


def await_finished(
    ask: Asking,
    container: str,
    state_field: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the network has taken a container in. Nothing is public yet, so nothing that is raised is unclear.

    Raises `Rejected` for what it cannot use, `NotSent` if it takes too long.
    """
    begun = clock()
    for number in range(_POLLS):
        answer = ask("GET", container, params={"fields": f"{state_field},{_MORE[state_field]}"})
        match answer.get(state_field):
            case "FINISHED":
                return
            case "ERROR":
                raise Rejected("picture", str(answer.get(_MORE[state_field]) or "the picture could not be used"))
            case "EXPIRED":
                raise NotSent("the container has expired")
            case _:
                if clock() - begun > _WITHIN:
                    break
                pause(min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE))
    raise NotSent("the network did not finish taking in the picture")


_MORE = {"status_code": "status", "status": "error_message"}
"""Where the reason of an error stands: Instagram and Threads call the same things by different names."""
