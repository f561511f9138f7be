"""The calendar of posts, and what moving one is held against. On both databases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from events.errors import Conflict, Invalid
from notifications.models.moment import Moment
from notifications.models.post import Post
from notifications.posts import deciding
from notifications.posts.calendar import Slot, posts_between
from notifications.posts.planning import plan
from tests.notifications.posts.posting import DAY, all_posts, draft, fact_names
from tests.support.life import NOW, STAFF, Life
from tests.support.programme import webinar

TEN = NOW.replace(hour=3, minute=0, second=0, microsecond=0)  # ten in the morning in Batam


def _draft(life: Life, event_id: uuid.UUID) -> Post:
    drafted = draft(life, event_id, Moment.ANNOUNCED)
    return next(post for post in drafted if (post.channel, post.locale) == ("mastodon", "id"))


def _move(life: Life, post_id: uuid.UUID, to: datetime, *, anyway: bool = False, version: int | None = None) -> None:
    life.database.write(lambda s: deciding.move(s, post_id, to=to, now=NOW, by=STAFF, anyway=anyway, version=version))


def _post(life: Life, event_id: uuid.UUID, post_id: uuid.UUID) -> Post:
    return next(post for post in all_posts(life, event_id) if post.id == post_id)


def _refused(life: Life, post_id: uuid.UUID, to: datetime) -> tuple[str, Mapping[str, object]]:
    with pytest.raises(Invalid) as refusal:
        _move(life, post_id, to)
    error = refusal.value.errors[0]
    return error.code, {name: value for name, value in error.params.items() if name != "title"}


def _listed(life: Life, starts: datetime, ends: datetime, **only: object) -> list[Slot]:
    owners = (life.organiser_id,)
    return life.database.read(lambda s: posts_between(s, starts, ends, owners=owners, **only))  # type: ignore[arg-type] # filters


def test_posts_stand_at_their_moment_and_nobody_elses_do(life: Life) -> None:
    one, other = webinar(life), webinar(life)
    for event_id in (one, other):
        life.database.write(lambda s, event_id=event_id: plan(s, event_id, now=NOW))  # type: ignore[misc] # bound now
    posts = sorted(all_posts(life, one), key=lambda post: post.publish_at or NOW)
    listed = _listed(life, NOW, NOW + 60 * DAY, event_id=one)
    assert {each.id for each in listed} == {post.id for post in posts}
    assert [each.at for each in listed] == sorted(each.at for each in listed)
    assert {each.channel for each in _listed(life, NOW, NOW + 60 * DAY, channel="whatsapp")} == {"whatsapp"}
    assert {each.event_id for each in _listed(life, NOW, NOW + 60 * DAY)} == {one, other}
    first = listed[0]
    assert _listed(life, first.at, first.at + timedelta(seconds=1), event_id=one, channel=first.channel) == [first]
    assert first.id not in {each.id for each in _listed(life, NOW, first.at)}
    strangers = (uuid.uuid4(),)
    assert life.database.read(lambda s: posts_between(s, NOW, NOW + 60 * DAY, owners=strangers)) == []
    life.database.write(lambda s: deciding.withdraw(s, first.id, now=NOW, by=STAFF))
    assert first.id not in {each.id for each in _listed(life, NOW, NOW + 60 * DAY)}


def test_a_moved_post_goes_out_then_and_stays_approved(life: Life) -> None:
    event_id = webinar(life)
    post = _draft(life, event_id)
    to = TEN + 2 * DAY
    _move(life, post.id, to, version=post.version)
    moved = _post(life, event_id, post.id)
    assert (moved.publish_at, moved.due_at, moved.state.value) == (to, None, "draft")
    with pytest.raises(Conflict):
        _move(life, post.id, to + DAY, version=post.version)
    life.database.write(lambda s: deciding.approve(s, post.id, now=NOW, by=STAFF))
    _move(life, post.id, to + DAY)
    moved = _post(life, event_id, post.id)
    assert (moved.publish_at, moved.due_at, moved.state.value) == (to + DAY, to + DAY, "queued")
    assert fact_names(life, event_id)["PostMoved"] == 2
    _move(life, post.id, to + DAY)
    assert fact_names(life, event_id)["PostMoved"] == 2


def test_a_moment_that_a_person_chose_is_kept_when_it_is_approved(life: Life) -> None:
    event_id = webinar(life)
    post, late, other = _draft(life, event_id), _draft(life, webinar(life)), _draft(life, webinar(life))
    to = TEN + 2 * DAY
    close, early = to + timedelta(minutes=5), to - timedelta(hours=3)
    for each, at in ((other, to), (post, close), (late, early)):
        _move(life, each.id, at, anyway=True)
    for each, now in ((other, NOW), (post, NOW), (late, to)):
        life.database.write(lambda s, each=each, now=now: deciding.approve(s, each.id, now=now, by=STAFF))  # type: ignore[misc] # bound now
    due = {each.id: each.due_at for each in life.database.read(lambda s: s.scalars(sa.select(Post)).all())}
    assert (due[other.id], due[post.id]) == (to, close), "the other's distance was told, and allowed"
    assert due[late.id] == close + timedelta(minutes=15), "its moment is over: the next that is free"


def test_the_past_the_night_and_another_post_are_told(life: Life) -> None:
    event_id = webinar(life)
    post, other = _draft(life, event_id), _draft(life, webinar(life))
    to = TEN + 2 * DAY
    _move(life, other.id, to)
    before = _post(life, event_id, post.id)
    assert _refused(life, post.id, NOW - timedelta(minutes=1)) == ("past", {})
    assert _refused(life, post.id, to + timedelta(hours=12)) == ("quiet", {"start": time(21), "end": time(7)})
    assert _refused(life, post.id, to + timedelta(minutes=59)) == ("near", {"at": time(10)})
    assert _post(life, event_id, post.id).version == before.version
    _move(life, post.id, to + timedelta(minutes=60))
    _move(life, post.id, to + timedelta(minutes=30), anyway=True)
    assert _post(life, event_id, post.id).publish_at == to + timedelta(minutes=30)


def test_what_is_planned_is_written_in_time_and_never_goes_out_too_late(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    planned = next(
        post
        for post in all_posts(life, event_id)
        if (post.moment, post.channel, post.locale) == (Moment.H1, "mastodon", "id")
    )
    assert planned.good_until is not None
    assert _refused(life, planned.id, planned.good_until) == ("too_late", {"last": planned.good_until})
    to = TEN + 3 * DAY
    _move(life, planned.id, to, anyway=True)
    moved = _post(life, event_id, planned.id)
    assert (moved.publish_at, moved.draft_at) == (to, to - DAY)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    assert _post(life, event_id, planned.id).publish_at == to
