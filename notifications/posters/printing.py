"""The sheet to print: A3 with bleed and crop marks for a print shop, or cut to size for the library's own printer."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

from notifications.posters.sheets import A3, BLEED_MM, MARGIN_MM, PRINT, Sheet

_PIXELS_PER_MM = PRINT.width / A3[0]
MARGIN = MARGIN_MM * _PIXELS_PER_MM
"""Pixels of paper around the sheet."""
ZOOM = A3[0] / 25.4 * 96 / PRINT.width
"""How much larger a pixel of the sheet is than CSS's."""
_MARK_MM = 5.0
_POINTS_PER_MM = 72 / 25.4


def crop_marks(sheet: Sheet) -> str:
    """Return HTML of the eight lines along which a sheet is cut; they stay clear of the bleed."""
    long, thick, away = _MARK_MM * _PIXELS_PER_MM, 0.9, sheet.bleed + _PIXELS_PER_MM
    right, bottom = MARGIN + sheet.width, MARGIN + sheet.height
    lines: list[tuple[float, float, float, float]] = []
    for y in (MARGIN, bottom):
        lines += [(MARGIN - away - long, y - thick / 2, long, thick), (right + away, y - thick / 2, long, thick)]
    for x in (MARGIN, right):
        lines += [(x - thick / 2, MARGIN - away - long, thick, long), (x - thick / 2, bottom + away, thick, long)]
    return "".join(
        f'<div style="left:{x:.2f}px;top:{y:.2f}px;width:{w:.2f}px;height:{h:.2f}px;background:#000"></div>'
        for x, y, w, h in lines
    )


def with_marks(pdf: bytes) -> bytes:
    """Return the page with its boxes named: what is cut off (TrimBox), and how far colour runs (BleedBox)."""
    return _boxed(pdf, media=0, bleed=MARGIN_MM - BLEED_MM)


def trimmed(pdf: bytes) -> bytes:
    """Return the page cut to A3."""
    return _boxed(pdf, media=MARGIN_MM, bleed=MARGIN_MM)


def _boxed(pdf: bytes, *, media: float, bleed: float) -> bytes:
    pikepdf: Any = import_module("pikepdf")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        page.mediabox = page.cropbox = _box(media)
        page.trimbox, page.bleedbox = _box(MARGIN_MM), _box(bleed)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def _box(inset: float) -> list[float]:
    """Return a box `inset` mm within the whole paper, in points."""
    width, height = (side + 2 * MARGIN_MM for side in A3)
    return [round(value * _POINTS_PER_MM, 3) for value in (inset, inset, width - inset, height - inset)]
