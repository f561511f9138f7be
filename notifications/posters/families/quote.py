"""A speaker's topic or a sentence about the event, set as large as a quotation, with who stands for it below."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import (
    Piece,
    brand_line,
    column,
    date_words,
    invitation,
    kicker,
    place,
    rule,
    set_words,
    stack,
    voices,
)


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    c.canvas.rect(0, 0, s.width, s.height, p.tint)
    c.canvas.rect(0, 0, base, s.height, p.accent)
    x = s.side + base * 0.6
    (_lying if s.wide else _standing)(c, x, s.width - x - s.side)


def _standing(c: Composition, x: float, width: float) -> None:
    p, base, d = c.palette, c.sheet.base, c.design
    on = p.on(p.tint, p.on_paper)
    small = kicker(c, p.on(p.tint, p.primary), width)
    named = stack((small, set_words(c, d.title, c.title_style, base * 1.45, width, on, most=3)), base * 0.3)
    who = voices(c, width, on, p.primary, most=1 if d.lead and c.sheet.name == "square" else 2)
    when = stack((date_words(c, width, on), place(c, width, on)), base * 0.1)
    tail = (who, rule(c, width, 2, on), when, invitation(c, width, p.tint, pill=p.primary))
    _said(c, x, width, named if d.lead else small, tail)


def _lying(c: Composition, x: float, width: float) -> None:
    s, p, base, d = c.sheet, c.palette, c.sheet.base, c.design
    on = p.on(p.tint, p.on_paper)
    share = width * 0.6
    rest = width - share - base * 1.8
    side = stack(
        (
            set_words(c, d.title if d.lead else "", c.title_style, base * 1.25, rest, on, most=5),
            rule(c, base * 3, base * 0.14, p.on(p.tint, p.accent, p.primary, large=True)),
            date_words(c, rest, on),
            place(c, rest, on),
            invitation(c, rest, p.tint, pill=p.accent),
        ),
        base * 0.6,
    )
    side.lay(x + share + base * 1.8, s.floor - side.height)
    who = voices(c, share, on, p.primary, most=1 if d.lead and s.name == "landscape" else 2)
    _said(c, x, share, kicker(c, on, share), (who,))


def _said(c: Composition, x: float, width: float, head: Piece, tail: tuple[Piece, ...]) -> None:
    largest = 2.5 if c.sheet.wide else 3.2
    s, p, base, d = c.sheet, c.palette, c.sheet.base, c.design
    column(
        c, x, s.top, width, s.floor, head=(brand_line(c, width, p.tint), head), tail=tail,
        colour=p.on(p.tint, p.primary, p.accent), style=c.quote_style, largest=base * largest,
        text=d.lead or d.title, middle=True, drop=(0,),
    )  # fmt: skip
