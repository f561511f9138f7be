"""One colour, bamboo shoots along the foot, and a band with the day across the sheet."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import brand_line, column, date_figures, invitation, kicker, place, stack, voices


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    foot = s.height * {"story": 0.15, "landscape": 0.12, "slide": 0.12}.get(s.name, 0.11)
    c.canvas.rect(0, 0, s.width, s.height, p.primary)
    c.canvas.art(
        0,
        s.height - foot,
        s.width,
        foot,
        c.ornament("shoots", s.width, foot, p.deep, p.soft, p.accent, cell=base * 3.6),
    )
    on = p.on(p.accent, p.on_accent)
    share = 0.62 if s.wide else 1
    figures = date_figures(c, s.inner * share, base * (3.5 if s.wide else 4.4), on, on)
    where = place(c, s.inner * (0.34 if s.wide else 1), on)
    band = max(figures.height, where.height) + base * 1.3
    floor = s.height - foot - base * (0.9 if s.wide else 1.2)
    call = invitation(c, s.inner, p.primary)
    who = voices(c, s.inner, p.on_primary, p.accent, most=2 if s.wide or s.name == "square" else 3, columns=2)
    tail = stack(
        (who, call if s.wide else stack((place(c, s.inner, p.on_primary), call), base * 0.5)),
        base * (0.6 if s.wide else 0.9),
    )
    top = floor - tail.height - base * 0.9 - band
    c.canvas.rect(0, top, s.width, band, p.accent, over=True)
    figures.lay(s.side, top + (band - figures.height) / 2)
    if s.wide:
        where.lay(s.width - s.side - where.width, top + (band - where.height) / 2)
    tail.lay(s.side, floor - tail.height)
    column(
        c, s.side, s.top, s.inner, top - base,
        head=(brand_line(c, s.inner, p.primary), kicker(c, p.on(p.primary, p.accent), s.inner)),
        tail=(), colour=p.on_primary, style=c.title_style, largest=base * (3.6 if s.wide else 4.8),
    )  # fmt: skip
