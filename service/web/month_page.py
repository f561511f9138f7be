"""The month as a calendar: a table where there is room for one, a list on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response

from events.catalogue.finding import events_between, known_topics
from events.catalogue.listing import Card
from events.catalogue.months import Month, entries_of, month_of, read_month, weeks_of
from events.days.public_holidays import Holiday, holidays_between
from events.errors import NotFound
from events.storage import ReadSession
from events.tags import Topic
from service.web.coming import choices, filters_of, places, scope_of, subscription_to
from service.web.filters import NAMES
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime

_READS = tuple(name for name in NAMES if name not in ("from", "to"))
NOW = "now"
"""Stands in an address for the month that it is."""


@get("/calendar")
async def month_now(request: Request, runtime: NamedDependency[Runtime]) -> Redirect:
    """Lead to this month's page."""
    return await _lead_on(request, runtime, None)


@get("/calendar/{month:str}")
async def show_month(
    request: Request, runtime: NamedDependency[Runtime], month: FromPath[str]
) -> Response[str] | Redirect:
    """Show one month (``2026-12``, or ``now``) of every organiser here."""
    return await _show(request, runtime, month, None)


@get("/calendar/{month:str}/{organiser:str}")
async def show_month_of_house(
    request: Request, runtime: NamedDependency[Runtime], month: FromPath[str], organiser: FromPath[str]
) -> Response[str] | Redirect:
    """Show one month of one organiser and its branches."""
    return await _show(request, runtime, month, organiser)


async def _show(request: Request, runtime: Runtime, text: str, organiser: str | None) -> Response[str] | Redirect:
    if text == NOW:
        return await _lead_on(request, runtime, organiser)
    month = read_month(text)
    if month is None:
        raise NotFound

    async def make() -> Response[str]:
        return await _make_page(request, runtime, month, organiser)

    return await pages_of(request).kept_page(request, make, reads=_READS)


async def _lead_on(request: Request, runtime: Runtime, organiser: str | None) -> Redirect:
    scope = await scope_of(pages_of(request), organiser)
    zone = scope.house.timezone if scope.house else "Asia/Jakarta"
    month = month_of(runtime.clock.now().astimezone(ZoneInfo(zone)).date())
    query = filters_of(request, scope).query(**{"from": None, "to": None, "recorded": None})
    return Redirect(address_of(month, organiser) + query, status_code=303, headers={"Cache-Control": "no-store"})


def address_of(month: Month, organiser: str | None) -> str:
    """Return the path of a month's page."""
    return f"/calendar/{month}/{organiser}" if organiser else f"/calendar/{month}"


async def _make_page(request: Request, runtime: Runtime, month: Month, organiser: str | None) -> Response[str]:
    pages = pages_of(request)
    scope = await scope_of(pages, organiser)
    filters = filters_of(request, scope)
    zone = ZoneInfo(scope.house.timezone if scope.house else "Asia/Jakarta")
    starts, ends = month.span(zone)

    def read(session: ReadSession) -> tuple[tuple[Card, ...], tuple[Topic, ...]]:
        """Three queries."""
        shown = events_between(session, starts, ends, filters.wanted)
        return shown, known_topics(session, organiser=organiser)

    cards, topics = await runtime.database.aread(read)
    today = runtime.clock.now().astimezone(zone).date()
    holidays: Mapping[date, Holiday] = {
        each.day: each for each in holidays_between(starts.date(), ends.date(), locale_of(request))
    }
    around = {"before": month.moved(-1), "after": month.moved(1), "now": month_of(today)}
    return pages.page(
        request,
        "month.html",
        house=scope.house,
        scope=scope,
        filters=filters,
        month=month,
        weeks=weeks_of(month, cards, holidays),
        entries=entries_of(month, cards, holidays),
        holidays=[each for each in holidays.values() if month.first <= each.day <= month.last],
        today=today,
        around={name: address_of(each, organiser) if each else None for name, each in around.items()},
        moved=around,
        places=places(organiser),
        here="month",
        choices=choices(scope, topics),
        feed=subscription_to(runtime, filters, organiser, locale_of(request)),
    )
