"""A personal link fell into wrong hands: the old ones stop working, the person gets a new one."""

from __future__ import annotations

import uuid

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events import desk as lists
from events import registration
from events.lifecycle import AHEAD
from events.models import Event, Registration, Stage
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES
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
        "registration_link.html", event=event, person=person, mailed=_mailed(event, person), replaced=False
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
    link = None if mailed else desk.runtime.links.manage_url(registration_id, version)
    return await desk.show(
        "registration_link.html", event=event, person=person, mailed=mailed, replaced=True, link=link
    )


async def _find(desk: Desk, event_id: uuid.UUID, registration_id: uuid.UUID) -> tuple[Event, Registration]:
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return event, await desk.read(lambda session: lists.find_registration(session, event_id, registration_id))


def _mailed(event: Event, person: Registration) -> bool:
    return bool(person.email) and event.stage in _MAILED


HANDLERS = (ask_relink, relink)
