"""Feeds that calendars subscribe to (webcal), for all organisers here or for one, in one language each."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events import calendar, syndication
from events.errors import NotFound
from service.web.languages import translate
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


@get("/calendar.ics")
async def all_events_feed(request: Request, runtime: NamedDependency[Runtime]) -> Response[bytes]:
    """Send the events of every organiser here."""
    return await _feed(request, runtime, None)


@get("/events/{organiser:str}/calendar.ics")
async def house_feed(request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]) -> Response[bytes]:
    """Send the events of one organiser."""
    return await _feed(request, runtime, organiser)


async def _feed(request: Request, runtime: Runtime, organiser: str | None) -> Response[bytes]:
    """Answer whatever is accepted: some importers say nothing."""
    locale = locale_of(request)
    body = await pages_of(request).recent.get(
        ("feed", organiser, locale), lambda: _made(request, runtime, organiser, locale)
    )
    headers = {"Cache-Control": "public, max-age=300", "Vary": "Cookie, Accept-Language"}
    return Response(body, media_type="text/calendar", headers=headers)


async def _made(request: Request, runtime: Runtime, organiser: str | None, locale: str) -> bytes:
    houses = [each for each in await pages_of(request).houses() if organiser in (None, each.slug)]
    if organiser is not None and not houses:
        raise NotFound
    now = runtime.clock.now()
    entries = await runtime.database.aread(
        lambda session: syndication.feed_entries(
            session, now=now, locale=locale, links=runtime.links, organiser=organiser
        )
    )
    name = houses[0].name.to(locale) if len(houses) == 1 else translate("Coming events", locale)
    address = runtime.links.url(f"{request.url.path}?lang={locale}")
    return calendar.feed(entries, name=name, url=address, locale=locale)
