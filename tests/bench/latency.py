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
from tests.support import rabbitmq
from tests.support.polling import until
from tests.support.rabbitmq import RabbitMQ
from tests.support.valkey import Valkey

BAR = 50.0
"""Milliseconds, for the embedded shape and RabbitMQ, which pushes; Redis is asked by polling, so it has no bar."""
NO_RABBITMQ = f"RabbitMQ is not installed here ({rabbitmq.INSTALL})"


def measure(effort: Effort) -> list[Result]:
    """Measure one process with everything in it, and a serving and a working process with a broker between them."""
    between = "serving and working process, {}".format
    results = [
        _measure(effort, "embedded", bar=BAR),
        _measure(effort, between("Valkey"), bar=None, broker=Valkey()),
    ]
    if rabbitmq.is_installed():
        return [*results, _measure(effort, between("RabbitMQ"), bar=BAR, broker=RabbitMQ())]
    name = _name(between("RabbitMQ"))
    return [*results, Result(name=name, ours=None, unit=_UNIT, bar=BAR, at_most=True, conditions=NO_RABBITMQ)]


_UNIT = "ms (p50)"


def _name(shape: str) -> str:
    return f"fact to accepted e-mail, {shape}"


def _measure(effort: Effort, shape: str, *, bar: float | None, broker: Valkey | RabbitMQ | None = None) -> Result:
    with contextlib.ExitStack() as running:
        if broker is not None:
            running.callback(broker.stop)
        folder, relay = running.enter_context(house.folder()), running.enter_context(sink.running())
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
        settings: dict[str, Any] = {"database_url": address, "smtp_url": relay.url}
        if broker is not None:
            settings["broker_url"] = broker.url
        server = running.enter_context(serving(folder, **settings))
        if broker is not None:
            running.enter_context(working(folder, **settings))
        _one(server.url, event, relay, folder)  # the first one opens connections and compiles templates
        took = sorted(_one(server.url, event, relay, folder) for _ in range(effort.of(40)))
    return Result(
        name=_name(shape),
        ours=statistics.median(took),
        unit=_UNIT,
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
