"""One picture of a row to leaf through: a speaker or a work, large, with the event's name small below."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.palette import mix
from notifications.posters.pictures import as_jpeg
from notifications.posters.pieces import brand_line, column, date_words, face, kicker, rule, set_words, stack


def lay_out(c: Composition) -> None:
    """Lay the picture out: the title is the speaker or the work, `lead` says more, `about` names the event."""
    s, p, base, d = c.sheet, c.palette, c.sheet.base, c.design
    ground = (p.paper, p.primary)[d.seed % 2]
    on = p.on(ground, p.on_paper)
    c.canvas.rect(0, 0, s.width, s.height, ground)
    high = s.height * 0.5
    _see(c, high, (p.primary, p.accent)[d.seed % 2])
    event = set_words(c, d.about, c.bold, base, s.inner, on, most=2)
    when = stack((event, date_words(c, s.inner, on, size=0.92)), base * 0.15)
    line = rule(c, base * 3, base * 0.14, p.on(ground, p.accent, large=True))
    column(
        c, s.side, high + base * 1.5, s.inner, s.floor,
        head=(kicker(c, p.on(ground, p.primary, p.accent), s.inner),),
        tail=(
            set_words(c, d.lead, c.body, base * 1.1, s.inner, on, most=4),
            line,
            when,
            brand_line(c, s.inner, ground, size=0.9),
        ),
        colour=on, style=c.title_style, largest=base * 2.7, gap=base * 0.9, drop=(1, 0),
    )  # fmt: skip


def _see(c: Composition, high: float, cloth: str) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    if c.main is not None and c.design.picture_kind == "portrait":
        c.canvas.art(0, 0, s.width, high, as_jpeg(c.main.cut(s.width, high, above=0.16)), over=True)
    elif c.main is not None:
        c.canvas.rect(0, 0, s.width, high, p.tint, over=True)
        whole = c.main.whole(s.inner, high - base * 3)
        left, top = (s.width - whole.width) / 2, (high - whole.height) / 2
        c.canvas.art(left, top, whole.width, whole.height, as_jpeg(whole), over=True)
    else:
        seed = p.soft if cloth == p.primary else mix(p.accent, p.primary, 0.3)
        c.canvas.art(0, 0, s.width, high, c.ornament("kawung", s.width, high, cloth, seed, p.deep, cell=base * 4))
        if c.design.speakers:
            side = high * 0.62
            face(c, 0, side, p.paper).lay((s.width - side) / 2, (high - side) / 2)
