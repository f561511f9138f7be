"""What is particular about a Telegram channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.protocol import Metrics, Rejected
from notifications.channels.telegram import TelegramChannel
from notifications.channels.telegram_page import as_number, read_page
from service.demo.standins.telegram_channel import TelegramChannelStandIn
from tests.notifications.channels.networks import publication


@pytest.fixture
def network() -> Iterator[TelegramChannelStandIn]:
    with TelegramChannelStandIn.running() as standin:
        yield standin


def channel(network: TelegramChannelStandIn) -> TelegramChannel:
    return TelegramChannel(network.token, f"https://t.me/{network.chat}", api_root=network.url, page_root=network.url)


def test_stars_become_bold_and_nothing_else_is_markup(network: TelegramChannelStandIn) -> None:
    said = publication(network, "*Halo* <b>Batam</b> _x_ 🎉")
    channel(network).publish(said)
    [post] = network.posts
    assert post["text"] == said.text.replace("*", "")
    assert post["photo"] == said.image


def test_a_post_without_a_picture_is_a_message(network: TelegramChannelStandIn) -> None:
    said = replace(publication(network, "x" * 3000), image=None)
    assert channel(network).publish(said).url == f"https://t.me/{network.chat}/1"
    assert network.requests[-1].endswith("/sendMessage")


def test_a_bot_that_may_not_post_is_told(network: TelegramChannelStandIn) -> None:
    network.may_post = False
    with pytest.raises(Rejected) as refused:
        channel(network).check()
    assert refused.value.reason == "no_permission"


def test_a_channel_that_nobody_can_look_into_is_told(network: TelegramChannelStandIn) -> None:
    said = publication(network)
    channel(network).publish(said)
    network.public = False
    with pytest.raises(Rejected) as refused:
        channel(network).check()
    assert refused.value.reason == "no_public_page"
    with pytest.raises(Rejected):  # never None: the post may well be there
        channel(network).reconcile(said, since=datetime.now(UTC) - timedelta(minutes=10))


def test_views_and_reactions_come_from_the_page(network: TelegramChannelStandIn) -> None:
    published = channel(network).publish(publication(network))
    assert channel(network).metrics(published.remote_id) == Metrics(likes=3, views=1200)
    assert channel(network).metrics("99") is None


@pytest.mark.parametrize(
    ("shown", "number"), [("12", 12), ("1.2K", 1200), ("3M", 3_000_000), ("", None), ("views", None)]
)
def test_numbers_as_telegram_shortens_them(shown: str, number: int | None) -> None:
    assert as_number(shown) == number


def test_a_page_is_read_whatever_stands_around_its_posts() -> None:
    page = (
        '<div data-post="p/7"><div class="x js-message_text"><i class="emoji"><b>🎉</b></i> a<br>b &amp; c'
        '<div>in</div></div><time datetime="2026-11-23T02:00:00+00:00"></time></div><div data-post="p/8"></div>'
    )
    assert [(each.number, each.text, each.at) for each in read_page(page)] == [
        (7, "🎉 a\nb & cin", datetime(2026, 11, 23, 2, tzinfo=UTC)),
        (8, "", None),
    ]
