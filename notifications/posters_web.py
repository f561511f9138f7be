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
PREVIEW = (1200, 630)
"""What messengers cut a link's picture to (Open Graph); WhatsApp shows none of more than 600 kB."""
WEB_FORMATS = {
    **{f"{kind}-{width}": kind for kind in ("avif", "webp") for width in WIDTHS},
    "preview": "jpg",
}
"""The formats that this module makes, and the suffix of each."""
_QUALITIES = {"avif": (66, 58, 50, 42, 34, 26, 18, 10, 1), "webp": (80, 72, 64, 54, 44, 34, 24, 14, 4)}
_OPTIONS: dict[str, dict[str, Any]] = {"avif": {"speed": 7}, "webp": {"method": 4}}
_PREVIEW_QUALITY = 80


def web_pictures(drawn: bytes) -> dict[str, bytes]:
    """Return the pictures for pages and previews of a drawn poster (any format Pillow reads), by format."""
    poster = _open(drawn)
    made: dict[str, bytes] = {}
    for width in WIDTHS:
        smaller = poster.resize(
            (width, round(poster.height * width / poster.width)), import_module("PIL.Image").LANCZOS
        )
        for kind in ("avif", "webp"):
            made[f"{kind}-{width}"] = _small(smaller, kind)
    made["preview"] = _saved(_on_itself(poster), "jpeg", quality=_PREVIEW_QUALITY, progressive=True)
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


def _on_itself(poster: Any) -> Any:
    """Return the whole poster in the middle of a wide picture, on its own colours grown and blurred."""
    operations: Any = import_module("PIL.ImageOps")
    filters: Any = import_module("PIL.ImageFilter")
    ground = operations.fit(poster, PREVIEW).filter(filters.GaussianBlur(36))
    middle = operations.contain(poster, PREVIEW)
    ground.paste(middle, ((PREVIEW[0] - middle.width) // 2, (PREVIEW[1] - middle.height) // 2))
    return ground
