"""Posts keep their distance, let people sleep, and go out when the organiser's own past says so. On both databases."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from notifications.models.moment import Moment
from notifications.models.post import Post
from notifications.posts import deciding
from notifications.posts.planning import plan
from notifications.posts.timing import HourAdvice, Pace, Result, best_hour, clashes, free_at
from tests.notifications.posts.posting import DAY, all_posts, draft
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.programme import brand, webinar

PACE = Pace(timedelta(minutes=15), quiet_from=21, quiet_until=7)
BATAM = "Asia/Jakarta"


def local(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """Return a moment by Batam's clock."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("wanted", "taken", "at"),
    [
        (local(9), [], local(9)),
        (local(9), [local(9)], local(9, 15)),
        (local(9), [local(8, 50)], local(9, 5)),
        (local(9), [local(9, 10)], local(9, 25)),
        (local(9), [local(9), local(9, 15), local(9, 45)], local(9, 30)),
        (local(20, 59), [], local(20, 59)),
        (local(21), [], local(7, day=2)),
        (local(6, 59), [], local(7)),
        (local(23), [local(7, day=2)], local(7, 15, day=2)),
        (local(20, 50), [local(20, 50)], local(7, day=2)),
    ],
)
def test_the_first_free_moment(wanted: datetime, taken: list[datetime], at: datetime) -> None:
    assert free_at(taken, wanted, PACE, timezone=BATAM) == at


def test_what_cannot_wait_gives_up_the_night_first_and_the_distance_last() -> None:
    assert free_at([], local(22), PACE, timezone=BATAM, urgent=True) == local(22)
    assert free_at([], local(22), PACE, timezone=BATAM, until=local(23)) == local(22)
    assert free_at([local(22)], local(22), PACE, timezone=BATAM, until=local(22, 10)) == local(22, 1)
    assert free_at([], local(3), Pace(PACE.gap, 0, 0), timezone=BATAM) == local(3)
    assert free_at([], local(13), Pace(PACE.gap, 12, 14), timezone=BATAM) == local(14)


def test_little_or_even_experience_is_no_advice() -> None:
    few = [Result(local(19, day=day), 100) for day in range(1, 8)]
    assert best_hour(few, timezone=BATAM, usual=9) == HourAdvice(9, 7, own=False)
    even = [Result(local(hour, day=day), 10) for day in range(1, 8) for hour in (9, 12, 19)]
    assert best_hour(even, timezone=BATAM, usual=9) == HourAdvice(9, 21, own=False)
    lucky = [*even, Result(local(15), 500)]
    assert best_hour(lucky, timezone=BATAM, usual=9) == HourAdvice(9, 22, own=False)
    evening = [*even, *(Result(local(19, day=day), 40) for day in range(10, 17))]
    assert best_hour(evening, timezone=BATAM, usual=9) == HourAdvice(19, 28, own=True)


def test_the_organisers_own_best_hour_is_planned_for(life: Life) -> None:
    event_id = webinar(life)
    for number in range(14):
        past = webinar(life)
        draft(life, past, Moment.ANNOUNCED)
        hour, responses = (19, 90) if number % 2 else (9, 10)
        at = local(hour) - timedelta(days=20 + number)
        statement = sa.update(Post).where(Post.event_id == past, Post.channel == "mastodon", Post.locale == "id")
        life.database.write(
            lambda s, statement=statement, at=at, responses=responses: s.execute(  # type: ignore[misc] # bound now
                statement.values(state="published", published_at=at, responses=responses)
            )
        )
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    h7 = {(p.channel, p.locale): p.publish_at for p in all_posts(life, event_id) if p.moment is Moment.H7}
    assert h7["mastodon", "id"] == STARTS_AT - 7 * DAY + timedelta(hours=10)
    assert h7["whatsapp", "id"] == STARTS_AT - 7 * DAY


def test_two_events_never_share_a_minute_and_clashes_are_told(life: Life) -> None:
    brand(life, post_gap=20)
    one, other = webinar(life), webinar(life)
    for event_id in (one, other):
        life.database.write(lambda s, event_id=event_id: plan(s, event_id, now=NOW))  # type: ignore[misc] # bound now
    for channel in ("mastodon", "whatsapp", "instagram"):
        posts = [post for key in (one, other) for post in all_posts(life, key) if post.channel == channel]
        times = sorted(post.publish_at for post in posts if post.publish_at)
        assert min(later - earlier for earlier, later in itertools.pairwise(times)) == timedelta(minutes=20)
    mine = [post for post in all_posts(life, one) if post.moment is Moment.H7 and post.channel == "mastodon"]
    found = life.database.read(lambda s: clashes(s, mine))
    assert {key: {clash.event_id for clash in said} for key, said in found.items()} == {p.id: {other} for p in mine}


def test_approved_at_night_it_waits_for_the_morning_and_for_its_turn(life: Life) -> None:
    first, second = webinar(life), webinar(life)
    night = NOW.replace(hour=15)  # ten in the evening in Batam
    due: list[datetime | None] = []
    for event_id in (first, second):
        post = next(p for p in draft(life, event_id, Moment.ANNOUNCED) if (p.channel, p.locale) == ("mastodon", "id"))
        life.database.write(lambda s, key=post.id: deciding.approve(s, key, now=night, by=STAFF))  # type: ignore[misc] # bound now
        due += [each.due_at for each in all_posts(life, event_id) if each.id == post.id]
    morning = night + timedelta(hours=9)
    assert due == [morning, morning + timedelta(minutes=15)]
