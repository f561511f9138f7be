"""Registering over HTTP for one hot event, against the same three statements straight through the driver."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

from service.settings import Settings
from tests.bench import house, peers
from tests.bench.house import Hall
from tests.bench.load import register_many
from tests.bench.processes import ROOT, Served, serving
from tests.bench.results import Effort, Result, compared
from tests.support.running import UNLIMITED

HOT = 32
"""Callers at which the bar holds."""


def measure(effort: Effort) -> list[Result]:
    """Measure on both databases on a disk, and on SQLite where `fsync` costs nothing: there, only work counts.

    That one has no bar: without a flush there is nothing that committing together could save, and what stands against
    each other is three statements and a whole request.
    """
    return [
        *_measure(effort, "SQLite", in_memory=False),
        *_measure(effort, "SQLite", in_memory=True),
        *_measure(effort, "PostgreSQL", in_memory=False),
    ]


@contextlib.contextmanager
def databases(kind: str, *, in_memory: bool) -> Generator[tuple[Path, str, str]]:
    """A folder and the addresses of two new databases."""
    with house.folder(in_memory=in_memory) as folder:
        if kind == "SQLite":
            yield folder, f"sqlite:///{folder}/acara.sqlite3", f"sqlite:///{folder}/raw.sqlite3"
            return
        with house.durable_postgres(in_memory=in_memory) as server:
            yield folder, server.url(server.create()), server.url(server.create())


def _measure(effort: Effort, kind: str, *, in_memory: bool) -> list[Result]:
    place = "database in memory" if in_memory else "on disk"
    with databases(kind, in_memory=in_memory) as (folder, address, raw_address):
        with house.hall(raw_address) as raw_hall:
            raw_event = raw_hall.webinar(capacity=None)
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
            # With the limits of a new installation, which is why every person comes from an address of their own.
            usual: dict[str, Any] = {name: Settings.model_fields[name].default for name in UNLIMITED}
            settings: dict[str, Any] = {"database_url": address, "in_process_workers": False, **usual}
            with serving(folder, **settings) as server:
                found = [
                    _at(
                        effort,
                        callers,
                        server,
                        event,
                        (raw_address, raw_event),
                        where=f"{kind}, {place}",
                        bar=0.5 if callers == HOT and not in_memory else None,
                    )
                    for callers in (8, HOT)
                ]
            _agrees(hall, event)
    return found


def _at(
    effort: Effort,
    callers: int,
    server: Served,
    event: uuid.UUID,
    raw: tuple[str, uuid.UUID],
    *,
    where: str,
    bar: float | None,
) -> Result:
    rounds = [(_ours(server, event, callers, effort), _raw(*raw, callers, effort)) for _ in range(effort.rounds)]
    return compared(
        f"registration, {callers} callers, {where}",
        rounds,
        unit="registrations/s",
        bar=bar,
        peers=peers.multiple(sorted(ours for ours, _ in rounds)[len(rounds) // 2], peers.REGISTRATIONS),
        conditions="HTTP from wrk to one serving process (its workers elsewhere), every one another person behind a "
        "trusted proxy, the usual limits, unlimited seats; baseline: the same INSERT, counter UPDATE and INSERT of the "
        "fact by as many threads of one process, a transaction each, synchronous=FULL / default fsync",
    )


def _ours(server: Served, event: uuid.UUID, callers: int, effort: Effort) -> float:
    url = f"{server.url}/api/v1/events/{event}/registrations"
    load = register_many(url, callers=callers, seconds=effort.seconds, run=uuid.uuid4().hex[:8])
    assert load.failed == 0, f"{load.failed} registrations failed"
    return load.per_second


def _raw(address: str, event: uuid.UUID, callers: int, effort: Effort) -> float:
    command = [sys.executable, "-m", "tests.bench.raw", address, str(event), str(callers), str(effort.seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def _agrees(hall: Hall, event: uuid.UUID) -> None:
    """Prove that speed cost nothing: as many rows as seats are counted."""
    rows, taken = hall.counted(event)
    assert rows == taken > 0, f"{rows} registrations, {taken} seats taken"
