"""An event's poster, its speakers' faces, and the card of its organiser: small files that were drawn before."""

from __future__ import annotations

from functools import lru_cache

import anyio.to_thread
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.storage import LOCALES
from notifications.letters.house_cards import card_key
from notifications.posters.web import WEB_FORMATS, WIDTHS
from service.files import portraits
from service.files.stored import StoredFiles
from service.web.event_reads import Pictures, load_event, load_pictures
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime

_FOREVER, _TODAYS = "public, max-age=31536000, immutable", "public, max-age=300"
_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
# What an address ends with, and which format that is: "752.avif" is the format "avif-752".
_ENDINGS = {
    "jpg": "jpg",
    "preview.jpg": "preview",
    **{f"{width}.{kind}": f"{kind}-{width}" for kind in ("avif", "webp") for width in WIDTHS},
}
SIZES = "(min-width: 64rem) 21rem, (min-width: 48rem) calc(100vw - 4rem), calc(100vw - 2.25rem)"
"""How wide the event's page shows its poster, for the browser that chooses among the files."""


def poster_base(path: str, pictures: Pictures) -> str:
    """Return what the addresses of an event's poster begin with; `path` is the event's page."""
    return f"{path}/poster/{pictures.digest}"


def sources_of(base: str) -> list[tuple[str, str]]:
    """Return what a <picture> chooses from, the smallest kind first: each media type with its files and widths."""
    return [
        (_TYPES[kind], ", ".join(f"{base}.{width}.{kind} {width}w" for width in WIDTHS)) for kind in ("avif", "webp")
    ]


@get("/events/{organiser:str}/{slug:str}/poster/{name:str}")
async def event_poster(
    request: Request,
    runtime: NamedDependency[Runtime],
    organiser: FromPath[str],
    slug: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """Send today's poster in the format that its address ends with; only its own address may be kept for ever."""
    pages = pages_of(request)
    event = await load_event(pages, organiser, slug)
    pictures = await load_pictures(pages, event, locale_of(request))
    stem, _, ending = name.partition(".")
    if pictures is None or ending not in _ENDINGS:
        raise NotFound
    wanted = _ENDINGS[ending]
    return await _picture(runtime, pictures.keys[wanted], WEB_FORMATS.get(wanted, "jpg"), kept=stem == pictures.digest)


@get("/events/{organiser:str}/{slug:str}/speakers/{name:str}")
async def speaker_face(
    request: Request,
    runtime: NamedDependency[Runtime],
    organiser: FromPath[str],
    slug: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """Send the photo that a speaker sent in and staff took over, small. Kept for a day: consent can be taken back."""
    event = await load_event(pages_of(request), organiser, slug)
    stem, _, kind = name.partition(".")
    key = next((each.photo_key for each in event.speakers if each.photo == stem), None)
    if key is None or kind not in portraits.FACE_KINDS:
        raise NotFound
    body = await anyio.to_thread.run_sync(_read, runtime.files, portraits.face_key(key, kind))
    return Response(body, media_type=_TYPES[kind], headers={"Cache-Control": "public, max-age=86400"})


@get("/brand/{slug:str}/card/{name:str}")
async def house_card(
    request: Request, runtime: NamedDependency[Runtime], slug: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """Send an organiser's card in one language."""
    house = next((each for each in await pages_of(request).houses() if each.slug == slug), None)
    stem, _, ending = name.partition(".")
    locale = ending.removesuffix(".jpg")
    if house is None or not house.card or locale not in LOCALES or not ending.endswith(".jpg"):
        raise NotFound
    return await _picture(runtime, card_key(house.card, locale), "jpg", kept=stem == house.card[:12])


async def _picture(runtime: Runtime, key: str, kind: str, *, kept: bool) -> Response[bytes]:
    body = await anyio.to_thread.run_sync(_read, runtime.files, key)
    headers = {"Cache-Control": _FOREVER if kept else _TODAYS, "Vary": "Cookie, Accept-Language"}
    return Response(body, media_type=_TYPES[kind], headers=headers)


@lru_cache(maxsize=64)
def _read(files: StoredFiles, key: str) -> bytes:
    """Return a stored picture; a key's picture never changes, because the key holds the digest of what was drawn."""
    try:
        return files.get(key)
    except FileNotFoundError:
        raise NotFound from None
