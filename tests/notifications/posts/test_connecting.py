"""Publishing by an organiser's own account: dead ones let posts wait, and nothing is ever out twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.outbox import FactRow
from notifications.channels.mastodon import MastodonChannel
from notifications.channels.protocol import Account, Publication, Published, Rejected
from notifications.models.channel_connection import ChannelConnection, ConnectionState
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.posts import connecting
from notifications.posts.connecting import Opened, Opener
from notifications.posts.drafting import draft_for
from notifications.posts.planning import plan
from notifications.posts.publishing import has_work, publish_due
from service.database.transactions import Database
from service.demo.standins.mastodon import MastodonStandIn, running
from tests.notifications.posts.test_publishing import LATER, Pictures, approved, channel, load
from tests.support.life import NOW, STAFF, Life, add_organiser
from tests.support.programme import LINKS, webinar


@pytest.fixture
def network() -> Iterator[MastodonStandIn]:
    with running() as standin:
        yield standin


def connect(life: Life, network: MastodonStandIn, secret: str, *, account: str = "1") -> None:
    """Connect the life's organiser; the secret is not sealed here."""

    def use_case(session: Session) -> None:
        connecting.connect(
            session,
            life.organiser_id,
            "mastodon",
            account=Account(account, "@perpustakaan"),
            place=network.url,
            sealed_secret=secret,
            now=NOW,
            by=STAFF,
        )

    life.database.write(use_case)


def opener(connection: ChannelConnection) -> Opened | None:
    secret = connection.sealed_secret
    return Opened(MastodonChannel(connection.place, secret, pause=lambda _seconds: None), secret) if secret else None


class Talkative(MastodonChannel):
    """A library that puts the token into its errors, as the one for Telegram does."""

    def publish(self, publication: Publication) -> Published:  # noqa: ARG002 - the protocol's
        raise Rejected("refused", f"no such token: {self._token}")


def publish(life: Life, installed: MastodonStandIn | None = None, opened: Opener = opener) -> int:
    return publish_due(
        life.database,
        {"mastodon": channel(installed)} if installed else {},
        Pictures(),  # type: ignore[arg-type] # the part of a file store that publishing uses
        now=NOW + LATER,
        real_now=datetime.now(UTC),
        links=LINKS,
        opener=opened,
    )


def waits(life: Life) -> bool:
    return life.database.read(lambda s: has_work(s, {}, now=NOW + LATER, real_now=datetime.now(UTC)))


def held(life: Life) -> ChannelConnection:
    found = life.database.read(lambda s: connecting.list_connections(s, [life.organiser_id]))
    return found[0]


def facts(life: Life) -> Counter[str]:
    return Counter(life.database.read(lambda s: s.scalars(sa.select(FactRow.name)).all()))


def test_a_post_goes_out_by_its_organisers_account_and_not_by_the_installations(
    life: Life, network: MastodonStandIn
) -> None:
    post_id = approved(life)
    assert not waits(life)
    connect(life, network, network.token)
    assert waits(life)
    with running() as house:
        assert publish(life, house) == 1
        assert house.statuses == []
    assert len(network.statuses) == 1
    post, own = load(life, post_id), held(life)
    assert (post.state, post.sent_as) == (PostState.PUBLISHED, "1")
    assert own.last_used_at == NOW + LATER
    assert not waits(life)


def test_a_dead_account_lets_posts_wait_and_connecting_again_publishes_exactly_once(
    life: Life, network: MastodonStandIn
) -> None:
    post_id = approved(life)
    connect(life, network, "a token that was revoked")
    with running() as house:
        for _ in range(3):
            publish(life, house)
        assert house.statuses == []
    post = load(life, post_id)
    assert (post.state, post.attempts, post.last_error) == (PostState.QUEUED, 0, "disconnected")
    assert held(life).state is ConnectionState.DEAD
    assert not waits(life)
    assert (facts(life)["ChannelConnectionDied"], facts(life)["PostFailed"]) == (1, 0)
    connect(life, network, network.token)
    assert waits(life)
    for _ in range(3):
        publish(life)
    assert len(network.statuses) == 1
    assert load(life, post_id).state is PostState.PUBLISHED
    assert facts(life)["PostPublished"] == 1


def test_a_late_word_about_a_former_secret_leaves_the_present_one_alone(life: Life, network: MastodonStandIn) -> None:
    connect(life, network, "former")
    former = held(life)
    connect(life, network, network.token)
    life.database.write(lambda s: connecting.mark_dead(s, former.id, former.serial, now=NOW))
    assert held(life).state is ConnectionState.CONNECTED
    assert facts(life)["ChannelConnectionDied"] == 0


def test_eight_who_connect_at_once_leave_one_account(life: Life, network: MastodonStandIn, database_url: str) -> None:
    """Each by a web process of its own; one process would let them write one after the other."""
    start = threading.Barrier(8, timeout=60)

    def press(number: int) -> None:
        own = Database(database_url)
        try:
            own.write(lambda session: session.execute(sa.select(1)))
            start.wait()
            connect(Life(own, life.organiser_id), network, f"secret {number}")
        finally:
            own.close()

    with ThreadPoolExecutor(8) as people:
        list(people.map(press, range(8)))
    assert (held(life).serial, facts(life)["ChannelConnected"]) == (8, 8)


def test_disconnecting_erases_the_secret_and_the_installations_account_stands_in(
    life: Life, network: MastodonStandIn
) -> None:
    post_id = approved(life)
    connect(life, network, "secret")
    for _ in range(2):
        life.database.write(lambda s: connecting.disconnect(s, life.organiser_id, "mastodon", now=NOW, by=STAFF))
    own = held(life)
    assert (own.state, own.sealed_secret) == (ConnectionState.DISCONNECTED, "")
    assert facts(life)["ChannelDisconnected"] == 1
    assert publish(life) == 0
    assert publish(life, network) == 1
    assert (load(life, post_id).state, load(life, post_id).sent_as) == (PostState.PUBLISHED, "")


def test_a_secret_that_can_no_longer_be_read_is_a_dead_account(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    connect(life, network, "")
    publish(life)
    assert held(life).state is ConnectionState.DEAD
    assert (load(life, post_id).state, load(life, post_id).attempts) == (PostState.QUEUED, 0)


def test_a_post_of_unknown_fate_is_looked_for_only_in_the_account_that_it_went_to(
    life: Life, network: MastodonStandIn
) -> None:
    post_id = approved(life)
    connect(life, network, network.token)
    network.misbehave("accept-drop")
    publish(life)
    assert load(life, post_id).state is PostState.UNKNOWN
    due = sa.update(Post).values(due_at=NOW)
    life.database.write(lambda s: s.execute(due))
    with running() as other:
        connect(life, other, other.token, account="2")
        assert not waits(life)
        assert publish(life, other) == 0
        assert other.statuses == []
        connect(life, network, network.token)
        publish(life)
    assert len(network.statuses) == 1
    assert load(life, post_id).state is PostState.PUBLISHED


def test_what_an_account_says_is_written_down_without_its_secret(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    connect(life, network, network.token)
    publish(life, opened=lambda held: Opened(Talkative(held.place, held.sealed_secret), held.sealed_secret))
    post = load(life, post_id)
    assert (post.state, post.last_error) == (PostState.FAILED, "no such token: …")


def test_another_organisers_account_publishes_nothing_of_ours(life: Life, network: MastodonStandIn) -> None:
    post_id = approved(life)
    connect(life, network, network.token)
    other = life.database.write(lambda s: add_organiser(s, slug="lain"))
    elsewhere = sa.update(ChannelConnection).values(organiser_id=other)
    life.database.write(lambda s: s.execute(elsewhere))
    assert publish(life) == 0
    assert load(life, post_id).state is PostState.QUEUED


def test_posts_are_drafted_for_what_is_connected(life: Life) -> None:
    def use_case(session: Session) -> None:
        for name in ("telegram", "bluesky"):
            connecting.connect(
                session,
                life.organiser_id,
                name,
                account=Account("1", "Perpustakaan"),
                place="perpustakaan",
                sealed_secret="secret",
                now=NOW,
                by=STAFF,
            )
        connecting.disconnect(session, life.organiser_id, "bluesky", now=NOW, by=STAFF)

    life.database.write(use_case)
    event_id = webinar(life)
    life.database.write(lambda s: draft_for(s, event_id, Moment.ANNOUNCED, now=NOW, links=LINKS))
    life.database.write(lambda s: plan(s, event_id, now=NOW))
    channels = life.database.read(lambda s: s.scalars(sa.select(Post.channel).distinct()).all())
    assert sorted(channels) == ["instagram", "mastodon", "telegram", "whatsapp"]
