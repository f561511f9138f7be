"""``python -m tests.contact_sheet``: every family of posters on every format, for two real-looking events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PIL import Image

from notifications.posters.choosing import CHOICES
from notifications.posters.drawing import Easel, rasterise
from notifications.posters.sheets import PRINT, SHEETS
from tests.notifications.posters.samples import sample
from tests.support.running import TYPEFACES

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_ROW, _GAP, _GROUND = 260, 14, "#d9dcda"
_PICTURED = ("photo", "split", "arch", "quote")
"""Families that are at their best with a speaker's photograph."""


def draw() -> None:
    """Draw both sheets."""
    TYPEFACES.mkdir(exist_ok=True)
    easel = Easel(TYPEFACES)
    rows = {
        "webinar": [_row(easel, "speaker" if family in _PICTURED else "talk", family) for family in CHOICES],
        "exhibition": [_row(easel, "show", family) for family in CHOICES],
    }
    for name, drawn in rows.items():
        sheet = _sheet(drawn)
        path = FOLDER / f"posters-{name}.webp"
        sheet.save(path, quality=66, method=6)
        print(f"{path.name}: {sheet.width} × {sheet.height}, {path.stat().st_size >> 10} kB")


def _row(easel: Easel, name: str, family: str) -> list[Image.Image]:
    design, pictures = sample(name)
    shown = msgspec.structs.replace(design, layout=family)
    row: list[Image.Image] = []
    for sheet in SHEETS:
        size = (1153, 1601) if sheet is PRINT else (sheet.width, sheet.height)
        picture = rasterise(easel.page(shown, sheet, pictures), size)
        picture.thumbnail((_ROW * 2, _ROW), Image.Resampling.LANCZOS)
        row.append(picture)
    return row


def _sheet(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    width = max(sum(each.width + _GAP for each in row) for row in rows) + _GAP
    sheet = Image.new("RGB", (width, len(rows) * (_ROW + _GAP) + _GAP), _GROUND)
    for number, row in enumerate(rows):
        left = _GAP
        for each in row:
            sheet.paste(each, (left, number * (_ROW + _GAP) + _GAP))
            left += each.width + _GAP
    return sheet


if __name__ == "__main__":
    draw()
