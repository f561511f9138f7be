"""The front page: what is coming, and what can be watched."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.finding import Wanted, find_events
from events.listing import Card
from events.storage import ReadSession
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


@get("/")
async def coming(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Show the coming events of every organiser here."""
    return await _list(request, runtime, None)


@get("/events/{organiser:str}")
async def coming_of_house(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]
) -> Response[str]:
    """Show the coming events of one organiser."""
    return await _list(request, runtime, organiser)


async def _list(request: Request, runtime: Runtime, organiser: str | None) -> Response[str]:
    async def make() -> Response[str]:
        return await _make_page(request, runtime, organiser)

    return await pages_of(request).kept_page(request, make)


async def _make_page(request: Request, runtime: Runtime, organiser: str | None) -> Response[str]:
    pages = pages_of(request)
    houses = await pages.houses()
    house = next((each for each in houses if organiser in (None, each.slug)), None)
    if organiser is not None and house is None:
        raise NotFound
    now = runtime.clock.now()
    shown, watchable = await runtime.database.aread(lambda session: _read(session, now, organiser))
    return pages.page(
        request,
        "coming.html",
        house=house,
        cards=shown,
        watchable=watchable,
        several=organiser is None and len(houses) > 1,
        houses=houses,
        feed=runtime.links.url(f"{request.url.path.rstrip('/')}/calendar.ics?lang={locale_of(request)}"),
    )


def _read(session: ReadSession, now: datetime, organiser: str | None) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    return (
        find_events(session, Wanted(organiser=organiser), now=now, limit=60).cards,
        find_events(session, Wanted(organiser=organiser, recorded=True), now=now, past=True, limit=6).cards,
    )
