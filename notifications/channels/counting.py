"""How long a text is, counted the way each channel counts. All functions are pure and take any text."""

from __future__ import annotations

import re
from typing import Any, cast

import regex

LINK_ON_X = 23
"""Every link counts as this on X, and on Mastodon unless its server says otherwise."""

_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_REMOTE_MENTION = re.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")
_HASHTAG = re.compile(r"(?<![\w#&/])#\w*[^\W\d]\w*")
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]…”’]")
_LITTLE_TEXT = re.compile(r"[\\|{}@\[\]()<>#*_~]")


def graphemes(text: str) -> int:
    """Return how many characters a person sees: a flag or a family of emoji is one (UAX #29)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def utf16_units(text: str) -> int:
    """Return how many UTF-16 code units `text` has, an emoji being two or more."""
    return len(text.encode("utf-16-le")) // 2


def mastodon_length(text: str, *, url_length: int = LINK_ON_X) -> int:
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


def x_length(text: str) -> int:
    """Return the weighted length on X: Latin 1, emoji, Javanese and Chinese 2, a link 23 with or without https://."""
    from twitter_text import (  # noqa: PLC0415 - see `mastodon_length`
        parse_tweet,  # pyright: ignore[reportUnknownVariableType] # a bare dict
    )

    return int(cast("Any", parse_tweet(text)).weightedLength)


def links_on_x(text: str) -> list[str]:
    """Return what X takes for a link, and bills as one: bare domains such as ``kampus.ac.id`` too."""
    from twitter_text import (  # noqa: PLC0415 - see `mastodon_length`
        extract_urls_with_indices,  # pyright: ignore[reportUnknownVariableType] # a bare dict
    )

    found = cast("list[dict[str, Any]]", extract_urls_with_indices(text, extract_urls_without_protocol=True))
    return [str(each["url"]) for each in found]


def threads_length(text: str) -> int:
    """Return the length on Threads: characters, but an emoji counts as many as it has UTF-8 bytes."""
    return sum(
        len(cluster.encode()) if _EMOJI.search(cluster) else len(cluster)
        for cluster in (match.group() for match in _GRAPHEME.finditer(text))
    )


def utf8_bytes(text: str) -> int:
    """Return the number of UTF-8 bytes."""
    return len(text.encode())


def little_text(text: str) -> str:
    r"""Return `text` as LinkedIn's *little text*: reserved characters escaped, hashtags kept as hashtags.

    An unescaped one cuts the post off without a word. ``#baca`` becomes ``{hashtag|\#|baca}``.
    """
    escaped: list[str] = []
    last = 0
    for match in _HASHTAG.finditer(text):
        escaped += [_escape(text[last : match.start()]), f"{{hashtag|\\#|{_escape(match.group()[1:])}}}"]
        last = match.end()
    escaped.append(_escape(text[last:]))
    return "".join(escaped)


def plain_text(little: str) -> str:
    """Return what a person reads of a *little text*: the way back from `little_text`."""
    plain = re.sub(r"\{hashtag\|\\#\|((?:\\.|[^}\\])*)\}", r"#\1", little)
    return re.sub(r"\\([\\|{}@\[\]()<>#*_~])", r"\1", plain)


def linkedin_length(text: str) -> int:
    """Return the length on LinkedIn: of the escaped text."""
    return len(little_text(text))


def count_hashtags(text: str) -> int:
    """Return how many hashtags `text` has; ``#2026`` is none, because no channel links a bare number."""
    return len(_HASHTAG.findall(text))


def hashtags(text: str) -> list[tuple[int, int]]:
    """Return where the hashtags stand: their first place and the place after their last, in characters."""
    return [match.span() for match in _HASHTAG.finditer(text)]


def link_spans(text: str) -> list[tuple[int, int]]:
    """Return where links with ``https://`` stand, without the full stop or bracket that follows them."""
    return [match.span() for match in _LINK.finditer(text)]


def _escape(text: str) -> str:
    return _LITTLE_TEXT.sub(lambda match: f"\\{match.group()}", text)
