"""The staff's guide: Markdown files of ``service/web/help``, one for each topic and language, and how they are found.

What is bold in them is written on a button or beside a field; tests hold every such label against the catalogues, so
that the guide says what the pages say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from events.errors import N_
from events.tags import plain
from service.web.guide_markdown import Read, Section, read_markdown

HELP = Path(__file__).parent / "help"
GROUPS: Mapping[str, tuple[str, ...]] = {
    N_("Getting started"): ("sign-in", "overview", "first-event"),
    N_("Making an event"): ("events", "copies", "review", "programme", "materials", "visiting-times", "series"),
    N_("Registration and its questions"): (
        "form",
        "registrations",
        "entering",
        "import",
        "getting-in",
        "approval",
        "guardian",
        "own-page",
    ),
    N_("Seats and waiting"): ("seats", "waitlist"),
    N_("The day itself"): ("door", "kiosk", "attendance", "meeting-report", "reports"),
    N_("Partners, posts and proof"): ("partners", "answers", "posts", "recordings", "certificates"),
    N_("The library and its people"): (
        "brand",
        "people",
        "account",
        "second-factor",
        "privacy",
        "audit",
        "queue",
        "messages",
        "rules",
        "mail",
        "mail-texts",
        "networks",
        "news",
        "mailbox",
        "reputation",
        "embed",
    ),
}
"""Every topic, under the heading (a gettext id) that it has in the table of contents."""
TOPICS = tuple(name for names in GROUPS.values() for name in names)
_AROUND = 70
"""How many letters of a text stand on either side of what was searched for."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the guide in one language."""

    name: str
    page: Read

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.page.title

    @property
    def contents(self) -> tuple[Section, ...]:
        """The sections that have a heading."""
        return self.page.sections[1:]


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic that was found, the section that says most about it, and the words around what was searched for."""

    topic: Topic
    section: Section
    excerpt: str


@cache
def read_topic(name: str, locale: str) -> Topic:
    """Return a topic in `locale`; it is read and rendered once in a process. Raises `KeyError` for an unknown one."""
    if name not in TOPICS:
        raise KeyError(name)
    return Topic(name, read_markdown((HELP / locale / f"{name}.md").read_text(encoding="utf-8"), locale))


def search(query: str, locale: str) -> list[Hit]:
    """Return the topics in which every word of `query` occurs: those with most of them in their title first."""
    words = plain(query).split()
    if not words:
        return []
    ranked = [(_rank(topic, words), topic) for topic in (read_topic(name, locale) for name in TOPICS)]
    ranked.sort(key=lambda each: -each[0])
    return [_hit(topic, words) for rank, topic in ranked if rank >= 0]


def _rank(topic: Topic, words: Sequence[str]) -> int:
    """Return how many of `words` are in the title; -1 where one is not in the topic at all."""
    title = plain(topic.title)
    everything = " ".join((title, *(_said(section) for section in topic.page.sections)))
    return sum(word in title for word in words) if all(word in everything for word in words) else -1


def _hit(topic: Topic, words: Sequence[str]) -> Hit:
    section = max(topic.page.sections, key=lambda each: sum(word in _said(each) for word in words))
    return Hit(topic, section, _excerpt(section.text, words))


def _said(section: Section) -> str:
    return plain(f"{section.title} {section.text}")


def _excerpt(text: str, words: Sequence[str]) -> str:
    """Return the part of `text` in which the first of `words` stands, cut between words."""
    found = (re.search(re.escape(word), text, re.IGNORECASE) for word in words)
    middle = min((match.start() for match in found if match), default=0)
    begin = text.rfind(" ", 0, middle - _AROUND) + 1 if middle > _AROUND else 0
    end = text.find(" ", middle + _AROUND)
    return ("… " if begin else "") + (text[begin:] if end < 0 else f"{text[begin:end]} …")
