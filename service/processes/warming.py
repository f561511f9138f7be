"""Fetching early what the first deliveries need, when nobody waits for it any more.

Serving begins without it (see `service.wiring`). The first registration would then wait behind its own confirmation's
imports: threads share one interpreter, and whoever imports hardly lets go of it.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from datetime import timedelta

QUIET = timedelta(seconds=1)
"""How long a process that has just begun to serve is left to its first visitors."""

_NEEDED = ("service.processes.work", "notifications.letters.composing")
"""What every installation's first registration needs. What draws, signs and uploads is large, and waits for its day."""


def warm_up() -> None:
    """Import what deliveries need; takes a fifth of a second the first time, nothing after that."""
    for name in _NEEDED:
        importlib.import_module(name)


def warm_up_soon(afterwards: Callable[[], None]) -> threading.Timer:
    """Do so in a thread of its own after a quiet moment, and call `afterwards`; cancel it to forget about it."""

    def run() -> None:
        warm_up()
        afterwards()

    timer = threading.Timer(QUIET.total_seconds(), run)
    timer.name, timer.daemon = "warming", True
    timer.start()
    return timer
