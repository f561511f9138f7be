"""Thousands of reminders planned and sent by the process that serves: what visitors and other writers feel of it."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from events import outbox
from events.models import Event
from events.outbox import FactRow
from events.registering_together import register_together
from events.storage import Session
from notifications.facts import MailRulesChanged
from notifications.models.email import Email
from service.clock import set_clock
from tests.bench import house, served, sink
from tests.bench.house import Hall
from tests.bench.load import time_many
from tests.bench.processes import Served, get, register_one, serving
from tests.bench.results import Effort, Result
from tests.bench.sink import Sink
from tests.support.life import STAFF, application
from tests.support.polling import until

CALLERS = 8
AT_ONCE = 200
REMINDERS = 3
"""What the house's own rules plan for each person: a week, a day and an hour before."""
P95_BAR, HELD_BAR = 2.0, 50.0
"""Times what it takes alone; milliseconds."""


def measure(effort: Effort) -> list[Result]:
    """Plan reminders; send those of a week before while the page is asked for, those of a day before alone."""
    people = min(10_000, effort.count * 10)
    with house.folder() as folder, sink.running() as relay:
        address, clock = f"sqlite:///{folder}/acara.sqlite3", folder / "clock"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
            _register(hall, event, people)
            with serving(folder, database_url=address, smtp_url=relay.url, clock_file=clock) as server:
                page = server.url + hall.path(event)
                register_one(server.url, event, "pertama@example.org")  # imports, compiles, connects
                until(lambda: bool(relay.accepted), seconds=60, what="the first mail goes out")
                relay.accepted.clear()
                _held(server)
                _plan(hall, event, people)
                planning = _held(server)
                time_many(page, callers=CALLERS, seconds=1)
                alone = [_p95(page, effort) for _ in range(effort.rounds)]
                _let_come(hall, event, clock, timedelta(days=7))
                meanwhile, rate = _while_they_go(page, relay, people, effort)
                _held(server)
                relay.accepted.clear()
                _let_come(hall, event, clock, timedelta(days=1))
                until(lambda: len(relay.accepted) >= people, seconds=60 + people / 50, what="all mails are out")
                sending = _held(server)
    quick, slow = statistics.median(alone), statistics.median(meanwhile)
    return [
        Result(
            name="event page while e-mails go out",
            ours=slow,
            baseline=quick,
            ratio=slow / quick,
            unit="ms (p95)",
            bar=P95_BAR,
            at_most=True,
            conditions=f"{CALLERS} callers (wrk), one process that serves and sends {people:,} reminders, SQLite on "
            f"disk, {rate:.0f} mails/s beside the load; baseline: the same page just before",
        ),
        Result(
            name="longest transaction of a mailing",
            ours=max(planning + sending),
            unit="ms",
            bar=HELD_BAR,
            at_most=True,
            conditions=f"from BEGIN to the end of COMMIT, {len(planning):,} transactions that plan "
            f"{people * REMINDERS:,} reminders (at most {max(planning):.0f} ms) and {len(sending):,} that claim and "
            f"settle {people:,} (at most {max(sending):.0f} ms, median {statistics.median(sending):.1f} ms); "
            "SQLite on disk, no other load",
        ),
    ]


def _register(hall: Hall, event: uuid.UUID, people: int) -> None:
    """Register people, and leave no fact to react to: nothing else goes out."""

    def use_case(session: Session, numbers: range) -> None:
        applications = [application(event, f"peserta{number}", name="Siti Nurhaliza") for number in numbers]
        assert register_together(session, applications, now=hall.life.now, by=STAFF)
        session.execute(sa.update(FactRow).values(settled_at=hall.life.now).where(FactRow.settled_at.is_(None)))

    for first in range(0, people, AT_ONCE):
        hall.database.write(partial(use_case, numbers=range(first, min(first + AT_ONCE, people))))


def _plan(hall: Hall, event: uuid.UUID, people: int) -> None:
    """Have the rules followed, as if staff had changed one."""

    def use_case(session: Session) -> None:
        organiser = session.get_one(Event, event).organiser_id
        fact = MailRulesChanged(organiser_id=organiser, event_id=event, key="*")
        outbox.record(session, fact, now=hall.life.now, by=STAFF)

    def planned() -> bool:
        counted = sa.select(sa.func.count(Email.id)).where(Email.event_id == event)
        all_of_them = (people + 1) * REMINDERS + 1  # the first person's too, and their confirmation
        return int(hall.database.read(lambda session: session.scalar(counted)) or 0) == all_of_them

    hall.database.write(use_case)
    until(planned, seconds=60 + people / 100, what="every reminder is planned")


def _let_come(hall: Hall, event: uuid.UUID, clock: Path, before: timedelta) -> None:
    """Let it be so long before the event, and a minute."""
    starts_at = sa.select(Event.starts_at).where(Event.id == event)
    set_clock(
        clock, hall.database.read(lambda session: session.scalars(starts_at).one()) - before + timedelta(minutes=1)
    )


def _p95(page: str, effort: Effort) -> float:
    load = time_many(page, callers=CALLERS, seconds=effort.seconds)
    assert load.failed == 0, f"{load.failed} answers of {page} failed"
    assert load.p95 is not None
    return load.p95


def _while_they_go(page: str, relay: Sink, people: int, effort: Effort) -> tuple[list[float], float]:
    """Return the page's times from the first mail to the last, and how many mails went out in a second."""
    until(lambda: bool(relay.accepted), seconds=60, what="the first mail goes out")
    before, began = len(relay.accepted), time.monotonic()
    found: list[float] = []
    while not found or len(relay.accepted) < people:
        gone = len(relay.accepted)
        found.append(_p95(page, effort))
        assert len(relay.accepted) > gone, "no mail goes out any more"
    return found, (people - before) / (time.monotonic() - began)


def _held(server: Served) -> list[float]:
    """Return how long each transaction since the last time held the writer, in milliseconds."""
    held: list[float] = json.loads(get(server.url + served.HELD_PATH))
    return held
