"""What is particular about Bluesky."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.storage import new_id
from notifications.channels.bluesky import BlueskyChannel, facets, record_key
from notifications.channels.protocol import Metrics, NotSent, Unclear
from service.demo.standins.bluesky import BlueskyStandIn
from tests.notifications.channels.networks import publication


@pytest.fixture
def network() -> Iterator[BlueskyStandIn]:
    with BlueskyStandIn.running() as standin:
        yield standin


@pytest.fixture
def channel(network: BlueskyStandIn) -> Iterator[BlueskyChannel]:
    with closing(BlueskyChannel(f"@{network.handle}", network.token, server=network.url)) as channel:
        yield channel


def test_a_posts_key_is_its_own_and_in_order_of_time() -> None:
    first, second = new_id(), new_id()
    assert record_key(first) == record_key(uuid.UUID(str(first)))
    assert len({record_key(uuid.uuid4()) for _ in range(100)}) == 100
    for key in (first, second, uuid.uuid4(), uuid.UUID(int=0), uuid.UUID(int=(1 << 128) - 1)):
        assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", record_key(key))
    assert record_key(first)[:8] <= record_key(second)[:8]


def test_links_and_hashtags_are_marked_by_their_bytes() -> None:
    text = "Ayo 👨‍👩‍👧‍👦 #Membaca… (https://perpus.go.id/é?p=1)."
    found = [
        (text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(), each["features"][0])
        for each in facets(text)
    ]
    assert found == [
        ("#Membaca", {"$type": "app.bsky.richtext.facet#tag", "tag": "Membaca"}),
        (
            "https://perpus.go.id/é?p=1",
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://perpus.go.id/é?p=1"},
        ),
    ]


def test_the_same_post_twice_is_one(network: BlueskyStandIn, channel: BlueskyChannel) -> None:
    said = publication(network)
    published = channel.publish(said)
    with pytest.raises(Unclear):
        channel.publish(said)
    assert channel.reconcile(said, since=datetime.now(UTC) + timedelta(days=1)) == published
    assert len(network.posts) == 1


def test_a_picture_has_its_description_and_shape(network: BlueskyStandIn, channel: BlueskyChannel) -> None:
    said = publication(network)
    channel.publish(said)
    [image] = network.posts[0]["record"]["embed"]["images"]
    assert image["alt"] == "Poster"
    assert (image["aspectRatio"]["width"], image["aspectRatio"]["height"]) == (108, 135)
    assert network.blobs[image["image"]["ref"]["$link"]] == said.image


def test_a_post_without_a_picture_shows_a_card_of_its_link(network: BlueskyStandIn, channel: BlueskyChannel) -> None:
    said = replace(publication(network), image=None)
    channel.publish(said)
    card = network.posts[0]["record"]["embed"]["external"]
    assert (card["uri"], card["title"]) == (said.link, "Menulis Cerita Anak")


def test_a_session_that_is_over_is_no_dead_password(network: BlueskyStandIn, channel: BlueskyChannel) -> None:
    channel.publish(publication(network))
    network.end_sessions()
    said = publication(network)
    with pytest.raises(NotSent):
        channel.publish(said)
    channel.publish(said)
    assert len(network.posts) == 2


def test_counters_are_told(network: BlueskyStandIn, channel: BlueskyChannel) -> None:
    published = channel.publish(publication(network))
    assert channel.metrics(published.remote_id) == Metrics(likes=3, comments=4, shares=3)
    assert channel.metrics("3kaaaaaaaaaaa") is None
