"""A partner's page for all their dates of a series: every date with its answer, one answer for all, the calendar."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import NotFound
from events.links import PARTNER, PARTNER_SERIES, check_version
from events.models import PartnerAnswer
from events.pages import partner_dates
from events.pages.partner_dates import PartnerDates
from events.partnership import partners
from events.recurring.series_calendar import series_file
from events.storage import Session
from service.inputs.checking import DatesAnswerInput
from service.web.event_page import calendar_file
from service.web.forms import MAX_BYTES, read_form
from service.web.pages import Request, locale_of, pages_of
from service.web.partner_opening import is_person
from service.wiring import Runtime


@dataclass(frozen=True, slots=True)
class _Opened:
    page: PartnerDates
    runtime: Runtime
    token: str


async def _open(runtime: Runtime, token: str) -> _Opened:
    """Return what the link leads to. Raises `NotFound`, or `Gone` for a link that was revoked."""
    target = runtime.links.read(PARTNER_SERIES, token)
    page = await runtime.database.aread(lambda session: partner_dates.dates_page(session, target.id))
    check_version(target, page.link_version)
    return _Opened(page, runtime, token)


@get("/ps/{token:str}")
async def show_dates(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show every date with what the partner answered for it."""
    opened = await _open(runtime, token)
    await _note_opened(request, opened)
    now, links = runtime.clock.now(), runtime.links
    parts = [each.participation for each in opened.page.dates]
    pages = {part.id: "/p/" + links.token(PARTNER, part.id, part.link_version) for part in parts}
    return pages_of(request).page(
        request,
        "partner_series.html",
        house=opened.page.house,
        personal=True,
        reader_locale=opened.page.locale,
        part=opened.page,
        token=token,
        now=now,
        pages=pages,
        meeting=opened.page.meeting(now),
        open_dates=[each for each in opened.page.dates if each.is_open(now)],
        noted=request.query_params.get("noted", ""),
    )


async def _note_opened(request: Request, opened: _Opened) -> None:
    unseen = [each.participation.id for each in opened.page.dates if each.participation.opened_at is None]
    if not unseen or not is_person(request):
        return
    now = opened.runtime.clock.now()

    def use_case(session: Session) -> None:
        for key in sorted(unseen):
            partners.note_opened(session, key, now=now)

    await opened.runtime.database.awrite(use_case)


@post("/ps/{token:str}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def answer_dates(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Note one answer for every date that lies ahead, or for the one that is named. Raises `Invalid` for neither."""
    opened = await _open(runtime, token)
    data = (await read_form(request)).check(DatesAnswerInput)
    given, comment, now = PartnerAnswer(data.answer), data.comment or "", runtime.clock.now()
    key, date = opened.page.id, data.date

    def use_case(session: Session) -> None:
        if date is None:
            partner_dates.answer_all(session, key, given, now=now, comment=comment)
        else:
            partner_dates.answer_one(session, key, date, given, now=now, comment=comment)

    await runtime.database.awrite(use_case)
    noted = "all" if date is None else "one"
    headers = {"Cache-Control": "no-store"}
    return Redirect(f"/ps/{token}?noted={noted}", status_code=HTTP_303_SEE_OTHER, headers=headers)


@get("/ps/{token:str}/join")
async def join_date(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Lead a partner into the meeting that is on, or comes next. Raises `NotFound` where there is none."""
    del request
    opened = await _open(runtime, token)
    meeting = opened.page.meeting(runtime.clock.now())
    if meeting is None:
        raise NotFound
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(meeting, status_code=HTTP_303_SEE_OTHER, headers=headers)


@get("/ps/{token:str}/calendar.ics")
async def dates_calendar(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[bytes]:
    """Send the calendar entry with every date, the same that the invitation carries."""
    opened = await _open(runtime, token)
    locale = locale_of(request, opened.page.locale)
    said = await runtime.database.aread(
        lambda session: partner_dates.entry_of(session, opened.page.id, locale, links=runtime.links)
    )
    return calendar_file(series_file(said), "invitation", personal=True)
