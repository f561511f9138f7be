"""From the command to the first page, on a database whose migrations are done."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench import house, peers
from tests.bench.processes import get, serving
from tests.bench.results import Effort, Result


def measure(effort: Effort) -> list[Result]:
    """Start several times; the median counts, and the conditions name the fastest and the slowest."""
    with house.folder() as folder:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            path = hall.path(hall.webinar())
        took = sorted(_start(folder, address, path) for _ in range(max(1, min(5, effort.rounds))))
    middle = took[len(took) // 2]
    return [
        Result(
            name="start to first page",
            ours=middle,
            unit="s",
            bar=2.0,
            at_most=True,
            peers=peers.multiple(middle, peers.START, less_is_better=True),
            conditions=f"`acara serve`, embedded, SQLite, to an event's page in full; median of {len(took)}, "
            f"{took[0]:.1f} to {took[-1]:.1f} s",
        )
    ]


def _start(folder: Path, address: str, path: str) -> float:
    began = time.monotonic()
    with serving(folder, module="service.cli", database_url=address) as server:
        get(server.url + path)
        return time.monotonic() - began
