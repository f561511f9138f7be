"""Publishing: never twice, whoever dies when, whatever the network answers. Against a server that speaks Mastodon."""

from __future__ import annotations

import multiprocessing
import os
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from events import outbox
from events.drafts import lifecycle
from events.models import Event
from notifications.channels.mastodon import MastodonChannel
from notifications.channels.protocol import NotSent, Publication, Published
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from notifications.posts import deciding
from notifications.posts.drafting import draft_for
from notifications.posts.publishing import LEASE, publish_due
from service.demo.standins.mastodon import MastodonStandIn, running
from tests.support.databases import Database
from tests.support.life import NOW, STAFF, Life
from tests.support.programme import LINKS, webinar
from tests.support.sizes import size

JPEG = b"\xff\xd8\xff\xe0 a picture"
LATER = timedelta(minutes=2)


class Pictures:
    """A file store that holds one picture under every key."""

    def get(self, _key: str) -> bytes:
        return JPEG


@pytest.fixture
def network() -> Iterator[MastodonStandIn]:
    with running() as standin:
        yield standin


def channel(network: MastodonStandIn) -> MastodonChannel:
    return MastodonChannel(network.url, network.token, pause=lambda _seconds: None)


def approved(life: Life, *, event_id: uuid.UUID | None = None) -> uuid.UUID:
    """Return the id of one approved Mastodon post whose picture is drawn."""
    event_id = event_id or webinar(life)
    ids = life.database.write(lambda s: draft_for(s, event_id, Moment.ANNOUNCED, now=NOW, links=LINKS))
    post_id = life.database.read(
        lambda s: s.scalar(sa.select(Post.id).where(Post.id.in_(ids), Post.channel == "mastodon", Post.locale == "id"))
    )
    life.database.write(lambda s: deciding.approve(s, post_id, now=NOW, by=STAFF))
    draw(life)
    assert isinstance(post_id, uuid.UUID)
    return post_id


def draw(life: Life) -> None:
    drawn = sa.update(Poster).values(state=PosterState.DONE, portrait_key="a", square_key="a", story_key="a")
    life.database.write(lambda s: s.execute(drawn))


def publish(
    life: Life, network: MastodonStandIn, *, after: timedelta = timedelta(0), real: timedelta = timedelta(0)
) -> int:
    return publish_due(
        life.database,
        {"mastodon": channel(network)},
        Pictures(),  # type: ignore[arg-type] # the part of a file store that publishing uses
        now=NOW + after,
        real_now=datetime.now(UTC) + real,
        links=LINKS,
    )


def load(life: Life, post_id: uuid.UUID) -> Post:
    found = life.database.read(lambda s: s.get(Post, post_id))
    assert found is not None
    return found


def published_facts(life: Life, post: Post) -> int:
    rows = life.database.read(lambda s: outbox.timeline(s, post.event_id))
    return Counter(row.name for row in rows)["PostPublished"]


def test_an_approved_post_goes_out_with_its_picture_and_description(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    assert publish(life, network) == 1
    post = load(life, post_id)
    assert (post.state, post.remote_id, post.remote_url) == (
        PostState.PUBLISHED,
        "1",
        f"{network.url}/@perpustakaan/1",
    )
    [status] = network.statuses
    assert (status["text"], status["language"], status["visibility"]) == (post.text, "id", "public")
    assert [each["description"] for each in status["media_attachments"]] == [post.alt_text]
    assert list(network.account.pictures.values()) == [JPEG]
    assert published_facts(life, post) == 1
    assert publish(life, network, after=LATER) == 0


def test_what_is_not_approved_or_not_due_stays(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    life.database.write(lambda s: s.execute(sa.update(Post).where(Post.id == post_id).values(due_at=NOW + LATER)))
    assert publish(life, network) == 0
    assert network.statuses == []
    assert publish(life, network, after=LATER) == 1


def test_a_post_waits_for_its_picture_and_goes_without_one_that_cannot_be_made(
    life: Life, network: MastodonStandIn
) -> None:
    post_id = approved(life)
    life.database.write(lambda s: s.execute(sa.update(Poster).values(state=PosterState.QUEUED)))
    assert publish(life, network) == 0
    life.database.write(lambda s: s.execute(sa.update(Poster).values(state=PosterState.FAILED)))
    assert publish(life, network) == 1
    assert load(life, post_id).state is PostState.PUBLISHED
    assert network.statuses[0]["media_attachments"] == []


def test_a_bell_rung_eight_times_publishes_once(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    start = threading.Barrier(8)

    def ring() -> None:
        start.wait()
        publish(life, network)

    ringers = [threading.Thread(target=ring) for _ in range(8)]
    for ringer in ringers:
        ringer.start()
    for ringer in ringers:
        ringer.join()
    assert len(network.statuses) == 1
    assert [each for each in network.account.requests if each == "POST /api/v1/statuses"] == ["POST /api/v1/statuses"]
    post = load(life, post_id)
    assert (post.state, published_facts(life, post)) == (PostState.PUBLISHED, 1)


class _DiesAfterwards(MastodonChannel):
    """A channel whose process is killed the moment the network has answered."""

    def __init__(self, url: str, token: str, *, before: bool) -> None:
        super().__init__(url, token, pause=lambda _seconds: None)
        self._before = before

    def publish(self, publication: Publication) -> Published:
        if not self._before:
            super().publish(publication)
        os._exit(9)


def die_publishing(database_url: str, url: str, token: str, before: bool) -> None:
    """Publish in a process of its own and be killed, before or after the network took the post."""
    database = Database(database_url)
    publish_due(
        database,
        {"mastodon": _DiesAfterwards(url, token, before=before)},
        Pictures(),  # type: ignore[arg-type] # the part of a file store that publishing uses
        now=NOW,
        real_now=datetime.now(UTC),
        links=LINKS,
    )


@pytest.mark.parametrize("round_", range(size(1, 10)))
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_worker_killed_between_publishing_and_settling_publishes_once(
    life: Life, network: MastodonStandIn, database_url: str, before: bool, round_: int
) -> None:
    post_id = approved(life)
    process = multiprocessing.get_context("spawn").Process(
        target=die_publishing, args=(database_url, network.url, network.token, before)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert len(network.statuses) == (0 if before else 1)
    assert load(life, post_id).state is PostState.SENDING
    assert publish(life, network, after=LATER) == 0  # the dead worker's lease still runs
    # The server has forgotten the key, so that only looking first can keep the post from going out again.
    network.account.keys.clear()
    publish(life, network, after=LATER, real=LEASE + LATER)
    post = load(life, post_id)
    assert (len(network.statuses), post.state, post.remote_id) == (1, PostState.PUBLISHED, "1")
    assert published_facts(life, post) == 1


@pytest.mark.parametrize("fault", ["accept-drop", "accept-500", "drop", "500", "503"])
def test_an_answer_that_was_lost_is_looked_for_before_anything_is_sent_again(
    life: Life, network: MastodonStandIn, fault: str
) -> None:
    post_id = approved(life)
    network.misbehave(fault)
    assert publish(life, network) == 1
    assert load(life, post_id).state is PostState.UNKNOWN
    network.account.keys.clear()
    assert publish(life, network) == 0  # it is not looked for at once: the network may still be at it
    publish(life, network, after=LATER)
    assert load(life, post_id).state is PostState.PUBLISHED
    assert len(network.statuses) == 1
    sent = [each for each in network.account.requests if each == "POST /api/v1/statuses"]
    assert len(sent) == (1 if fault.startswith("accept") else 2)


def test_a_rewritten_link_is_recognised_by_its_text(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    text = "Ditulis sendiri & tanpa tautan.\n\nSampai jumpa <besok>!"
    life.database.write(lambda s: deciding.edit(s, post_id, text=text, now=NOW))
    life.database.write(lambda s: deciding.approve(s, post_id, now=NOW, by=STAFF))
    network.misbehave("accept-drop")
    publish(life, network)
    network.account.keys.clear()
    publish(life, network, after=LATER)
    assert (load(life, post_id).state, len(network.statuses)) == (PostState.PUBLISHED, 1)


def test_a_rate_limit_is_waited_for(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    network.account.reset_after = timedelta(minutes=10)
    network.misbehave("429")
    publish(life, network)
    post = load(life, post_id)
    assert post.state is PostState.QUEUED
    assert post.due_at is not None
    assert timedelta(minutes=9) < post.due_at - NOW <= timedelta(minutes=10, seconds=1)
    assert publish(life, network, after=timedelta(minutes=9)) == 0
    assert publish(life, network, after=timedelta(minutes=11)) == 1
    assert len(network.statuses) == 1


def test_a_refusal_is_final_until_a_person_tries_again(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    network.misbehave("422")
    publish(life, network)
    post = load(life, post_id)
    assert (post.state, post.reason, post.due_at) == (PostState.FAILED, "refused", None)
    assert publish(life, network, after=LATER) == 0
    life.database.write(lambda s: deciding.approve(s, post_id, now=NOW, by=STAFF))
    publish(life, network)
    assert load(life, post_id).state is PostState.PUBLISHED


def test_a_server_that_is_not_there_is_tried_again_and_given_up_in_the_end(life: Life) -> None:
    with running() as network:
        pass
    post_id = approved(life)
    for attempt in range(8):
        assert load(life, post_id).state is PostState.QUEUED
        publish(life, network, after=timedelta(hours=2 * attempt))
    post = load(life, post_id)
    assert (post.state, post.reason, post.attempts) == (PostState.FAILED, "unreachable", 8)


def test_an_event_that_moved_meanwhile_is_not_announced_with_its_old_time(life: Life, network: MastodonStandIn) -> None:
    """The reaction to the move may come later than the post is due: the post is checked when it is claimed."""
    event_id = webinar(life)
    post_id = approved(life, event_id=event_id)
    event = life.event(event_id)
    week = timedelta(days=7)
    life.database.write(
        lambda s: lifecycle.reschedule(
            s, event_id, starts_at=event.starts_at + week, ends_at=event.ends_at + week, now=NOW, by=STAFF
        )
    )
    assert publish(life, network) == 1
    assert network.statuses == []
    post = load(life, post_id)
    assert (post.state, post.lease_token) == (PostState.DRAFT, None)
    assert "19 Desember" in post.text


def test_a_cancelled_event_is_not_announced(life: Life, network: MastodonStandIn) -> None:
    event_id = webinar(life)
    post_id = approved(life, event_id=event_id)
    life.database.write(lambda s: lifecycle.cancel(s, event_id, now=NOW, by=STAFF))
    publish(life, network)
    assert (load(life, post_id).state, network.statuses) == (PostState.WITHDRAWN, [])


def test_an_expired_worker_settles_nothing(life: Life, network: MastodonStandIn) -> None:
    """A worker that was slow finds its lease gone; whoever looked for the post meanwhile has settled it."""
    post_id = approved(life)

    class Slow(MastodonChannel):
        def publish(self, publication: Publication) -> Published:
            answer = super().publish(publication)
            publish(life, network, after=LATER, real=LEASE + LATER)
            return answer

    publish_due(
        life.database,
        {"mastodon": Slow(network.url, network.token, pause=lambda _seconds: None)},
        Pictures(),  # type: ignore[arg-type] # the part of a file store that publishing uses
        now=NOW,
        real_now=datetime.now(UTC),
        links=LINKS,
    )
    post = load(life, post_id)
    assert (post.state, published_facts(life, post), len(network.statuses)) == (PostState.PUBLISHED, 1, 1)


def test_one_that_cannot_be_prepared_keeps_no_other_from_going_out(life: Life, network: MastodonStandIn) -> None:
    """The first event has a time zone that nobody knows. Its post waits, longer every time, and is given up."""
    broken, sound = approved(life), approved(life)
    life.database.write(
        lambda s: s.execute(
            sa.update(Event).where(Event.id == load(life, broken).event_id).values(timezone="Nowhere/None")
        )
    )
    apart = timedelta(minutes=30)  # the other language of the first stands between them
    assert publish(life, network, after=apart) == 2
    assert load(life, sound).state is PostState.PUBLISHED
    waiting = load(life, broken)
    assert (waiting.state, waiting.due_at, waiting.attempts) == (
        PostState.QUEUED,
        NOW + apart + timedelta(seconds=30),
        1,
    )
    assert publish(life, network, after=apart) == 0
    for attempt in range(1, 8):
        assert publish(life, network, after=timedelta(hours=attempt)) == 1
    given_up = load(life, broken)
    assert (given_up.state, given_up.reason, given_up.due_at) == (PostState.FAILED, "broken", None)
    facts = Counter(row.name for row in life.database.read(lambda s: outbox.timeline(s, given_up.event_id)))
    assert facts["PostFailed"] == 1
    assert len(network.statuses) == 1


def test_post_that_was_prepared_too_long_ago_is_not_posted(life: Life, network: MastodonStandIn) -> None:
    """A process that was suspended between picture and post finds, when it goes on, that it may be another's by now."""
    post_id = approved(life)
    moments = iter([0.0, 3600.0])
    late = MastodonChannel(network.url, network.token, clock=lambda: next(moments), pause=lambda _seconds: None)
    with pytest.raises(NotSent):
        late.publish(Publication(post_id, "Halo", "id", "https://acara.example", None, "image/jpeg", ""))
    assert network.statuses == []
