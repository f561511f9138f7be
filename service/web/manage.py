"""A person's own page, reached by the link in their mails: what they hold, and what they can do about it.

GET changes nothing: programs that check links in mails follow them all.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from certificates.listing import of_registration
from events.catalogue import calendar
from events.catalogue.feeds import Owner
from events.drafts import materials
from events.errors import Invalid, NotFound
from events.links import JOIN, MANAGE, SERIES, check_version, spell_door_code
from events.models import ACTIVE_STATES, Event, FeedOf, Registration, RegistrationState, Slot
from events.pages import personal_pages
from events.pages.personal_pages import RegistrationPage
from events.presence import attendance
from events.recurring.other_dates import NO_EXCHANGE, OtherPlace, exchange_of
from events.registrations import registration
from events.seating import waitlist
from events.storage import ReadSession
from notifications.contents.waiting_words import because
from notifications.planning import announcements
from service.inputs.checking import CodeWordInput
from service.web.certificate_files import certificate_file
from service.web.event_page import calendar_file, organiser_of
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.guardian_sharing import share_link
from service.web.news_offers import silent_houses
from service.web.own_link import ready_text, whatsapp_to
from service.web.pages import Request, locale_of, pages_of
from service.web.subscribing import own_subscription
from service.web.text_offers import text_offers
from service.wiring import Runtime


async def open_link(runtime: Runtime, purpose: str, token: str) -> RegistrationPage:
    """Return what a personal link leads to. Raises `NotFound` for a forged one, `Gone` for a revoked one."""
    target = runtime.links.read(purpose, token)
    now = runtime.clock.now()
    page = await runtime.database.aread(lambda session: personal_pages.registration_page(session, target.id, now=now))
    check_version(target, page.link_version)
    return page


@get("/r/{token:str}")
async def show_registration(
    request: Request,
    runtime: NamedDependency[Runtime],
    token: FromPath[str],
    new: FromQuery[bool] = False,
    changed: FromQuery[bool] = False,
) -> Response[str]:
    """Show the person's place; right after registering with a word of thanks."""
    page = await open_link(runtime, MANAGE, token)
    return await _page(request, runtime, page, token, new=new, changed=changed)


async def _page(
    request: Request,
    runtime: Runtime,
    page: RegistrationPage,
    token: str,
    *,
    new: bool = False,
    changed: bool = False,
    form: Form | None = None,
    status_code: int = HTTP_200_OK,
) -> Response[str]:
    now = runtime.clock.now()
    seated = page.state is RegistrationState.CONFIRMED
    locale = locale_of(request, page.locale)
    certificates, laid_out, exchange, said = await runtime.database.aread(
        lambda session: (
            of_registration(session, page.id),
            materials.materials_for(session, page.event_id, page.stage) if seated else (),
            exchange_of(session, page.id) if page.in_series else NO_EXCHANGE,
            announcements.read_by(session, page.id, links=runtime.links, locale=locale, now=now),
        )
    )
    address = runtime.links.manage_url(page.id, page.link_version)
    text = ready_text(
        page.name, page.title, (page.starts_at, page.ends_at), address, timezone=page.timezone, locale=locale
    )
    return pages_of(request).page(
        request,
        "registration.html",
        status_code=status_code,
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        place=page,
        because=because(page.waiting, locale, now=now) if page.waiting else "",
        certificates=certificates,
        materials=laid_out,
        exchange=exchange,
        said=said,
        path_of=partial(_path_of, runtime),
        token=token,
        join_path=f"/j/{runtime.links.token(JOIN, page.id, page.link_version)}",
        address=address,
        code=spell_door_code(runtime.links.door_code(page.event_id, page.id, page.link_version)),
        ready_text=text,
        whatsapp=whatsapp_to(None, text),
        texts=await text_offers(runtime, page),
        series_path=_series_path(runtime, page),
        calendar=await own_subscription(
            request,
            runtime,
            Owner(FeedOf.REGISTRATION, str(page.id), page.link_version),
            locale,
            action=f"/r/{token}/calendar",
        ),
        new=new,
        changed=changed,
        quiet=(new or changed) and "quiet" in request.query_params,
        guardian_share=share_link(runtime.links, page, page.title.to(locale), locale),
        form=form or Form(),
        active=page.state in ACTIVE_STATES,
        news_offered=bool(page.email) and page.house.id not in await silent_houses(pages_of(request)),
        news_asked="news" in request.query_params,
        gate_opens_at=page.starts_at - attendance.GATE_OPENS,
        takes_codes=page.has_codes and _takes_codes(page, now=now),
        now=now,
    )


def _path_of(runtime: Runtime, other: OtherPlace) -> str:
    """Return the path of another place of the same person."""
    return f"/r/{runtime.links.token(MANAGE, other.id, other.link_version)}"


def _series_path(runtime: Runtime, page: RegistrationPage) -> str | None:
    """Return where the person sees all their dates, if this is one of several that they registered for at once."""
    booking = page.series_booking
    return f"/s/{runtime.links.token(SERIES, booking.id, booking.version)}" if booking else None


def _takes_codes(page: RegistrationPage, *, now: datetime) -> bool:
    open_until = (page.ended_at or page.ends_at) + attendance.CODES_OPEN_FOR
    return page.starts_at <= now <= open_until and page.state.value == "confirmed"


def _back(token: str) -> Redirect:
    return Redirect(f"/r/{token}", status_code=HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})


@get("/r/{token:str}/cancel")
async def ask_to_cancel(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Ask whether the person means it."""
    page = await open_link(runtime, MANAGE, token)
    return pages_of(request).page(
        request,
        "cancel.html",
        house=page.house,
        personal=True,
        reader_locale=page.locale,
        place=page,
        token=token,
        active=page.state in ACTIVE_STATES,
    )


@post("/r/{token:str}/cancel", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def cancel(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Give the place up; somebody who waits gets it at once."""
    page = await open_link(runtime, MANAGE, token)
    now = runtime.clock.now()
    await runtime.database.awrite(
        lambda session: registration.cancel(session, page.id, now=now, by=f"person:{page.id}"),
        seats_of=[page.event_id],
    )
    pages_of(request).recent.forget()
    return _back(token)


@post("/r/{token:str}/accept", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def accept(runtime: NamedDependency[Runtime], token: FromPath[str]) -> Redirect:
    """Take the seat that was offered. Raises `Gone` once the offer has run out."""
    page = await open_link(runtime, MANAGE, token)
    now = runtime.clock.now()
    await runtime.database.awrite(
        lambda session: waitlist.accept_offer(session, page.id, now=now, by=f"person:{page.id}"),
        seats_of=[page.event_id],
    )
    return _back(token)


@post("/r/{token:str}/code", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def enter_code(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Take a code word that was said or shown during the event."""
    page = await open_link(runtime, MANAGE, token)
    form = await read_form(request)
    now = runtime.clock.now()
    try:
        code = form.check(CodeWordInput).code
        await runtime.database.awrite(lambda session: attendance.enter_code(session, page.id, code, now=now))
    except Invalid as refusal:
        shown = form.with_errors(refusal.errors)
        return await _page(request, runtime, page, token, form=shown, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    return _back(token)


@get("/r/{token:str}/calendar.ics")
async def own_calendar(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[bytes]:
    """Send the person's own calendar entry, the same that their mails carry."""
    page = await open_link(runtime, MANAGE, token)
    locale = locale_of(request, page.locale)

    def read(session: ReadSession) -> bytes:
        return _entry(session, runtime, page.id, locale)

    return calendar_file(await runtime.database.aread(read), page.event_slug, personal=True)


def _entry(session: ReadSession, runtime: Runtime, registration_id: uuid.UUID, locale: str) -> bytes:
    held = session.get(Registration, registration_id)
    event = session.get(Event, held.event_id) if held is not None else None
    if held is None or event is None:
        raise NotFound
    slot = session.get(Slot, held.slot_id) if held.slot_id is not None else None
    organiser = organiser_of(session, event)
    return calendar.entry_file(
        calendar.registration_entry(event, organiser, held, locale, links=runtime.links, slot=slot)
    )


@get("/r/{token:str}/certificate/{code:str}")
async def download_certificate(
    runtime: NamedDependency[Runtime], token: FromPath[str], code: FromPath[str]
) -> Response[bytes]:
    """Send one of the person's own certificates. Raises `NotFound` for any other code."""
    page = await open_link(runtime, MANAGE, token)
    held = await runtime.database.aread(lambda session: of_registration(session, page.id))
    return await certificate_file(runtime.files, held, code)
