"""How much a test does: small on every change, full in `make soak`."""

from __future__ import annotations

import os

FULL = os.environ.get("ACARA_TEST_SIZE", "small") == "full"


def size(small: int, full: int) -> int:
    """Return `full` when ``ACARA_TEST_SIZE=full``, otherwise `small`. The same test, another N."""
    return full if FULL else small
