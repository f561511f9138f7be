"""What all processes of an embedded installation hold, idle and after a busy day."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.drafts import lifecycle
from events.models import Evidence, Registration
from events.presence import attendance
from events.storage import ReadSession, Session
from tests.bench import house, peers, sink
from tests.bench.application import FORM, bodies_for_programs
from tests.bench.house import Hall
from tests.bench.load import register_many
from tests.bench.processes import get, memory, serving
from tests.bench.results import Effort, Result
from tests.support.life import STAFF
from tests.support.polling import until


def measure(effort: Effort) -> list[Result]:
    """Serve, let people register, let the event end, and weigh the processes before and after."""
    people, certificates = effort.count, max(2, effort.count // 10)
    with house.folder() as folder, sink.running() as relay:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None, form=FORM)
            path = hall.path(event)
            settings: dict[str, Any] = {"database_url": address, "smtp_url": relay.url}
            with serving(folder, module="service.cli", **settings) as server:
                get(server.url + path)
                idle = memory(server.pid)
                registered = _register(server.url, hall, event, people)
                until(lambda: len(relay.accepted) >= registered, seconds=60 + people / 20, what="all mails are out")
                _end(hall, event, certificates)
                until(
                    lambda: _issued(hall) == certificates, seconds=120 + certificates, what="all certificates are made"
                )
                busy = memory(server.pid)
    return [
        _result("memory, embedded, idle", idle, 150.0, "after the first page"),
        _result(
            "memory, embedded, after a busy day",
            busy,
            400.0,
            f"after {registered:,} registrations with their mails and {certificates:,} certificates; the drawing "
            "process still there",
        ),
    ]


def _result(name: str, megabytes: float, bar: float, conditions: str) -> Result:
    return Result(
        name=name,
        ours=megabytes,
        unit="MB PSS",
        bar=bar,
        at_most=True,
        peers=peers.multiple(megabytes, peers.MEMORY, less_is_better=True),
        conditions=f"all processes together, SQLite; {conditions}",
    )


def _register(url: str, hall: Hall, event: uuid.UUID, people: int) -> int:
    """Let at least so many people register and return how many did."""
    while (rows := hall.counted(event)[0]) < people:
        register_many(
            f"{url}/api/v1/events/{event}/registrations",
            bodies_for_programs(),
            kind="application/json",
            callers=8,
            seconds=1.0,
            run=uuid.uuid4().hex[:8],
        )
        del rows
    return hall.counted(event)[0]


def _end(hall: Hall, event: uuid.UUID, attended: int) -> None:
    """End the event an hour ago, with proof that some people were there."""
    now = hall.life.now - timedelta(hours=1)

    def use_case(session: Session) -> None:
        people = session.scalars(sa.select(Registration.id).where(Registration.event_id == event).limit(attended)).all()
        lifecycle.start(session, event, now=now, by=STAFF)
        for person in people:
            attendance.note(session, person, Evidence.JOINED, now=now, by=STAFF)
        lifecycle.end(session, event, now=now, by=STAFF)

    hall.database.write(use_case)


def _issued(hall: Hall) -> int:
    def read(session: ReadSession) -> int:
        statement = sa.select(sa.func.count(Certificate.id)).where(Certificate.state == CertificateState.ISSUED)
        return int(session.scalar(statement))

    return hall.database.read(read)
