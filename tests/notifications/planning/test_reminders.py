"""Reminders: planned once, planned anew when the event moves, and never sent stale."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from events.drafts import lifecycle
from events.models import Event, Stage
from events.registrations import registration
from events.storage import Session
from notifications.models.email import EmailKind
from notifications.planning import reminders
from tests.notifications.post_office import PostOffice
from tests.support.life import STAFF, STARTS_AT

WEEK, DAY, HOUR = EmailKind.REMINDER_7D, EmailKind.REMINDER_1D, EmailKind.REMINDER_1H
SECOND = timedelta(seconds=1)


def plan_for(post_office: PostOffice, event_id: uuid.UUID, *, now: datetime | None = None) -> uuid.UUID:
    """Register somebody and plan their reminders, as the reaction does."""
    at = now or post_office.life.now
    key = post_office.life.register(event_id, now=at).registration_id
    post_office.write(lambda s: reminders.plan_for(s, key, now=at))
    return key


def planned(post_office: PostOffice, state: str = "queued") -> dict[EmailKind, datetime | None]:
    return {row.kind: row.due_at for row in post_office.rows() if row.state.value == state}


def move(post_office: PostOffice, event_id: uuid.UUID, delta: timedelta, *, now: datetime) -> None:
    def use_case(session: Session) -> None:
        event = session.get_one(Event, event_id)
        starts_at, ends_at = event.starts_at + delta, event.ends_at + delta
        lifecycle.reschedule(session, event_id, starts_at=starts_at, ends_at=ends_at, now=now, by=STAFF)
        assert reminders.plan(session, event_id, now=now) is None

    post_office.write(use_case)


def test_three_reminders_each_in_its_time(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    key = plan_for(post_office, event_id)
    post_office.write(lambda s: reminders.plan_for(s, key, now=post_office.life.now))
    assert planned(post_office) == {
        WEEK: STARTS_AT - timedelta(days=7),
        DAY: STARTS_AT - timedelta(days=1),
        HOUR: STARTS_AT - timedelta(hours=1),
    }
    subjects = []
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=1)):
        assert list(post_office.send(now=STARTS_AT - before - SECOND)) == []
        subjects += [message["Subject"] for message in post_office.send(now=STARTS_AT - before)]
    assert subjects == [
        "7 hari lagi: Menulis Cerita Anak",
        "Besok: Menulis Cerita Anak, pukul 09.00 WIB",
        "Sebentar lagi: Menulis Cerita Anak, pukul 09.00 WIB",
    ]


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        (timedelta(days=7), {DAY, HOUR}),
        (timedelta(days=3), {DAY, HOUR}),
        (timedelta(hours=5), {HOUR}),
        (timedelta(minutes=30), set()),
    ],
)
def test_who_comes_late_gets_no_past_reminder(
    post_office: PostOffice, before: timedelta, kinds: set[EmailKind]
) -> None:
    plan_for(post_office, post_office.life.webinar(), now=STARTS_AT - before)
    assert set(planned(post_office)) == kinds


def test_a_move_plans_anew_and_supersedes_what_is_stale(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    plan_for(post_office, event_id)
    now = STARTS_AT - timedelta(days=2)
    assert len(post_office.send(now=now - timedelta(days=5))) == 1
    move(post_office, event_id, timedelta(days=8), now=now)
    moved = STARTS_AT + timedelta(days=8)
    assert planned(post_office) == {
        WEEK: moved - timedelta(days=7),
        DAY: moved - timedelta(days=1),
        HOUR: moved - timedelta(hours=1),
    }
    assert set(planned(post_office, "superseded")) == {DAY, HOUR}
    # All through the old dates nothing goes out; then the new week's reminder does.
    assert list(post_office.send(now=STARTS_AT)) == []
    (message,) = post_office.send(now=moved - timedelta(days=7))
    assert message["Subject"] == "7 hari lagi: Menulis Cerita Anak"


def test_there_and_back_again_reminds_once(post_office: PostOffice) -> None:
    """Moved away and back: the superseded rows hold the old key, and yet the person is reminded."""
    event_id = post_office.life.webinar()
    plan_for(post_office, event_id)
    move(post_office, event_id, timedelta(days=1), now=post_office.life.now)
    move(post_office, event_id, timedelta(days=-1), now=post_office.life.now)
    assert set(planned(post_office)) == {WEEK, DAY, HOUR}
    assert len(post_office.send(now=STARTS_AT - timedelta(days=1))) == 1


@pytest.mark.parametrize("transition", [lifecycle.postpone, lifecycle.cancel])
def test_what_does_not_take_place_is_not_reminded_of(post_office: PostOffice, transition: lifecycle.Transition) -> None:
    event_id = post_office.life.webinar()
    plan_for(post_office, event_id)
    now = post_office.life.now

    def use_case(session: Session) -> None:
        transition(session, event_id, now=now, by=STAFF)
        reminders.plan(session, event_id, now=now)

    post_office.write(use_case)
    assert planned(post_office) == {}
    assert list(post_office.send(now=STARTS_AT)) == []


def test_even_without_planning_anew_a_stale_reminder_is_not_sent(post_office: PostOffice) -> None:
    """The reaction to a move may come after the reminder was claimed: sending looks at the event itself."""
    event_id = post_office.life.webinar()
    plan_for(post_office, event_id)
    now = post_office.life.now
    starts_at, ends_at = STARTS_AT + timedelta(days=30), STARTS_AT + timedelta(days=30, hours=2)
    post_office.write(
        lambda s: lifecycle.reschedule(s, event_id, starts_at=starts_at, ends_at=ends_at, now=now, by=STAFF)
    )
    assert list(post_office.send(now=STARTS_AT)) == []
    assert post_office.states() == ["superseded"] * 3


def test_only_confirmed_places_are_reminded(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar(capacity=1)
    key = plan_for(post_office, event_id)
    waiting = post_office.life.register(event_id, 2).registration_id
    now = post_office.life.now
    post_office.write(lambda s: reminders.plan_for(s, waiting, now=now))
    assert {row.registration_id for row in post_office.rows()} == {key}
    post_office.write(lambda s: registration.cancel(s, key, now=now, by="person"))
    assert list(post_office.send(now=STARTS_AT - timedelta(days=1))) == []


def test_a_process_that_was_down_sends_what_still_helps(post_office: PostOffice) -> None:
    """Back five hours before the start: the day's reminder goes out, the week's is superseded."""
    event_id = post_office.life.webinar()
    plan_for(post_office, event_id)
    sent = [message["Subject"] for message in post_office.send(now=STARTS_AT - timedelta(hours=5))]
    assert sent == ["Hari ini: Menulis Cerita Anak, pukul 09.00 WIB"]
    assert list(post_office.send(now=STARTS_AT + timedelta(minutes=1))) == []
    assert sorted(post_office.states()) == ["sent", "superseded", "superseded"]


def test_a_visitor_is_reminded_of_the_visit_also_while_the_exhibition_runs(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.exhibition(Stage.REGISTRATION_OPEN, slots=3)
    slots = life.slots(event_id)
    key = life.register(event_id, slot_id=slots[2]).registration_id
    post_office.write(lambda s: lifecycle.start(s, event_id, now=STARTS_AT, by="clock"))
    post_office.write(lambda s: reminders.plan_for(s, key, now=STARTS_AT))
    visit = STARTS_AT + timedelta(hours=2)
    assert planned(post_office) == {HOUR: visit - timedelta(hours=1)}
    (message,) = post_office.send(now=visit - timedelta(hours=1))
    assert message["Subject"] == "Sebentar lagi: Menulis Cerita Anak, pukul 11.00 WIB"


def test_planning_for_thousands_goes_in_chunks(post_office: PostOffice) -> None:
    from tests.notifications.planning.test_emails import crowd  # noqa: PLC0415 - a fixture of a neighbour

    event_id = post_office.life.webinar(capacity=None)
    people = reminders.CHUNK_OF_ROWS // 3 + 1
    crowd(post_office, event_id, people)
    now = post_office.life.now
    begun = post_office.write(lambda s: reminders.plan(s, event_id, now=now))
    assert (begun, post_office.rows()) == ({"first": True}, [])
    cursor = post_office.write(lambda s: reminders.plan(s, event_id, now=now, cursor=begun))
    assert cursor is not None
    assert len(post_office.rows()) == 3 * (people - 1)
    assert post_office.write(lambda s: reminders.plan(s, event_id, now=now, cursor=cursor)) is None
    assert len(post_office.rows()) == 3 * people


def test_the_bell_rung_eight_times_plans_each_reminder_once(post_office: PostOffice) -> None:
    """For each registration, and for the whole event as after a move, all at once."""
    event_id = post_office.life.webinar()
    keys = [post_office.life.register(event_id, person).registration_id for person in range(5)]
    start = threading.Barrier(8, timeout=60)

    def ring(number: int) -> None:
        start.wait()
        if number % 2:
            post_office.write(lambda s: reminders.plan(s, event_id, now=post_office.life.now))
        else:
            for key in keys:
                post_office.write(lambda s, one=key: reminders.plan_for(s, one, now=post_office.life.now))  # type: ignore[misc] # a default binds the loop's value

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ring, range(8)))
    due = {WEEK: timedelta(days=7), DAY: timedelta(days=1), HOUR: timedelta(hours=1)}
    rows = Counter((row.registration_id, row.kind, row.due_at, row.state.value) for row in post_office.rows())
    assert rows == {(key, kind, STARTS_AT - before, "queued"): 1 for key in keys for kind, before in due.items()}
