"""Posts follow the event when it moves, is cancelled, or loses a speaker. On both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.models import Participation
from events.partnership import partners
from events.storage import LocalizedText
from notifications.models.moment import Moment
from notifications.models.post import PostState
from notifications.posts import deciding
from notifications.posts.due import draft_due
from notifications.posts.planning import plan
from tests.notifications.posts.posting import DAY, all_posts, changed, draft, fact_names, move, states
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.programme import LINKS, webinar


def test_a_moved_event_rewrites_what_is_not_out_and_marks_what_is(life: Life) -> None:
    event_id = webinar(life)
    drafted = draft(life, event_id, Moment.ANNOUNCED)
    whatsapp, mastodon, instagram = (
        next(each for each in drafted if (each.channel, each.locale) == (channel, "id"))
        for channel in ("whatsapp", "mastodon", "instagram")
    )
    life.database.write(lambda s: deciding.approve(s, whatsapp.id, now=NOW, by=STAFF))
    life.database.write(lambda s: deciding.mark_copied(s, whatsapp.id, now=NOW, by=STAFF))
    life.database.write(lambda s: deciding.approve(s, mastodon.id, now=NOW, by=STAFF))
    life.database.write(lambda s: deciding.edit(s, instagram.id, text="Ditulis sendiri, 12 Desember", now=NOW))
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    move(life, event_id, 7 * DAY)
    for _ in range(2):
        changed(life, event_id)
    found = {each.id: each for each in all_posts(life, event_id)}
    assert (found[whatsapp.id].state, found[whatsapp.id].outdated) == (PostState.COPIED, True)
    assert "12 Desember" in found[whatsapp.id].text
    for rewritten, before in ((mastodon, mastodon.text), (instagram, "Ditulis sendiri, 12 Desember")):
        now_it_is = found[rewritten.id]
        assert (now_it_is.state, now_it_is.approved_by, now_it_is.edited) == (PostState.DRAFT, None, False)
        assert "19 Desember" in now_it_is.text
        assert "12 Desember" not in now_it_is.text
        assert now_it_is.previous_text == before
    assert states(life, event_id, Moment.H7) == {"withdrawn": 6, "planned": 6}
    fresh = [each.publish_at for each in found.values() if each.moment is Moment.H7 and each.state is PostState.PLANNED]
    assert set(fresh) == {STARTS_AT, STARTS_AT + timedelta(minutes=15)}  # one language after the other
    assert fact_names(life, event_id)["PostRewritten"] == 5
    told = draft(life, event_id, Moment.RESCHEDULED)
    assert {"5 Desember" in each.text or "12 Desember" in each.text for each in told if each.locale == "id"} == {True}
    assert {"19 Desember" in each.text for each in told if each.locale == "id"} == {True}


def test_two_quick_moves_are_told_once(life: Life) -> None:
    event_id = webinar(life)
    move(life, event_id, 7 * DAY)
    draft(life, event_id, Moment.RESCHEDULED)
    move(life, event_id, DAY)
    draft(life, event_id, Moment.RESCHEDULED)
    changed(life, event_id)
    assert states(life, event_id, Moment.RESCHEDULED) == {"withdrawn": 6, "draft": 6}
    alive = [p for p in all_posts(life, event_id) if p.state is PostState.DRAFT and p.locale == "id"]
    assert {"20 Desember" in post.text for post in alive} == {True}


def test_a_move_by_an_hour_does_not_repeat_what_is_out(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    at = STARTS_AT - 7 * DAY
    draft_due(life.database, now=at - timedelta(hours=1), links=LINKS)
    for post in all_posts(life, event_id):
        if post.moment is Moment.H7:
            life.database.write(lambda s, post=post: deciding.approve(s, post.id, now=at, by=STAFF))  # type: ignore[misc] # bound now
            life.database.write(lambda s, post=post: deciding.mark_copied(s, post.id, now=at, by=STAFF))  # type: ignore[misc] # bound now
    move(life, event_id, timedelta(hours=1), now=at)
    changed(life, event_id, now=at - timedelta(hours=2))
    assert states(life, event_id, Moment.H7) == {"copied": 6}
    assert states(life, event_id, Moment.H1) == {"withdrawn": 6, "planned": 6}


@pytest.mark.parametrize(
    ("verb", "moment"), [(lifecycle.cancel, Moment.CANCELLED), (lifecycle.postpone, Moment.POSTPONED)]
)
def test_a_cancelled_or_postponed_event_withdraws_what_is_not_out(life: Life, verb: object, moment: Moment) -> None:
    event_id = webinar(life)
    announced = draft(life, event_id, Moment.ANNOUNCED)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    life.database.write(lambda s: deciding.approve(s, announced[0].id, now=NOW, by=STAFF))
    life.database.write(lambda s: deciding.mark_copied(s, announced[0].id, now=NOW, by=STAFF))
    life.database.write(lambda s: verb(s, event_id, now=NOW, by=STAFF, reason=LocalizedText("Listrik padam.")))  # type: ignore[operator] # a transition
    changed(life, event_id)
    assert states(life, event_id, Moment.ANNOUNCED) == {"copied": 1, "withdrawn": 5}
    assert states(life, event_id, Moment.H7) == {"withdrawn": 6}
    told = draft(life, event_id, moment)
    assert len(told) == 6
    assert {"Listrik padam." in each.text for each in told} == {True}
    changed(life, event_id)
    assert states(life, event_id, moment) == {"draft": 6}


def test_a_speaker_who_withdraws_is_not_introduced(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    draft_due(life.database, now=NOW + 2 * DAY, links=LINKS)
    statement = sa.select(Participation).where(Participation.event_id == event_id).order_by(Participation.position)
    first = life.database.read(lambda s: s.scalars(statement).first())
    assert first is not None
    life.database.write(lambda s: partners.withdraw(s, first.id, now=NOW, by=STAFF))
    changed(life, event_id, now=NOW + timedelta(hours=20))
    speaking = [post for post in all_posts(life, event_id) if post.moment is Moment.SPEAKER]
    assert {(post.subject == str(first.id), post.state.value) for post in speaking} == {
        (True, "withdrawn"),
        (False, "draft"),
    }


def test_an_unchanged_event_changes_no_post(life: Life) -> None:
    event_id = webinar(life)
    draft(life, event_id, Moment.ANNOUNCED)
    changed(life, event_id)
    before = [(post.id, post.version, post.state) for post in all_posts(life, event_id)]
    changed(life, event_id)
    assert [(post.id, post.version, post.state) for post in all_posts(life, event_id)] == before
    assert fact_names(life, event_id) == {"PostDrafted": 6}
