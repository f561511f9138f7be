"""Photographs, covers and works on posters: decoded within limits, cut to shape, and darkened where words stand.

What is behind words is known here in pixels, so its contrast is computed and not hoped for.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from events.brand import contrast

MOST_PIXELS = 60_000_000
"""What is larger is not decoded: a picture of some kilobytes can claim to be gigabytes."""
LEAST_SIDE = 48
"""What is smaller shows nothing at the size of a poster."""
_LONGEST_SIDE = 2400


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture (`PIL.Image`, RGB or RGBA)."""

    image: Any

    @property
    def ratio(self) -> float:
        """Width by height."""
        return float(self.image.width / self.image.height)

    def cut(self, width: float, height: float, *, above: float = 0.28) -> Any:
        """Return the picture filling `width` × `height`; `above`: which part of what is too high is cut off on top."""
        operations: Any = import_module("PIL.ImageOps")
        return operations.fit(_flat(self.image), (round(width), round(height)), centering=(0.5, above))

    def whole(self, width: float, height: float) -> Any:
        """Return the whole picture, as large as `width` × `height` has room for."""
        operations: Any = import_module("PIL.ImageOps")
        return operations.contain(self.image, (max(round(width), 1), max(round(height), 1)))


def decode(body: bytes | None) -> Picture | None:
    """Return a picture, upright and no larger than needed; None for what is none, is too small, or claims too much."""
    if not body:
        return None
    image: Any = import_module("PIL.Image")
    try:
        with image.open(io.BytesIO(body), formats=["JPEG", "PNG", "WEBP", "GIF", "AVIF"]) as opened:
            if opened.width * opened.height > MOST_PIXELS or min(opened.size) < LEAST_SIDE:
                return None
            opened.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            upright = import_module("PIL.ImageOps").exif_transpose(opened)
            upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            return Picture(
                upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
            )
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError):
        return None


def _flat(picture: Any) -> Any:
    if picture.mode != "RGBA":
        return picture
    ground = import_module("PIL.Image").new("RGB", picture.size, "#ffffff")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def toned(picture: Any, colour: str, *, strength: float) -> Any:
    """Return a picture in shades of one colour, `strength` (0 to 1) of the way."""
    operations: Any = import_module("PIL.ImageOps")
    grey = operations.autocontrast(operations.grayscale(picture), cutoff=1)
    duotone = operations.colorize(grey, black=_mixed(colour, "#000000", 0.55), white="#ffffff", mid=colour)
    return import_module("PIL.Image").blend(picture, duotone, strength)


def veiled(picture: Any, colour: str, words: str, *, top: float, bottom: float, reach: float) -> Any:
    """Return a picture with a veil of `colour` over the band from `top` to `bottom` px, so that `words` are readable.

    The veil is only as dense as the lightest and darkest pixels behind the words ask for (contrast 4.5), and fades out
    over `reach` px on either side.
    """
    image: Any = import_module("PIL.Image")
    band = picture.crop((0, int(top), picture.width, int(bottom)))
    density = 0.55
    while (
        density < 0.97 and worst_contrast(image.blend(band, image.new("RGB", band.size, colour), density), words) < 4.6
    ):
        density += 0.03
    mask = image.new("L", (1, picture.height))
    for y in range(picture.height):
        outside = max(top - y, y - bottom, 0)
        mask.putpixel((0, y), round(255 * density * max(0.0, 1 - outside / reach) ** 1.6))
    veil = image.new("RGB", picture.size, colour)
    return image.composite(veil, picture, mask.resize(picture.size))


def worst_contrast(picture: Any, words: str) -> float:
    """Return the lowest contrast of the colour `words` with what is in the picture, single stray pixels aside."""
    image: Any = import_module("PIL.Image")
    small = picture.convert("RGB").resize((48, max(1, min(48, picture.height))), image.BOX)
    pixels = small.tobytes()
    found = {pixels[at : at + 3] for at in range(0, len(pixels), 3)}
    return min(contrast(words, f"#{each.hex()}") for each in found)


def as_jpeg(picture: Any, *, quality: int = 88) -> str:
    """Return a picture as a data address, without what was written beside its pixels."""
    out = io.BytesIO()
    _flat(picture).save(out, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def as_png(picture: Any) -> str:
    """Return a picture with its transparency as a data address."""
    out = io.BytesIO()
    picture.convert("RGBA").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _mixed(one: str, other: str, share: float) -> str:
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
