"""Thousands of reminders planned and sent by the process that serves: what visitors and other writers feel of it."""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from events import outbox
from events.models import Event
from events.outbox import FactRow
from events.registrations.registering_together import register_together
from events.storage import Session
from notifications.facts import MailRulesChanged
from notifications.models.email import Email, EmailState
from service.clock import set_clock
from tests.bench import house, served, sink
from tests.bench.house import Hall
from tests.bench.load import time_many
from tests.bench.processes import Served, get, register_one, serving
from tests.bench.results import USUAL, Effort, Result
from tests.bench.sink import Sink
from tests.support.life import STAFF, application
from tests.support.polling import until

CALLERS = 8
AT_ONCE = 200
REMINDERS = 3
"""What the house's own rules plan for each person: a week, a day and an hour before."""
MAILS = 10_000
SAMPLES = 10
"""How many times the page is asked for while they go out; between two samples a tenth of them goes out unhindered."""
P95_BAR, HELD_BAR = 2.0, 50.0
"""Times what it takes alone; milliseconds."""


def measure(effort: Effort) -> list[Result]:
    """Plan reminders; send those of a week before while the page is asked for, those of a day before alone.

    Everybody has exactly one of each in the end, or nothing was measured.
    """
    people = MAILS if effort.count >= USUAL.count else effort.count
    with house.folder() as folder, sink.running() as relay:
        address, clock = f"sqlite:///{folder}/acara.sqlite3", folder / "clock"
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None)
            _register(hall, event, people - 1)
            with serving(folder, database_url=address, smtp_url=relay.url, clock_file=clock) as server:
                page = server.url + hall.path(event)
                register_one(server.url, event, "pertama@example.org")  # imports, compiles, connects
                until(lambda: relay.total, seconds=60, what="the first mail goes out")
                _held(server)
                _plan(hall, event, people)
                planning = _held(server)
                time_many(page, callers=CALLERS, seconds=1)
                alone = [_p95(page, effort) for _ in range(effort.rounds)]
                relay.forget()
                _let_come(hall, event, clock, timedelta(days=7))
                meanwhile, rate = _while_they_go(page, relay, people, effort)
                _await_one_each(hall, relay, people, settled=1 + people)
                alone += [_p95(page, effort) for _ in range(effort.rounds)]
                _held(server)
                relay.forget()
                _let_come(hall, event, clock, timedelta(days=1))
                _await_one_each(hall, relay, people, settled=1 + 2 * people)
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
            conditions=f"{CALLERS} callers (wrk), one process that serves and sends {people:,} reminders, each once, "
            f"SQLite on disk; median of {len(meanwhile)} samples spread over them (at most {max(meanwhile):.1f} ms), "
            f"{rate:.0f} mails/s beside the load; baseline: the same page just before and after",
        ),
        Result(
            name="longest transaction of a mailing",
            ours=max(*planning.whole, *sending.whole),
            unit="ms",
            bar=HELD_BAR,
            at_most=True,
            conditions=f"from BEGIN to the end of COMMIT, {len(planning.whole):,} transactions that plan "
            f"{people * REMINDERS:,} reminders (at most {max(planning.whole):.0f} ms, {max(planning.worked):.0f} "
            f"before COMMIT) and {len(sending.whole):,} that claim and settle {people:,} (at most "
            f"{max(sending.whole):.0f} ms, {max(sending.worked):.0f} before COMMIT, "
            f"median {statistics.median(sending.whole):.1f} ms); "
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
        all_of_them = people * REMINDERS + 1  # and the first person's confirmation
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


def _while_they_go(page: str, relay: Sink, mails: int, effort: Effort) -> tuple[list[float], float]:
    """Return the page's times at moments from the first mail to the last, and the mails in a second beside the load."""
    until(lambda: relay.total, seconds=60, what="the first mail goes out")
    found: list[float] = []
    gone, loaded = 0, 0.0
    while relay.total < mails or not found:
        before, began = relay.total, time.monotonic()
        taken = _p95(page, effort)
        after = relay.total
        assert after > before or after >= mails, "no mail goes out any more"
        if after < mails or not found:  # a sample that outlasts the mails would flatter
            found.append(taken)
            gone, loaded = gone + after - before, loaded + time.monotonic() - began
        enough = min(mails, after + mails // SAMPLES)
        until(partial(_has, relay, enough), seconds=60 + mails / 50, what="the mails go on")
    return found, gone / loaded


def _has(relay: Sink, mails: int) -> bool:
    return relay.total >= mails


def _await_one_each(hall: Hall, relay: Sink, people: int, *, settled: int) -> None:
    """Wait until so many e-mails are settled as sent; everybody has had one since the sink was told to forget."""
    sent = sa.select(sa.func.count(Email.id)).where(Email.state == EmailState.SENT)

    def all_settled() -> bool:
        return int(hall.database.read(lambda session: session.scalar(sent)) or 0) == settled

    until(lambda: len(relay.accepted) == people, seconds=60 + people / 20, what="everybody has a mail")
    until(all_settled, seconds=60, what="every mail is settled")
    assert relay.total == people, f"{relay.total - people} mails went out twice"


@dataclass(frozen=True, slots=True)
class _Held:
    """How long transactions held the writer, in milliseconds."""

    whole: Sequence[float]
    worked: Sequence[float]
    """Without their COMMIT, in which the disk has its say."""


def _held(server: Served) -> _Held:
    """Return how long each transaction since the last time held the writer."""
    found: list[tuple[float, float]] = json.loads(get(server.url + served.HELD_PATH))
    return _Held([whole for whole, _ in found], [worked for _, worked in found])
