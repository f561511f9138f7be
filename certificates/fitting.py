"""How large a line of text can be: names of three letters and of two hundred stay inside their box.

The widths come from the typeface's own advance widths. Letters that the typeface lacks are guessed on the wide side,
because another typeface will stand in for it.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

_GUESS = 0.62
_WIDE = 1.05
_SAFETY = 1.03
"""Kerning and rounding differ a little between this sum and the shaped line."""

Measure = Callable[[str], float]
"""Returns the width of a text in ems."""


@functools.cache
def measure_of(font_file: Path | None) -> Measure:
    """Return a function that measures text in the typeface of `font_file`, or by guess where there is none."""
    widths: dict[int, float] = {}
    if font_file is not None and font_file.exists():
        font: Any = import_module("fontTools.ttLib").TTFont(font_file, lazy=True)  # rendering processes only
        advances, units = font["hmtx"], font["head"].unitsPerEm
        widths = {code: advances[glyph][0] / units for code, glyph in font.getBestCmap().items()}

    def measure(text: str) -> float:
        return sum(widths.get(ord(letter), _guess(letter)) for letter in text) * _SAFETY

    return measure


def _guess(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _GUESS


def fit(text: str, measure: Measure, *, width: float, sizes: tuple[float, ...], lines: int) -> tuple[float, int]:
    """Return the first of `sizes` (largest first) at which `text` fits, and the lines it takes.

    `width` is in the unit of `sizes`. One line is preferred down to two thirds of the largest size; below that, up to
    `lines` lines are used. Where nothing fits, the smallest size is returned with the lines that it needs.
    """
    one_line_floor = sizes[0] * 2 / 3
    for size in sizes:
        if size >= one_line_floor and _lines_needed(text, measure, width / size) == 1:
            return size, 1
    for size in sizes:
        needed = _lines_needed(text, measure, width / size)
        if needed <= lines:
            return size, needed
    return sizes[-1], _lines_needed(text, measure, width / sizes[-1])


def _lines_needed(text: str, measure: Measure, width: float) -> int:
    """Return how many lines a greedy break at spaces makes of `text`; a word wider than a line is broken anywhere."""
    space = measure(" ")
    count, used = 1, 0.0
    for word in text.split():
        wide = measure(word)
        if used and used + space + wide > width:
            count, used = count + 1, 0.0
        used += wide + (space if used else 0.0)
        while used > width:
            count, used = count + 1, used - width
    return count
