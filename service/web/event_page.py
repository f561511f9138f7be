"""One event's page, and its entry for a calendar."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from events.catalogue import calendar, listing
from events.catalogue.listing import EventPage
from events.days.dates import format_when
from events.errors import NotFound
from events.models import Event, Organiser, Slot
from events.recurring import series_listing
from events.recurring.series_listing import Siblings
from events.storage import ReadSession
from service.web.discovery import event_data
from service.web.event_reads import Pictures, load_event, read_pictures
from service.web.headers import VIDEO, policy
from service.web.pages import Request, card_path, locale_of, pages_of
from service.web.poster_routes import SIZES, poster_base, sources_of
from service.wiring import Runtime


@get("/events/{organiser:str}/{slug:str}")
async def show_event(
    request: Request, runtime: NamedDependency[Runtime], organiser: FromPath[str], slug: FromPath[str]
) -> Response[str]:
    """Show one event as it stands now: seats left are right within 2 seconds."""

    async def make() -> Response[str]:
        return await _make_page(request, runtime, organiser, slug)

    return await pages_of(request).kept_page(request, make)


async def _make_page(request: Request, runtime: Runtime, organiser: str, slug: str) -> Response[str]:
    locale = locale_of(request)

    def read(session: ReadSession) -> tuple[EventPage, Pictures | None, Siblings | None]:
        found = listing.event_page(session, organiser, slug)
        return found, read_pictures(session, found.id, locale), _siblings(session, found, now=runtime.clock.now())

    event, drawn, siblings = await runtime.database.aread(read)
    address = runtime.links.event_url(organiser, slug)
    poster = poster_base(event.path, drawn) if drawn else None
    card = card_path(event.house, locale)
    shown = [f"{poster}.preview.jpg", f"{poster}.jpg"] if poster else [card] if card else []
    pictures = [runtime.links.url(each) for each in shown]
    headers = {"Content-Security-Policy": policy(frame_src=VIDEO)} if event.video_id else {}
    return pages_of(request).page(
        request,
        "event.html",
        house=event.house,
        headers=headers,
        event=event,
        poster=poster,
        sources=sources_of(poster) if poster else [],
        sizes=SIZES,
        preview_picture=pictures[0] if pictures else None,
        data=event_data(event, locale, address=address, pictures=pictures) | _series_data(siblings, locale, runtime),
        siblings=siblings,
        now=runtime.clock.now(),
        address=address,
        share=whatsapp_url(share_text(event, locale, address)),
        video=VIDEO,
    )


def _siblings(session: ReadSession, event: EventPage, *, now: datetime) -> Siblings | None:
    if event.series_id is None:
        return None
    return series_listing.siblings(session, event.series_id, event.id, now=now)


def _series_data(siblings: Siblings | None, locale: str, runtime: Runtime) -> dict[str, Any]:
    """Return what search engines are told of the series that an event belongs to."""
    if siblings is None:
        return {}
    name, address = siblings.title.to(locale), runtime.links.url(siblings.path)
    return {"superEvent": {"@type": "EventSeries", "name": name, "url": address}}


def share_text(event: EventPage, locale: str, address: str) -> str:
    """Return what a person sends to their WhatsApp group."""
    when = format_when(event.starts_at, event.ends_at, event.timezone, locale)
    return f"*{event.title.to(locale)}*\n{when}\n{address}"


def whatsapp_url(text: str) -> str:
    """Return the address that opens WhatsApp with `text` ready to be sent."""
    return f"https://wa.me/?text={quote(text)}"


@get("/events/{organiser:str}/{slug:str}/calendar.ics")
async def event_calendar(
    request: Request,
    runtime: NamedDependency[Runtime],
    organiser: FromPath[str],
    slug: FromPath[str],
    slot: FromQuery[uuid.UUID | None] = None,
) -> Response[bytes]:
    """Send the event, or one visiting time, as a calendar file."""
    event = await load_event(pages_of(request), organiser, slug)
    locale = locale_of(request)
    address = runtime.links.event_url(organiser, slug)

    def read(session: ReadSession) -> bytes:
        row = session.get(Event, event.id)
        visit = session.get(Slot, slot) if slot is not None else None
        if row is None or (slot is not None and (visit is None or visit.event_id != row.id)):
            raise NotFound
        return calendar.entry_file(
            calendar.event_entry(row, organiser_of(session, row), locale, url=address, slot=visit)
        )

    return calendar_file(await runtime.database.aread(read), event.slug)


def organiser_of(session: ReadSession, event: Event) -> Organiser:
    """Return whose event it is."""
    organiser = session.get(Organiser, event.organiser_id)
    if organiser is None:
        raise NotFound
    return organiser


def calendar_file(body: bytes, name: str, *, personal: bool = False) -> Response[bytes]:
    """Return a calendar file (RFC 5545 §8.1) as a download."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.ics"',
        "Cache-Control": "no-store" if personal else "no-cache",
        "Vary": "Cookie, Accept-Language",
    }
    return Response(body, media_type="text/calendar; method=PUBLISH", headers=headers)
