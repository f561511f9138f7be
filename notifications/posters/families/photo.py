"""The picture fills the sheet; the words stand on a veil that is as dense as the pixels behind them ask for.

Without a picture the cloth takes its place. A cover or a work is never cut: it hangs before its own colours, blurred.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from notifications.posters.composition import Composition
from notifications.posters.palette import mix
from notifications.posters.pictures import as_jpeg, veiled
from notifications.posters.pieces import brand_line, date_words, fit_words, invitation, kicker, place, stack, voices


def lay_out(c: Composition) -> None:
    """Lay the poster out on its sheet."""
    s, p, base = c.sheet, c.palette, c.sheet.base
    veil = _veil(c)
    words = p.on(veil, "#ffffff")
    width = _room(c)
    brand = brand_line(c, width, veil)
    others = [number for number in range(len(c.design.speakers)) if c.main is None or len(c.design.speakers) > 1]
    who = (
        voices(c, width, words, p.accent, most=2, columns=2, with_faces=c.main is None)
        if others
        else _named(c, width, words)
    )
    rows = (
        who,
        stack((date_words(c, width, words), place(c, width, words)), base * 0.15),
        invitation(c, width, veil, pill=p.accent),
    )
    below = stack(rows, base * 0.85)
    hung = c.main is not None and c.design.picture_kind != "portrait"
    most = (s.floor - s.top) * (0.62 if s.wide else 0.16 if hung else 0.5 if c.main is None else 0.19)
    head = kicker(c, p.on(veil, p.accent), width)
    room = max(s.floor - s.top - brand.height - below.height - head.height - base * 3, base * 3)
    title = fit_words(
        c, c.design.title, c.title_style, width, min(room, most), words, largest=base * (3.4 if s.wide else 3.9)
    )
    whole = stack((stack((head, title), base * 0.5), below), base * 1.0)
    top = s.floor - whole.height
    _behind(c, veil, words, top - base * 0.6)
    brand.lay(s.side, s.top)
    whole.lay(s.side, top)


def _room(c: Composition) -> float:
    """Return how wide the words may be: on a lying sheet they leave the picture its side."""
    s = c.sheet
    if not s.wide or c.main is None:
        return s.inner
    return s.width - s.side * 1.7 - (_side(c) if _upright(c) else s.width * 0.36)


def _upright(c: Composition) -> bool:
    """Whether a standing portrait is to stand on a lying sheet."""
    s = c.sheet
    portrait = c.main is not None and c.design.picture_kind == "portrait"
    return s.wide and portrait and c.main is not None and c.main.ratio < s.width / s.height * 0.8


def _side(c: Composition) -> float:
    ratio = c.main.ratio if c.main is not None else 1
    return min(c.sheet.height * max(ratio, 0.8), c.sheet.width * 0.45)


def _veil(c: Composition) -> str:
    """Return the colour behind the words: nearly black over a photograph, the brand's own over the cloth."""
    return mix(c.palette.deep, "#000000", 0.45) if c.main is not None else mix(c.palette.deep, "#000000", 0.12)


def _named(c: Composition, width: float, words: str) -> Any:
    return voices(c, width, words, c.palette.accent, most=1, with_faces=False)


def _behind(c: Composition, veil: str, words: str, top: float) -> None:
    s, p = c.sheet, c.palette
    if c.main is None:
        cloth = c.ornament(
            "kawung",
            s.width,
            s.height,
            veil,
            mix(veil, p.accent, 0.22),
            p.accent,
            cell=s.base * (3.4 if s.wide else 4.6),
        )
        c.canvas.rect(0, 0, s.width, s.height, veil)
        c.canvas.art(0, 0, s.width, s.height, cloth)
        c.canvas.rect(0, top, s.width, s.height - top, veil, over=True)
        line = s.base * 0.3
        c.canvas.rect(0, top, s.width, line, p.accent, over=True)
        c.canvas.rect(0, 0, s.width, s.top + s.base * 2.9, veil, over=True)
        return
    if _upright(c):
        c.canvas.art(0, 0, s.width, s.height, as_jpeg(_at_the_side(c)), over=True)
        return
    if c.design.picture_kind != "portrait":
        picture = _blurred(c.main.cut(s.width, s.height), s.width / 22)
    else:
        picture = _above(c, top)
    picture = veiled(picture, veil, words, top=0, bottom=s.top + s.base * 2.4, reach=s.base * 4)
    picture = veiled(picture, veil, c.palette.on(veil, c.palette.accent), top=top, bottom=s.height, reach=s.base * 5)
    if c.design.picture_kind != "portrait":
        picture = _hung(c, picture, top)
    c.canvas.art(0, 0, s.width, s.height, as_jpeg(picture), over=True)


def _blurred(picture: Any, radius: float) -> Any:
    filters: Any = import_module("PIL.ImageFilter")
    return picture.filter(filters.GaussianBlur(radius))


def _hung(c: Composition, ground: Any, top: float) -> Any:
    """Return a cover or a work, whole, before its own colours."""
    s = c.sheet
    assert c.main is not None, "only called where there is a picture"  # noqa: S101 - narrows the type
    above = s.top + s.base * 3.2
    box = (s.width * 0.32, s.floor - s.top) if s.wide else (s.inner * 0.82, max(top - above - s.base * 0.6, s.base * 6))
    whole = c.main.whole(*box).convert("RGB")
    left = s.width - s.side - whole.width if s.wide else (s.width - whole.width) / 2
    down = (s.height - whole.height) / 2 if s.wide else above + (box[1] - whole.height) / 2
    ground.paste(whole, (round(left), round(down)))
    return ground


def _above(c: Composition, top: float) -> Any:
    """Return a sheet whose upper part is the photograph, down to a little below where the words begin."""
    s = c.sheet
    assert c.main is not None, "only called where there is a picture"  # noqa: S101 - narrows the type
    image: Any = import_module("PIL.Image")
    high = round(s.height if s.wide else min(top + s.base * 4, s.height))
    # A standing portrait in a low room shows forehead and chin only if it is not as wide as the sheet.
    wide = round(min(s.width, max(high * c.main.ratio * 1.45, s.width * 0.6)))
    sheet = image.new("RGB", (s.width, s.height), _veil(c))
    fading = image.linear_gradient("L").resize((wide, round(s.base * 6))).transpose(image.Transpose.FLIP_TOP_BOTTOM)
    mask = image.new("L", (wide, high), 255)
    mask.paste(fading, (0, high - fading.height))
    if wide < s.width:
        chops: Any = import_module("PIL.ImageChops")
        edge = image.new("L", (wide, high), 255)
        edge.paste(image.linear_gradient("L").rotate(90).resize((round(wide * 0.3), high)), (0, 0))
        mask = chops.multiply(mask, edge)
    sheet.paste(c.main.cut(wide, high, above=0.2), (s.width - wide, 0), mask)
    return sheet


def _at_the_side(c: Composition) -> Any:
    """Return a lying sheet with a standing portrait at its right edge, on the brand's colour."""
    s = c.sheet
    assert c.main is not None, "only called where there is a picture"  # noqa: S101 - narrows the type
    wide = _side(c)
    sheet = import_module("PIL.Image").new("RGB", (s.width, s.height), _veil(c))
    sheet.paste(c.main.cut(wide, s.height, above=0.15), (round(s.width - wide), 0))
    return sheet
