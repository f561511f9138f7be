"""One event at a glance: its stage, what can be done now, what is missing before publishing, seats, tracks, preview."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events import desk as lists
from events import lifecycle, listing
from events.errors import FieldError
from events.links import PREVIEW
from events.models import Event, EventKind, RegistrationState, Stage
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.web.event_page import share_text, whatsapp_url
from service.web.headers import VIDEO
from service.web.pages import Request, locale_of, pages_of
from service.web.staff.access import PUBLIC
from service.web.staff.desk import desk_of


@dataclass(frozen=True, slots=True)
class Glance:
    """What the event's first page shows."""

    seats: lists.SeatCount
    states: dict[RegistrationState, int]
    missing: list[FieldError]
    languages: tuple[str, ...]
    slots: int
    partners: list[lists.ParticipationRow]
    attendance: lists.AttendanceCount | None


def glance(session: ReadSession, event: Event, now: Any) -> Glance:
    """Read everything for the page."""
    over = event.stage in (Stage.LIVE, Stage.ENDED, Stage.ARCHIVED)
    return Glance(
        seats=lists.count_seats(session, [event.id]).get(event.id, lists.SeatCount()),
        states=dict(lists.count_registrations(session, event.id)),
        missing=lifecycle.missing_before_publishing(session, event, now=now) if event.stage is Stage.DRAFT else [],
        languages=tuple({locale for text in (event.title, event.summary) for locale in text.missing()}),
        slots=len(lists.list_slots(session, event.id)) if event.kind is EventKind.EXHIBITION else 0,
        partners=[
            row for row in lists.list_participations(session, event.id) if row.participation.withdrawn_at is None
        ],
        attendance=lists.count_attendance(session, event) if over else None,
    )


@get("/staff/events/{event_id:uuid}", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_event(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show one event."""
    desk = desk_of(request)
    event = await desk.event(event_id)
    now = desk.now
    seen = await desk.read(lambda session: glance(session, event, now))
    return await desk.show("event.html", event=event, glance=seen, now=now)


@get("/staff/events/{event_id:uuid}/preview", action=Action.VIEW_EVENTS, include_in_schema=False)
async def preview(request: Request, event_id: FromPath[uuid.UUID]) -> Redirect:
    """Lead to the public page as it will look, by a signed link that can also be shown to a speaker."""
    desk = desk_of(request)
    event = await desk.event(event_id)
    token = desk.runtime.links.token(PREVIEW, event.id)
    return Redirect(f"/preview/{token}", status_code=HTTP_303_SEE_OTHER)


@get("/preview/{token:str}", action=PUBLIC, include_in_schema=False)
async def show_preview(request: Request, token: FromPath[str]) -> Response[str]:
    """Show an event, a draft too, as the public will see it. Raises `NotFound` for a link that was not made here."""
    pages = pages_of(request)
    links = pages.runtime.links
    target = links.read(PREVIEW, token)
    found = await pages.runtime.database.aread(
        lambda session: listing.event_page_by_id(session, target.id, drafts=True)
    )
    address = links.event_url(found.house.slug, found.slug)
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
    )


HANDLERS = (show_event, preview, show_preview)
