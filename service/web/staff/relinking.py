"""Personal links that staff give out: new ones where one fell into wrong hands, and those of people without e-mail."""

from __future__ import annotations

import uuid
from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.models import AHEAD, Event, Registration, Slot, Stage
from events.registrations import people_listing, registration
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES
from service.web.own_link import ready_text, whatsapp_to
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of

_MAILED = (*AHEAD, Stage.LIVE)
"""Stages in which the new link is mailed; later there is nothing to confirm, and staff hand it over."""


@get(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/link",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def ask_relink(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Ask before the links are replaced, and say what that does."""
    desk = desk_of(request)
    event, person = await _find(desk, event_id, registration_id)
    return await desk.show(
        "registration_link.html", event=event, person=person, mailed=_mailed(event, person), replaced=False, added=False
    )


@post(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/link",
    status_code=200,
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def relink(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Replace the links. The new one is mailed; who cannot be written to gets it from the staff, shown this once."""
    desk = desk_of(request)
    event, person = await _find(desk, event_id, registration_id)
    version = await desk.write(
        lambda session: registration.revoke_links(session, registration_id, now=desk.now, by=desk.by)
    )
    mailed = _mailed(event, person)
    if mailed:
        return await desk.show(
            "registration_link.html", event=event, person=person, mailed=True, replaced=True, added=False
        )
    return await hand_over(desk, event, person, version)


async def hand_over(
    desk: Desk, event: Event, person: Registration, version: int, *, added: bool = False
) -> Response[str]:
    """Show the link of somebody who cannot be written to, this once, with the message in which staff send it on."""
    link = desk.runtime.links.manage_url(person.id, version)
    times = await desk.read(lambda session: _times(session, event, person))
    text = ready_text(person.name, event.title, times, link, timezone=event.timezone, locale=person.locale)
    return await desk.show(
        "registration_link.html",
        event=event,
        person=person,
        mailed=False,
        replaced=not added,
        added=added,
        link=link,
        ready_text=text,
        whatsapp=whatsapp_to(person.phone, text),
    )


def _times(session: ReadSession, event: Event, person: Registration) -> tuple[datetime, datetime]:
    slot = session.get(Slot, person.slot_id) if person.slot_id is not None else None
    return (event.starts_at, event.ends_at) if slot is None else (slot.starts_at, slot.ends_at)


async def _find(desk: Desk, event_id: uuid.UUID, registration_id: uuid.UUID) -> tuple[Event, Registration]:
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return event, await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))


def _mailed(event: Event, person: Registration) -> bool:
    return bool(person.email) and event.stage in _MAILED


HANDLERS = (ask_relink, relink)
