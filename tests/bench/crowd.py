"""Fifty people at once on ten seats, over HTTP: ten sit, forty wait, whatever the order."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from collections import Counter
from urllib.parse import urlsplit

import sqlalchemy as sa

from events.outbox import FactRow
from tests.bench import house, peers, sink
from tests.bench.house import Hall
from tests.bench.processes import serving
from tests.bench.registration import databases
from tests.bench.results import Effort, Result
from tests.support.polling import until

PEOPLE, SEATS = 50, 10


def measure(effort: Effort) -> list[Result]:
    """Race on both databases."""
    return [_measure(effort, kind) for kind in ("SQLite", "PostgreSQL")]


def _measure(effort: Effort, kind: str) -> Result:
    races = effort.of(20)
    with databases(kind, in_memory=False) as (folder, address, _), house.hall(address) as hall, sink.running() as relay:
        events = [hall.webinar(capacity=SEATS) for _ in range(races)]
        with serving(folder, database_url=address, smtp_url=relay.url) as server:
            # The house was built behind the service's back: what follows from that is no part of a race.
            until(lambda: _settled(hall), seconds=120, what="the service has seen the events")
            outcomes = [asyncio.run(_race(server.url, event)) for event in events]
            until(lambda: len(relay.accepted) >= PEOPLE, seconds=120, what="everybody has a mail")
        counters = [hall.counted(event) for event in events]
    for (states, _), (rows, taken) in zip(outcomes, counters, strict=True):
        assert states == {"confirmed": SEATS, "waitlisted": PEOPLE - SEATS}, states
        assert (rows, taken) == (PEOPLE, SEATS)
    last = [seconds for _, seconds in outcomes]
    return Result(
        name=f"{PEOPLE} people on {SEATS} seats, {kind}: the last answer",
        ours=max(last),
        unit="s",
        bar=1.0,
        at_most=True,
        peers=peers.CROWD,
        conditions=f"{races} races over HTTP, one serving process that also sends the mails: exactly {SEATS} seated in "
        f"every one; the slowest last answer counts (median {statistics.median(last):.2f} s)",
    )


def _settled(hall: Hall) -> bool:
    unsettled = sa.select(sa.func.count(FactRow.id)).where(FactRow.settled_at.is_(None))
    waiting: int = hall.database.read(lambda session: session.scalar(unsettled))
    return waiting == 0


async def _race(url: str, event: uuid.UUID) -> tuple[Counter[str], float]:
    """Connect fifty people, let all ask at once; return who got what, and when the last one knew."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    lines = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(PEOPLE)))
    began = time.monotonic()
    states = await asyncio.gather(
        *(_register(reader, writer, event, number) for number, (reader, writer) in enumerate(lines))
    )
    return Counter(states), time.monotonic() - began


async def _register(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, event: uuid.UUID, number: int) -> str:
    body = json.dumps({"name": f"Peserta {number}", "email": f"peserta{number}@example.org", "consent": True}).encode()
    head = (
        f"POST /api/v1/events/{event}/registrations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    head_bytes, _, content = answer.partition(b"\r\n\r\n")
    assert b" 201 " in head_bytes.split(b"\r\n")[0], answer
    return str(json.loads(content)["state"])
