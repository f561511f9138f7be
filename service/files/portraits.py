"""A picture from a phone: drawn anew, upright, without what cameras write beside it (EXIF, place)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from events.errors import N_
from service.files import sniffing

PHOTO_BYTES = 15 * 1024 * 1024
_SIDE = 1600
_LEAST = 200
TOO_SMALL = N_("The picture is too small to print. At least 200 pixels wide and high, please.")


FACE_SIDE = 192
"""Pixels of a face on an event's page: 72 wide there, for screens with up to 2.67 of their own for each."""
FACE_BYTES = 8_000
"""What one face may weigh: eight of them with the page stay below what a page may weigh."""
_FACES: dict[str, tuple[int, ...]] = {"avif": (60, 48, 36, 24, 12), "webp": (76, 62, 48, 34, 20)}
_TOP = 0.3
"""Where the square is cut out of a picture that is higher than wide: heads are above the middle."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A JPEG of ours, at most 1,600 pixels wide and high, and the face for pages by kind (``avif``, ``webp``)."""

    body: bytes
    faces: Mapping[str, bytes]
    media_type: str = "image/jpeg"


def face_key(storage_key: str, kind: str) -> str:
    """Return where the small picture of a stored photo is kept."""
    return f"{storage_key}.{kind}"


FACE_KINDS = tuple(_FACES)
"""The smaller kind first."""


def redraw(file: BinaryIO, name: str) -> Portrait:
    """Return the picture drawn anew. Holds the CPU; call it in a thread.

    Raises `sniffing.Unacceptable` for what is no picture by its bytes, damaged, or too small.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - a twentieth of a second that a start should save

    sniffing.recognise(file, name, ("image",))
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG", "PNG", "WEBP"]) as picture:
            if min(picture.size) < _LEAST:
                raise sniffing.Unacceptable("too_small", TOO_SMALL)
            picture.draft("RGB", (_SIDE, _SIDE))
            fresh = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, sniffing.Unacceptable):
            raise
        raise sniffing.Unacceptable("file_broken", sniffing.BROKEN) from error
    fresh.thumbnail((_SIDE, _SIDE))
    ground = Image.new("RGB", fresh.size, "white")
    ground.paste(fresh, mask=fresh.getchannel("A"))
    drawn = io.BytesIO()
    ground.save(drawn, "JPEG", quality=88, optimize=True)
    return Portrait(drawn.getvalue(), _faces(ground))


def _faces(picture: Any) -> dict[str, bytes]:
    """Return the face in each kind, in the best quality that is light enough."""
    from PIL import ImageOps  # noqa: PLC0415 - as above

    square = ImageOps.fit(picture, (FACE_SIDE, FACE_SIDE), centering=(0.5, _TOP))
    made: dict[str, bytes] = {}
    for kind, qualities in _FACES.items():
        for quality in qualities:
            out = io.BytesIO()
            square.save(out, kind.upper(), quality=quality)
            made[kind] = out.getvalue()
            if len(made[kind]) <= FACE_BYTES:
                break
    return made
