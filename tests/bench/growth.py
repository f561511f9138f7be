"""Growth: what one registration and each list page ask of the database, in a library of 1,000 and of 1,000,000.

Counted, not timed (`tests.support.costs`): what a page needs does not depend on how much there is besides it, so the
ratio of the two counts stays at one. The registrations lie in archived events of 250 each, as years of a library's work
would; what is looked at is an event that is open now, with 100 of its own.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from events.links import MANAGE
from service.clock import set_clock
from service.database.transactions import Database
from service.migrations import migrate
from tests.bench import house
from tests.bench.results import Effort, Result
from tests.service.web.staff.room import Room, open_room
from tests.support import costs, filling
from tests.support.costs import Cost
from tests.support.life import NOW
from tests.support.running import make_runtime

OWN = 100
"""Registrations of the event that is looked at."""
SMALL, LARGE = 1_000, 1_000_000
FLAT = 1.5
"""How much more the large library may cost: indexes are a level or two deeper."""


@dataclass(frozen=True, slots=True)
class Town:
    """A library that has been in use for years, with a signed-in owner."""

    room: Room
    client: TestClient[Any]
    event_id: uuid.UUID
    registration_id: uuid.UUID

    @property
    def database(self) -> Database:
        """The database that everything is in."""
        database: Database = self.room.runtime.database
        return database

    def works(self) -> Mapping[str, Callable[[], None]]:
        """Return each piece of work that is measured, by its name."""
        get = {name: partial(self._get, path) for name, path in self._pages().items()}
        return {"registering": self._register, **get}

    def _pages(self) -> Mapping[str, str]:
        event = self.room.life.event(self.event_id)
        public = f"/events/perpustakaan-batam/{event.slug}"
        staff = f"/staff/events/{self.event_id}"
        token = self.room.runtime.links.token(MANAGE, self.registration_id)
        return {
            "coming events": "/",
            "event page": public,
            "form": f"{public}/register",
            "own page": f"/r/{token}",
            "dashboard": "/staff",
            "list of events": "/staff/events",
            "event's home": staff,
            "registrations": f"{staff}/registrations",
            "registrations, searched": f"{staff}/registrations?q=Peserta+7",
            "attendance": f"{staff}/attendance",
            "certificates": f"{staff}/certificates",
            "timeline": f"{staff}/timeline",
            "posts": "/staff/posts",
            "queue": "/staff/queue",
            "people": "/staff/people",
        }

    def _get(self, path: str) -> None:
        self.client.app.state.pages.recent.forget()
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"

    def _register(self) -> None:
        self.room.life.register(self.event_id, uuid.uuid4().hex)


@contextlib.contextmanager
def town(address: str, folder: Path, count: int) -> Generator[Town]:
    """Fill an empty database with `count` registrations of the past."""
    migrate(address)
    set_clock(folder / "clock", NOW)
    runtime = make_runtime(address, folder, clock_file=folder / "clock", mailbox_page=True, smtp_url=None)
    try:
        room = open_room(runtime)
        event_id = room.life.webinar(capacity=100_000)
        made = [room.life.register(event_id, number) for number in range(OWN)]
        first = made[0].registration_id
        database: Any = runtime.database
        database.write(lambda session: filling.fill(session, room.life, event_id, first, count))
        database.write(filling.analyse)
        with room.visitor() as client:
            room.sign_in(client, room.installation.email)
            yield Town(room, client, event_id, first)
    finally:
        runtime.close()


def cost_of(place: Town, work: Callable[[], None]) -> Cost:
    """Return what a piece of work costs once everything that is done only once has been done."""
    work()
    with costs.measured(place.database) as cost:
        work()
    return cost


def counted(address: str, folder: Path, count: int) -> dict[str, Cost]:
    """Return what each piece of work costs in a library of `count` registrations."""
    with town(address, folder, count) as place:
        return {name: cost_of(place, work) for name, work in place.works().items()}


def measure(effort: Effort) -> list[Result]:
    """Compare a large library with a small one, on both databases."""
    large = LARGE if effort.count >= 1_000 else 20 * SMALL
    with house.folder() as small_folder, house.folder() as large_folder:
        on_sqlite = _compared("SQLite", small_folder, large_folder, "sqlite:///{folder}/acara.db", large)
    return [on_sqlite, *_on_postgresql(large)]


def _on_postgresql(large: int) -> list[Result]:
    with house.durable_postgres() as server, house.folder() as small_folder, house.folder() as large_folder:
        few, many = (server.url(server.create()) for _ in range(2))
        return [_result("PostgreSQL", counted(few, small_folder, SMALL), counted(many, large_folder, large), large)]


def _compared(name: str, small_folder: Path, large_folder: Path, address: str, large: int) -> Result:
    few = counted(address.format(folder=small_folder), small_folder, SMALL)
    many = counted(address.format(folder=large_folder), large_folder, large)
    return _result(name, few, many, large)


def _result(name: str, few: Mapping[str, Cost], many: Mapping[str, Cost], large: int) -> Result:
    unit = "instructions" if name == "SQLite" else "pages"
    ratios = {work: many[work].units / max(1, few[work].units) for work in few}
    worst = max(ratios, key=lambda work: ratios[work])
    told = ", ".join(f"{work} {few[work].units:,} → {many[work].units:,}" for work in few)
    return Result(
        name=f"growth, {name}: the work that grows most ({worst})",
        ours=float(many[worst].units),
        baseline=float(few[worst].units),
        ratio=ratios[worst],
        unit=unit,
        bar=FLAT,
        at_most=True,
        conditions=f"{SMALL:,} → {large:,} registrations; {unit} of the database for each: {told}",
    )
