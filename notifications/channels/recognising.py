"""Recognising one of our posts among others: by its link, or by its text where a person took the link out."""

from __future__ import annotations

import html
import re

from notifications.channels.protocol import Publication

_TAG, _BREAK = re.compile(r"<[^>]+>"), re.compile(r"<br\s*/?>|</p>\s*<p>")


def plain(markup: str) -> str:
    """Return what a person reads of a post that a network gives as HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


def is_same(told: str, publication: Publication) -> bool:
    """Tell whether `told`, what a network shows of a post as plain text, is this post.

    White space counts for nothing: networks trim and join it.
    """
    if publication.link and publication.link in publication.text:
        return publication.link in told
    return told.split() == publication.text.split()
