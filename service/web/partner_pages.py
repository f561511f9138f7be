"""A partner's own page: what they are asked to do, and their answer, without an account."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from certificates.listing import of_participation
from events.catalogue import calendar
from events.catalogue.feeds import Owner
from events.errors import NotFound
from events.links import PARTNER_SERIES
from events.models import Event, FeedOf, Participation, PartnerAnswer
from events.pages import partner_dates
from events.partnership import partners
from events.recordings.recording_consent import ON_STAGE
from events.recurring import series_calendar
from events.storage import ReadSession, Session
from service.inputs.checking import PartnerAnswerInput
from service.web.certificate_files import certificate_file
from service.web.event_page import calendar_file, organiser_of
from service.web.forms import MAX_BYTES, read_form
from service.web.pages import Request, locale_of
from service.web.partner_opening import note_opened, open_partner
from service.web.subscribing import own_subscription
from service.wiring import Runtime


@get("/p/{token:str}")
async def show_invitation(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the invitation, the answer that was given, and what else there is to do."""
    opened = await open_partner(request, runtime, token)
    await note_opened(opened)
    certificates = await runtime.database.aread(lambda session: of_participation(session, opened.page.id))
    page = opened.page
    offer = await own_subscription(
        request,
        runtime,
        Owner(FeedOf.PARTNER, str(page.id), page.link_version),
        locale_of(request, page.locale),
        action=f"/p/{token}/calendar",
    )
    series = page.series
    dates_url = "/ps/" + runtime.links.token(PARTNER_SERIES, series.id, series.version) if series else ""
    return opened.show(
        "partner.html", certificates=certificates, on_stage=ON_STAGE, calendar=offer, dates_url=dates_url
    )


@post("/p/{token:str}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def answer(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Note the partner's answer; the last one counts. Raises `Invalid` for none of the three."""
    opened = await open_partner(request, runtime, token)
    data = (await read_form(request)).check(PartnerAnswerInput)
    given = PartnerAnswer(data.answer)
    now = runtime.clock.now()

    def use_case(session: Session) -> None:
        partners.answer(session, opened.page.id, given, now=now, by=opened.by, comment=data.comment or "")
        partners.note_opened(session, opened.page.id, now=now)

    await runtime.database.awrite(use_case)
    return opened.go()


@get("/p/{token:str}/join")
async def partner_join(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Lead a partner into the meeting: calendars hold this link, which outlives the meeting's own address.

    There is no door before it: speakers come early. Raises `NotFound` where there is no meeting, or none any more.
    """
    page = (await open_partner(request, runtime, token)).page
    if page.join_url is None:
        raise NotFound
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(page.join_url, status_code=HTTP_303_SEE_OTHER, headers=headers)


@get("/p/{token:str}/calendar.ics")
async def partner_calendar(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[bytes]:
    """Send the partner's calendar entry, the same that the invitation carries."""
    page = (await open_partner(request, runtime, token)).page
    locale = locale_of(request, page.locale)

    def read(session: ReadSession) -> bytes:
        part = session.get(Participation, page.id)
        event = session.get(Event, part.event_id) if part is not None else None
        if part is None or event is None:
            raise NotFound
        if part.series_invitation_id is not None:
            said = partner_dates.entry_of(session, part.series_invitation_id, locale, links=runtime.links)
            return series_calendar.series_file(said)
        organiser = organiser_of(session, event)
        return calendar.entry_file(calendar.participation_entry(event, organiser, part, locale, links=runtime.links))

    return calendar_file(await runtime.database.aread(read), page.event.slug, personal=True)


@get("/p/{token:str}/certificate/{code:str}")
async def partner_certificate(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str], code: FromPath[str]
) -> Response[bytes]:
    """Send one of the partner's own certificates. Raises `NotFound` for any other code."""
    page = (await open_partner(request, runtime, token)).page
    held = await runtime.database.aread(lambda session: of_participation(session, page.id))
    return await certificate_file(runtime.files, held, code)
