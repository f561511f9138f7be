"""What a picture is: its kind, size and shape, from its first bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass

_KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture's facts. Implements `notifications.channels.preview.Picture`."""

    type: str
    octets: int
    width: int
    height: int


def measure(image: bytes, image_type: str) -> Measured:
    """Return the facts of a picture; one that cannot be read has no shape, and the type that it was said to have."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - for deliveries only

    try:
        with Image.open(io.BytesIO(image)) as opened:
            kind = _KINDS.get(opened.format or "", image_type)
            return Measured(type=kind, octets=len(image), width=opened.width, height=opened.height)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return Measured(type=image_type, octets=len(image), width=0, height=0)
