"""Workers that are killed (SIGKILL) while they write to a crowd: everybody is written to once, whoever goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from events import outbox
from events.models import Event
from events.outbox import FactRow
from events.storage import Session
from notifications.facts import MailRulesChanged
from notifications.models.email import Email, EmailKind
from notifications.planning import announcements, reminders
from service.clock import set_clock
from service.processes import work
from service.wiring import Runtime
from tests.notifications.planning.test_announcements import draft, send
from tests.notifications.planning.test_emails import crowd
from tests.notifications.post_office import PostOffice
from tests.service.reactions.reacting_worker import left
from tests.support.life import NOW, STAFF, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, unsettled

RULES = (EmailKind.REMINDER_7D, EmailKind.REMINDER_1D, EmailKind.REMINDER_1H)
"""What the house's own rules plan for each person, all of it ahead."""


class House:
    """One database, the workers on it that come and go, and one here that goes on."""

    def __init__(self, runtime: Runtime, folder: Path, url: str) -> None:
        self.runtime = runtime
        self.post = PostOffice(Life(runtime.database, runtime.database.write(add_organiser)), runtime.files)
        self._folder = folder
        self._url = url

    def prepare(self, people: int) -> uuid.UUID:
        """Return an event to which so many are registered, and nothing is left to react to."""
        event_id = self.post.life.webinar(capacity=None)
        crowd(self.post, event_id, people)
        settle = sa.update(FactRow).where(FactRow.settled_at.is_(None)).values(settled_at=NOW)
        self.post.write(lambda session: session.execute(settle))
        return event_id

    def react_and_die(self, *, stops_in: int) -> None:
        """Start a worker, and kill it when its transaction `stops_in` has written everything but its COMMIT."""
        stopped = self._folder / f"stopped-{uuid.uuid4().hex}"
        options = {
            "database": self._url,
            "folder": str(self._folder),
            "clock": str(self._folder / "clock"),
            "stopped": str(stopped),
            "stops_in": stops_in,
        }
        command = [sys.executable, "-m", "tests.service.reactions.reacting_worker", json.dumps(options)]
        worker = subprocess.Popen(command)
        try:
            until(lambda: stopped.exists() or worker.poll() is not None, what="the worker is in the middle of its work")
            assert worker.poll() is None, "it ended by itself"
        finally:
            worker.kill()
            worker.wait(60)

    def go_on(self) -> int:
        """React here until nothing is left; return in how many rounds."""
        rounds = 0
        while found := left(self.runtime):
            work.react_to(self.runtime, found)
            rounds += 1
        return rounds

    def written(self, *kinds: EmailKind) -> Counter[str]:
        """How many e-mails of these kinds each address has."""
        wanted = sa.select(Email.to_address).where(Email.kind.in_(kinds))
        found: Sequence[str] = self.runtime.database.read(lambda session: session.scalars(wanted).all())
        return Counter(found)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    set_clock(tmp_path / "clock", NOW)
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    yield House(runtime, tmp_path, database_url)
    runtime.close()


def announce(house: House, event_id: uuid.UUID) -> None:
    """Send a message to everybody."""
    send(house.post, event_id, draft(house.post, event_id))


def change_rules(house: House, event_id: uuid.UUID) -> None:
    """Have everybody's reminders planned, as if staff had changed a rule."""

    def use_case(session: Session) -> None:
        organiser = session.get_one(Event, event_id).organiser_id
        fact = MailRulesChanged(organiser_id=organiser, event_id=event_id, key="*")
        outbox.record(session, fact, now=NOW, by=STAFF)

    house.post.write(use_case)


@pytest.mark.parametrize(
    ("happen", "kinds", "chunk", "before"),
    [
        (announce, (EmailKind.ANNOUNCEMENT,), announcements.CHUNK, 0),
        # What is stale is looked for in a transaction of its own.
        (change_rules, RULES, reminders.CHUNK_OF_ROWS // len(RULES), 1),
    ],
    ids=["message", "rules"],
)
def test_killed_twice_everybody_is_written_to_once(
    house: House, happen: Callable[[House, uuid.UUID], None], kinds: tuple[EmailKind, ...], chunk: int, before: int
) -> None:
    people = 2 * chunk + 1
    happen(house, house.prepare(people))

    house.react_and_die(stops_in=before + 1)
    assert Counter(house.written(*kinds).values()) == {len(kinds): chunk}
    assert unsettled(house.runtime) == 1, "it is known that somebody has to go on"

    house.react_and_die(stops_in=0)
    assert Counter(house.written(*kinds).values()) == {len(kinds): chunk}, "the second one died in the same place"

    assert house.go_on() > 1
    assert house.written(*kinds) == {f"p{number}@example.org": len(kinds) for number in range(people)}
