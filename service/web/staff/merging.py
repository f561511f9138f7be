"""Two people in one form: what each of them changed, and where they meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Values = Mapping[str, Sequence[str]]

OWN = frozenset({"version", "kind", "template"})
"""Fields that say something about the form and nothing about the event."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that both changed, each in another way."""

    field: str
    mine: Sequence[str]
    theirs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Merged:
    """A form with what both changed; at a clash it holds mine until I decide."""

    values: Mapping[str, Sequence[str]]
    taken: Sequence[str]
    """Fields that only they changed: theirs stands."""
    clashes: Sequence[Clash]


def merge(base: Values | None, mine: Values, theirs: Values) -> Merged:
    """Merge what I typed with what they saved, field by field. Without a `base` every difference is a clash.

    Emptiness is emptiness, whether a browser sent an empty field or none at all (an unticked box).
    """
    values: dict[str, Sequence[str]] = {name: held for name, held in mine.items() if name in OWN}
    taken: list[str] = []
    clashes: list[Clash] = []
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        if name in OWN:
            continue
        own, other = _said(mine, name), _said(theirs, name)
        before = None if base is None else _said(base, name)
        values[name] = own
        if other in (own, before):
            continue
        if own == before:
            values[name] = other
            taken.append(name)
        else:
            clashes.append(Clash(name, own, other))
    return Merged(values, taken, clashes)


def same(one: Values, other: Values) -> bool:
    """Tell whether two forms say the same of the event."""
    return all(_said(one, name) == _said(other, name) for name in {*one, *other} - OWN)


def _said(values: Values, name: str) -> tuple[str, ...]:
    # Browsers send CR LF where a text has line breaks (HTML, form submission).
    return tuple(text.replace("\r\n", "\n") for text in values.get(name, ()) if text.strip())
