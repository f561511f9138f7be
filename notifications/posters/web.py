"""A poster as pages show it: made once from the drawn one, small enough for a phone with little data left.

Phones of 360 to 412 CSS pixels show the poster some 325 to 376 wide, which are at most 752 of their own. Whatever is on
a poster, each picture stays below `MOST` octets: the quality gives way until it does.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

MOST = 60_000
WIDTHS = (480, 752)
WEB_FORMATS = {
    **{f"{kind}-{width}": kind for kind in ("avif", "webp") for width in WIDTHS},
    "preview": "jpg",
}
"""The formats that this module makes, and the suffix of each."""
_QUALITIES = {"avif": (66, 58, 50, 42, 34, 26, 18, 10, 1), "webp": (80, 72, 64, 54, 44, 34, 24, 14, 4)}
_OPTIONS: dict[str, dict[str, Any]] = {"avif": {"speed": 7}, "webp": {"method": 4}}


def web_pictures(drawn: bytes, lying: bytes) -> dict[str, bytes]:
    """Return the pictures for pages of a drawn poster (any format Pillow reads), by format.

    `lying` is the same poster as a link's preview (Open Graph); WhatsApp shows none of more than 600 kB.
    """
    poster = _open(drawn)
    made: dict[str, bytes] = {}
    for width in WIDTHS:
        smaller = poster.resize(
            (width, round(poster.height * width / poster.width)), import_module("PIL.Image").LANCZOS
        )
        for kind in ("avif", "webp"):
            made[f"{kind}-{width}"] = _small(smaller, kind)
    made["preview"] = lying
    return made


def _open(drawn: bytes) -> Any:
    image: Any = import_module("PIL.Image")
    with image.open(io.BytesIO(drawn)) as picture:
        return picture.convert("RGB")


def _small(picture: Any, kind: str) -> bytes:
    """Return the picture in the best quality that stays below `MOST`, softened where no quality does."""
    body = b""
    for softer in (picture, _softened(picture, 2), _softened(picture, 4)):
        for quality in _QUALITIES[kind]:
            body = _saved(softer, kind, quality=quality, **_OPTIONS[kind])
            if len(body) <= MOST:
                return body
    return body


def _softened(picture: Any, by: int) -> Any:
    return picture.reduce(by).resize(picture.size)


def _saved(picture: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind.upper(), **options)
    return out.getvalue()
