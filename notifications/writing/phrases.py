"""The library of phrasings: openings and calls to action for each moment, tone and language, and how one is chosen.

They stand in ``library/<language>/<tone>.toml``, written in each language and translated from neither. A table ``[h7]``
holds what can be said of any event, ``[h7.exhibition]`` what only fits some: a hook is never taken where its condition
does not hold. Places in braces are filled from the event.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from notifications.models.moment import Moment
from notifications.writing.labels import labels

TONES = ("formal", "warm", "young", "pantun")
"""``pantun`` opens with a four-line verse where there is one, and is warm otherwise."""
DEFAULT_TONE = "warm"
EXCLUSIVE = frozenset({"moderator"})
"""Conditions under which only their own hooks are true: who moderates is no speaker."""
_FOLDER = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """An opening and what stands before the link; `key` names the opening, so that the next post takes another."""

    hook: str
    call: str
    key: str


@dataclass(frozen=True, slots=True)
class _Words:
    hooks: tuple[str, ...]
    calls: tuple[str, ...]


@lru_cache(maxsize=16)
def _library(locale: str, tone: str) -> Mapping[Moment, Mapping[str, _Words]]:
    """Read one file; the empty condition is what can always be said."""
    tables = tomllib.loads((_FOLDER / locale / f"{tone}.toml").read_text("utf-8"))
    return {Moment(name): dict(_conditions(table)) for name, table in tables.items()}


def _conditions(table: dict[str, Any]) -> list[tuple[str, _Words]]:
    nested = [(name, cast("dict[str, Any]", value)) for name, value in table.items() if isinstance(value, dict)]
    return [
        (name, _Words(tuple(each.strip() for each in words.get("hooks", ())), tuple(words.get("calls", ()))))
        for name, words in [("", table), *nested]
    ]


def key_of(hook: str) -> str:
    """Return eight characters that name an opening for as long as its words stay."""
    return hashlib.sha256(hook.encode()).hexdigest()[:8]


def phrasing(
    moment: Moment,
    locale: str,
    tone: str,
    seed: int,
    *,
    holds: frozenset[str] = frozenset(),
    avoid: Sequence[str] = (),
    keep: str = "",
    verse: bool = True,
) -> Phrasing:
    """Return one phrasing for `moment` of an event of which the conditions `holds` are true.

    `avoid` names openings that were used, the latest first: they come again only when all others are used up, the
    oldest first. One that is to be kept (`keep`) comes first. The same arguments always give the same phrasing. Without
    `verse` there is no room for four lines.
    """
    tone = tone if tone in TONES else DEFAULT_TONE
    tones = ([tone] if verse else []) + [DEFAULT_TONE] if tone == "pantun" else [tone]
    groups = [_shuffled(_hooks(moment, locale, each, holds), seed) for each in tones]
    every = [hook for group in groups for hook in group]
    kept = (hook for hook in every if key_of(hook) == keep)
    hook = next(kept, None) or next((hook for hook in every if key_of(hook) not in avoid), None)
    if hook is None:
        hook = max(every, key=lambda each: avoid.index(key_of(each)))
    calls = _shuffled(_library(locale, tones[-1])[moment][""].calls, seed + len(avoid))
    return Phrasing(hook, calls[0], key_of(hook))


def phrases(moment: Moment, locale: str) -> tuple[str, ...]:
    """Return everything that the library can say at `moment`: openings, calls and the words around facts."""
    return (*said_at(moment, locale), *labels(locale).values())


def said_at(moment: Moment, locale: str) -> tuple[str, ...]:
    """Return the openings and calls of `moment` in every tone."""
    tables = [words for tone in TONES for words in _library(locale, tone).get(moment, {}).values()]
    return tuple(said for words in tables for said in (*words.hooks, *words.calls))


def _hooks(moment: Moment, locale: str, tone: str, holds: frozenset[str]) -> tuple[str, ...]:
    tables = _library(locale, tone).get(moment, {})
    alone = [tables[name].hooks for name in sorted(EXCLUSIVE & holds) if name in tables]
    if alone:
        return alone[0]
    return tuple(hook for name, words in tables.items() if name == "" or name in holds for hook in words.hooks)


def _shuffled(said: Sequence[str], seed: int) -> list[str]:
    return sorted(said, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).digest())
