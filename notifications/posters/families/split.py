"""Two halves: what there is to see, and what there is to know."""

from __future__ import annotations

from notifications.posters.composition import Composition
from notifications.posters.palette import mix
from notifications.posters.pictures import as_jpeg
from notifications.posters.pieces import (
    brand_line,
    column,
    date_figures,
    date_words,
    invitation,
    kicker,
    place,
    stack,
    voices,
)


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    share = {"square": 0.4, "portrait": 0.43, "story": 0.43, "print": 0.44}.get(s.name, 0.42)
    aside = s.wide or (s.name == "square" and c.main is not None)
    if c.main is not None and not aside and s.name != "story":
        share += 0.09
    c.canvas.rect(0, 0, s.width, s.height, p.primary)
    if aside:
        edge = s.width * share
        _see(c, 0, 0, edge, s.height, aside=True)
        x, y, width = edge + s.side * 0.8, float(s.top), s.width - edge - s.side * 1.6
    else:
        edge = s.height * share
        _see(c, 0, 0, s.width, edge, aside=False)
        x, y, width = float(s.side), edge + base * 1.7, float(s.inner)
    known = c.main is not None
    most = 1 if s.wide or s.name == "square" else 2
    who = voices(c, width, p.on_primary, p.accent, most=max(most, 2), columns=2, with_faces=not known)
    when = stack((date_words(c, width, p.on_primary), place(c, width, p.on_primary)), base * 0.12)
    column(
        c, x, y, width, s.floor if s.name != "story" else s.height - 250,
        head=(kicker(c, p.on(p.primary, p.accent), width),),
        tail=(who, when if known else place(c, width, p.on_primary), invitation(c, width, p.primary, pill=p.accent)),
        colour=p.on_primary, style=c.title_style, largest=base * (3.2 if s.wide else 3.7), drop=(0,), gap=base * 0.8,
    )  # fmt: skip


def _see(c: Composition, x: float, y: float, w: float, h: float, *, aside: bool) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    if c.main is not None:
        if c.design.picture_kind == "portrait":
            c.canvas.art(x, y, w, h, as_jpeg(c.main.cut(w, h, above=0.16)), over=True)
        else:
            c.canvas.rect(x, y, w, h, p.tint, over=True)
            room = base * 5 if aside else s.top + base * 3.2
            whole = c.main.whole(w - base * 4, h - room - base * 2)
            left, top = x + (w - whole.width) / 2, y + room + (h - room - whole.height) / 2 - base * 0.5
            c.canvas.rect(left + 10, top + 12, whole.width, whole.height, "rgba(0,0,0,.22)", over=True)
            c.canvas.art(left, top, whole.width, whole.height, as_jpeg(whole), over=True)
    else:
        cell = base * 4
        cloth = c.ornament("kawung", w, h, p.accent, mix(p.accent, p.primary, 0.3), p.paper, cell=cell)
        c.canvas.art(x, y, w, h, cloth)
    line = brand_line(c, w - base * 3.4 if aside else s.inner, p.paper)
    top = s.top if s.name == "story" else base * 1.6
    left = x + (base * 1.0 if aside else s.side - base * 0.8)
    c.canvas.rect(left, top, line.width + base * 1.6, line.height + base * 0.9, p.paper, radius="10px", over=True)
    line.lay(left + base * 0.8, top + base * 0.45)
    if c.main is None:
        _day(c, x, y, w, h)


def _day(c: Composition, x: float, y: float, w: float, h: float) -> None:
    """Lay the day on a plate, where no picture fills the half."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    room = w - base * 4 if s.wide else s.inner - base * 3
    figures = date_figures(c, room, h * (0.26 if s.wide else 0.34), p.loud_on_paper, p.on_paper)
    width, height = figures.width + base * 2.4, figures.height + base * 1.6
    left = x + base * 1.4 if s.wide else s.side - base * 0.8
    top = y + h - height - (base * 1.4 if s.wide else 0)
    c.canvas.rect(left, top, width, height, p.paper, radius="10px" if s.wide else "10px 10px 0 0", over=True)
    figures.lay(left + base * 1.2, top + base * 0.8)
