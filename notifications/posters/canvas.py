"""A sheet on which a family lays rectangles, ornaments, pictures and lines of text, each at its place.

Two layers: the ground, which is the same on every poster of a brand and drawn once, and what lies over it. Whatever
touches the edge of a sheet that is cut runs over the cut. Every line of text notes its box and its colour, so that a
test can hold it against the pixels behind it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from notifications.posters.lettering import Setting
from notifications.posters.sheets import Sheet

_FALLBACKS = "'Noto Sans', 'Noto Sans Javanese', sans-serif"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text that was laid: its box in pixels of the sheet, and its colour."""

    text: str
    left: float
    top: float
    width: float
    height: float
    size: float
    colour: str


@dataclass
class Canvas:
    """Collects what is drawn, in order."""

    sheet: Sheet
    ground: list[str] = field(default_factory=list[str])
    over: list[str] = field(default_factory=list[str])
    lines: list[Line] = field(default_factory=list[Line])

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        colour: str,
        *,
        radius: str = "0",
        over: bool = False,
        css: str = "",
    ) -> None:
        """Fill a box; `radius` is CSS."""
        x, y, w, h = self._bled(x, y, w, h)
        rounded = "" if radius == "0" else f";border-radius:{radius}"
        self._layer(over).append(f'<div style="{_box(x, y, w, h)};background:{colour}{rounded}{css}"></div>')

    def art(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        address: str,
        *,
        radius: str = "0",
        over: bool = False,
        css: str = "",
    ) -> None:
        """Lay an ornament or a picture (a data address) over a box that it fills."""
        x, y, w, h = self._bled(x, y, w, h)
        rounded = "" if radius == "0" else f";border-radius:{radius}"
        self._layer(over).append(
            f'<img alt="" style="{_box(x, y, w, h)};object-fit:cover{rounded}{css}" src="{address}">'
        )

    def text(
        self, setting: Setting, x: float, y: float, colour: str, *, width: float = 0, align: str = "left", css: str = ""
    ) -> None:
        """Lay lines of text with their upper left corner at `x`, `y`; aligned within `width` where it is given."""
        style, size = setting.style, setting.size
        step = size * style.leading
        face = style.face
        look = (
            f"font:{'italic ' if face.italic else ''}{face.weight} {size:.1f}px/{step:.1f}px "
            f"'{face.family}',{_FALLBACKS};letter-spacing:{style.tracking * size:.2f}px;color:{colour}{css}"
        )
        wide = width or setting.width * 1.04
        for number, line in enumerate(setting.lines):
            top = y + number * step
            self.over.append(
                f'<div class="t" style="{_box(x, top, wide, step)};text-align:{align};{look}">{html.escape(line)}</div>'
            )
            drawn = min(setting.width, wide)
            left = x + {"left": 0.0, "center": (wide - drawn) / 2, "right": wide - drawn}[align]
            self.lines.append(Line(line, left, top, drawn, step, size, colour))

    def _layer(self, over: bool) -> list[str]:
        return self.over if over else self.ground

    def _bled(self, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        """Return a box that runs over the cut where it touches it."""
        more = self.sheet.bleed
        if not more:
            return x, y, w, h
        right, bottom = x + w, y + h
        left = x - more if x <= 0 else x
        top = y - more if y <= 0 else y
        right = right + more if right >= self.sheet.width else right
        bottom = bottom + more if bottom >= self.sheet.height else bottom
        return left, top, right - left, bottom - top


def _box(x: float, y: float, w: float, h: float) -> str:
    return f"left:{x:.1f}px;top:{y:.1f}px;width:{w:.1f}px;height:{h:.1f}px"
