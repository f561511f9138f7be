"""The day of the month larger than everything else: what people look for first is seen from across the street."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import Piece, brand_line, column, invitation, kicker, place, set_words, stack, voices

_SHARES = {"landscape": 0.42, "slide": 0.45, "square": 0.34, "story": 0.25}
"""How high the figure may be, of the sheet."""


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p = c.sheet, c.palette
    c.canvas.rect(0, 0, s.width, s.height, p.primary)
    (_lying if s.wide else _standing)(c)


def _figure(c: Composition, width: float) -> Piece:
    widest = width / max(c.letters.width(c.design.big, c.figures), 0.1)
    size = min(widest, c.sheet.height * _SHARES.get(c.sheet.name, 0.31))
    return set_words(c, c.design.big, c.figures, size, width * 1.1, c.palette.loud_on_primary)


def _day(c: Composition, width: float, large: float) -> Piece:
    base, on, d = c.sheet.base, c.palette.on_primary, c.design
    return stack(
        (
            set_words(c, d.weekday, c.title_style, base * large, width, on, most=1),
            set_words(c, d.month, c.title_style, base * large, width, on, most=1),
            set_words(c, d.hours, c.body, base * 1.08, width, on, most=1),
            place(c, width, on, size=1.08),
        ),
        base * 0.22,
    )


def _lying(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    width = s.width * 0.42
    brand = brand_line(c, width, p.primary)
    brand.lay(s.side, s.top)
    figure, day = _figure(c, width), _day(c, width, 1.5)
    top = max(s.floor - figure.height - day.height, s.top + brand.height + base * 0.6)
    figure.lay(s.side, top)
    day.lay(s.side, top + figure.height)
    x = s.side + width + base * 2
    c.canvas.rect(x - base * 1.2, s.top, 3, s.floor - s.top, p.on(p.primary, p.accent, large=True), over=True)
    _rest(c, x, s.top, s.width - s.side - x, 2.8)


def _standing(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    brand = brand_line(c, s.inner, p.primary)
    brand.lay(s.side, s.top)
    top = s.top + brand.height + base * 0.9
    figure = _figure(c, s.inner)
    figure.lay(s.side, top)
    room = s.inner - figure.width - base * 1.2
    if room > base * 8:
        day = _day(c, room, 1.9)
        day.lay(s.side + figure.width + base * 1.2, top + (figure.height - day.height) / 2)
        y = top + figure.height + base * 0.6
    else:
        day = _day(c, s.inner, 1.6)
        day.lay(s.side, top + figure.height + base * 0.3)
        y = top + figure.height + day.height + base * 0.9
    c.canvas.rect(s.side, y, s.inner, 3, p.on(p.primary, p.accent, large=True), over=True)
    _rest(c, s.side, y + base * 0.9, s.inner, 3.1)


def _rest(c: Composition, x: float, y: float, width: float, largest: float) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    most, columns = (2, 1) if s.wide else (2, 2) if s.name == "square" else (3, 2)
    who = voices(c, width, p.on_primary, p.accent, most=most, columns=columns)
    column(
        c, x, y, width, s.floor,
        head=(kicker(c, p.on(p.primary, p.accent), width),),
        tail=(who, invitation(c, width, p.primary, pill=p.paper)),
        colour=p.on_primary, style=c.title_style, largest=base * largest, drop=(0,),
    )  # fmt: skip
