"""People edit, approve, copy and withdraw posts. On both databases."""

from __future__ import annotations

import pytest

from events.errors import Conflict, Invalid
from notifications.models.moment import Moment
from notifications.models.post import PostState
from notifications.posts import deciding
from notifications.posts.due import draft_due
from notifications.posts.planning import plan
from tests.notifications.posts.posting import DAY, all_posts, draft, fact_names
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.programme import LINKS, webinar


def test_an_approved_post_is_due_when_it_should_be_out(life: Life) -> None:
    event_id = webinar(life)
    announced = draft(life, event_id, Moment.ANNOUNCED)[0]
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    draft_due(life.database, now=STARTS_AT - 9 * DAY, links=LINKS)
    h7 = next(post for post in all_posts(life, event_id) if post.moment is Moment.H7)
    for post in (announced, h7, h7):
        life.database.write(lambda s, post=post: deciding.approve(s, post.id, now=STARTS_AT - 9 * DAY, by=STAFF))  # type: ignore[misc] # bound now
    found = {post.id: post for post in all_posts(life, event_id)}
    assert (found[announced.id].state, found[announced.id].due_at) == (PostState.QUEUED, STARTS_AT - 9 * DAY)
    assert (found[h7.id].due_at, found[h7.id].approved_by) == (STARTS_AT - 7 * DAY, STAFF)
    assert fact_names(life, event_id)["PostApproved"] == 2


def test_editing_takes_the_approval_back_and_says_what_is_wrong(life: Life) -> None:
    event_id = webinar(life)
    post = next(each for each in draft(life, event_id, Moment.ANNOUNCED) if each.channel == "mastodon")
    life.database.write(lambda s: deciding.approve(s, post.id, now=NOW, by=STAFF))
    with pytest.raises(Invalid) as refused:
        life.database.write(lambda s: deciding.edit(s, post.id, text="x" * 501, now=NOW))
    assert [(each.field, each.code) for each in refused.value.errors] == [("text", "too_long")]
    life.database.write(lambda s: deciding.edit(s, post.id, text="Halo\r\nBatam", now=NOW))
    found = next(each for each in all_posts(life, event_id) if each.id == post.id)
    assert (found.text, found.state, found.approved_by, found.edited) == ("Halo\nBatam", PostState.DRAFT, None, True)
    with pytest.raises(Conflict):
        life.database.write(lambda s: deciding.edit(s, post.id, text="lain", now=NOW, version=post.version))


def test_a_copied_post_is_out_and_cannot_be_changed(life: Life) -> None:
    event_id = webinar(life)
    post = next(each for each in draft(life, event_id, Moment.ANNOUNCED) if each.channel == "whatsapp")
    with pytest.raises(Conflict):
        life.database.write(lambda s: deciding.mark_copied(s, post.id, now=NOW, by=STAFF))
    life.database.write(lambda s: deciding.approve(s, post.id, now=NOW, by=STAFF))
    for _ in range(2):
        life.database.write(lambda s: deciding.mark_copied(s, post.id, now=NOW, by=STAFF))
    assert fact_names(life, event_id)["PostPublished"] == 1
    for verb in (
        lambda s: deciding.edit(s, post.id, text="x", now=NOW),
        lambda s: deciding.approve(s, post.id, now=NOW, by=STAFF),
        lambda s: deciding.withdraw(s, post.id, now=NOW, by=STAFF),
    ):
        with pytest.raises(Conflict):
            life.database.write(verb)


def test_withdrawing_twice_is_recorded_once(life: Life) -> None:
    event_id = webinar(life)
    post = draft(life, event_id, Moment.ANNOUNCED)[0]
    for _ in range(2):
        life.database.write(lambda s: deciding.withdraw(s, post.id, now=NOW, by=STAFF))
    assert fact_names(life, event_id)["PostWithdrawn"] == 1
