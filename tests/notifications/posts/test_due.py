"""Planned posts are written when their time comes, each once. On both databases."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from events.errors import Conflict
from events.models import Event
from notifications.models.moment import Moment
from notifications.models.post import PostState
from notifications.posts import deciding
from notifications.posts.due import DRAFT_AGAIN_AFTER, draft_due
from notifications.posts.planning import plan
from tests.notifications.posts.posting import DAY, all_posts, fact_names, states
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.programme import LINKS, webinar


def test_what_nobody_approved_in_time_is_withdrawn(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    draft_due(life.database, now=STARTS_AT - 8 * DAY, links=LINKS)
    post = next(post for post in all_posts(life, event_id) if post.moment is Moment.H7)
    too_late = STARTS_AT - 6 * DAY
    with pytest.raises(Conflict):
        life.database.write(lambda s: deciding.approve(s, post.id, now=too_late, by=STAFF))
    draft_due(life.database, now=too_late, links=LINKS)
    assert states(life, event_id, Moment.H7) == {"withdrawn": 6}
    assert {each.reason for each in all_posts(life, event_id) if each.moment is Moment.H7} == {"too_late"}


def test_one_that_cannot_be_written_keeps_no_other_from_being_written(life: Life) -> None:
    """The first event has a time zone that nobody knows."""
    broken, sound = webinar(life), webinar(life)
    for event_id in (broken, sound):
        life.database.write(lambda s, key=event_id: plan(s, key, now=NOW))  # type: ignore[misc] # a default binds the loop's value
    life.database.write(lambda s: s.execute(sa.update(Event).where(Event.id == broken).values(timezone="Nowhere/None")))
    soon = min(post.draft_at for post in all_posts(life, sound) if post.draft_at is not None)

    def write(now: datetime) -> int:
        return draft_due(life.database, now=now, links=LINKS)

    written = write(soon)
    assert written > 0
    drafted = Counter(post.state for post in all_posts(life, sound))[PostState.DRAFT]
    assert drafted == written
    failed = [post for post in all_posts(life, broken) if post.last_error]
    assert len(failed) == written
    assert {post.state for post in failed} == {PostState.PLANNED}
    assert {post.draft_at for post in failed} == {soon + DRAFT_AGAIN_AFTER}
    life.database.write(lambda s: s.execute(sa.update(Event).where(Event.id == broken).values(timezone="Asia/Jakarta")))
    assert write(soon) == 0
    assert write(soon + DRAFT_AGAIN_AFTER) == written


def test_a_bell_rung_eight_times_writes_each_post_once(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    soon = min(post.draft_at for post in all_posts(life, event_id) if post.draft_at is not None)
    start = threading.Barrier(8, timeout=60)

    def ring(_number: int) -> int:
        start.wait()
        return draft_due(life.database, now=soon, links=LINKS)

    with ThreadPoolExecutor(8) as pool:
        changed = sum(pool.map(ring, range(8)))
    drafted = [post for post in all_posts(life, event_id) if post.state is PostState.DRAFT]
    assert changed == len(drafted) > 0
    assert fact_names(life, event_id)["PostDrafted"] == len(drafted)
