"""The colours of a poster, chosen from the brand's so that no text stands on a ground it cannot be read on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.brand import Brand, contrast

_READABLE, _READABLE_LARGE = 4.5, 3.0


@dataclass(frozen=True, slots=True)
class Palette:
    """The brand's colours and what can be read on each of them."""

    paper: str
    on_paper: str
    quiet: str
    """For small words on paper."""
    primary: str
    on_primary: str
    accent: str
    on_accent: str
    loud_on_primary: str
    """For figures of at least 60 px on the primary colour: the accent, where it can be seen there."""
    loud_on_paper: str
    deep: str
    soft: str
    """Two tones beside the primary colour, for ornaments only."""
    tint: str

    def on(self, ground: str, *wanted: str, large: bool = False) -> str:
        """Return the first of `wanted` that can be read on `ground`, else what can; `large` is over 40 px."""
        least = _READABLE_LARGE if large else _READABLE
        readable = (each for each in (*wanted, self.on_paper, self.paper) if contrast(each, ground) >= least)
        black_or_white = max(("#000000", "#ffffff"), key=lambda each: contrast(each, ground))
        return next(readable, black_or_white)


def palette_of(brand: Brand) -> Palette:
    """Choose colours in which everything can be read, whatever the brand's are (WCAG 2.2, 1.4.3)."""
    quiet = mix(brand.on(brand.paper), brand.paper, 0.3)
    return Palette(
        paper=brand.paper,
        on_paper=brand.on(brand.paper),
        quiet=quiet if contrast(quiet, brand.paper) >= _READABLE else brand.on(brand.paper),
        primary=brand.primary,
        on_primary=brand.on(brand.primary),
        accent=brand.accent,
        on_accent=brand.on(brand.accent),
        loud_on_primary=_loud(brand.primary, (brand.accent, brand.paper), brand),
        loud_on_paper=_loud(brand.paper, (brand.primary, brand.accent), brand),
        deep=mix(brand.primary, "#000000", 0.28),
        soft=mix(brand.primary, brand.on(brand.primary), 0.16),
        tint=mix(brand.paper, brand.primary, 0.1),
    )


def _loud(ground: str, choices: Sequence[str], brand: Brand) -> str:
    return next((each for each in choices if contrast(each, ground) >= _READABLE_LARGE), brand.on(ground))


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with `share` (0 to 1) of `other` in it."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
