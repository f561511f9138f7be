"""Crowds at once on few seats, over HTTP: whatever the order, exactly the seats are given, and everybody is told true.

Fifty on ten seats, and two hundred on one: then one sits, the others wait, and what each was told (whether they sit or
wait, and as the how many-th) is what the database says.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from events.models import Registration
from events.outbox import FactRow
from events.seating import queue_reasons
from events.storage import ReadSession
from tests.bench import house, peers, sink
from tests.bench.house import Hall
from tests.bench.processes import serving
from tests.bench.registration import databases
from tests.bench.results import Effort, Result
from tests.support.polling import until


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people on so many seats; everybody has their answer within `bar` seconds."""

    people: int
    seats: int
    races: int
    bar: float
    peers: str = ""


CROWDS = (Crowd(50, 10, races=20, bar=1.0, peers=peers.CROWD), Crowd(200, 1, races=5, bar=3.0))


def measure(effort: Effort) -> list[Result]:
    """Race on both databases."""
    return [_measure(effort, kind, crowd) for crowd in CROWDS for kind in ("SQLite", "PostgreSQL")]


def _measure(effort: Effort, kind: str, crowd: Crowd) -> Result:
    races = effort.of(crowd.races)
    with databases(kind, in_memory=False) as (folder, address, _), house.hall(address) as hall, sink.running() as relay:
        events = [hall.webinar(capacity=crowd.seats) for _ in range(races)]
        with serving(folder, database_url=address, smtp_url=relay.url) as server:
            # The house was built behind the service's back: what follows from that is no part of a race.
            until(lambda: _settled(hall), seconds=120, what="the service has seen the events")
            outcomes = [asyncio.run(_race(server.url, event, crowd.people)) for event in events]
            until(lambda: len(relay.accepted) >= crowd.people, seconds=120, what="everybody has a mail")
        for event, (told, _) in zip(events, outcomes, strict=True):
            _check(hall, event, crowd, told)
    last = [seconds for _, seconds in outcomes]
    return Result(
        name=f"{crowd.people} people on {crowd.seats} seat{'s' if crowd.seats > 1 else ''}, {kind}: the last answer",
        ours=max(last),
        unit="s",
        bar=crowd.bar,
        at_most=True,
        peers=crowd.peers,
        conditions=f"{races} races over HTTP, one serving process that also sends the mails: exactly {crowd.seats} "
        "seated in every one, and everybody told the truth; the slowest last answer counts (median "
        f"{statistics.median(last):.2f} s)",
    )


def _settled(hall: Hall) -> bool:
    unsettled = sa.select(sa.func.count(FactRow.id)).where(FactRow.settled_at.is_(None))
    waiting: int = hall.database.read(lambda session: session.scalar(unsettled))
    return waiting == 0


def _check(hall: Hall, event: uuid.UUID, crowd: Crowd, told: Sequence[dict[str, Any]]) -> None:
    """Prove that speed cost nothing: what everybody was told is what the database says, and nobody stands twice."""
    rows, taken = hall.counted(event)
    assert (rows, taken) == (crowd.people, crowd.seats)
    states = sa.select(Registration.id, Registration.state).where(Registration.event_id == event)

    def read(session: ReadSession) -> tuple[dict[str, str], list[int]]:
        queue = queue_reasons.queue(session, event, now=hall.life.now)
        found = {str(key): state.value for key, state in session.execute(states)}
        return found, [each.waiting.position for each in queue]

    true, positions = hall.database.read(read)
    assert {each["id"]: each["state"] for each in told} == true
    assert sorted(true.values()) == ["confirmed"] * crowd.seats + ["waitlisted"] * (crowd.people - crowd.seats)
    assert positions == list(range(1, crowd.people - crowd.seats + 1))


async def _race(url: str, event: uuid.UUID, people: int) -> tuple[Sequence[dict[str, Any]], float]:
    """Connect a crowd, let all ask at once; return what each was told, and when the last one knew."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    lines = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(people)))
    began = time.monotonic()
    told = await asyncio.gather(
        *(_register(reader, writer, event, number) for number, (reader, writer) in enumerate(lines))
    )
    return told, time.monotonic() - began


async def _register(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, event: uuid.UUID, number: int
) -> dict[str, Any]:
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
    answer_told: dict[str, Any] = json.loads(content)
    return answer_told
