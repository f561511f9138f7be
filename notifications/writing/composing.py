"""Writing a post: the event's facts, a phrasing, and the channel's limits become one text."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from notifications.channels.limits import Limits
from notifications.models.moment import CHANGES, Moment
from notifications.writing.describing import alt_text
from notifications.writing.details import Details
from notifications.writing.fitting import Block, fit, shorten
from notifications.writing.icons import closing
from notifications.writing.labels import labels
from notifications.writing.lines import facts, isolated, thousands
from notifications.writing.phrases import Phrasing, phrasing

_ROOM_FOR_VERSE = 1000
_TITLE_SHARE = 0.4
"""How much of a channel a title may take before it is shortened: without hours and place nobody can come."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for one channel, and what its picture shows to those who cannot see it."""

    text: str
    alt_text: str
    opening: str = ""
    """The key of its opening; the organiser's next posts begin otherwise."""


def seed_of(event_id: uuid.UUID, *parts: str) -> int:
    """Return the number that picks phrasings: the same in every process and forever, another for other `parts`."""
    if not parts:
        return int.from_bytes(event_id.bytes[-4:], "big")
    return int.from_bytes(hashlib.sha256("\n".join((str(event_id), *parts)).encode()).digest()[:4], "big")


def compose(
    moment: Moment, details: Details, limits: Limits, *, seed: int, avoid: Sequence[str] = (), keep: str = ""
) -> Draft:
    """Write the post of `moment` within `limits`; the same input always gives the same text.

    `avoid` names the openings of the organiser's last posts, the latest first, and `keep` the one that this post had
    before: who approves it again sees only what has changed. Raises `ValueError` if even the title
    and the link do not fit, which no real channel brings about.
    """
    phrase = phrasing(
        moment,
        details.locale,
        details.tone,
        seed,
        holds=holding(details),
        avoid=avoid,
        keep=keep,
        verse=limits.text >= _ROOM_FOR_VERSE,
    )
    text = fit(_blocks(moment, details, limits, phrase, seed), limits)
    return Draft(text, alt_text(moment, details, limit=limits.alt_text), phrase.key)


def holding(details: Details) -> frozenset[str]:
    """Return the conditions of hooks that are true of this event."""
    lead = details.lead()
    told = {
        details.kind.value: True,
        "online": details.online and not details.where,
        "onsite": bool(details.where),
        "limited": details.limited,
        "moderator": lead is not None and lead.moderates and details.subject != "",
        "attended": details.attended > 0,
    }
    return frozenset(name for name, holds in told.items() if holds)


def places(details: Details) -> dict[str, str]:
    """Return what fills the places in braces."""
    words = labels(details.locale)
    named = details.named()
    lead = details.lead()
    return {
        "kind": words[named],
        "kind_title": words[named].capitalize(),
        "a_kind": words[f"a_{named}"],
        "join": words[f"join_{details.kind.value}"],
        "joining": words[f"joining_{details.kind.value}"],
        "organiser": isolated(details.organiser),
        "speaker": isolated(lead.name if lead else details.organiser),
        "seats": str(details.seats_under),
        "attended": thousands(details.attended, details.locale),
    }


def _blocks(moment: Moment, details: Details, limits: Limits, phrase: Phrasing, seed: int) -> list[Block]:
    filled = places(details)
    # A title that has the mark itself would end the bold text in its middle.
    bold = limits.bold if limits.bold and limits.bold not in details.title else ""
    named = shorten(details.title, int(limits.text * _TITLE_SHARE), limits.measure)
    title = Block(named, paragraph=True, cut=True, around=bold)
    verse = "\n" in phrase.hook
    said = phrase.hook.format_map(filled) + ("" if verse else closing(moment, details))
    hook = Block(said, 2 if moment not in CHANGES else 0, paragraph=True)
    # Two ways to begin: news of a change always begin with what they are about.
    opening = [hook, title] if moment not in CHANGES and (verse or seed % 2) else [title, hook]
    blocks = [
        *opening,
        *facts(moment, details, limits, hook=phrase.hook),
        Block(f"{phrase.call.format_map(filled)} {details.url}", paragraph=True),
    ]
    if not limits.links:
        blocks.append(Block(f"({labels(details.locale)['bio']})", 5))
    if limits.hashtags and details.hashtags:
        blocks.append(Block(" ".join(details.hashtags[: limits.hashtags]), 4, paragraph=True))
    return blocks
