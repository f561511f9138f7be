"""What is particular about Facebook and Instagram."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.facebook import FacebookChannel
from notifications.channels.instagram import InstagramChannel
from notifications.channels.protocol import Metrics, NotSent, Rejected
from service.demo.standins.meta import FacebookStandIn, InstagramStandIn
from tests.notifications.channels.networks import publication


def facebook(network: FacebookStandIn, token: str = "") -> FacebookChannel:
    return FacebookChannel(network.owner, token or network.token, app_secret="s" * 32, root=network.url)


def instagram(network: InstagramStandIn) -> InstagramChannel:
    return InstagramChannel(network.owner, network.token, root=network.url, pause=lambda _seconds: None)


def test_a_page_posts_its_picture_with_the_text() -> None:
    with FacebookStandIn.running() as network, closing(facebook(network)) as channel:
        said = publication(network)
        published = channel.publish(said)
        assert published.url == f"https://www.facebook.com/{network.owner}_1"
        assert [network.pictures[each["media_fbid"]] for each in network.posts[0]["attached"]] == [said.image]
        assert channel.metrics(published.remote_id) == Metrics(likes=3, comments=4, shares=2, views=120)
        assert channel.metrics("gone") is None


def test_a_duplicate_is_ours_or_refused() -> None:
    with FacebookStandIn.running() as network, closing(facebook(network)) as channel:
        said = publication(network)
        published = channel.publish(said)
        network.strict = True
        assert channel.publish(said) == published
        other = replace(said, link="https://perpus.go.id/lain")
        network.posts[0]["at"] = datetime.now(UTC) - timedelta(days=30)
        with pytest.raises(Rejected) as refused:
            channel.publish(other)
        assert (refused.value.reason, len(network.posts)) == ("duplicate", 1)


def test_no_token_stands_in_an_address_or_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FacebookStandIn.running() as network:
        channel = facebook(network, "secret-token")
        with closing(channel), pytest.raises(Rejected) as refused:
            channel.publish(publication(network))
    with closing(channel), pytest.raises(NotSent) as gone:
        channel.publish(publication(network))
    assert "secret-token" not in f"{refused.value} {gone.value} {caplog.text}"


def test_instagram_fetches_the_picture_before_anything_is_published() -> None:
    with InstagramStandIn.running() as network, closing(instagram(network)) as channel:
        published = channel.publish(publication(network))
        assert published.url == f"https://www.instagram.com/p/{published.remote_id}/"
        assert [each["state"] for each in network.containers.values()] == ["PUBLISHED"]
        assert channel.metrics(published.remote_id) == Metrics(likes=3, comments=4, shares=2, views=120)


def test_a_picture_that_instagram_cannot_fetch_is_refused() -> None:
    with InstagramStandIn.running() as network, closing(instagram(network)) as channel:
        said = publication(network)
        for address, reason in ((f"{network.url}/nothing", "picture"), ("", "missing")):
            with pytest.raises(Rejected) as refused:
                channel.publish(replace(said, image_url=address))
            assert refused.value.reason == reason
        assert network.posts == []


def test_a_day_whose_posts_are_used_up_waits() -> None:
    with InstagramStandIn.running() as network, closing(instagram(network)) as channel:
        network.quota = 1
        channel.publish(publication(network))
        with pytest.raises(NotSent) as full:
            channel.publish(publication(network))
        assert (full.value.retry_after, len(network.containers)) == (timedelta(hours=1), 1)
