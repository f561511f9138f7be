"""The pieces that families put together: each knows its size before it is laid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from events.brand import luminance
from notifications.posters.composition import Composition
from notifications.posters.lettering import Setting, Style
from notifications.posters.pictures import as_jpeg, as_png


@dataclass(frozen=True, slots=True)
class Piece:
    """Something of a known size that can be laid at a place (its upper left corner)."""

    width: float
    height: float
    lay: Callable[[float, float], None]


NOTHING = Piece(0, 0, lambda _x, _y: None)


def set_words(  # noqa: PLR0917 - how words look and where they break
    c: Composition,
    text: str,
    style: Style,
    size: float,
    width: float,
    colour: str,
    *,
    most: int = 2,
    align: str = "left",
    css: str = "",
) -> Piece:
    """Return words set at `size` or a little less, so that they take at most `most` lines if they can."""
    if not text:
        return NOTHING
    return _setting(c, c.letters.set(text, style, size, width, most=most), width, colour, align=align, css=css)


def fit_words(  # noqa: PLR0917 - a box and how words look
    c: Composition,
    text: str,
    style: Style,
    width: float,
    height: float,
    colour: str,
    *,
    largest: float,
    align: str = "left",
) -> Piece:
    """Return words as large as `width` × `height` px allow, up to `largest`."""
    setting = c.letters.fit(text, style, width, height, largest=largest, smallest=c.sheet.base * 0.62)
    return _setting(c, setting, width, colour, align=align)


def _setting(
    c: Composition, setting: Setting, width: float, colour: str, *, align: str = "left", css: str = ""
) -> Piece:
    aligned = width if align != "left" else 0
    return Piece(
        setting.width,
        setting.height,
        lambda x, y: c.canvas.text(setting, x, y, colour, width=aligned, align=align, css=css),
    )


def stack(pieces: Sequence[Piece], gap: float, *, centre: float = 0) -> Piece:
    """Return pieces one below the other, `gap` apart; in the middle of `centre` px where that is given."""
    shown = [piece for piece in pieces if piece.height]
    height = sum(piece.height for piece in shown) + gap * max(len(shown) - 1, 0)

    def lay(x: float, y: float) -> None:
        for piece in shown:
            piece.lay(x + (centre - piece.width) / 2 if centre else x, y)
            y += piece.height + gap

    return Piece(max((piece.width for piece in shown), default=0), height, lay)


def beside(pieces: Sequence[Piece], gap: float) -> Piece:
    """Return pieces side by side, their middles on one line."""
    shown = [piece for piece in pieces if piece.height]
    height = max((piece.height for piece in shown), default=0)

    def lay(x: float, y: float) -> None:
        for piece in shown:
            piece.lay(x, y + (height - piece.height) / 2)
            x += piece.width + gap

    return Piece(sum(piece.width for piece in shown) + gap * max(len(shown) - 1, 0), height, lay)


def rule(c: Composition, width: float, thick: float, colour: str) -> Piece:
    """Return a line across."""
    return Piece(width, thick, lambda x, y: c.canvas.rect(x, y, width, thick, colour, over=True))


def brand_line(c: Composition, width: float, ground: str, *, size: float = 1.0) -> Piece:
    """Return the logo (or the weaver's star) with the organiser's name beside it."""
    base = c.sheet.base * size
    colour = c.palette.on(ground, c.palette.on_primary)
    mark = _mark(c, base * 2.1, ground)
    room = width - mark.width - base * 0.7
    name = set_words(c, c.design.organiser, c.bold, base * 0.92, room, colour)
    motto = set_words(c, c.design.tagline, c.body, base * 0.74, room, colour, most=1)
    return beside((mark, stack((name, motto if motto.height < base * 1.2 else NOTHING), base * 0.02)), base * 0.7)


def _mark(c: Composition, side: float, ground: str) -> Piece:
    logo = (c.logo_dark or c.logo) if luminance(ground) < 0.2 else c.logo
    if logo is None:
        p = c.palette
        loud = p.on(ground, p.accent, p.primary, large=True)
        star = c.ornament("star", round(side), round(side), loud, loud, ground)
        return Piece(side, side, lambda x, y: c.canvas.art(x, y, side, side, star, over=True))
    drawn = logo.whole(side * 2.6 * 2, side * 2)
    width, height = drawn.width / 2, drawn.height / 2
    address = as_png(drawn)
    return Piece(width, height, lambda x, y: c.canvas.art(x, y, width, height, address, over=True))


def kicker(c: Composition, colour: str, width: float, *, size: float = 0.8, align: str = "left") -> Piece:
    """Return the small line above the title, in spaced capitals."""
    style = Style(c.bold.face, leading=1.3, tracking=0.11)
    return set_words(c, c.design.kicker.upper(), style, c.sheet.base * size, width, colour, most=1, align=align)


def tag(
    c: Composition, text: str, ground: str, *, size: float = 1.0, round_ends: bool = False, width: float = 0
) -> Piece:
    """Return words in a small box of their own."""
    base = c.sheet.base * size
    room = (width or c.sheet.inner) - base * 2.1
    words = set_words(c, text, c.bold, base, room, c.palette.on(ground, c.palette.on_accent), most=1)
    aside, above = base * (1.05 if round_ends else 0.7), base * (0.52 if round_ends else 0.36)
    wide, height = words.width + 2 * aside, words.height + 2 * above

    def lay(x: float, y: float) -> None:
        radius = f"{height / 2:.0f}px" if round_ends else f"{base * 0.22:.0f}px"
        c.canvas.rect(x, y, wide, height, ground, radius=radius, over=True)
        words.lay(x + aside, y + above)

    return Piece(wide, height, lay)


def date_figures(c: Composition, width: float, size: float, loud: str, colour: str) -> Piece:
    """Return the day as the largest figure, with weekday, month and hours beside it, or below it."""
    d, base = c.design, c.sheet.base
    figure = set_words(
        c, d.big, c.figures, min(size, width / max(c.letters.width(d.big, c.figures), 0.1)), width * 2, loud
    )
    gap = size * 0.16
    room = width - figure.width - gap
    narrow = room < base * 6.5
    lines = stack(
        (
            set_words(c, d.weekday, c.bold, base * 1.12, width if narrow else room, colour, most=1),
            set_words(c, d.month, c.bold, base * 1.12, width if narrow else room, colour, most=1),
            set_words(c, d.hours, c.body, base, width if narrow else room, colour, most=1),
        ),
        base * 0.04,
    )
    return stack((figure, lines), base * 0.35) if narrow else beside((figure, lines), gap)


def date_words(c: Composition, width: float, colour: str, *, size: float = 1.0, align: str = "left") -> Piece:
    """Return day and hours in words, one below the other."""
    d, base = c.design, c.sheet.base * size
    day = ", ".join(filter(None, (d.weekday, f"{d.big} {d.month}")))
    return stack(
        (
            set_words(c, day, c.bold, base * 1.16, width, colour, align=align),
            set_words(c, d.hours, c.body, base, width, colour, align=align),
        ),
        base * 0.1,
    )


def place(c: Composition, width: float, colour: str, *, size: float = 1.0, align: str = "left") -> Piece:
    """Return where it takes place."""
    return set_words(c, c.design.where, c.body, c.sheet.base * size, width, colour, most=2, align=align)


def face(c: Composition, number: int, side: float, ground: str) -> Piece:
    """Return a speaker's photograph in a circle, or their initials on `ground`."""
    radius = f"{side / 2:.0f}px"
    picture = c.faces[number] if number < len(c.faces) else None
    if picture is not None:
        address = as_jpeg(picture.cut(side * 2, side * 2, above=0.2))
        return Piece(side, side, lambda x, y: c.canvas.art(x, y, side, side, address, radius=radius, over=True))
    letters = initials(c.design.speakers[number].name)
    size = side * 0.36
    setting = c.letters.set(letters, c.bold, size, side)

    def lay(x: float, y: float) -> None:
        c.canvas.rect(x, y, side, side, ground, radius=radius, over=True)
        c.canvas.text(setting, x, y + (side - setting.height) / 2, c.palette.on(ground), width=side, align="center")

    return Piece(side, side, lay)


def voice(c: Composition, number: int, width: float, colour: str, disc: str, *, with_face: bool = True) -> Piece:
    """Return a speaker: the face, the name with titles, where they come from."""
    speaker, base = c.design.speakers[number], c.sheet.base
    portrait = face(c, number, base * 2.7, disc) if with_face else NOTHING
    room = width - portrait.width - (base * 0.7 if with_face else 0)
    words = stack(
        (
            set_words(c, speaker.name, c.bold, base * 0.98, room, colour),
            set_words(c, speaker.affiliation, c.body, base * 0.84, room, colour),
        ),
        base * 0.06,
    )
    return beside((portrait, words), base * 0.7)


def voices(
    c: Composition, width: float, colour: str, disc: str, *, most: int = 3, with_faces: bool = True, columns: int = 1
) -> Piece:
    """Return up to `most` speakers, in one column or two."""
    base = c.sheet.base
    shown = range(min(len(c.design.speakers), most))
    columns = min(columns, len(shown)) or 1
    each = (width - (columns - 1) * base) / columns
    made = [voice(c, number, each, colour, disc, with_face=with_faces) for number in shown]
    if columns == 1:
        return stack(made, base * 0.55)
    rows = [made[at : at + columns] for at in range(0, len(made), columns)]
    return stack([_row(row, each + base) for row in rows], base * 0.55)


def _row(pieces: Sequence[Piece], step: float) -> Piece:
    height = max(piece.height for piece in pieces)

    def lay(x: float, y: float) -> None:
        for number, piece in enumerate(pieces):
            piece.lay(x + number * step, y + (height - piece.height) / 2)

    return Piece(step * len(pieces), height, lay)


def invitation(c: Composition, width: float, ground: str, *, pill: str = "") -> Piece:
    """Return what to do and where: the call, the site's name, and the code to scan on what is printed."""
    base, p = c.sheet.base, c.palette
    colour = p.on(ground, p.on_paper)
    code = NOTHING
    if c.qr:
        side = min(base * 5.0, width * 0.42)
        code = Piece(side, side, lambda x, y: c.canvas.art(x, y, side, side, c.qr, over=True))
    above = bool(c.qr) and width < base * 15
    room = width if above else width - code.width - (base * 0.8 if c.qr else 0)
    call = (
        tag(c, c.design.call, pill, round_ends=True, width=room)
        if pill
        else set_words(c, c.design.call, c.bold, base * 1.12, room, colour, most=1)
    )
    address = set_words(c, c.host, c.body, base * 0.86, room, colour, most=1)
    both = call.width + address.width + base <= room and not c.qr
    words = beside((call, address), base * 0.9) if both else stack((call, address), base * (0.4 if pill else 0.08))
    return stack((code, words), base * 0.4) if above else beside((code, words), base * 0.8)


def initials(name: str) -> str:
    """Return up to two letters of a name without its titles: ``Dr. Hj. Siti Aminah, S.Pd.`` gives ``SA``."""
    words = [word for word in name.partition(",")[0].split() if not word.endswith(".") and word[0].isalpha()]
    return "".join(word[0].upper() for word in words[:2]) or name[:1].upper()


def column(
    c: Composition,
    x: float,
    y: float,
    width: float,
    floor: float,
    *,
    head: Sequence[Piece],
    tail: Sequence[Piece],
    colour: str,
    style: Style,
    largest: float,
    gap: float = 0,
    drop: Sequence[int] = (),
    text: str = "",
    middle: bool = False,
) -> None:
    """Lay `head` from the top, `tail` up from `floor`, and the title between, as large as there is room for.

    Where a long title would become smaller than plain words, the pieces of `tail` named by `drop` are left out, one
    after the other. `middle` puts the title into the middle of its room instead of right below the head.
    """
    base, words = c.sheet.base, text or c.design.title
    gap = gap or base * 0.9
    above = stack(head, gap * 0.8)
    kept = list(tail)
    top = y + above.height + (gap if above.height else 0)
    least = c.letters.set(words, style, base * 1.3, width).height
    below = stack(kept, gap * 0.75)
    room = floor - below.height - (gap if below.height else 0) - top
    for index in drop:
        if room >= least:
            break
        kept[index] = NOTHING
        below = stack(kept, gap * 0.75)
        room = floor - below.height - (gap if below.height else 0) - top
    title = fit_words(c, words, style, width, room, colour, largest=largest)
    above.lay(x, y)
    title.lay(x, top + (max(room - title.height, 0) / 2 if middle else 0))
    below.lay(x, floor - below.height)
