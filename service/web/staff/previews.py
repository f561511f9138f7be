"""Showing an event before it is public: to oneself at once, to others by links that expire and can be revoked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.catalogue import listing
from events.catalogue.houses import House
from events.catalogue.listing import EventPage
from events.days.dates import format_moment, format_when
from events.drafts import preview_links
from events.errors import N_, NotFound
from events.links import PREVIEW
from events.models import Event, PreviewLink, Stage
from events.ownership import event_of
from events.storage import ReadSession, Session
from service.accounts import staff
from service.accounts.permissions import Action
from service.inputs.authoring import PreviewLinkInput
from service.web.event_page import share_text, whatsapp_url
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.headers import VIDEO
from service.web.languages import translate
from service.web.pages import Request, locale_of, pages_of
from service.web.staff.access import PUBLIC
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.narration import ids_of, people_of

_INVITATION = N_(
    "Good day. We are preparing *%(title)s*, %(when)s. The page is not public yet; please have a look and tell us what "
    "to change:\n%(address)s\nThe link works until %(until)s.\nThank you, %(house)s"
)


@get("/staff/events/{event_id:uuid}/preview", action=Action.VIEW_EVENTS, include_in_schema=False)
async def preview(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show staff the public page as it will look."""
    desk = desk_of(request)
    await desk.event(event_id)
    return _page(request, await desk.read(lambda session: listing.event_page_by_id(session, event_id, drafts=True)))


@get("/preview/{token:str}", action=PUBLIC, include_in_schema=False)
async def show_preview(request: Request, token: FromPath[str]) -> Response[Any]:
    """Show an event, a draft too, to who has a link; once it is public, lead to its page.

    Raises `NotFound` for a link that was not made here, `Gone` for one that has expired or was revoked.
    """
    pages = pages_of(request)
    target, now = pages.runtime.links.read(PREVIEW, token), pages.runtime.clock.now()

    def query(session: ReadSession) -> EventPage:
        event_id = preview_links.previewed_event(session, target.id, now=now)
        return listing.event_page_by_id(session, event_id, drafts=True)

    found = await pages.runtime.database.aread(query)
    if found.stage is not Stage.DRAFT:
        return Redirect(found.path, status_code=HTTP_303_SEE_OTHER)
    return _page(request, found)


def _page(request: Request, found: EventPage) -> Response[str]:
    pages = pages_of(request)
    address = pages.runtime.links.event_url(found.house.slug, found.slug)
    return pages.page(
        request,
        "event.html",
        house=found.house,
        personal=True,
        event=found,
        poster=None,
        now=pages.runtime.clock.now(),
        address=address,
        share=whatsapp_url(share_text(found, locale_of(request), address)),
        video=VIDEO,
        preview=True,
        draft=found.stage is Stage.DRAFT,
    )


# ---------------------------------------------------------------- links
@get("/staff/events/{event_id:uuid}/previews", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_links(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the links that work, with a text ready for WhatsApp."""
    desk = desk_of(request)
    return await _links_page(desk, await desk.event(event_id, Action.EDIT_EVENTS), Form({"days": ["14"]}))


async def _links_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    now, locale = desk.now, desk.locale

    def query(session: ReadSession) -> tuple[Sequence[PreviewLink], Mapping[str, str]]:
        links = preview_links.list_preview_links(session, event.id, now=now)
        makers = [link.created_by for link in links]
        return links, people_of(makers, staff.names(session, ids_of(makers)), locale)

    links, names = await desk.read(query)
    house = await desk.house(event.organiser_id)
    addresses = {link.id: desk.runtime.links.url(f"preview/{_token(desk, link.id)}") for link in links}
    texts = {
        link.id: invitation_text(event, house, address=addresses[link.id], until=link.expires_at, locale="id")
        for link in links
    }
    return await desk.show(
        "previews.html",
        event=event,
        form=form,
        links=links,
        names=names,
        addresses=addresses,
        texts=texts,
        whatsapp={key: whatsapp_url(text) for key, text in texts.items()},
        status_code=status_code,
    )


def _token(desk: Desk, link_id: uuid.UUID) -> str:
    return desk.runtime.links.token(PREVIEW, link_id)


def invitation_text(event: Event, house: House | None, *, address: str, until: datetime, locale: str) -> str:
    """Return what staff send to a partner with the link: polite, with the time, and until when it works."""
    said = {
        "title": event.title.to(locale),
        "when": format_when(event.starts_at, event.ends_at, event.timezone, locale),
        "address": address,
        "until": format_moment(until, event.timezone, locale),
        "house": house.name.to(locale) if house else "",
    }
    return translate(_INVITATION, locale, **said)


@post(
    "/staff/events/{event_id:uuid}/previews",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def make_link(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make a link."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    try:
        values = {name: form.value(name) for name in ("label", "days") if form.value(name).strip()}
        given = check(PreviewLinkInput, values)
        await desk.write(
            lambda session: preview_links.make_preview_link(
                session, event_id, label=given.label, days=given.days, now=desk.now, by=desk.by
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _links_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/previews", "preview_made")


@post(
    "/staff/events/{event_id:uuid}/previews/{preview_id:uuid}/revoke",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def revoke_link(
    request: Request, event_id: FromPath[uuid.UUID], preview_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Let a link lead nowhere from now on."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)

    def use_case(session: Session) -> None:
        if event_of(session, PreviewLink, preview_id) != event_id:
            raise NotFound
        preview_links.revoke_preview_link(session, preview_id, now=desk.now, by=desk.by)

    await desk.write(use_case)
    return desk.go(f"/staff/events/{event_id}/previews", "revoked_link")


HANDLERS = (preview, show_preview, show_links, make_link, revoke_link)
