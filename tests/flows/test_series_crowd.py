"""A whole series and its dates are changed at the same moment, by many, while eight workers tell the speaker of it.

One entry has one SEQUENCE, and it only grows: what is sent later has a higher one, and what is sent last is how it is.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.models import Event, PartnerAnswer, SeriesInvitation
from events.partnership import partners
from events.recurring import series_editing
from events.recurring.series_editing import Changes, Scope
from events.storage import LocalizedText, Session
from service.processes import work
from tests.notifications.post_office import calendar_of
from tests.service.reactions.test_series_mails import Office
from tests.support.calendar_clients import fields
from tests.support.calendars import assert_calendar_valid
from tests.support.life import NOW, STAFF
from tests.support.polling import until
from tests.support.readings import occurrences
from tests.support.running import make_runtime
from tests.support.series_speaker import FIRST, LENGTH, WEEK, SeriesSpeaker

BELLS, ROUNDS = 8, 3


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    yield Office(runtime)
    runtime.close()


class Round:
    """Changes that several people make at once, each of a series' date or of all dates."""

    def __init__(self, speaker: SeriesSpeaker, number: int) -> None:
        self.speaker, self.number = speaker, number

    def changes(self) -> list[Callable[[], object]]:
        """Return what is done at once: the whole series begins later, one date moves, one is renamed, one answered."""
        life, dates, number = self.speaker.life, self.speaker.dates, self.number
        moved = FIRST + WEEK + timedelta(days=1, hours=number)
        times = {"starts_at": moved, "ends_at": moved + LENGTH}
        venue = Changes(fields={"venue": LocalizedText(f"Ruang {number}")})
        later = Changes(times=(time(15, 10 * (number + 1)), 90))
        return [
            partial(life.do, series_editing.edit, self.speaker.series_id, dates[0], Scope.ALL, later),
            partial(life.do, series_editing.edit, self.speaker.series_id, dates[0], Scope.ALL, venue),
            partial(life.do, lifecycle.reschedule, dates[1], **times),
            partial(life.do, partners.answer, self.speaker.parts[2], PartnerAnswer(_ANSWERS[number])),
        ]


_ANSWERS = ("accepted", "tentative", "accepted")


def test_many_changes_at_once_leave_one_entry_that_only_grows(office: Office) -> None:
    speaker = SeriesSpeaker(office.life)
    told = _told(office)
    for number in range(ROUNDS):
        changes = Round(speaker, number).changes()
        start = threading.Barrier(len(changes) + 1, timeout=60)

        def at_once(change: Callable[[], object], start: threading.Barrier = start) -> None:
            start.wait()
            change()

        def ring(start: threading.Barrier = start) -> None:
            start.wait()
            _ring_eight_times(office)

        with ThreadPoolExecutor(len(changes) + 1) as people:
            for done in [people.submit(at_once, each) for each in changes] + [people.submit(ring)]:
                done.result()
        _ring_eight_times(office)
        told += _told(office)

    numbers = [int(fields(each)["SEQUENCE"]) for each in told]
    assert numbers == sorted(set(numbers)), "nothing that is sent later is older"
    [invitation] = speaker.invitations()
    assert {fields(each)["UID"] for each in told} == {str(invitation.id)}
    assert numbers[-1] == invitation.sequence
    assert [datetime.fromisoformat(each.start) for each in occurrences(told[-1])] == _starts(office)
    assert _told(office) == [], "what was said is not said again"


def _ring_eight_times(office: Office) -> None:
    """Let eight workers find the same facts."""
    facts = office.unsettled()
    with ThreadPoolExecutor(BELLS) as bells:
        for rung in [bells.submit(work.react_to, office.runtime, facts) for _ in range(BELLS)]:
            rung.result()


def _told(office: Office) -> list[bytes]:
    """React to what is left, send what is owed, and return the speaker's calendar objects, each judged."""
    messages = office.sent(NOW + timedelta(minutes=10))
    told = [content for each in messages if (content := calendar_of(each)) is not None]
    for content in told:
        assert_calendar_valid(content, method="REQUEST")
    return told


def _starts(office: Office) -> list[datetime]:
    statement = sa.select(Event.starts_at).where(Event.series_id.is_not(None)).order_by(Event.starts_at)
    return list(office.life.database.read(lambda session: session.scalars(statement).all()))


def test_who_changes_an_entry_waits_for_who_is_changing_it(office: Office) -> None:
    """Two dates of one entry are moved by two writers; the second must not count on from what the first began with."""
    speaker, database = SeriesSpeaker(office.life), office.runtime.database
    before = _sequence(office, speaker)
    holds, let_go = threading.Event(), threading.Event()

    def move(session: Session, number: int) -> None:
        starts_at = FIRST + number * WEEK + timedelta(hours=1)
        key, ends_at = speaker.dates[number], starts_at + LENGTH
        lifecycle.reschedule(session, key, starts_at=starts_at, ends_at=ends_at, now=NOW, by=STAFF)

    def move_slowly(session: Session) -> None:
        move(session, 0)
        session.flush()
        holds.set()
        assert let_go.wait(60)

    with ThreadPoolExecutor(2) as people:
        slow = people.submit(database.write, move_slowly)
        assert holds.wait(60)
        quick = people.submit(database.write, lambda session: move(session, 1))
        if not database.is_sqlite:  # SQLite has one writer: the second has not even begun
            until(lambda: _waiting(office) == 1, what="the second waits for the first")
        let_go.set()
        slow.result()
        quick.result()
    assert _sequence(office, speaker) == before + 2
    told = _told(office)
    assert [datetime.fromisoformat(each.start) for each in occurrences(told[-1])] == _starts(office)


def _waiting(office: Office) -> int:
    """Return how many connections to PostgreSQL wait for a lock."""
    statement = (
        sa.select(sa.func.count())
        .select_from(sa.table("pg_stat_activity"))
        .where(
            sa.column("datname") == sa.func.current_database(),
            sa.column("wait_event_type") == "Lock",
        )
    )
    return int(office.runtime.database.read(lambda session: session.scalar(statement)))


def _sequence(office: Office, speaker: SeriesSpeaker) -> int:
    key: uuid.UUID = speaker.invitations()[0].id
    statement = sa.select(SeriesInvitation.sequence).where(SeriesInvitation.id == key)
    return int(office.runtime.database.read(lambda session: session.scalars(statement).one()))
