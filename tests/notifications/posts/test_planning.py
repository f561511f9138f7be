"""What hangs on the time is planned for its time. On both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from notifications.models.moment import Moment
from notifications.posts.due import draft_due
from notifications.posts.planning import plan
from tests.notifications.posts.posting import DAY, all_posts, states
from tests.support.life import NOW, STARTS_AT, Life
from tests.support.programme import LINKS, exhibition, webinar


def test_what_hangs_on_the_time_is_planned_and_drafted_in_time(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    assert life.database.write(lambda s: plan(s, event_id, now=NOW)) == []
    planned = {
        (post.moment.value, post.publish_at.isoformat())
        for post in all_posts(life, event_id)
        if post.publish_at and post.locale == "id"
    }
    second = {post.publish_at for post in all_posts(life, event_id) if (post.moment, post.locale) == (Moment.H7, "en")}
    assert second == {STARTS_AT - 7 * DAY + timedelta(minutes=15)}
    assert planned == {
        ("speaker", "2026-12-02T04:00:00+00:00"),
        ("speaker", "2026-12-03T04:00:00+00:00"),
        ("h7", "2026-12-05T02:00:00+00:00"),
        ("h1", "2026-12-11T02:00:00+00:00"),
        ("today", "2026-12-12T00:00:00+00:00"),
    }
    assert states(life, event_id, Moment.H7) == {"planned": 6}
    assert draft_due(life.database, now=NOW + DAY, links=LINKS) == 12  # both speakers
    assert states(life, event_id, Moment.H7) == {"planned": 6}
    draft_due(life.database, now=STARTS_AT - 9 * DAY, links=LINKS)
    assert states(life, event_id, Moment.H7) == {"draft": 6}


def test_an_event_announced_late_has_no_seven_days_before(life: Life) -> None:
    event_id = webinar(life, starts_at=NOW + 5 * DAY, ends_at=NOW + 5 * DAY + timedelta(hours=2))
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    assert states(life, event_id, Moment.H7) == {}
    assert states(life, event_id, Moment.H1) == {"planned": 6}


def test_an_exhibition_has_an_opening_and_last_days(life: Life) -> None:
    event_id = exhibition(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    assert Counter(post.moment.value for post in all_posts(life, event_id)) == {
        "h7": 6,
        "h1": 6,
        "exhibition_opening": 6,
        "exhibition_last_days": 6,
    }
