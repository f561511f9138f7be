"""An event's poster as pages show it: small enough for a phone with little data left.

The drawn poster is a large PNG. Browsers get a WebP of 720 pixels; messengers that preview a link want a JPEG.
"""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from typing import TYPE_CHECKING

import anyio.to_thread
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from service.files import StoredFiles
from service.web.event_reads import load_event, load_poster_key
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = {
    "webp": ("WEBP", 720, 78, "image/webp"),
    "jpg": ("JPEG", 1080, 82, "image/jpeg"),
    "preview.jpg": ("JPEG", 1200, 80, "image/jpeg"),
}
_PREVIEW = (1200, 630)
"""What messengers cut a link's picture to (Open Graph); WhatsApp shows none of more than 600 kB."""


def poster_name(key: str) -> str:
    """Return what the poster's address ends with, before its suffix: another drawing has another."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


@get("/events/{organiser:str}/{slug:str}/poster/{name:str}")
async def event_poster(
    request: Request,
    runtime: NamedDependency[Runtime],
    organiser: FromPath[str],
    slug: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """Send today's poster as ``webp``, ``jpg`` or ``preview.jpg``; only its own address may be kept for ever."""
    pages = pages_of(request)
    event = await load_event(pages, organiser, slug)
    key = await load_poster_key(pages, event, locale_of(request))
    stem, _, kind = name.partition(".")
    if key is None or kind not in _FORMATS:
        raise NotFound
    body = await anyio.to_thread.run_sync(_shrink, runtime.files, key, kind)
    kept = "public, max-age=31536000, immutable" if stem == poster_name(key) else "public, max-age=300"
    return Response(body, media_type=_FORMATS[kind][3], headers={"Cache-Control": kept})


def _on_itself(poster: Image.Image) -> Image.Image:
    """Return the whole poster in the middle of a wide picture, on its own colours grown and blurred."""
    from PIL import ImageFilter, ImageOps  # noqa: PLC0415 - like the library itself, below

    ground = ImageOps.fit(poster, _PREVIEW).filter(ImageFilter.GaussianBlur(36))
    middle = ImageOps.contain(poster, _PREVIEW)
    ground.paste(middle, ((_PREVIEW[0] - middle.width) // 2, (_PREVIEW[1] - middle.height) // 2))
    return ground


@lru_cache(maxsize=32)
def _shrink(files: StoredFiles, key: str, kind: str) -> bytes:
    """Return a stored picture, smaller. A key's picture never changes: the key holds the digest of what was drawn."""
    from PIL import Image  # noqa: PLC0415 - a twentieth of a second that a start should save

    coding, width, quality, _ = _FORMATS[kind]
    try:
        drawn = Image.open(io.BytesIO(files.get(key)))
    except FileNotFoundError:
        raise NotFound from None
    picture = drawn.convert("RGB")
    if kind == "preview.jpg":
        picture = _on_itself(picture)
    # Only ever made smaller, its proportions kept.
    picture.thumbnail((width, picture.height))
    out = io.BytesIO()
    picture.save(out, coding, quality=quality)
    return out.getvalue()
