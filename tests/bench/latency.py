"""From somebody's registration to their mail at the mail server, while nothing else is going on."""

from __future__ import annotations

import contextlib
import statistics
import time
import uuid
from pathlib import Path
from typing import Any

from tests.bench import house, sink
from tests.bench.processes import register_one, serving, working
from tests.bench.results import Effort, Result
from tests.bench.sink import Sink
from tests.support.polling import until
from tests.support.valkey import Valkey

BAR = 50.0
"""Milliseconds, for the embedded shape; Redis is asked by polling, so it has none."""


def measure(effort: Effort) -> list[Result]:
    """Measure one process with everything in it, and a serving and a working process with Valkey between them."""
    with contextlib.closing(_Closing()) as valkey:
        return [
            _measure(effort, "embedded", bar=BAR),
            _measure(effort, "serving and working process, Valkey", bar=None, broker_url=valkey.url),
        ]


class _Closing(Valkey):
    close = Valkey.stop


def _measure(effort: Effort, shape: str, *, bar: float | None, **settings: Any) -> Result:
    with house.folder() as folder, sink.running() as relay, contextlib.ExitStack() as running:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
        settings |= {"database_url": address, "smtp_url": relay.url}
        server = running.enter_context(serving(folder, **settings))
        if "broker_url" in settings:
            running.enter_context(working(folder, **settings))
        _one(server.url, event, relay, folder)  # the first one opens connections and compiles templates
        took = sorted(_one(server.url, event, relay, folder) for _ in range(effort.of(40)))
    return Result(
        name=f"fact to accepted e-mail, {shape}",
        ours=statistics.median(took),
        unit="ms (p50)",
        bar=bar,
        at_most=True,
        conditions=f"{len(took)} registrations one after another on an idle system, SQLite on disk, from the answer "
        f"(the fact is committed) to the sink's acceptance; p95 {took[int(len(took) * 0.95)]:.0f} ms",
    )


def _one(url: str, event: uuid.UUID, relay: Sink, folder: Path) -> float:
    """Register somebody and return how many milliseconds later the mail had been accepted."""
    address = f"siti-{uuid.uuid4().hex}@example.org"
    register_one(url, event, address)
    committed = time.monotonic()
    until(lambda: address in relay.accepted, what=f"the mail is accepted ({folder})")
    return (relay.accepted[address] - committed) * 1000
