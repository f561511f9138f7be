"""Nothing but letters: the title as large as the sheet allows, a block of colour for the day, one strong line."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import (
    brand_line,
    column,
    date_figures,
    invitation,
    kicker,
    place,
    rule,
    stack,
    voices,
)


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    (_lying if c.sheet.wide else _standing)(c)


def _standing(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    story = s.name == "story"
    block = base * (5.6 if s.name == "square" else 7.4)
    foot = s.floor if story else s.height
    half = s.width * 0.5
    words = date_figures(
        c, half - s.side - base, block * 0.52, p.on(p.accent, p.on_accent), p.on(p.accent, p.on_accent)
    )
    room = s.width - half - s.side - base
    say = stack((place(c, room, p.on_primary), invitation(c, room, p.primary)), base * 0.45)
    block = max(block, words.height + base * 2, say.height + base * 2)
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    c.canvas.rect(0, foot - block, half, s.height - foot + block, p.accent, over=True)
    words.lay(s.side, foot - block + (block - words.height) / 2)
    c.canvas.rect(half, foot - block, s.width - half, s.height - foot + block, p.primary, over=True)
    say.lay(half + base, foot - block + (block - say.height) / 2)
    brand = brand_line(c, s.inner, p.paper)
    who = voices(c, s.inner, p.on_paper, p.primary, most=2 if s.name == "square" else 3, columns=2)
    column(
        c, s.side, s.top, s.inner, foot - block - base * 1.4,
        head=(brand, rule(c, s.inner, base * 0.2, p.loud_on_paper), kicker(c, p.quiet, s.inner)),
        tail=(who,), colour=p.loud_on_paper, style=c.title_style, largest=base * (5.2 if story else 4.9), drop=(0,),
    )  # fmt: skip


def _lying(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    edge = s.width * 0.68
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    c.canvas.rect(edge, 0, s.width - edge, s.height, p.accent)
    on = p.on(p.accent, p.on_accent)
    room = s.width - edge - base * 3
    figures = date_figures(c, room, s.height * 0.3, on, on)
    where = place(c, room, on)
    figures.lay(edge + base * 1.5, s.top)
    below = stack((where, invitation(c, room, p.accent)), base * 0.6)
    below.lay(edge + base * 1.5, s.floor - below.height)
    wide = edge - s.side - base * 1.6
    who = voices(c, wide, p.on_paper, p.primary, most=2, columns=2)
    column(
        c, s.side, s.top, wide, s.floor,
        head=(brand_line(c, wide, p.paper), rule(c, wide, base * 0.2, p.loud_on_paper), kicker(c, p.quiet, wide)),
        tail=(who,), colour=p.loud_on_paper, style=c.title_style, largest=base * 3.9, drop=(0,),
    )  # fmt: skip
