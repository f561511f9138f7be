"""A week's news: begun once, owed to each reader once however often the bell rings, sent only with something new."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.storage import LocalizedText
from notifications import quiet_hours
from notifications.models.email import Email, EmailKind
from notifications.models.news import NewsIssue
from notifications.news import issuing, schedules, subscribing
from notifications.news.subscribing import Wishes
from tests.notifications.post_office import PostOffice
from tests.support import news_readers


def subscribe(post_office: PostOffice, count: int, *, wishes: Wishes | None = None) -> list[uuid.UUID]:
    """Have so many people agree to the news."""
    return news_readers.subscribe(post_office.life, count, wishes=wishes)


def due_at(post_office: PostOffice) -> datetime:
    life = post_office.life
    found = life.database.read(lambda s: schedules.schedule_of(s, life.organiser_id)).next_at
    assert found is not None
    return found


def issue(post_office: PostOffice, *, now: datetime) -> int:
    """Begin and plan what is due; returns how many transactions it took."""
    if not post_office.life.database.read(lambda s: issuing.has_due(s, now=now)):
        return 0
    post_office.write(lambda s: issuing.begin(s, now=now))
    parts = 0
    while post_office.write(lambda s: issuing.plan_chunk(s, now=now)):
        parts += 1
    return parts


def owed(post_office: PostOffice) -> Sequence[Email]:
    return post_office.rows(EmailKind.NEWS)


def test_it_tells_of_what_was_announced_and_not_again(post_office: PostOffice) -> None:
    subscribe(post_office, 1)
    post_office.life.webinar()
    first = due_at(post_office)
    assert issue(post_office, now=first - timedelta(seconds=1)) == 0
    issue(post_office, now=first)
    [message] = post_office.send(now=first)
    assert message["Subject"] == "Acara baru di Perpustakaan Kota Batam"
    assert message["List-Unsubscribe"].count("<") == 2, "by one press, and by mail"
    issue(post_office, now=first + timedelta(days=7))
    assert len(owed(post_office)) == 1, "nothing new, nothing sent"


def test_nobody_is_written_to_when_there_is_nothing_new(post_office: PostOffice) -> None:
    subscribe(post_office, 3)
    first = due_at(post_office)
    assert (issue(post_office, now=first), len(owed(post_office))) == (1, 0)
    assert due_at(post_office) == first + timedelta(days=7)


def test_a_bell_rung_eight_times_at_once_owes_each_reader_one(post_office: PostOffice) -> None:
    subscribe(post_office, issuing.CHUNK * 2 + 7)
    post_office.life.webinar()
    now, failed = due_at(post_office), list[BaseException]()

    def ring() -> None:
        try:
            issue(post_office, now=now)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=ring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    issue(post_office, now=now)
    [made] = post_office.life.database.read(lambda s: s.scalars(sa.select(NewsIssue)).all())
    readers = {email.news_subscription_id for email in owed(post_office)}
    assert (len(owed(post_office)), len(readers), made.count) == (307, 307, 307)


def test_an_issue_that_was_left_half_done_goes_on(post_office: PostOffice) -> None:
    subscribe(post_office, issuing.CHUNK + 1)
    post_office.life.webinar()
    now = due_at(post_office)
    post_office.write(lambda s: issuing.begin(s, now=now))
    post_office.write(lambda s: issuing.plan_chunk(s, now=now))
    assert len(owed(post_office)) == issuing.CHUNK
    issue(post_office, now=now)
    assert (len(owed(post_office)), post_office.life.database.read(lambda s: issuing.has_due(s, now=now))) == (
        issuing.CHUNK + 1,
        False,
    )


def test_what_was_cancelled_before_it_was_sent_is_not_told(post_office: PostOffice) -> None:
    subscribe(post_office, 1)
    event_id, now = post_office.life.webinar(), due_at(post_office)
    issue(post_office, now=now)
    post_office.write(
        lambda s: lifecycle.cancel(s, event_id, reason=LocalizedText("Hujan", "Rain"), now=now, by="staff:x")
    )
    assert (post_office.send(now=now), post_office.states(EmailKind.NEWS)) == ([], ["superseded"])


def test_who_stopped_meanwhile_gets_none(post_office: PostOffice) -> None:
    [key] = subscribe(post_office, 1)
    post_office.life.webinar()
    now = due_at(post_office)
    issue(post_office, now=now)
    post_office.write(lambda s: subscribing.stop(s, key, now=now))
    assert (post_office.send(now=now), post_office.states(EmailKind.NEWS)) == ([], ["superseded"])


def test_who_wants_to_hear_of_something_else_gets_none(post_office: PostOffice) -> None:
    subscribe(post_office, 1, wishes=Wishes("id", [], ["robotik"]))
    post_office.life.webinar()
    issue(post_office, now=due_at(post_office))
    assert owed(post_office) == []


def test_what_is_late_waits_for_the_morning(post_office: PostOffice) -> None:
    subscribe(post_office, 1)
    post_office.life.webinar()
    now = due_at(post_office)
    issue(post_office, now=now)
    night = datetime(now.year, now.month, now.day, 15, 30, tzinfo=UTC)  # 22.30 WIB
    assert post_office.send(now=night) == []
    [email] = owed(post_office)
    assert (email.state.value, email.due_at) == (
        "queued",
        datetime(now.year, now.month, now.day, 0, tzinfo=UTC) + timedelta(days=1),
    )
    assert len(post_office.send(now=night + timedelta(hours=9))) == 1


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-12-03T09:00+07:00", "2026-12-03T09:00+07:00"),
        ("2026-12-03T06:59+07:00", "2026-12-03T07:00+07:00"),
        ("2026-12-03T20:00+07:00", "2026-12-04T07:00+07:00"),
        ("2026-12-03T19:59+07:00", "2026-12-03T19:59+07:00"),
    ],
)
def test_nights_are_quiet(at: str, then: str) -> None:
    assert quiet_hours.waking(datetime.fromisoformat(at), "Asia/Jakarta") == datetime.fromisoformat(then)


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("2026-12-01T09:00+07:00", "2026-12-03T09:00+07:00"),
        ("2026-12-03T08:59+07:00", "2026-12-03T09:00+07:00"),
        ("2026-12-03T09:00+07:00", "2026-12-10T09:00+07:00"),
    ],
)
def test_the_next_moment_is_after_this_one(moment: str, then: str) -> None:
    found = schedules.following(datetime.fromisoformat(moment), "Asia/Jakarta", 3, 9)
    assert found == datetime.fromisoformat(then)
