"""An organiser's logo: drawn anew, so that what is stored is a picture and nothing else. For pages and API alike."""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass

from events.errors import N_, FieldError, Invalid

LOGO_BYTES = 2 * 1024 * 1024
_SIDE = 4000
_KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_NO_PICTURE = N_("Choose a PNG, JPEG or WebP picture of at most 2 MB.")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture of ours, at most 800 pixels wide and high."""

    body: bytes
    suffix: str

    @property
    def media_type(self) -> str:
        """What kind of file it is."""
        return f"image/{self.suffix.replace('jpg', 'jpeg')}"

    def key(self, organiser_id: uuid.UUID) -> str:
        """Return where it is kept: another picture, another key, so that no cache shows the old one."""
        return f"logos/{organiser_id}-{hashlib.sha256(self.body).hexdigest()[:16]}.{self.suffix}"


def redraw(body: bytes) -> Logo:
    """Return the picture drawn anew: what hides in a file's other parts is left behind.

    Raises `Invalid` for what is no PNG, JPEG or WebP, or too large. Holds the CPU; call it in a thread.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - a twentieth of a second that a start should save

    refusal = Invalid([FieldError("logo", "not_a_picture", _NO_PICTURE)])
    if not body or len(body) > LOGO_BYTES:
        raise refusal
    try:
        with Image.open(io.BytesIO(body), formats=list(_KINDS)) as picture:
            if max(picture.size) > _SIDE or picture.format not in _KINDS:
                raise refusal
            kind = picture.format
            fresh = picture.convert("RGB" if kind == "JPEG" else "RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise refusal from error
    fresh.thumbnail((800, 800))
    drawn = io.BytesIO()
    fresh.save(drawn, format=kind)
    return Logo(drawn.getvalue(), _KINDS[kind])
