"""The processes that are measured: the service as it is installed, and what stands beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.support.polling import until
from tests.support.running import UNLIMITED

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    """A service that answers."""

    url: str
    pid: int


def environment(folder: Path, **settings: Any) -> dict[str, str]:
    """Return the environment of an installation in `folder`; `settings` are named as in `service.settings`."""
    wanted = {"data_dir": folder, "port": 0, "log_format": "json", **UNLIMITED, **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    return kept | {f"ACARA_{name.upper()}": str(value) for name, value in wanted.items()}


@contextlib.contextmanager
def started(command: Sequence[str], log: IO[bytes], env: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """Run a Python module until the block is left; it ends as an operator ends it."""
    process = subprocess.Popen([sys.executable, "-m", *command], env=env, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def serving(folder: Path, *, module: str = "tests.bench.served", **settings: Any) -> Generator[Served]:
    """Serve the installation in `folder`, whose database has its tables, on a port that the system chooses."""
    path = folder / "serve.log"
    with path.open("wb") as log, started([module, "serve"], log, environment(folder, **settings)) as process:
        yield Served(
            until(lambda: _address(path, process), seconds=60, what=f"the service serves ({path})"), process.pid
        )


@contextlib.contextmanager
def working(folder: Path, **settings: Any) -> Generator[int]:
    """Work off the queues of a broker; yields the process id."""
    path = folder / "work.log"
    with path.open("wb") as log, started(["service.cli", "work"], log, environment(folder, **settings)) as process:
        until(lambda: b"working" in path.read_bytes(), seconds=60, what=f"the worker works ({path})")
        yield process.pid


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    if process.poll() is not None:
        raise AssertionError(log.read_text())
    for line in log.read_text().splitlines():
        if line.startswith("{") and (entry := json.loads(line)).get("event") == "serving":
            return str(entry["url"])
    return ""


def get(url: str) -> bytes:
    """Return what a visitor gets."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
    return body


def register_one(url: str, event: uuid.UUID, address: str) -> None:
    """Register one person through the API."""
    body = json.dumps({"name": "Siti Nurhaliza", "email": address, "consent": True}).encode()
    request = urllib.request.Request(
        f"{url}/api/v1/events/{event}/registrations", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def memory(pid: int) -> float:
    """Return the PSS of a process and all that it started, in MB: shared pages are counted once."""
    return sum(_pss(each) for each in _family(pid)) / 1000


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid] + [found for file in children for child in file.read_text().split() for found in _family(int(child))]


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1.024
    return 0.0
