"""A picture from a phone: drawn anew, upright, without what cameras write beside it (EXIF, place)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from events.errors import N_
from service import sniffing

PHOTO_BYTES = 15 * 1024 * 1024
_SIDE = 1600
_LEAST = 200
TOO_SMALL = N_("The picture is too small to print. At least 200 pixels wide and high, please.")


@dataclass(frozen=True, slots=True)
class Portrait:
    """A JPEG of ours, at most 1,600 pixels wide and high."""

    body: bytes
    media_type: str = "image/jpeg"


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
    return Portrait(drawn.getvalue())
