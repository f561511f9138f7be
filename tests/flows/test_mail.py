"""From a registration to a mail in somebody's inbox, and what follows when the event moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from pydantic import SecretStr

from events.drafts import lifecycle
from events.registrations import registration
from service.clock import set_clock
from service.wiring import Runtime
from tests.support.life import NOW, STAFF, STARTS_AT, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, settled, workers
from tests.support.smtp import Delivered, SmtpSink


@pytest.fixture
def runtime(database_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Runtime]:
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    made = make_runtime(database_url, tmp_path, clock_file=clock, smtp_url=SecretStr(smtp_sink.url))
    with workers(made):
        yield made
    made.close()


@pytest.fixture
def held(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


def calendar_of(delivered: Delivered) -> icalendar.Calendar:
    part = next(part for part in delivered.message.walk() if part.get_content_type() == "text/calendar")
    return icalendar.Calendar.from_ical(part.get_content())


def turn_to(runtime: Runtime, moment: object) -> None:
    assert runtime.settings.clock_file is not None
    set_clock(runtime.settings.clock_file, moment)  # type: ignore[arg-type] # a datetime of the tests


def subjects(sink: SmtpSink, person: int) -> list[str]:
    return [str(each.message["Subject"]) for each in sink.to(f"peserta{person}@example.org")]


def test_registration_is_confirmed_moved_and_cancelled_in_the_persons_calendar(
    runtime: Runtime, held: Life, smtp_sink: SmtpSink
) -> None:
    event_id = held.webinar()
    held.register(event_id, 1)
    until(lambda: len(smtp_sink.delivered) == 1, what="the confirmation")
    runtime.database.write(
        lambda session: lifecycle.reschedule(
            session,
            event_id,
            starts_at=STARTS_AT + timedelta(days=1),
            ends_at=STARTS_AT + timedelta(days=1, hours=2),
            now=NOW,
            by=STAFF,
        )
    )
    until(lambda: len(smtp_sink.delivered) == 2, what="the update")
    runtime.database.write(lambda session: lifecycle.cancel(session, event_id, now=NOW, by=STAFF))
    until(lambda: len(smtp_sink.delivered) == 3, what="the cancellation")
    settled(runtime)
    entries = [calendar_of(each) for each in smtp_sink.to("peserta1@example.org")]
    events = [entry.walk("VEVENT")[0] for entry in entries]
    assert [str(entry["METHOD"]) for entry in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(event["SEQUENCE"]) for event in events] == ["0", "1", "2"]
    assert len({str(event["UID"]) for event in events}) == 1


def test_reminders_follow_the_clock_and_the_person_who_cancelled_gets_none(
    runtime: Runtime, held: Life, smtp_sink: SmtpSink
) -> None:
    event_id = held.webinar()
    held.register(event_id, 1)
    leaving = held.register(event_id, 2).registration_id
    until(lambda: len(smtp_sink.delivered) == 2, what="both confirmations")
    runtime.database.write(lambda session: registration.cancel(session, leaving, now=NOW, by=STAFF))
    until(lambda: len(smtp_sink.delivered) == 3, what="the cancellation")
    for number, before in enumerate((timedelta(days=7), timedelta(days=1), timedelta(hours=1)), 4):
        turn_to(runtime, STARTS_AT - before)
        until(lambda wanted=number: len(smtp_sink.delivered) == wanted, what=f"the reminder {before} before")  # type: ignore[misc] # a default binds the loop's value
    assert (len(subjects(smtp_sink, 1)), len(subjects(smtp_sink, 2))) == (4, 2)


def test_freed_seat_is_offered_by_mail_to_the_one_who_waits(runtime: Runtime, held: Life, smtp_sink: SmtpSink) -> None:
    event_id = held.webinar(capacity=1)
    first = held.register(event_id, 1).registration_id
    held.register(event_id, 2)
    until(lambda: len(smtp_sink.delivered) == 2, what="a confirmation and a place in the queue")
    runtime.database.write(lambda session: registration.cancel(session, first, now=NOW, by=STAFF))
    until(lambda: len(smtp_sink.delivered) == 4, what="the cancellation and the offer")
    assert len(subjects(smtp_sink, 2)) == 2
