"""Every network that has an adapter: its stand-in, and the adapter that talks to it."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from notifications.channels.bluesky import BlueskyChannel
from notifications.channels.facebook import FacebookChannel
from notifications.channels.instagram import InstagramChannel
from notifications.channels.linkedin import LinkedInChannel
from notifications.channels.protocol import Channel, Publication
from notifications.channels.telegram import TelegramChannel
from notifications.channels.threads import ThreadsChannel
from notifications.channels.x import XChannel
from service.demo.standins.bluesky import BlueskyStandIn
from service.demo.standins.linkedin import LinkedInStandIn
from service.demo.standins.meta import FacebookStandIn, InstagramStandIn
from service.demo.standins.network import NetworkStandIn
from service.demo.standins.telegram_channel import TelegramChannelStandIn
from service.demo.standins.threads import ThreadsStandIn
from service.demo.standins.x import XStandIn

TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Network:
    """One network, as tests open it."""

    standin: type[NetworkStandIn]
    open: Callable[[Any, float], Channel]


def _telegram(network: TelegramChannelStandIn, timeout: float) -> Channel:
    return TelegramChannel(network.token, network.chat, api_root=network.url, page_root=network.url, timeout=timeout)


def _bluesky(network: BlueskyStandIn, timeout: float) -> Channel:
    return BlueskyChannel(network.handle, network.token, server=network.url, timeout=timeout)


def _facebook(network: FacebookStandIn, timeout: float) -> Channel:
    return FacebookChannel(network.owner, network.token, root=network.url, timeout=timeout)


def _instagram(network: InstagramStandIn, timeout: float) -> Channel:
    return InstagramChannel(
        network.owner, network.token, root=network.url, timeout=timeout, pause=lambda _seconds: None
    )


def _threads(network: ThreadsStandIn, timeout: float) -> Channel:
    return ThreadsChannel(network.owner, network.token, root=network.url, timeout=timeout, pause=lambda _seconds: None)


def _linkedin(network: LinkedInStandIn, timeout: float) -> Channel:
    return LinkedInChannel(network.author, network.token, root=network.url, timeout=timeout)


def _x(network: XStandIn, timeout: float) -> Channel:
    return XChannel(network.token, root=network.url, timeout=timeout)


NETWORKS: dict[str, Network] = {
    "x": Network(XStandIn, _x),
    "threads": Network(ThreadsStandIn, _threads),
    "linkedin": Network(LinkedInStandIn, _linkedin),
    "facebook": Network(FacebookStandIn, _facebook),
    "instagram": Network(InstagramStandIn, _instagram),
    "bluesky": Network(BlueskyStandIn, _bluesky),
    "telegram": Network(TelegramChannelStandIn, _telegram),
}


@cache
def jpeg(width: int = 108, height: int = 135) -> bytes:
    """Return a picture of that size."""
    body = io.BytesIO()
    Image.new("RGB", (width, height), "#0a6").save(body, "JPEG")
    return body.getvalue()


def publication(network: NetworkStandIn, text: str = "", *, linked: bool = True) -> Publication:
    """Return a post of its own, with a picture where networks may fetch it from."""
    key = uuid.uuid4()
    link = f"https://acara.perpus-batam.go.id/e/menulis?p={key.hex[:10]}"
    text = text or f"Halo, *Batam*! (#AyoBaca) 👨‍👩‍👧‍👦 _{key.hex[:6]}_"
    return Publication(
        key=key,
        text=f"{text}\n\n{link}" if linked else text,
        locale="id",
        link=link,
        image=jpeg(),
        image_type="image/jpeg",
        alt_text="Poster",
        image_url=f"{network.url}/standin/picture.jpg",
        title="Menulis Cerita Anak",
    )
