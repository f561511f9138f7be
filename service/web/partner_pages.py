"""A partner's own page: what they are asked to do, and their answer, without an account."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from certificates.listing import of_participation
from events import calendar, partners, personal_pages
from events.errors import NotFound
from events.links import PARTNER, check_version
from events.models import Event, Participation, PartnerAnswer
from events.personal_pages import PartnerPage
from events.storage import ReadSession
from service.inputs import PartnerAnswerInput
from service.web.certificate_files import certificate_file
from service.web.event_page import calendar_file, organiser_of
from service.web.forms import MAX_BYTES, read_form
from service.web.pages import Request, locale_of, pages_of
from service.wiring import Runtime


async def _open(runtime: Runtime, token: str) -> PartnerPage:
    target = runtime.links.read(PARTNER, token)
    page = await runtime.database.aread(lambda session: personal_pages.partner_page(session, target.id))
    check_version(target, page.link_version)
    return page


@get("/p/{token:str}")
async def show_invitation(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show the invitation and the answer that was given."""
    page = await _open(runtime, token)
    certificates = await runtime.database.aread(lambda session: of_participation(session, page.id))
    return pages_of(request).page(
        request,
        "partner.html",
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        part=page,
        certificates=certificates,
        token=token,
        now=runtime.clock.now(),
    )


@post("/p/{token:str}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def answer(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Note the partner's answer; the last one counts. Raises `Invalid` for none of the three."""
    page = await _open(runtime, token)
    given = PartnerAnswer((await read_form(request)).check(PartnerAnswerInput).answer)
    now = runtime.clock.now()
    await runtime.database.awrite(
        lambda session: partners.answer(session, page.id, given, now=now, by=f"partner:{page.id}")
    )
    return Redirect(f"/p/{token}", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


@get("/p/{token:str}/join")
async def partner_join(runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Lead a partner into the meeting: calendars hold this link, which outlives the meeting's own address.

    There is no door before it: speakers come early. Raises `NotFound` where there is no meeting, or none any more.
    """
    page = await _open(runtime, token)
    if page.join_url is None:
        raise NotFound
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(page.join_url, status_code=HTTP_303_SEE_OTHER, headers=headers)


@get("/p/{token:str}/calendar.ics")
async def partner_calendar(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]
) -> Response[bytes]:
    """Send the partner's calendar entry, the same that the invitation carries."""
    page = await _open(runtime, token)
    locale = locale_of(request, page.locale)

    def read(session: ReadSession) -> bytes:
        part = session.get(Participation, page.id)
        event = session.get(Event, part.event_id) if part is not None else None
        if part is None or event is None:
            raise NotFound
        organiser = organiser_of(session, event)
        return calendar.entry_file(calendar.participation_entry(event, organiser, part, locale, links=runtime.links))

    return calendar_file(await runtime.database.aread(read), page.event.slug, personal=True)


@get("/p/{token:str}/certificate/{code:str}")
async def partner_certificate(
    runtime: NamedDependency[Runtime], token: FromPath[str], code: FromPath[str]
) -> Response[bytes]:
    """Send one of the partner's own certificates. Raises `NotFound` for any other code."""
    page = await _open(runtime, token)
    held = await runtime.database.aread(lambda session: of_participation(session, page.id))
    return await certificate_file(runtime.files, held, code)
