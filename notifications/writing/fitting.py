"""Making a text fit its channel: whole paragraphs are left out first, then the longest fact is cut between words.

Nobody is shown half a word, half a date or half an emoji. Only a word that is longer than its room alone (a script that
writes without blanks, a title of one endless word) is cut within, and then between what people see as characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import regex

from notifications.channels.limits import Limits

ELLIPSIS = "…"
_TRAILING = ",;:–-( "
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `need` 0 is never left out; the highest goes first. `cut`: it may be shortened."""

    text: str
    need: int = 0
    paragraph: bool = False
    """Whether a blank line stands before it."""
    cut: bool = False
    around: str = ""
    """What marks it up on both sides, such as the stars around bold text."""


def join(blocks: Sequence[Block]) -> str:
    """Return the blocks as one text."""
    joined = ""
    for block in blocks:
        joined += ("\n\n" if block.paragraph else "\n") + block.around + block.text + block.around
    return joined.strip()


def fit(blocks: Sequence[Block], limits: Limits) -> str:
    """Return the blocks as one text within the channel's limit.

    Raises `ValueError` if what can neither be left out nor cut does not fit, which no real channel brings about.
    """
    kept = list(blocks)
    while limits.measure(join(kept)) > limits.text and any(block.need for block in kept):
        kept.remove(max(kept, key=lambda block: block.need))
    while limits.measure(join(kept)) > limits.text:
        places = [place for place, block in enumerate(kept) if block.cut]
        if not places:
            raise ValueError("what has to be said is too long for this channel")
        longest = max(places, key=lambda place: limits.measure(kept[place].text))
        excess = limits.measure(join(kept)) - limits.text
        room = limits.measure(kept[longest].text) - excess
        text = shorten(kept[longest].text, room, limits.measure) if room > 0 else ""
        if text:
            kept[longest] = replace(kept[longest], text=text)
        elif longest:
            del kept[longest]
        else:
            raise ValueError("what has to be said is too long for this channel")
        if text and limits.measure(join(kept)) > limits.text:
            kept[longest] = replace(kept[longest], cut=False)
    return join(kept)


def shorten(text: str, limit: int, measure: Callable[[str], int]) -> str:
    """Return `text` in at most `limit` units, cut between words and marked with an ellipsis; empty if nothing fits."""
    if measure(text) <= limit:
        return text
    words = text.split(" ")
    found = _longest(words, " ", limit, measure)
    return found or _longest(_GRAPHEME.findall(words[0]), "", limit, measure)


def _longest(parts: Sequence[str], between: str, limit: int, measure: Callable[[str], int]) -> str:
    """Return the longest beginning of `parts` that fits with its ellipsis. Lengths grow with the number of parts."""

    def beginning(count: int) -> str:
        return between.join(parts[:count]).rstrip(_TRAILING) + ELLIPSIS

    least, most = 0, len(parts) - 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if measure(beginning(middle)) <= limit else (least, middle - 1)
    fits = least > 0 and measure(beginning(least)) <= limit and beginning(least) != ELLIPSIS
    return beginning(least) if fits else ""
