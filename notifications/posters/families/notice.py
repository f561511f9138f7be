"""A change: quiet, unmistakable, readable from across a room. What holds no more is struck through."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import (
    Piece,
    brand_line,
    column,
    date_figures,
    fit_words,
    invitation,
    place,
    set_words,
    stack,
)

_STRUCK = ";text-decoration:line-through"


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    strip = base * (1.6 if s.wide else 2.2)
    ribbon = s.top - strip - base * 1.2 if s.name == "story" else 0
    slope = c.ornament("slope", s.width, strip, p.primary, p.soft, p.accent, cell=base * 3.4)
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    c.canvas.art(0, ribbon, s.width, strip, slope)
    top = max(strip + base * 1.2, s.top)
    width = s.width * 0.54 if s.wide else s.inner
    floor = _lying(c, width, strip) if s.wide else _standing(c)
    loud = p.on(p.paper, p.loud_on_paper, large=True)
    largest = base * (3.4 if s.wide else 5.4)
    said = fit_words(c, c.design.kicker, c.title_style, width, base * 5, loud, largest=largest)
    column(
        c, s.side, top, width, floor,
        head=(brand_line(c, width, p.paper), said), tail=(), colour=p.on_paper, style=c.serif_style, largest=base * 2.7,
    )  # fmt: skip


def _lying(c: Composition, width: float, strip: float) -> float:
    s, p, base = c.sheet, c.palette, c.sheet.base
    x = width + s.side + base * 2
    c.canvas.rect(width + s.side + base * 0.4, strip, s.width, s.height - strip, p.primary)
    when = _when(c, s.width - x - s.side * 0.8)
    when.lay(x, strip + (s.height - strip - when.height) / 2)
    return s.floor


def _standing(c: Composition) -> float:
    s, p, base = c.sheet, c.palette, c.sheet.base
    when = _when(c, s.inner)
    low = s.floor + base if s.name == "story" else s.height
    block = when.height + base * 3
    c.canvas.rect(0, low - block, s.width, block, p.primary, over=True)
    when.lay(s.side, low - block + base * 1.4)
    return low - block - base


def _when(c: Composition, width: float) -> Piece:
    """Return the time that holds, below the one that does not."""
    p, base, d = c.palette, c.sheet.base, c.design
    if d.off:
        day = ", ".join(filter(None, (d.weekday, f"{d.big} {d.month}")))
        new = set_words(c, day, c.bold, base * 1.6, width, p.on_primary, css=_STRUCK)
    else:
        new = date_figures(c, width, base * (3.6 if c.sheet.wide else 4.6), p.loud_on_primary, p.on_primary)
    return stack(
        (
            set_words(c, d.was, c.body, base, width, p.on_primary, css=_STRUCK),
            new,
            place(c, width, p.on_primary),
            invitation(c, width, p.primary),
        ),
        base * 0.8,
    )
