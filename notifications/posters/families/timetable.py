"""The programme as a timetable: hours to the left, what happens to the right, hairlines between.

An event without a programme has its facts in the same rows: day, hours, place, who speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

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
)

_LABELS = {
    "id": ("Hari", "Pukul", "Tempat", "Narasumber", "Biaya", "Gratis"),
    "en": ("Day", "Time", "Place", "Speakers", "Fee", "Free"),
}


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    (_lying if c.sheet.wide else _standing)(c)


def _standing(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    call = invitation(c, s.inner, p.paper, pill=p.accent)
    call_height = call.height + base * 0.9
    table_floor = s.floor - call_height
    share = 0.36 if c.design.programme else 0.42
    head_floor = s.height * share
    rows = _rows(c, s.inner, table_floor - head_floor - base * 1.2)
    slack = table_floor - head_floor - base * 1.2 - rows.height
    head_floor += max(slack, 0) * 0.55
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    c.canvas.rect(0, 0, s.width, head_floor, p.primary, over=True)
    c.canvas.rect(0, head_floor, s.width, base * 0.4, p.accent, over=True)
    column(
        c, s.side, s.top, s.inner, head_floor - base * 1.1,
        head=(brand_line(c, s.inner, p.primary), kicker(c, p.on(p.primary, p.accent), s.inner)),
        tail=(), colour=p.on_primary, style=c.title_style, largest=base * 4.2,
    )  # fmt: skip
    room = table_floor - head_floor - base * 0.4
    rows.lay(s.side, head_floor + base * 0.4 + max(room - rows.height, 0) / 2)
    call.lay(s.side, s.floor - call.height)


def _lying(c: Composition) -> None:
    s, p, base = c.sheet, c.palette, c.sheet.base
    edge = s.width * 0.5
    c.canvas.rect(0, 0, s.width, s.height, p.paper)
    c.canvas.rect(0, 0, edge, s.height, p.primary)
    c.canvas.rect(edge, 0, base * 0.4, s.height, p.accent)
    left = edge - s.side - base * 1.5
    column(
        c, s.side, s.top, left, s.floor,
        head=(brand_line(c, left, p.primary), kicker(c, p.on(p.primary, p.accent), left)),
        tail=(invitation(c, left, p.primary, pill=p.accent),),
        colour=p.on_primary, style=c.title_style, largest=base * 3.3,
    )  # fmt: skip
    x = edge + base * 2
    width = s.width - x - s.side
    rows = _rows(c, width, s.floor - s.top)
    rows.lay(x, s.top + max(s.floor - s.top - rows.height, 0) / 2)


def _rows(c: Composition, width: float, room: float) -> Piece:
    """Return the timetable, as many of its lines as have room; the facts in the same form where there is none."""
    d, base, p = c.design, c.sheet.base, c.palette
    facts = _facts(c)
    if d.programme:
        head = stack((date_words(c, width, p.on_paper), place(c, width, p.on_paper)), base * 0.1)
        for size in (1.0, 0.92, 0.84, 0.76):
            table = stack((head, _table(c, [(e.time, e.title) for e in d.programme], width, size=size)), base * 0.7)
            if table.height <= room:
                return table
    for size in (1.12, 1.0, 0.9, 0.8):
        table = _table(c, facts, width, size=size)
        if table.height <= room:
            return table
    return _table(c, facts[:3], width, size=0.8)


def _facts(c: Composition) -> list[tuple[str, str]]:
    d = c.design
    day, hours, where, who, fee, free = _LABELS[d.locale if d.locale in _LABELS else "id"]
    names = "; ".join(each.name for each in d.speakers)
    date = ", ".join(filter(None, (d.weekday, f"{d.big} {d.month}")))
    rows = [(day, date), (hours, d.hours), (where, d.where), (d.speaker_label or who, names)]
    shown = [row for row in rows if row[1]]
    return [*shown, (fee, free)] if len(shown) < 4 else shown


def _table(c: Composition, rows: Sequence[tuple[str, str]], width: float, *, size: float = 1.0) -> Piece:
    base, p = c.sheet.base * size, c.palette
    label = max((c.letters.width(one, c.bold) for one, _ in rows), default=0) * base * 1.02 + base * 1.1
    label = min(label, width * 0.42)
    lines: list[Piece] = []
    for number, (one, other) in enumerate(rows):
        if number:
            lines.append(rule(c, width, 2, p.quiet))
        lines.append(_pair(c, (one, other), label, width, base))
    return stack(lines, base * 0.5)


def _pair(c: Composition, row: tuple[str, str], label: float, width: float, base: float) -> Piece:
    one, other = row
    p = c.palette
    left = set_words(c, one, c.bold, base, label, p.on(p.paper, p.primary), most=1)
    right = set_words(c, other, c.bold, base * 1.04, width - label, p.on_paper, most=3)

    def lay(x: float, y: float) -> None:
        left.lay(x, y + base * 0.03)
        right.lay(x + label, y)

    return Piece(width, max(left.height, right.height), lay)
