"""What visitors filter events by: for whom they are, in fixed words, and what they are about, in the organiser's own.

A topic is known by its code, made from its name, so that *Sejarah Melayu* of two organisers is one topic to visitors.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from events.storage import LocalizedText

MOST_TOPICS = 10
TOPIC_LENGTH = 60


class Audience(enum.StrEnum):
    """For whom an event is; the order is that of the pages."""

    EVERYONE = "everyone"
    CHILDREN = "children"
    PUPILS = "pupils"
    STUDENTS = "students"
    TEACHERS = "teachers"
    PARENTS = "parents"
    COMMUNITIES = "communities"
    LIBRARIANS = "librarians"
    SENIORS = "seniors"


@dataclass(frozen=True, slots=True)
class Topic:
    """What an event is about, as visitors read it and as addresses name it."""

    code: str
    name: LocalizedText


def plain(text: str) -> str:
    """Return `text` as search compares it: lower case, no accents, one space between words."""
    letters = unicodedata.normalize("NFKD", text)
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).casefold().split())


def code_of(name: LocalizedText) -> str:
    """Return the code of a topic: ``sejarah-melayu``; empty where the name holds no letter or digit."""
    return re.sub(r"[\W_]+", "-", plain(name.to("id"))).strip("-")


def topics_of(stored: Iterable[Mapping[str, str]]) -> tuple[Topic, ...]:
    """Return the topics that an event's `topics` column names."""
    names = (LocalizedText(id=each.get("id", ""), en=each.get("en", "")) for each in stored)
    return tuple(Topic(code_of(name), name) for name in names)


def stored_topics(names: Iterable[LocalizedText]) -> list[dict[str, str]]:
    """Return topics as the `topics` column keeps them, each code once."""
    by_code = {code_of(name): name for name in reversed(list(names)) if name}
    kept = ({locale: text for locale in ("id", "en") if (text := getattr(each, locale))} for each in by_code.values())
    return list(kept)[::-1]


def audiences_of(stored: Sequence[str]) -> tuple[Audience, ...]:
    """Return the audiences that an event's `audiences` column names, in the order of the pages."""
    return tuple(each for each in Audience if each.value in stored)


def parse_topic(line: str) -> LocalizedText:
    """Read a topic as staff type it: ``Sejarah Melayu / Malay history``, the English name being optional."""
    indonesian, _, english = line.partition(" / ")
    return LocalizedText(" ".join(indonesian.split()), " ".join(english.split()))


def write_topic(name: LocalizedText) -> str:
    """Return a topic as `parse_topic` reads it."""
    return f"{name.id} / {name.en}" if name.en else name.id
