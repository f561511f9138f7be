"""The organiser's colours and logo, as files that browsers keep."""

from __future__ import annotations

import anyio.to_thread
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue.houses import House
from events.errors import NotFound
from service.web import brandsheet
from service.web.pages import Pages, Request, pages_of

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp", b"<svg": "image/svg+xml"}


@get("/brand/{name:str}")
async def brand_stylesheet(request: Request, name: FromPath[str]) -> Response[str]:
    """Send an organiser's colours; an address with an older hash gets today's, but may not keep them."""
    slug, _, rest = name.partition(".")
    house = await _house(pages_of(request), slug)
    current = rest == f"{brandsheet.digest(house.brand)}.css"
    headers = _FOREVER if current else {"Cache-Control": "no-cache"}
    return Response(brandsheet.stylesheet(house.brand), media_type="text/css", headers=headers)


@get("/brand/{slug:str}/logo")
async def brand_logo(request: Request, slug: FromPath[str]) -> Response[bytes]:
    """Send an organiser's logo."""
    pages = pages_of(request)
    house = await _house(pages, slug)
    key = house.brand.logo_key
    if key is None:
        raise NotFound
    return await picture(pages, key)


async def picture(pages: Pages, key: str) -> Response[bytes]:
    """Send a picture from the file store. Raises `NotFound` if it is not there or is no picture."""
    try:
        body = await anyio.to_thread.run_sync(pages.runtime.files.get, key)
    except FileNotFoundError:
        raise NotFound from None
    kind = next((kind for start, kind in _PICTURES.items() if body.startswith(start)), None)
    if kind is None:
        raise NotFound
    # An SVG may hold a script; shown as a picture it runs nothing, opened by itself it has to be kept from it.
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(body, media_type=kind, headers=headers)


async def _house(pages: Pages, slug: str) -> House:
    for house in await pages.houses():
        if house.slug == slug:
            return house
    raise NotFound
