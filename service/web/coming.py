"""The front page and the archive: what is coming, what is over, and the search through both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue.finding import Found, Wanted, count_events, find_events, known_topics
from events.catalogue.houses import House
from events.catalogue.listing import Card
from events.errors import NotFound
from events.models import EventKind, EventMode
from events.storage import ReadSession
from events.tags import Audience, Topic
from service.web.filters import READS, Filters, branches_of, read_filters
from service.web.pages import Pages, Request, locale_of, pages_of
from service.web.subscribing import Subscription
from service.wiring import Runtime


@get("/")
async def coming(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Show the coming events of every organiser here."""
    return await _list(request, runtime, None, past=False)


@get("/events/{organiser:str}")
async def coming_of_house(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]
) -> Response[str]:
    """Show the coming events of one organiser and its branches."""
    return await _list(request, runtime, organiser, past=False)


@get("/past")
async def archive(request: Request, runtime: NamedDependency[Runtime]) -> Response[str]:
    """Show what is over, the latest first, with what can be watched."""
    return await _list(request, runtime, None, past=True)


@get("/past/{organiser:str}")
async def archive_of_house(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str]
) -> Response[str]:
    """Show what is over of one organiser and its branches."""
    return await _list(request, runtime, organiser, past=True)


async def _list(request: Request, runtime: Runtime, organiser: str | None, *, past: bool) -> Response[str]:
    async def make() -> Response[str]:
        return await _make_page(request, runtime, organiser, past=past)

    return await pages_of(request).kept_page(request, make, reads=READS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose events a page lists."""

    house: House | None
    """Whose page it is; on a page of all, who signs it."""
    houses: tuple[House, ...]
    organiser: str | None
    """The slug in the address; None on a page of all."""
    branches: dict[str, House]

    @property
    def several(self) -> bool:
        """Whether each event must say whose it is."""
        return bool(self.branches)


async def scope_of(pages: Pages, organiser: str | None) -> Scope:
    """Return whose events a page with this address lists. Raises `NotFound`."""
    houses = await pages.houses()
    house = next((each for each in houses if organiser in (None, each.slug)), None)
    if organiser is not None and house is None:
        raise NotFound
    return Scope(house, houses, organiser, branches_of(houses, house if organiser else None))


def filters_of(request: Request, scope: Scope) -> Filters:
    """Return what the address of a list asks for."""
    return read_filters(dict(request.query_params.items()), scope.house if scope.organiser else None, scope.branches)


@dataclass(frozen=True, slots=True)
class _Read:
    found: Found
    total: int
    watchable: tuple[Card, ...]
    topics: tuple[Topic, ...]


async def _make_page(request: Request, runtime: Runtime, organiser: str | None, *, past: bool) -> Response[str]:
    pages = pages_of(request)
    scope = await scope_of(pages, organiser)
    filters = filters_of(request, scope)
    now = runtime.clock.now()
    read = await runtime.database.aread(partial(_read, filters=filters, organiser=organiser, now=now, past=past))
    return pages.page(
        request,
        "past.html" if past else "coming.html",
        house=scope.house,
        scope=scope,
        filters=filters,
        read=read,
        places=places(organiser),
        here="past" if past else "list",
        choices=choices(scope, read.topics),
        feed=subscription_to(runtime, filters, organiser, locale_of(request)),
    )


def subscription_to(runtime: Runtime, filters: Filters, organiser: str | None, locale: str) -> Subscription:
    """Return the feed of what the filters of a list leave."""
    return Subscription(runtime.links.url(filters.feed_path(organiser, locale)))


def places(organiser: str | None) -> dict[str, str]:
    """Return the addresses of the three ways to look at the events of an organiser, or of all."""
    below = f"/{organiser}" if organiser else ""
    return {"list": f"/events{below}" if organiser else "/", "month": f"/calendar/now{below}", "past": f"/past{below}"}


def choices(scope: Scope, topics: tuple[Topic, ...]) -> dict[str, object]:
    """Return what the form of the filters offers."""
    return {
        "kinds": list(EventKind),
        "modes": list(EventMode),
        "audiences": list(Audience),
        "topics": topics,
        "branches": list(scope.branches.values()),
    }


def _read(session: ReadSession, *, filters: Filters, organiser: str | None, now: datetime, past: bool) -> _Read:
    """Read the page in a fixed number of queries: six for the front page, three or four for the others."""
    found = find_events(session, filters.wanted, now=now, past=past, after=filters.after)
    whole = found.after is None and filters.after is None
    total = len(found.cards) if whole else count_events(session, filters.wanted, now=now, past=past)
    plain = not (past or filters.wanted.narrowed or filters.after)
    recorded = Wanted(organiser=organiser, recorded=True)
    watchable = find_events(session, recorded, now=now, past=True, limit=6).cards if plain else ()
    return _Read(found, total, watchable, known_topics(session, organiser=organiser))
