"""An event's page, full of real data, against the same server's page of one variable from a template."""

from __future__ import annotations

import time
import uuid

from tests.bench import house, peers, served
from tests.bench.load import Load, get_many
from tests.bench.processes import Served, get, register_one, serving
from tests.bench.results import Effort, Result, compared
from tests.support.polling import until

CALLERS = 8


def measure(effort: Effort) -> list[Result]:
    """Ask for both pages in turn; beforehand somebody registers, and it is timed when the page says so."""
    with house.folder() as folder:
        address = f"sqlite:///{folder}/acara.sqlite3"
        with house.hall(address) as hall:
            event_id = hall.webinar(capacity=100)
            path = hall.path(event_id)
        with serving(folder, database_url=address) as server:
            late = _seats_follow(server, path, event_id)
            page, smallest = server.url + path, server.url + served.PATH
            size = len(get(page))
            get_many(page, callers=CALLERS, seconds=1)
            rounds = [(_load(page, effort), _load(smallest, effort)) for _ in range(effort.rounds)]
    ours = [one.per_second for one, _ in rounds]
    return [
        compared(
            "event page",
            [(one.per_second, other.per_second) for one, other in rounds],
            unit="pages/s",
            bar=0.33,
            peers=peers.multiple(sorted(ours)[len(ours) // 2], peers.PAGES),
            conditions=f"{CALLERS} callers (wrk), one serving process, SQLite, {size:,} bytes of HTML; baseline: one "
            "variable in a Jinja template from the same process",
        ),
        Result(
            name="seats left are right after",
            ours=late,
            unit="s",
            bar=2.0,
            at_most=True,
            conditions="from the answer to one registration to the first event page that shows it; SQLite",
        ),
    ]


def _load(url: str, effort: Effort) -> Load:
    load = get_many(url, callers=CALLERS, seconds=effort.seconds)
    assert load.failed == 0, f"{load.failed} answers of {url} failed"
    return load


def _seats_follow(server: Served, path: str, event_id: uuid.UUID) -> float:
    """Register somebody and return how many seconds the page took to say so."""
    before = get(server.url + path)
    register_one(server.url, event_id, "siti@example.org")
    began = time.monotonic()
    until(lambda: get(server.url + path) != before, what="the page shows the registration")
    return time.monotonic() - began
