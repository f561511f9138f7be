"""Which names may be of one person: as people write them in a form, and as their devices write them in a meeting.

Titles, degrees and the names of telephones are left aside, the order of words does not matter, and the ways to write
Muhammad are one. How alike two names are is rapidfuzz's to say; whether it is one person, somebody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

LIKELY = 70
"""From here on two names may be of one person; of 100."""
NEAREST = 5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "dr drs dra ir prof h hj kh ust ustadz ustadzah ustaz bpk bapak pak ibu bu kak kakak mas mbak sdr "
    "sdri ny tn mr mrs ms miss sir"
)
_DEVICES = _words(
    "iphone ipad galaxy samsung redmi xiaomi oppo vivo realme poco huawei infinix tecno itel asus zenfone "
    "nokia android hp handphone laptop pc komputer macbook airpods user pengguna guest tamu peserta zoom"
)
_MUHAMMAD = _words("muh moh mohd mhd muhd mochamad mochammad moch mohamad mohammad mohammed muhamad muhamed muhammed")
_DEGREE = re.compile(r"\b(?:[A-Za-z]{1,4}\.){1,3}(?:[A-Za-z]{1,5}\b\.?)?")
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_MODEL = re.compile(r"[^\W_]*\d[^\W_]*")
_OWNERS = re.compile(r"(?:'s|’s)\b|\b(?:punya|milik)\b", re.IGNORECASE)


def spellings(name: str) -> tuple[str, ...]:
    """Return the names that stand in one text, in one spelling each: ``iPhone (Siti Aminah, S.Pd.)`` is one name.

    What is in brackets is a name of its own: Zoom writes there what somebody was called before.
    """
    inside = [found[1] for found in _BRACKETS.finditer(name)]
    found = (_spelling(text) for text in (_BRACKETS.sub(" ", name), *inside))
    return tuple(dict.fromkeys(each for each in found if each))


def _spelling(name: str) -> str:
    head, *rest = name.split(",")
    # After a comma come degrees, or the first name of somebody who writes the last one first.
    kept = [head, *(part for part in rest if "." not in part and len(part.strip()) > 3)]
    text = _DEGREE.sub(_without_degree, _OWNERS.sub(" ", " ".join(kept)))
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    words = re.findall(r"[^\W\d_]+", _MODEL.sub(" ", letters))
    named = ["muhammad" if word in _MUHAMMAD else word for word in words if word not in _TITLES | _DEVICES]
    return " ".join(sorted(named))


def _without_degree(found: re.Match[str]) -> str:
    """Leave out S.Pd. and M.Hum. inside a name, but not the M. of M. Yusuf."""
    return " " if len([part for part in found[0].split(".") if part]) > 1 else found[0]


def likeness(one: str, other: str) -> int:
    """Return how alike two spellings are, of 100. One word of two is likely; all the words, in any order, the same."""
    return round(0.6 * fuzz.token_set_ratio(one, other) + 0.4 * fuzz.ratio(one, other))


@dataclass(frozen=True, slots=True)
class Near:
    """One of the names that a text may mean: its place among those that were given, and how alike it is."""

    place: int
    likeness: int


class Names:
    """Names to look in. A name of few letters finds those that begin like one of its words, and those nearest."""

    def __init__(self, names: Sequence[str]) -> None:
        self._spelled = [
            (spelling, place) for place, name in enumerate(names) for spelling in (spellings(name) or ("",))
        ]
        self._all = [spelling for spelling, _ in self._spelled]
        self._beginning: dict[str, set[int]] = defaultdict(set)
        for number, spelling in enumerate(self._all):
            for word in spelling.split():
                self._beginning[word[:3]].add(number)

    def nearest(self, name: str) -> list[Near]:
        """Return the names that may be meant, the most alike first, `NEAREST` at most."""
        best: dict[int, int] = {}
        for wanted in spellings(name):
            numbers = {each for word in wanted.split() for each in self._beginning.get(word[:3], ())}
            close = process.extract(wanted, self._all, scorer=fuzz.ratio, score_cutoff=LIKELY, limit=NEAREST)
            for number in numbers | {number for _, _, number in close}:
                spelling, place = self._spelled[number]
                best[place] = max(best.get(place, 0), likeness(wanted, spelling))
        found = [Near(place, score) for place, score in best.items() if score >= LIKELY]
        return sorted(found, key=lambda each: (-each.likeness, each.place))[:NEAREST]
