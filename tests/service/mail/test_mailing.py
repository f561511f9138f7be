"""A mailing to hundreds, planned and sent as the service does it: how many rows a transaction writes, not how long."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listening

from events import outbox
from events.storage import Session
from notifications.facts import MailRulesChanged
from notifications.mailing import delivery
from notifications.mailing.sending import SETTLE_AFTER
from notifications.planning import emails, reminders
from service.clock import real_now
from service.database.transactions import Database
from service.processes.work import react_to
from service.wiring import Runtime
from tests.notifications.planning.test_emails import crowd
from tests.notifications.post_office import Pigeonhole, PostOffice
from tests.support.life import STAFF, STARTS_AT, Life, add_organiser
from tests.support.running import make_runtime

PEOPLE = 2 * emails.CHUNK + 7
_WRITES = re.compile(r"(?:INSERT INTO|UPDATE) email[ (]", re.IGNORECASE)


@pytest.fixture
def runtime(sqlite_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(sqlite_url, tmp_path)
    yield made
    made.close()


@contextmanager
def rows_written(database: Database) -> Generator[list[int]]:
    """Collect how many rows of e-mails each transaction wrote, where it wrote any.

    A claim is not among them: what RETURNING gives is counted by SQLite only once it was fetched.
    """
    found: list[int] = []
    under_way: dict[int, int] = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: object) -> None:
        if _WRITES.match(statement):
            written = cursor.rowcount if cursor.rowcount >= 0 else len(parameters)
            under_way[id(connection)] = under_way.get(id(connection), 0) + written

    def end(connection: Any) -> None:
        if written := under_way.pop(id(connection), 0):
            found.append(written)

    for engine in database.engines:
        listening.listen(engine, "after_cursor_execute", note)
        listening.listen(engine, "commit", end)
    try:
        yield found
    finally:
        for engine in database.engines:
            listening.remove(engine, "after_cursor_execute", note)
            listening.remove(engine, "commit", end)


def test_no_transaction_of_a_mailing_writes_more_than_a_chunk(runtime: Runtime) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(capacity=None)
    crowd(PostOffice(life, runtime.files), event_id, PEOPLE)

    def change(session: Session) -> None:
        fact = MailRulesChanged(organiser_id=life.organiser_id, event_id=event_id, key="*")
        outbox.record(session, fact, now=life.now, by=STAFF)

    runtime.database.write(change)
    with rows_written(runtime.database) as planned:
        while waiting := runtime.database.read(
            lambda session: outbox.unsettled(session, real_now=real_now() + timedelta(hours=1))
        ):
            react_to(runtime, waiting[:1])
    assert sum(planned) == 3 * PEOPLE, "a week, a day and an hour before"
    assert max(planned) <= reminders.CHUNK_OF_ROWS

    week_before = STARTS_AT - timedelta(days=7) + timedelta(minutes=1)
    sent = Pigeonhole()
    with rows_written(runtime.database) as written:
        while delivery.send_due(runtime.database, sent, runtime.composer, now=week_before, real_now=real_now()):
            pass
    assert len({each.id for each in sent.kept}) == len(sent.kept) == PEOPLE
    assert max(written) <= 2 * SETTLE_AFTER
    assert sum(written) == PEOPLE, "each was settled once"
