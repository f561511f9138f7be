"""Lettering: how wide words are, where lines break, and the largest size at which a text fits.

Lines are broken here and not by the layout engine, so that what was measured is what stands on the sheet: balanced, so
that no single word hangs below a full line. Nothing is ever cut off: what cannot be broken at a blank is broken between
two letters, and a text that fits at no size is set at the smallest.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import regex

from events.media.typefaces import Face

_MEASURED_AT = 100
_SLACK = 1.012
"""Words may turn out a little wider than measured: hinting and kerning across the size."""
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Style:
    """How words look: one weight of a family, the distance of lines and letters in shares of the size."""

    face: Face
    leading: float = 1.24
    tracking: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting:
    """A text broken into lines, at a size in pixels."""

    lines: tuple[str, ...]
    size: float
    style: Style
    width: float
    """Of the longest line, in pixels."""

    @property
    def height(self) -> float:
        """Pixels from the top of the first line to the bottom of the last."""
        return len(self.lines) * self.size * self.style.leading


class Letters:
    """Measures with the typefaces that are drawn with."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of `events.media.typefaces`."""
        self._folder = folder
        self._width = functools.lru_cache(maxsize=20_000)(self._measure)

    def width(self, text: str, style: Style) -> float:
        """Return the width of a text on one line, for a size of 1 px."""
        return self._width(text, style.face) + style.tracking * len(text)

    def fit(self, text: str, style: Style, width: float, height: float, *, largest: float, smallest: float) -> Setting:
        """Return `text` at the largest size at which it fits into `width` × `height` px; `smallest` if at none."""
        low, high = smallest, max(largest, smallest)
        if self._fits(text, style, width, height, high):
            return self.set(text, style, high, width)
        while high - low > 1:
            middle = (low + high) / 2
            if self._fits(text, style, width, height, middle):
                low = middle
            else:
                high = middle
        return self.set(text, style, int(low), width)

    def _fits(self, text: str, style: Style, width: float, height: float, size: float) -> bool:
        lines = self._break(text.split(), style, width / size)
        return lines is not None and len(lines) * size * style.leading <= height

    def set(self, text: str, style: Style, size: float, width: float, *, most: int = 0) -> Setting:
        """Return `text` in lines of at most `width` px, balanced; down to 0.72 of `size` to keep to `most` lines."""
        words = text.split()
        wanted = size
        while most and wanted > size * 0.72 and self._count(words, style, width / wanted) > most:
            wanted *= 0.96
        lines = self._break(words, style, width / wanted)
        if lines is None:
            words = self._in_pieces(words, style, width / wanted)
            lines = self._break(words, style, width / wanted) or words
        lines = self._balanced(words, style, width / wanted, lines)
        longest = max((self.width(line, style) for line in lines), default=0.0)
        return Setting(tuple(lines), wanted, style, longest * wanted)

    def _count(self, words: Sequence[str], style: Style, width: float) -> int:
        lines = self._break(words, style, width)
        return 1_000 if lines is None else len(lines)

    def _break(self, words: Sequence[str], style: Style, width: float) -> list[str] | None:
        """Return the lines of greedy breaking, None where one word alone is too wide."""
        blank = self.width(" ", style)
        lines: list[list[str]] = []
        used = 0.0
        for word in words:
            wide = self.width(word, style) * _SLACK
            if wide > width:
                return None
            if lines and used + blank + wide <= width:
                lines[-1].append(word)
                used += blank + wide
            else:
                lines.append([word])
                used = wide
        return [" ".join(line) for line in lines]

    def _balanced(self, words: Sequence[str], style: Style, width: float, lines: list[str]) -> list[str]:
        """Return as many lines, as equally long as they can be."""
        if len(lines) < 2:
            return lines
        low, high, best = width * 0.45, width, lines
        for _ in range(8):
            middle = (low + high) / 2
            tried = self._break(words, style, middle)
            if tried is not None and len(tried) <= len(lines):
                best, high = tried, middle
            else:
                low = middle
        return best

    def _in_pieces(self, words: Sequence[str], style: Style, width: float) -> list[str]:
        """Return the words, those that are too wide in pieces that are not."""
        pieces: list[str] = []
        for word in words:
            piece = ""
            for letter in _GRAPHEME.findall(word):
                if piece and self.width(piece + letter, style) * _SLACK > width:
                    pieces.append(piece)
                    piece = ""
                piece += letter
            pieces.append(piece)
        return pieces

    def _measure(self, text: str, face: Face) -> float:
        path = self._folder / face.file_name
        font, known = _font(str(path) if path.exists() else "")
        own = "".join(letter if ord(letter) in known else " " for letter in text)
        others = sum(
            _guess(cluster) for cluster in _GRAPHEME.findall(text) if not all(ord(c) in known for c in cluster)
        )
        gaps = sum(1 for letter in text if ord(letter) not in known)
        blank = float(font.getlength(" ")) / _MEASURED_AT
        return float(font.getlength(own)) / _MEASURED_AT - gaps * blank + others


@functools.lru_cache(maxsize=24)
def _font(path: str) -> tuple[Any, frozenset[int]]:
    """Return a typeface for measuring and the letters that it has."""
    fonts: Any = import_module("PIL.ImageFont")
    if not path:
        return fonts.load_default(_MEASURED_AT), frozenset(range(0x20, 0x7F))
    with import_module("fontTools.ttLib").TTFont(path, lazy=True) as font:
        known = frozenset(font.getBestCmap())
    return fonts.truetype(path, _MEASURED_AT), known


def _guess(cluster: str) -> float:
    """Return how wide a letter of another script is, rather too much: its typeface is the system's choice."""
    first = cluster[0]
    if unicodedata.category(first) in ("Mn", "Cf", "Zs"):
        return 0.3
    if unicodedata.east_asian_width(first) in "WF" or ord(first) > 0x1F000:
        return 1.3
    if 0xA980 <= ord(first) <= 0xA9DF:  # Javanese: wide letters with others below them
        return 1.75
    return 0.72
