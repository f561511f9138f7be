"""How much each channel takes, and how its text is marked up. Counting itself is in `counting`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from notifications.channels.counting import (
    graphemes,
    linkedin_length,
    mastodon_length,
    threads_length,
    utf16_units,
    x_length,
)

MASTODON = "mastodon"
WHATSAPP = "whatsapp"
INSTAGRAM = "instagram"
TELEGRAM = "telegram"
BLUESKY = "bluesky"
FACEBOOK = "facebook"
THREADS = "threads"
LINKEDIN = "linkedin"
X = "x"
TIKTOK = "tiktok"
PRINT = "print"
CHANNELS = (MASTODON, WHATSAPP, INSTAGRAM)
"""What posts are drafted for where an organiser has connected nothing."""
ALL_CHANNELS = (INSTAGRAM, FACEBOOK, WHATSAPP, TELEGRAM, THREADS, X, LINKEDIN, MASTODON, BLUESKY, TIKTOK, PRINT)
NETWORKS = (INSTAGRAM, FACEBOOK, TELEGRAM, THREADS, X, LINKEDIN, MASTODON, BLUESKY)
"""Channels with an interface: connected, they publish by themselves. The others are taken over by hand."""
LABELS: Mapping[str, str] = {
    INSTAGRAM: "Instagram",
    FACEBOOK: "Facebook",
    WHATSAPP: "WhatsApp",
    TELEGRAM: "Telegram",
    THREADS: "Threads",
    X: "X",
    LINKEDIN: "LinkedIn",
    MASTODON: "Mastodon",
    BLUESKY: "Bluesky",
    TIKTOK: "TikTok",
    PRINT: "Print",
}
"""Names of channels, the same in every language; only print has one to translate."""


@dataclass(frozen=True, slots=True)
class MediaRules:
    """What pictures a channel takes."""

    types: tuple[str, ...] = ("image/jpeg", "image/png")
    narrowest: float = 0.0
    """Smallest width divided by height; 0 where there is no such rule."""
    widest: float = 0.0
    longest_side: int = 0
    """Pixels; 0 where there is no such rule."""
    pixels_together: int = 0
    """The sum of width and height may be at most this; 0 where there is no such rule."""
    required: bool = False
    """Whether the channel takes no post without a picture."""
    fetched: bool = False
    """Whether the network fetches the picture from a public address instead of taking it from us."""
    most: int = 1
    """How many pictures one post may have on the channel."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one channel takes, and how its text is marked up."""

    text: int
    """Longest text, in the units of `measure`."""
    measure: Callable[[str], int]
    hashtags: int
    """How many hashtags are worth writing; a text with more than this is refused where `strict_hashtags` says so."""
    strict_hashtags: bool
    links: bool
    """Whether a link in the text can be followed."""
    bold: str
    """What stands around bold text; empty where there is none."""
    image_format: str
    """The format of picture that the channel shows whole: ``square``, ``portrait`` or ``story``."""
    image_bytes: int
    alt_text: int
    fold: int
    """How many characters are shown before "… more"; 0 where everything is."""
    text_bytes: int = 0
    """Longest text in UTF-8 bytes, where that counts beside `text`; 0 elsewhere."""
    without_image: int = 0
    """Longest text of a post without a picture, where it may be longer; 0 elsewhere."""
    link_shown: int = 0
    """How many characters of a link are shown; 0: all."""
    link_card: bool = False
    """Whether a post without a picture shows a card of its link."""
    media: MediaRules = field(default_factory=MediaRules)


LIMITS: dict[str, Limits] = {
    MASTODON: Limits(
        text=500,
        measure=mastodon_length,
        hashtags=4,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=8_000_000,
        alt_text=1500,
        fold=0,
        link_shown=30,
        link_card=True,
        media=MediaRules(most=4),
    ),
    # WhatsApp's documents say "characters"; code units never count less than any of the readings.
    WHATSAPP: Limits(
        text=4096,
        measure=utf16_units,
        hashtags=0,
        strict_hashtags=False,
        links=True,
        bold="*",
        image_format="square",
        image_bytes=5_000_000,
        alt_text=0,
        fold=700,
    ),
    INSTAGRAM: Limits(
        text=2200,
        measure=utf16_units,
        hashtags=5,
        strict_hashtags=True,
        links=False,
        bold="",
        image_format="portrait",
        image_bytes=8_000_000,
        alt_text=100,
        fold=125,
        media=MediaRules(
            types=("image/jpeg",), narrowest=0.8, widest=1.91, longest_side=8192, required=True, fetched=True, most=10
        ),
    ),
    # 1,024 is a caption's length; all our posts have a picture as a rule (Bot API, sendPhoto and sendMessage).
    TELEGRAM: Limits(
        text=1024,
        measure=utf16_units,
        hashtags=4,
        strict_hashtags=False,
        links=True,
        bold="*",
        image_format="portrait",
        image_bytes=10_000_000,
        alt_text=0,
        fold=0,
        without_image=4096,
        link_card=True,
        media=MediaRules(narrowest=0.05, widest=20.0, pixels_together=10_000, most=10),
    ),
    BLUESKY: Limits(
        text=300,
        measure=graphemes,
        hashtags=3,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=2_000_000,
        alt_text=2000,
        fold=0,
        text_bytes=3000,
        link_card=True,
        media=MediaRules(longest_side=4000, most=4),
    ),
    FACEBOOK: Limits(
        text=63_206,
        measure=utf16_units,
        hashtags=3,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=4_000_000,
        alt_text=0,
        fold=477,
        link_card=True,
        media=MediaRules(most=10),
    ),
    THREADS: Limits(
        text=500,
        measure=threads_length,
        hashtags=1,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=8_000_000,
        alt_text=1000,
        fold=0,
        link_card=True,
        media=MediaRules(widest=10.0, narrowest=0.1, fetched=True, most=20),
    ),
    LINKEDIN: Limits(
        text=3000,
        measure=linkedin_length,
        hashtags=3,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=5_000_000,
        alt_text=4086,
        fold=210,
        media=MediaRules(most=20),
    ),
    X: Limits(
        text=280,
        measure=x_length,
        hashtags=2,
        strict_hashtags=False,
        links=True,
        bold="",
        image_format="portrait",
        image_bytes=5_000_000,
        alt_text=1000,
        fold=0,
        link_shown=23,
        link_card=True,
        media=MediaRules(most=4),
    ),
    TIKTOK: Limits(
        text=2200,
        measure=utf16_units,
        hashtags=5,
        strict_hashtags=True,
        links=False,
        bold="",
        image_format="story",
        image_bytes=20_000_000,
        alt_text=0,
        fold=100,
        media=MediaRules(required=True),
    ),
    # On paper the poster says it all; the text is what is read out, put on a notice board or into a newsletter.
    PRINT: Limits(
        text=1200,
        measure=graphemes,
        hashtags=0,
        strict_hashtags=False,
        links=False,
        bold="",
        image_format="portrait",
        image_bytes=60_000_000,
        alt_text=0,
        fold=0,
        media=MediaRules(required=True),
    ),
}
"""What is true of the channels in general; a Mastodon server may allow more (see `mastodon_limits`)."""


def mastodon_limits(*, text: int, url_length: int, image_bytes: int, alt_text: int) -> Limits:
    """Return the limits of one Mastodon server, as its ``/api/v2/instance`` tells them."""
    measure = partial(mastodon_length, url_length=url_length)
    return replace(
        LIMITS[MASTODON],
        text=text,
        measure=measure,
        image_bytes=image_bytes,
        alt_text=alt_text,
    )
