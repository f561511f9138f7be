"""An invitation in a frame: paper, a border of diamonds as on the edge of a songket, words in the middle."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.pictures import as_png
from notifications.posters.pieces import NOTHING, Piece, date_words, fit_words, kicker, place, rule, set_words, stack


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    gap, thick = base * 1.15, base * 0.95
    top = gap if s.name != "story" else s.top - base * 4.4
    bottom = s.height - (gap if s.name != "story" else s.bottom - base * 4.4)
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    line, bead = p.primary, p.on(p.paper, p.accent, p.primary, large=True)
    wide, high = s.width - 2 * gap, bottom - top
    for y in (top, bottom - thick):
        c.canvas.art(gap + thick, y, wide - 2 * thick, thick, c.ornament("chain", wide - 2 * thick, thick, line, bead))
    for x in (gap, gap + wide - thick):
        c.canvas.art(x, top + thick, thick, high - 2 * thick, c.ornament("chain", thick, high - 2 * thick, line, bead))
        for y in (top, bottom - thick):
            c.canvas.art(x, y, thick, thick, c.ornament("star", round(thick), round(thick), line, line, p.paper))
    inside = wide - 2 * thick - base * (2.6 if not s.wide else 6)
    left = (s.width - inside) / 2
    ceiling, floor = top + thick + base * 1.2, bottom - thick - base * 1.2
    _words(c, left, ceiling, inside, floor)


def _words(c: Composition, left: float, ceiling: float, width: float, floor: float) -> None:
    s, p, base, d = c.sheet, c.palette, c.sheet.base, c.design
    tight = s.name == "landscape"

    def middle(piece: Piece) -> Piece:
        return Piece(width, piece.height, lambda x, y: piece.lay(x + (width - piece.width) / 2, y))

    host = set_words(c, d.organiser, c.bold, base, width, p.on_paper, most=1, align="center")
    mark = NOTHING if tight else middle(_mark(c))
    above = stack((mark, host), base * 0.4)
    names = [
        stack(
            (
                set_words(c, each.name, c.bold, base, width, p.on_paper, align="center"),
                set_words(c, each.affiliation, c.body, base * 0.84, width, p.quiet, align="center"),
            ),
            0,
        )
        for each in d.speakers[: 1 if s.wide else 2 if s.name == "square" else 3]
    ]
    line = middle(rule(c, base * 3, base * 0.12, p.on(p.paper, p.accent, p.primary, large=True)))
    call = f"{d.call} · {c.host}"
    code = NOTHING
    if c.qr:
        side = base * 5
        code = middle(Piece(side, side, lambda x, y: c.canvas.art(x, y, side, side, c.qr, over=True)))
    below = stack(
        (
            *names,
            NOTHING if tight and names else line,
            date_words(c, width, p.on_paper, size=1.05, align="center"),
            place(c, width, p.on_paper, align="center"),
            set_words(c, call, c.bold, base * 0.86, width, p.on(p.paper, p.loud_on_paper), most=1, align="center"),
            code,
        ),
        base * (0.35 if tight else 0.55),
    )
    head = kicker(c, p.on(p.paper, p.loud_on_paper), width, align="center")
    room = floor - ceiling - above.height - below.height - head.height - base * (1.6 if tight else 2.6)
    title = fit_words(
        c, d.title, c.serif_style, width, room, p.on_paper, largest=base * (3.2 if s.wide else 4.4), align="center"
    )
    block = stack((head, title), base * (0.4 if tight else 0.7))
    above.lay(left, ceiling)
    free_top, free_bottom = ceiling + above.height, floor - below.height
    block.lay(left, free_top + (free_bottom - free_top - block.height) / 2)
    below.lay(left, floor - below.height)


def _mark(c: Composition) -> Piece:
    base, p = c.sheet.base, c.palette
    side = base * 2.6
    if c.logo is None:
        star = c.ornament(
            "star", round(side), round(side), p.primary, p.on(p.paper, p.accent, p.primary, large=True), p.paper
        )
        return Piece(side, side, lambda x, y: c.canvas.art(x, y, side, side, star, over=True))
    drawn = c.logo.whole(side * 5, side * 2)
    address = as_png(drawn)
    return Piece(
        drawn.width / 2,
        drawn.height / 2,
        lambda x, y: c.canvas.art(x, y, drawn.width / 2, drawn.height / 2, address, over=True),
    )
