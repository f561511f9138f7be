"""The families of layouts: each lays one poster out on any sheet, in the brand's colours and typefaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.posters.composition import Composition
from notifications.posters.families import (
    arch,
    band,
    card,
    cloth,
    frame,
    house,
    leaf,
    notice,
    number,
    photo,
    quote,
    split,
    timetable,
    typographic,
)

FAMILIES: Mapping[str, Callable[[Composition], None]] = {
    "typographic": typographic.lay_out,
    "photo": photo.lay_out,
    "split": split.lay_out,
    "band": band.lay_out,
    "frame": frame.lay_out,
    "cloth": cloth.lay_out,
    "timetable": timetable.lay_out,
    "number": number.lay_out,
    "card": card.lay_out,
    "arch": arch.lay_out,
    "quote": quote.lay_out,
    "notice": notice.lay_out,
    "house": house.lay_out,
    "leaf": leaf.lay_out,
}
