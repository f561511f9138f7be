"""A cloth of kawung from edge to edge, and on it the label as it hangs beside a work in a museum."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import brand_line, column, date_words, invitation, kicker, place, rule, stack, voices


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    cell = s.width / (10 if s.wide else 7)
    heart = p.deep if p.deep != p.accent else p.paper
    c.canvas.art(
        0, 0, s.width, s.height, c.ornament("kawung", s.width, s.height, p.primary, p.accent, heart, cell=cell)
    )
    if s.wide:
        x, y, w, h = s.width * 0.3, 0.0, s.width * 0.7, float(s.height)
    else:
        y = s.height * {"square": 0.2, "portrait": 0.24, "story": 0.26, "print": 0.25}[s.name]
        x, w = s.width * 0.09, s.width * 0.82
        h = (s.height - y - s.width * 0.09) if s.name != "story" else s.floor - y + base * 2
    c.canvas.rect(x, y, w, h, p.paper)
    c.canvas.rect(x, y, w if not s.wide else base * 0.35, base * 0.35 if not s.wide else h, p.deep)
    aside = base * 2
    left, width = x + aside, w - 2 * aside
    who = voices(c, width, p.on_paper, p.primary, most=2, with_faces=not s.wide or len(c.design.speakers) < 2)
    when = stack((date_words(c, width, p.on_paper), place(c, width, p.on_paper)), base * 0.1)
    column(
        c, left, y + base * 1.7, width, y + h - base * 1.6,
        head=(brand_line(c, width, p.paper, size=0.94), kicker(c, p.on(p.paper, p.loud_on_paper), width)),
        tail=(who, rule(c, width, 2, p.on_paper), when, invitation(c, width, p.paper, pill=p.accent)),
        colour=p.on_paper, style=c.serif_style, largest=base * (3.0 if s.wide else 3.5), drop=(0,), gap=base * 0.85,
    )  # fmt: skip
