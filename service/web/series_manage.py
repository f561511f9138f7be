"""What a person holds of a whole series, reached by the link in their mail: every date, and giving back some or all.

GET changes nothing: programs that check links in mails follow them all.
"""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.catalogue import calendar
from events.links import MANAGE, SERIES, check_version
from events.pages import feed_writing
from events.recurring import series_booking, series_listing
from events.recurring.series_listing import BookingPage
from events.storage import ReadSession
from service.web.event_page import calendar_file
from service.web.forms import MAX_BYTES
from service.web.guardian_sharing import share_booking_link
from service.web.headers import PERSONAL
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


async def _open(runtime: Runtime, token: str) -> BookingPage:
    """Return what a link leads to. Raises `NotFound` for a forged one, `Gone` for a revoked one."""
    target, now = runtime.links.read(SERIES, token), runtime.clock.now()
    page = await runtime.database.aread(lambda session: series_listing.booking_page(session, target.id, now=now))
    check_version(target, page.link_version)
    return page


@get("/s/{token:str}")
async def show_booking(
    request: Request,
    runtime: NamedDependency[Runtime],
    token: FromPath[str],
    new: FromQuery[bool] = False,
    quiet: FromQuery[bool] = False,
) -> Response[str]:
    """Show every date that the person holds or awaits; right after registering with a word of thanks."""
    page = await _open(runtime, token)
    return pages_of(request).page(
        request,
        "series_booking.html",
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        page=page,
        ways={
            each.registration_id: f"/r/{runtime.links.token(MANAGE, each.registration_id, each.link_version)}"
            for each in page.dates
        },
        token=token,
        guardian_share=share_booking_link(runtime.links, page, locale_of(request, page.locale)),
        address=runtime.links.series_url(page.id, page.link_version),
        new=new,
        quiet=quiet,
        now=runtime.clock.now(),
    )


@get("/s/{token:str}/cancel")
async def ask_to_give_back(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Ask whether the person means it."""
    page = await _open(runtime, token)
    return pages_of(request).page(
        request,
        "series_give_back.html",
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        page=page,
        token=token,
    )


@post("/s/{token:str}/cancel", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def give_back(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Give every coming date back; who waits is offered them at once."""
    page, now = await _open(runtime, token), runtime.clock.now()
    by = f"person:{page.dates[0].registration_id}"
    await runtime.database.awrite(lambda session: series_booking.cancel_all(session, page.id, now=now, by=by))
    pages_of(request).recent.forget()
    return _back(token)


@post("/s/{token:str}/take", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def take_added(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Take the dates that were added to the series. Taking them twice changes nothing."""
    page, now = await _open(runtime, token), runtime.clock.now()
    await runtime.database.awrite(lambda session: series_booking.take_added(session, page.id, now=now, by="person"))
    pages_of(request).recent.forget()
    return _back(token)


def _back(token: str) -> Redirect:
    return Redirect(f"/s/{token}", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


@get("/s/{token:str}/calendar.ics")
async def booking_calendar(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[bytes]:
    """Send all dates as one calendar file, the same entries that mails carry."""
    page = await _open(runtime, token)
    locale = locale_of(request, page.locale)

    def read(session: ReadSession) -> bytes:
        entries = series_listing.booking_entries(session, page.id, locale, links=runtime.links)
        return calendar.entry_file(*(entry for entry in entries if not entry.cancelled))

    return calendar_file(await runtime.database.aread(read), page.path.rsplit("/", 1)[-1], personal=True)


@get("/s/{token:str}/feed.ics")
async def booking_feed(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[bytes]:
    """Send all dates as a feed to subscribe to: what changes, is added or given back arrives by itself."""
    page = await _open(runtime, token)
    locale = locale_of(request, page.locale)
    address = f"{runtime.links.series_url(page.id, page.link_version)}/feed.ics"

    def read(session: ReadSession) -> bytes:
        entries = series_listing.booking_entries(session, page.id, locale, links=runtime.links)
        return feed_writing.feed(entries, name=page.title.to(locale), url=address, locale=locale)

    body = await runtime.database.aread(read)
    return Response(body, media_type="text/calendar", headers=PERSONAL | {"Cache-Control": "private, no-cache"})
