"""Checking that a post says nothing that its event does not say: no other date, name, number or link.

What the event says is struck out of the text first. What is left may hold only the library's own words; any digit, any
name of a day or a month and any link in it was invented. Texts that people edited are checked without the words, since
people may write what they like, and what is doubtful is shown to whoever approves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from babel.dates import get_day_names, get_month_names

from notifications.models.moment import Moment
from notifications.writing import thousands
from notifications.writing_details import Details
from notifications.writing_phrases import phrases

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LINK = re.compile(r"https?://\S+|\bwww\.\S+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a text says and its event does not; `kind` is ``link``, ``date``, ``number`` or ``word``."""

    kind: str
    said: str


def doubts(text: str, moment: Moment, details: Details, *, edited: bool = False) -> tuple[Doubt, ...]:
    """Return what `text` says that the event does not, in the order of reading. Empty for a true text."""
    found: list[tuple[int, Doubt]] = []
    rest = text
    for match in _LINK.finditer(text):
        if match.group().rstrip(".,;)") not in (details.page, details.url, details.recording_url):
            found.append((match.start(), Doubt("link", match.group())))
        rest = _blank(rest, match)
    rest = _strike_out(rest, details)
    found += [(match.start(), Doubt("number", match.group())) for match in _NUMBER.finditer(rest)]
    vocabulary = _vocabulary(moment, details)
    for match in _WORD.finditer(rest):
        word = match.group()
        if word in _calendar_names(details.locale):
            found.append((match.start(), Doubt("date", word)))
        elif not edited and word.casefold() not in vocabulary:
            found.append((match.start(), Doubt("word", word)))
    return tuple(doubt for _, doubt in sorted(found, key=lambda each: each[0]))


def _said_by_event(details: Details) -> list[str]:
    """Return everything that the event says, longest first, so that no fact is struck out in pieces."""
    said = [details.title, details.summary, details.when, details.old_when, details.where, details.organiser]
    said += [details.reason, *details.hashtags]
    for speaker in details.speakers:
        said += [speaker.credit(), speaker.name, speaker.affiliation, speaker.topic]
    if details.seats_under:
        said.append(str(details.seats_under))
    if details.attended:
        said.append(thousands(details.attended, details.locale))
    return sorted({each for each in said if each}, key=len, reverse=True)


def _blank(text: str, match: re.Match[str]) -> str:
    """Replace a match by blanks, so that what follows keeps its place."""
    return text[: match.start()] + " " * len(match.group()) + text[match.end() :]


def _strike_out(text: str, details: Details) -> str:
    for said in _said_by_event(details):
        # Whole facts only: the event's "5" must not make "2025" look true.
        text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", lambda match: " " * len(match.group()), text)
        text = _strike_out_beginning(text, said)
    return text


def _strike_out_beginning(text: str, said: str) -> str:
    """Strike out a fact that was shortened: whole words of its beginning, then an ellipsis."""
    words = said.split()
    for count in range(len(words) - 1, 0, -1):
        beginning = " ".join(words[:count]).rstrip(",;:–-(") + "…"
        if beginning in text:
            return text.replace(beginning, " " * len(beginning))
    return text


def _vocabulary(moment: Moment, details: Details) -> frozenset[str]:
    library = re.sub(r"\{\w+\}", " ", " ".join(phrases(moment, details.locale)))
    return frozenset(word.casefold() for word in _WORD.findall(library))


def _calendar_names(locale: str) -> frozenset[str]:
    names: set[str] = set()
    for width in ("wide", "abbreviated"):
        for get_names in (get_month_names, get_day_names):
            named = cast("Mapping[int, str]", get_names(width, locale=locale))
            names |= set(named.values())
    return frozenset(names)
