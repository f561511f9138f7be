"""A series' public page: its dates, and one way to register for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from events.days.recurrence_words import describe
from events.recurring import series_listing
from events.recurring.series_listing import SeriesPage
from service.web.event_page import whatsapp_url
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


@get("/series/{organiser:str}/{slug:str}")
async def show_series(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[str]:
    """Show a series with its dates as they stand now."""

    async def make() -> Response[str]:
        locale, now = locale_of(request), runtime.clock.now()
        series = await runtime.database.aread(lambda session: series_listing.series_page(session, organiser, slug))
        address = runtime.links.url(series.path)
        title = series.title.to(locale)
        return pages_of(request).page(
            request,
            "series.html",
            house=series.house,
            series=series,
            rule=describe(series.rule.ending(), locale),
            coming=series.coming(now),
            over=[card for card in series.dates if card.ends_at <= now],
            open_dates=series.open(now),
            data=series_data(series, locale, address=address),
            address=address,
            share=whatsapp_url(f"*{title}*\n{describe(series.rule.ending(), locale)}\n{address}"),
        )

    return await pages_of(request).kept_page(request, make)


def series_data(series: SeriesPage, locale: str, *, address: str) -> Mapping[str, Any]:
    """Return a series as schema.org's EventSeries, with its dates in short; each date's own page tells it whole."""
    zone = ZoneInfo(series.timezone)
    base = address.removesuffix(series.path)
    dates = [
        {
            "@type": "Event",
            "name": card.title.to(locale),
            "url": base + card.path,
            "startDate": card.starts_at.astimezone(zone).isoformat(),
            "endDate": card.ends_at.astimezone(zone).isoformat(),
        }
        for card in series.dates
        if card.stage.value not in ("cancelled", "postponed")
    ]
    return {
        "@context": "https://schema.org",
        "@type": "EventSeries",
        "name": series.title.to(locale),
        "description": series.summary.to(locale),
        "url": address,
        "inLanguage": locale,
        "organizer": {"@type": "Library", "name": series.house.name.to(locale), "url": series.house.website or base},
        "subEvent": dates,
    }
