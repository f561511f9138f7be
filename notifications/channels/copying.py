"""Channels without an interface: the text, the picture and a link that opens the app, ready to be taken over by hand.

WhatsApp's groups and channels have no official interface, and Instagram's needs a reviewed business account: what a
library's staff do there is copy and paste, so this makes copying take two taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from notifications.channels.limits import INSTAGRAM, LIMITS, WHATSAPP


@dataclass(frozen=True, slots=True)
class CopyReady:
    """What the staff page offers for one post."""

    text: str
    share_url: str
    """Opens WhatsApp with the text filled in, or Instagram."""
    image_format: str


def copy_ready(channel: str, text: str) -> CopyReady:
    """Return what is copied for a post on `channel` (any: a network may be unreachable or not connected)."""
    share = {
        WHATSAPP: f"https://wa.me/?text={quote(text, safe='')}",
        INSTAGRAM: "https://www.instagram.com/",
    }
    return CopyReady(text=text, share_url=share.get(channel, ""), image_format=LIMITS[channel].image_format)
