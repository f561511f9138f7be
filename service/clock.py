"""Time. Business time may be moved by the demonstration; leases, sessions and tokens live by real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


def real_now() -> datetime:
    """Return the real time, UTC."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Tells business time."""

    def now(self) -> datetime:
        """Return the business time, UTC."""
        ...


class SystemClock:
    """Business time is real time: every installation but the demonstration."""

    def now(self) -> datetime:
        """Return the real time, UTC."""
        return real_now()


class FileClock:
    """Business time is real time plus the seconds that a file holds; no file, no offset.

    The demonstration's driver writes the file (`set_clock`), the service reads it: they are separate processes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the moved time, UTC."""
        try:
            offset = float(self._path.read_text())
        except (FileNotFoundError, ValueError):
            offset = 0.0
        return real_now() + timedelta(seconds=offset)


def set_clock(path: Path, moment: datetime) -> None:
    """Make `FileClock` at `path` tell `moment` from now on. Readers see the old offset or the new one, never half."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{(moment - real_now()).total_seconds():.6f}")
    fresh.replace(path)
