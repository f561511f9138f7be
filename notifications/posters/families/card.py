"""A card from the drawers of a catalogue, with the day stamped on it."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pieces import (
    Piece,
    brand_line,
    column,
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
    cloth = c.ornament("kawung", s.width, s.height, p.primary, p.soft, p.deep, cell=s.width / (12 if s.wide else 9))
    c.canvas.art(0, 0, s.width, s.height, cloth)
    gap = base * 1.9
    floor = s.height - gap if s.name != "story" else s.floor + base
    card_top = _drawer(c, gap)
    c.canvas.rect(gap, card_top, s.width - 2 * gap, floor - card_top, p.paper, radius="10px", over=True)
    left, width = gap + base * 1.6, s.width - 2 * gap - base * 3.2
    stamp = _stamp(c, width * 0.5)
    top, bottom = card_top + base * 1.4, floor - base * 1.4
    if s.wide:
        _lying(c, (left, top, width, bottom), stamp)
    else:
        _standing(c, (left, top, width, bottom), stamp)


def _drawer(c: Composition, gap: float) -> float:
    """Lay the brand on the drawer and the tab on the card; return where the card begins."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    top = gap if s.name != "story" else s.top - base
    head = brand_line(c, s.inner - base * 2, p.primary)
    c.canvas.rect(0, top - base * 0.6, s.width, head.height + base * 1.2, p.primary, over=True)
    head.lay(gap + base * 1.6, top)
    card_top = top + head.height + base * 3.2
    label = kicker(c, p.on(p.accent, p.on_accent), s.inner - base * 3)
    tab, upper = label.width + base * 2.2, card_top - base * 1.9
    c.canvas.rect(gap + base * 1.6, upper, tab, base * 2.6, p.accent, radius="14px 14px 0 0", over=True)
    label.lay(gap + base * 2.7, upper + (base * 1.9 - label.height) / 2)
    return card_top


def _lying(c: Composition, box: tuple[float, float, float, float], stamp: Piece) -> None:
    left, top, width, bottom = box
    p, base = c.palette, c.sheet.base
    room = width - stamp.width - base * 2
    stamp.lay(left + width - stamp.width, top)
    who = voices(c, room, p.on_paper, p.primary, most=2, with_faces=False, columns=2)
    foot = stack((who, place(c, room, p.on_paper)), base * 0.4)
    _title(c, (left, top, room, bottom), (rule(c, room, 3, p.on_paper), foot, invitation(c, room, p.paper)), 2.9)


def _standing(c: Composition, box: tuple[float, float, float, float], stamp: Piece) -> None:
    left, top, width, bottom = box
    p, base, square = c.palette, c.sheet.base, c.sheet.name == "square"
    room = width - stamp.width - base
    words = stack((place(c, room, p.on_paper), invitation(c, room, p.paper)), base * 0.5)
    stamp.lay(left + width - stamp.width, bottom - stamp.height)
    words.lay(left, bottom - words.height)
    bottom -= max(stamp.height, words.height) + base * 0.8
    who = voices(c, width, p.on_paper, p.primary, most=2 if square else 3, columns=2 if square else 1)
    _title(c, (left, top, width, bottom), (rule(c, width, 3, p.on_paper), who), 3.8)


def _title(c: Composition, box: tuple[float, float, float, float], tail: tuple[Piece, ...], largest: float) -> None:
    left, top, width, bottom = box
    base = c.sheet.base
    column(
        c, left, top, width, bottom, head=(), tail=tail, colour=c.palette.on_paper, style=c.serif_style,
        largest=base * largest, drop=(1,), gap=base * 0.8,
    )  # fmt: skip


def _stamp(c: Composition, width: float) -> Piece:
    """Return the day as a stamp."""
    s, p, base, d = c.sheet, c.palette, c.sheet.base, c.design
    colour = p.on(p.paper, p.loud_on_paper)
    small = base * (0.86 if s.wide else 0.96)
    room = min(width, base * 10.5) - base * 2.4
    figure = min(base * (3.2 if s.wide else 4.2), room * 0.96 / max(c.letters.width(d.big, c.figures), 0.1))
    lines = (
        set_words(c, d.weekday.upper(), c.bold, small, room, colour, most=1, align="center"),
        set_words(c, d.big, c.figures, figure, room, colour, align="center"),
        set_words(c, d.month, c.bold, small * 1.15, room, colour, most=1, align="center"),
        set_words(c, d.hours, c.bold, small, room, colour, most=1, align="center"),
    )
    words = stack(lines, base * 0.12)
    w, h = room + base * 1.8, words.height + base * 1.5

    def lay(x: float, y: float) -> None:
        for inset, thick, radius in ((0.0, base * 0.16, base * 0.5), (base * 0.3, 2.0, base * 0.32)):
            c.canvas.rect(
                x + inset, y + inset, w - 2 * inset, h - 2 * inset, "transparent", radius=f"{radius:.0f}px", over=True,
                css=f";border:{thick:.1f}px solid {colour}",
            )  # fmt: skip
        words.lay(x + base * 0.9, y + base * 0.75)

    return Piece(w, h, lay)
