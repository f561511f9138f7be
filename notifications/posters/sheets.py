"""The formats of a poster: their sizes, the margins within which words stand, and how large small words are."""

from __future__ import annotations

from dataclasses import dataclass

A3 = (297.0, 420.0)
"""Millimetres of the sheet for the notice board."""
BLEED_MM, MARGIN_MM = 3.0, 10.0
"""How far colour runs over the cut, and how wide the paper around the sheet is that carries the crop marks."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One format. All measures are pixels; `width` and `height` are what is left after cutting."""

    name: str
    width: int
    height: int
    side: int
    top: int
    bottom: int
    base: int
    """The size of plain words: a story is read at arm's length, a link's preview the size of a stamp."""
    bleed: float = 0

    @property
    def wide(self) -> bool:
        """Whether it lies rather than stands."""
        return self.width > self.height

    @property
    def inner(self) -> int:
        """The width between the margins."""
        return self.width - 2 * self.side

    @property
    def floor(self) -> int:
        """Where the lowest words end."""
        return self.height - self.bottom


_A3_PIXELS = 1080
PRINT = Sheet(
    "print", _A3_PIXELS, round(_A3_PIXELS * A3[1] / A3[0]), 84, 84, 84, 35, bleed=BLEED_MM * _A3_PIXELS / A3[0]
)
SHEETS = (
    Sheet("square", 1080, 1080, 76, 72, 72, 32),
    Sheet("portrait", 1080, 1350, 80, 80, 80, 35),
    # A story's upper and lower seventh lie below the app's own buttons.
    Sheet("story", 1080, 1920, 88, 262, 300, 41),
    Sheet("landscape", 1200, 630, 64, 56, 54, 26),
    Sheet("slide", 1920, 1080, 116, 104, 96, 40),
    PRINT,
)
SHEET_OF = {sheet.name: sheet for sheet in SHEETS}
