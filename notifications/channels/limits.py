"""How much each channel takes, counted the way the channel counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import regex

MASTODON = "mastodon"
WHATSAPP = "whatsapp"
INSTAGRAM = "instagram"
CHANNELS = (MASTODON, WHATSAPP, INSTAGRAM)

_GRAPHEME = regex.compile(r"\X")
_REMOTE_MENTION = re.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")
_HASHTAG = re.compile(r"(?<![\w#&/])#\w*[^\W\d]\w*")


def graphemes(text: str) -> int:
    """Return how many characters a person sees: a flag or a family of emoji is one (UAX #29)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def utf16_units(text: str) -> int:
    """Return how many UTF-16 code units `text` has, an emoji being two or more."""
    return len(text.encode("utf-16-le")) // 2


def mastodon_length(text: str, *, url_length: int = 23) -> int:
    """Return the length as a Mastodon server counts it: grapheme clusters, every link as `url_length`.

    A mention of somebody on another server counts without the server's name. Links are found by Twitter's rules, as
    Mastodon does; one without a public domain (a demonstration on ``localhost``) is no link and counts in full.
    """
    # Imported when first used: it takes a quarter of a second, and a service that starts counts no post.
    from twitter_text import (  # noqa: PLC0415 - see above
        extract_urls_with_indices,  # pyright: ignore[reportUnknownVariableType] # a bare dict
    )

    shortened: list[str] = []
    last = 0
    links = cast("list[dict[str, Any]]", extract_urls_with_indices(text, extract_urls_without_protocol=False))
    for start, end in (link["indices"] for link in links):
        shortened += [text[last:start], "x" * url_length]
        last = end
    shortened.append(text[last:])
    return graphemes(_REMOTE_MENTION.sub(r"\1", "".join(shortened)))


def count_hashtags(text: str) -> int:
    """Return how many hashtags `text` has; ``#2026`` is none, because no channel links a bare number."""
    return len(_HASHTAG.findall(text))


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
