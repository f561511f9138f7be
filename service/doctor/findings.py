"""What the doctor tells: one finding for each thing that was looked at."""

from __future__ import annotations

import enum
import socket
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found and, unless it is good, what to do."""

    subject: str
    verdict: Verdict
    found: str
    mend: str = ""


def good(subject: str, found: str) -> Finding:
    """Return a finding that asks nothing of anybody."""
    return Finding(subject, Verdict.GOOD, found)


def unreachable(host: str, port: int) -> str:
    """Return why nobody answers there, or an empty text where somebody does."""
    try:
        with socket.create_connection((host, port), timeout=5):
            return ""
    except OSError as error:
        return f"{host}:{port} cannot be reached: {error}"
