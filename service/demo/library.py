"""The demonstration library, read from `library.toml`: its brand, its partners and its events, in both languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RECORDING = FOLDER / "recording.mp4"
"""Eight seconds of a test picture with sound: a real video, small enough to be kept here."""


def load_library() -> dict[str, Any]:
    """Return the tables of `library.toml`: ``organiser``, ``partners``, ``events`` and ``coming``."""
    return tomllib.loads((FOLDER / "library.toml").read_text("utf-8"))
