"""Load from `wrk`, which costs the machine little, so that what is measured is the service."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPTS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Load:
    """What came back."""

    requests: int
    seconds: float
    failed: int
    """Answers that were no 2xx or 3xx, and requests without one."""
    p95: float | None = None
    """Milliseconds that 95 answers of 100 took at most, where it was asked for."""

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def get_many(url: str, *, callers: int, seconds: float) -> Load:
    """Ask for one address again and again, `callers` at once, each over a connection that is kept."""
    return _wrk([url], callers=callers, seconds=seconds)


def time_many(url: str, *, callers: int, seconds: float) -> Load:
    """Do as `get_many` does, and tell how long the slower answers took."""
    return _wrk(["-s", str(_SCRIPTS / "percentile.lua"), url], callers=callers, seconds=seconds)


def register_many(url: str, bodies: Sequence[str], *, kind: str, callers: int, seconds: float, run: str) -> Load:
    """Register people by sending `bodies` of a content type by turns, each for another person; `run` is unique."""
    script = ["-s", str(_SCRIPTS / "register.lua"), url, "--", run, kind, *bodies]
    return _wrk(script, callers=callers, seconds=seconds)


def _wrk(arguments: list[str], *, callers: int, seconds: float) -> Load:
    program = shutil.which("wrk")
    assert program, "wrk is missing: deploy/system-packages.sh bench"
    # wrk counts whole seconds and, with one, stops too early to have counted everything.
    timing = ["-t1", f"-c{callers}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    done = subprocess.run([program, *timing, *arguments], capture_output=True, text=True, check=True)
    counted = re.search(r"(\d+) requests in ([\d.]+)(m?s|m)", done.stdout)
    assert counted, done.stdout + done.stderr
    took = float(counted[2]) * {"ms": 0.001, "s": 1.0, "m": 60.0}[counted[3]]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
    failed = (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
    slow = re.search(r"^p95 (\d+)", done.stdout, re.MULTILINE)
    return Load(int(counted[1]), took, failed, int(slow[1]) / 1000 if slow else None)
