"""An organiser's card for shared links: one colour, bamboo shoots along the foot, the name, what it invites to."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import brand_line, column, tag


def lay_out(c: Composition) -> None:
    """Lay the card out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    foot = s.height * 0.2
    c.canvas.rect(0, 0, s.width, s.height, p.primary)
    c.canvas.art(
        0,
        s.height - foot,
        s.width,
        foot,
        c.ornament("shoots", s.width, foot, p.deep, p.soft, p.accent, cell=base * 4.4),
    )
    column(
        c, s.side, s.top, s.inner, s.height - foot - base * 1.1,
        head=(brand_line(c, s.inner, p.primary, size=1.25),), tail=(tag(c, c.host, p.accent, round_ends=True),),
        colour=p.on_primary, style=c.serif_style, largest=base * 3.6,
    )  # fmt: skip
