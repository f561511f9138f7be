"""Posts follow the event: drafted once, planned, approved, rewritten, withdrawn. On both databases."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from events import facts, lifecycle, outbox, partners, recording
from events.errors import Conflict, Invalid, NotFound
from events.models import Event, Participation, Stage
from events.storage import LocalizedText
from notifications import post_facts, posts
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.posts_drafting import DRAFT_AGAIN_AFTER, draft_due, draft_for, on_event_changed, plan
from notifications.posts_listing import posts_of_event
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.programme import LINKS, brand, exhibition, webinar

DAY = timedelta(days=1)


def draft(life: Life, event_id: uuid.UUID, moment: Moment, *, now: datetime = NOW) -> list[Post]:
    ids = life.database.write(lambda s: draft_for(s, event_id, moment, now=now, links=LINKS))
    return [post for post in all_posts(life, event_id) if post.id in ids]


def all_posts(life: Life, event_id: uuid.UUID) -> Sequence[Post]:
    statement = sa.select(Post).where(Post.event_id == event_id).order_by(Post.id)
    return life.database.read(lambda session: session.scalars(statement).all())


def states(life: Life, event_id: uuid.UUID, moment: Moment) -> Counter[str]:
    return Counter(post.state.value for post in all_posts(life, event_id) if post.moment is moment)


def changed(life: Life, event_id: uuid.UUID, *, now: datetime = NOW) -> None:
    life.database.write(lambda s: on_event_changed(s, event_id, now=now, links=LINKS))


def fact_names(life: Life, event_id: uuid.UUID) -> Counter[str]:
    rows = life.database.read(lambda session: outbox.timeline(session, event_id))
    return Counter(row.name for row in rows if row.name.startswith("Post"))


def move(life: Life, event_id: uuid.UUID, by: timedelta, *, now: datetime = NOW) -> None:
    event = life.event(event_id)
    life.database.write(
        lambda s: lifecycle.reschedule(
            s,
            event_id,
            starts_at=event.starts_at + by,
            ends_at=event.ends_at + by,
            now=now,
            by=STAFF,
        )
    )


# ---------------------------------------------------------------- drafting
def test_a_draft_for_every_channel_and_language_and_only_once(life: Life) -> None:
    brand(life)
    event_id = webinar(life)
    drafted = draft(life, event_id, Moment.ANNOUNCED)
    assert sorted((post.channel, post.locale) for post in drafted) == [
        ("instagram", "en"),
        ("instagram", "id"),
        ("mastodon", "en"),
        ("mastodon", "id"),
        ("whatsapp", "en"),
        ("whatsapp", "id"),
    ]
    assert {post.state for post in drafted} == {PostState.DRAFT}
    assert len({post.text for post in drafted}) == 6
    assert len({post.poster_id for post in drafted}) == 2
    assert draft(life, event_id, Moment.ANNOUNCED) == []
    assert fact_names(life, event_id) == {"PostDrafted": 6}


def test_an_event_without_english_has_no_english_posts(life: Life) -> None:
    event_id = webinar(life, title=LocalizedText("Menulis Cerita Anak"))
    assert {post.locale for post in draft(life, event_id, Moment.ANNOUNCED)} == {"id"}


def test_registration_that_opens_with_the_announcement_is_not_announced_twice(life: Life) -> None:
    assert draft(life, webinar(life), Moment.REGISTRATION_OPEN) == []
    later = webinar(life, Stage.PUBLISHED)
    life.database.write(lambda s: lifecycle.open_registration(s, later, now=NOW + DAY, by=STAFF))
    assert len(draft(life, later, Moment.REGISTRATION_OPEN, now=NOW + DAY)) == 6


def test_few_seats_are_told_once_and_only_when_they_are_few(life: Life) -> None:
    many, few = webinar(life, capacity=500), webinar(life, capacity=9)
    assert draft(life, many, Moment.FEW_SEATS) == []
    told = draft(life, few, Moment.FEW_SEATS)
    assert {"kurang dari 10" in post.text.casefold() for post in told if post.locale == "id"} == {True}
    life.register(few, 1)
    assert draft(life, few, Moment.FEW_SEATS) == []


def test_few_seats_are_not_told_any_more_when_none_is_left(life: Life) -> None:
    event_id = webinar(life, capacity=1)
    draft(life, event_id, Moment.FEW_SEATS)
    life.register(event_id, 1)
    changed(life, event_id)
    assert states(life, event_id, Moment.FEW_SEATS) == {"withdrawn": 6}


def test_a_moment_of_another_stage_gives_no_post(life: Life) -> None:
    event_id = webinar(life)
    for moment in (Moment.LIVE, Moment.THANKS, Moment.CANCELLED, Moment.POSTPONED, Moment.RESCHEDULED):
        assert draft(life, event_id, moment) == []
    with pytest.raises(NotFound):
        draft(life, uuid.uuid4(), Moment.ANNOUNCED)


def test_the_recording_is_told_when_people_can_watch_it(life: Life) -> None:
    event_id = webinar(life, Stage.ENDED)
    assert draft(life, event_id, Moment.RECORDING) == []
    url = "https://www.youtube.com/watch?v=abcdefghijk"
    life.database.write(
        lambda s: recording.paste_link(s, event_id, url, title="Rekaman", now=NOW, by=STAFF, vouched=True)
    )
    assert {
        url.removeprefix("https://www.")[-11:] in post.text for post in draft(life, event_id, Moment.RECORDING)
    } == {True}


def test_thanks_count_who_came(life: Life) -> None:
    event_id = webinar(life, Stage.ENDED)
    assert {"peserta" in post.text for post in draft(life, event_id, Moment.THANKS) if post.locale == "id"} == {False}


# ---------------------------------------------------------------- planning
def test_what_hangs_on_the_time_is_planned_and_drafted_in_time(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    assert life.database.write(lambda s: plan(s, event_id, now=NOW)) == []
    planned = {
        (post.moment.value, post.publish_at.isoformat()) for post in all_posts(life, event_id) if post.publish_at
    }
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


def test_what_nobody_approved_in_time_is_withdrawn(life: Life) -> None:
    event_id = webinar(life)
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    draft_due(life.database, now=STARTS_AT - 8 * DAY, links=LINKS)
    post = next(post for post in all_posts(life, event_id) if post.moment is Moment.H7)
    too_late = STARTS_AT - 6 * DAY
    with pytest.raises(Conflict):
        life.database.write(lambda s: posts.approve(s, post.id, now=too_late, by=STAFF))
    draft_due(life.database, now=too_late, links=LINKS)
    assert states(life, event_id, Moment.H7) == {"withdrawn": 6}
    assert {each.reason for each in all_posts(life, event_id) if each.moment is Moment.H7} == {"too_late"}


# ---------------------------------------------------------------- people
def test_an_approved_post_is_due_when_it_should_be_out(life: Life) -> None:
    event_id = webinar(life)
    announced = draft(life, event_id, Moment.ANNOUNCED)[0]
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    draft_due(life.database, now=STARTS_AT - 9 * DAY, links=LINKS)
    h7 = next(post for post in all_posts(life, event_id) if post.moment is Moment.H7)
    for post in (announced, h7, h7):
        life.database.write(lambda s, post=post: posts.approve(s, post.id, now=STARTS_AT - 9 * DAY, by=STAFF))  # type: ignore[misc] # bound now
    found = {post.id: post for post in all_posts(life, event_id)}
    assert (found[announced.id].state, found[announced.id].due_at) == (PostState.QUEUED, STARTS_AT - 9 * DAY)
    assert (found[h7.id].due_at, found[h7.id].approved_by) == (STARTS_AT - 7 * DAY, STAFF)
    assert fact_names(life, event_id)["PostApproved"] == 2


def test_editing_takes_the_approval_back_and_says_what_is_wrong(life: Life) -> None:
    event_id = webinar(life)
    post = next(each for each in draft(life, event_id, Moment.ANNOUNCED) if each.channel == "mastodon")
    life.database.write(lambda s: posts.approve(s, post.id, now=NOW, by=STAFF))
    with pytest.raises(Invalid) as refused:
        life.database.write(lambda s: posts.edit(s, post.id, text="x" * 501, now=NOW))
    assert [(each.field, each.code) for each in refused.value.errors] == [("text", "too_long")]
    life.database.write(lambda s: posts.edit(s, post.id, text="Halo\r\nBatam", now=NOW))
    found = next(each for each in all_posts(life, event_id) if each.id == post.id)
    assert (found.text, found.state, found.approved_by, found.edited) == ("Halo\nBatam", PostState.DRAFT, None, True)
    with pytest.raises(Conflict):
        life.database.write(lambda s: posts.edit(s, post.id, text="lain", now=NOW, version=post.version))


def test_a_copied_post_is_out_and_cannot_be_changed(life: Life) -> None:
    event_id = webinar(life)
    post = next(each for each in draft(life, event_id, Moment.ANNOUNCED) if each.channel == "whatsapp")
    with pytest.raises(Conflict):
        life.database.write(lambda s: posts.mark_copied(s, post.id, now=NOW, by=STAFF))
    life.database.write(lambda s: posts.approve(s, post.id, now=NOW, by=STAFF))
    for _ in range(2):
        life.database.write(lambda s: posts.mark_copied(s, post.id, now=NOW, by=STAFF))
    assert fact_names(life, event_id)["PostPublished"] == 1
    for verb in (
        lambda s: posts.edit(s, post.id, text="x", now=NOW),
        lambda s: posts.approve(s, post.id, now=NOW, by=STAFF),
        lambda s: posts.withdraw(s, post.id, now=NOW, by=STAFF),
    ):
        with pytest.raises(Conflict):
            life.database.write(verb)


def test_withdrawing_twice_is_recorded_once(life: Life) -> None:
    event_id = webinar(life)
    post = draft(life, event_id, Moment.ANNOUNCED)[0]
    for _ in range(2):
        life.database.write(lambda s: posts.withdraw(s, post.id, now=NOW, by=STAFF))
    assert fact_names(life, event_id)["PostWithdrawn"] == 1


# ---------------------------------------------------------------- changes of the event
def test_a_moved_event_rewrites_what_is_not_out_and_marks_what_is(life: Life) -> None:
    event_id = webinar(life)
    drafted = draft(life, event_id, Moment.ANNOUNCED)
    whatsapp, mastodon, instagram = (
        next(each for each in drafted if (each.channel, each.locale) == (channel, "id"))
        for channel in ("whatsapp", "mastodon", "instagram")
    )
    life.database.write(lambda s: posts.approve(s, whatsapp.id, now=NOW, by=STAFF))
    life.database.write(lambda s: posts.mark_copied(s, whatsapp.id, now=NOW, by=STAFF))
    life.database.write(lambda s: posts.approve(s, mastodon.id, now=NOW, by=STAFF))
    life.database.write(lambda s: posts.edit(s, instagram.id, text="Ditulis sendiri, 12 Desember", now=NOW))
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
    assert set(fresh) == {STARTS_AT}
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
            life.database.write(lambda s, post=post: posts.approve(s, post.id, now=at, by=STAFF))  # type: ignore[misc] # bound now
            life.database.write(lambda s, post=post: posts.mark_copied(s, post.id, now=at, by=STAFF))  # type: ignore[misc] # bound now
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
    life.database.write(lambda s: posts.approve(s, announced[0].id, now=NOW, by=STAFF))
    life.database.write(lambda s: posts.mark_copied(s, announced[0].id, now=NOW, by=STAFF))
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


# ---------------------------------------------------------------- reading
def test_the_list_tells_what_a_page_needs_without_a_query_a_post(life: Life) -> None:
    event_id = webinar(life)
    draft(life, event_id, Moment.ANNOUNCED)
    listed = life.database.read(lambda s: posts_of_event(s, event_id, links=LINKS))
    assert len(listed) == 6
    mastodon = next(each for each in listed if (each.channel, each.locale) == ("mastodon", "id"))
    assert (mastodon.state, mastodon.moment, mastodon.limit, mastodon.doubts) == ("draft", "announced", 500, ())
    assert mastodon.left == 500 - mastodon.length
    life.database.write(lambda s: posts.edit(s, mastodon.id, text="Mulai 13 Desember!", now=NOW))
    listed = life.database.read(lambda s: posts_of_event(s, event_id, links=LINKS))
    edited = next(each for each in listed if each.id == mastodon.id)
    assert [doubt.said for doubt in edited.doubts] == ["13", "Desember"]


def test_facts_of_posts_carry_no_text() -> None:
    kinds = [kind for kind in vars(post_facts).values() if isinstance(kind, type) and kind is not facts.Fact]
    fields = {name for kind in kinds if issubclass(kind, facts.Fact) for name in kind.__struct_fields__}
    assert fields == {"organiser_id", "event_id", "post_id", "moment", "channel", "locale", "reason"}


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
