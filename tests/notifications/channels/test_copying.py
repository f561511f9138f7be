"""Copy-ready channels."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from notifications.channels.copying import copy_ready
from notifications.channels.limits import INSTAGRAM, MASTODON, WHATSAPP


def test_whatsapp_opens_with_the_text_as_it_is() -> None:
    text = "*Halo & selamat datang*\n\nDaftar: https://perpus.go.id/?p=a&b=c #50% 🗓"
    ready = copy_ready(WHATSAPP, text)
    assert urlsplit(ready.share_url).netloc == "wa.me"
    assert parse_qs(urlsplit(ready.share_url).query) == {"text": [text]}
    assert (ready.text, ready.image_format) == (text, "square")


def test_other_channels_offer_text_and_the_format_they_show() -> None:
    assert copy_ready(INSTAGRAM, "x").image_format == "portrait"
    assert copy_ready(MASTODON, "x").share_url == ""
