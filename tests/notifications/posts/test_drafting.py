"""Posts are drafted once for every channel and language, where there is something to say. On both databases."""

from __future__ import annotations

import uuid

import pytest

from events import facts
from events.drafts import lifecycle
from events.errors import NotFound
from events.models import Stage
from events.recordings import recording
from events.storage import LocalizedText
from notifications.models.moment import Moment
from notifications.models.post import PostState
from notifications.posts import facts as post_facts
from tests.notifications.posts.posting import DAY, changed, draft, fact_names, states
from tests.support.life import NOW, STAFF, Life
from tests.support.programme import brand, webinar


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


def test_facts_of_posts_carry_no_text() -> None:
    kinds = [kind for kind in vars(post_facts).values() if isinstance(kind, type) and kind is not facts.Fact]
    fields = {name for kind in kinds if issubclass(kind, facts.Fact) for name in kind.__struct_fields__}
    assert fields == {"organiser_id", "event_id", "post_id", "moment", "channel", "locale", "reason"}
