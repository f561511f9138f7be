"""Waiting for something to become true, with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")

PATIENCE = 60.0
"""Seconds that a test waits for what must come: a machine with other work is slow, which says nothing of the code."""


def until(condition: Callable[[], _Value | None], *, seconds: float = PATIENCE, what: str = "") -> _Value:
    """Return the first truthy answer of `condition`; fail with `what` (and the last answer) after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"still not so after {seconds} s: {what or condition} (last answer: {answer!r})")
        time.sleep(0.01)
