"""What a phrasing is, and the two libraries of them: one per language, each written in that language.

A phrasing has an opening sentence (`hook`) and an invitation (`call`) that stands before the link. Places in braces are
filled from the event: ``{title}``, ``{kind}``, ``{organiser}``, ``{speaker}``, ``{attended}``, ``{seats}``. The event's
id picks one of several, so that two events in a row do not sound alike and one event always sounds the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from notifications.models.moment import Moment
from notifications.writing_english import ENGLISH, ENGLISH_LABELS
from notifications.writing_indonesian import INDONESIAN, INDONESIAN_LABELS

TONES = ("formal", "warm", "young")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """An opening sentence and what stands before the link."""

    hook: str
    call: str


def phrasing(moment: Moment, locale: str, tone: str, seed: int) -> Phrasing:
    """Return one of the phrasings for `moment`; the same `seed` always returns the same one."""
    library = ENGLISH if locale == "en" else INDONESIAN
    hooks, calls = library[moment][tone if tone in TONES else "warm"]
    return Phrasing(hooks[seed % len(hooks)], calls[seed // len(hooks) % len(calls)])


def labels(locale: str) -> dict[str, str]:
    """Return the small words around the event's facts, such as ``Waktu`` and ``Tempat``."""
    return ENGLISH_LABELS if locale == "en" else INDONESIAN_LABELS


def phrases(moment: Moment, locale: str) -> tuple[str, ...]:
    """Return everything that the library can say at `moment`, for the checker's vocabulary."""
    library = ENGLISH if locale == "en" else INDONESIAN
    said = [sentence for variants in library[moment].values() for group in variants for sentence in group]
    return (*said, *labels(locale).values())
