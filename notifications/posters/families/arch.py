"""A tall arch like a doorway of a Malay house: the picture or the cloth stands in it, the day before it."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pictures import as_jpeg
from notifications.posters.pieces import (
    Piece,
    brand_line,
    column,
    date_figures,
    invitation,
    kicker,
    place,
    stack,
    voices,
)

_SHARES = {
    "square": (0.36, 0.72),
    "portrait": (0.38, 0.64),
    "story": (0.52, 0.44),
    "landscape": (0.32, 0.9),
    "slide": (0.32, 0.9),
    "print": (0.37, 0.62),
}
"""How wide and how high the arch is, by format."""


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    share, high = _SHARES[s.name]
    w, h = s.width * share, s.height * high
    foot = s.floor if s.name == "story" else s.height
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    _doorway(c, s.width - w, foot - h, w, h)
    left = s.width - w - s.side - base * 1.9
    known = c.main is not None and c.design.picture_kind == "portrait"
    tail = (
        voices(c, left, p.on_paper, p.primary, most=2 if s.wide or s.name == "square" else 3, with_faces=not known),
        place(c, left, p.on_paper),
        invitation(c, left, p.paper, pill=p.accent),
    )
    if s.name != "story":
        _title(c, left, s.floor, 2.9 if s.wide else 3.4, tail)
        return
    _title(c, s.inner, foot - h - base, 3.7, ())
    below = stack(tail, base * 0.9)
    below.lay(s.side, s.floor - base * 1.5 - below.height)


def _title(c: Composition, width: float, floor: float, largest: float, tail: tuple[Piece, ...]) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    column(
        c, s.side, s.top, width, floor,
        head=(brand_line(c, width, p.paper), kicker(c, p.quiet, width)),
        tail=tail, colour=p.on_paper, style=c.serif_style, largest=base * largest, drop=(0,) if tail else (),
    )  # fmt: skip


def _doorway(c: Composition, x: float, y: float, w: float, h: float) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    figures = date_figures(c, w - base * 2.2, base * (3.6 if s.wide else 5.0), p.loud_on_primary, p.on_primary)
    plate = figures.height + base * 1.8
    low = y + h - plate - base * 1.5
    round_top = f"{w * 0.94:.0f}px 0 0 0"
    if c.main is not None and c.design.picture_kind == "portrait":
        seen = low - y + plate * 0.3
        c.canvas.rect(x, y + seen - 2, w, h - seen + 2, p.deep, over=True)
        c.canvas.art(x, y, w, seen, as_jpeg(c.main.cut(w, seen, above=0.3)), radius=round_top, over=True)
    else:
        cloth = c.ornament("kawung", w, h, p.primary, p.soft, p.deep, cell=base * 3.2)
        c.canvas.art(x, y, w, h, cloth, radius=round_top)
    if c.main is not None and c.design.picture_kind != "portrait":
        whole = c.main.whole(w * 0.66, (low - y) * 0.74)
        left, top = x + (w - whole.width) * 0.62, low - whole.height - base
        c.canvas.art(left, top, whole.width, whole.height, as_jpeg(whole), over=True)
    corner = f"{base * 0.7:.0f}px"
    c.canvas.rect(x - base * 0.9, low, w + base * 0.9, plate, p.primary, radius=f"{corner} 0 0 {corner}", over=True)
    figures.lay(x + base * 0.5, low + base * 0.9)
