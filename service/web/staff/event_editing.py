"""Editing an event: the same page as for a new one, with what others changed meanwhile shown field by field."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import authoring, working_copies
from events.models import Event, Stage
from events.registrations import desk as lists
from events.storage import Session
from service.accounts.permissions import Action
from service.inputs.checking import Input
from service.inputs.events import EventEditInput, TimesInput
from service.inputs.parts import CapacityInput
from service.web.forms import Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check_all, desk_of, refused
from service.web.staff.event_drafting import checked_certificate, form_page
from service.web.staff.event_forms import QUEUE, capacity_values, event_values, times_values, zone_of
from service.web.staff.working_copies import FORM_BYTES, Left, base_of, compared, left_in, version_of


@get("/staff/events/{event_id:uuid}/edit", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_edit(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the event's form: what was left in it, or what is saved."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return await form_page(desk, await left_in(desk, event), kind=event.kind, event=event)


@post(
    "/staff/events/{event_id:uuid}/edit",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def edit(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep the changes, unless somebody else changed the event since the page was opened: then show both (409)."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request, most_bytes=FORM_BYTES)
    try:
        changes = _checked_changes(event, form)
        await desk.write(lambda session: _edit(session, event_id, changes, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        current, left = await desk.event(event_id), Left(again)
        if current.version != version_of(form) or status == 409:
            # What was typed stays; saving once more, with both in sight, is then meant.
            left = await compared(desk, current, again, await base_of(desk, current, version_of(form)))
        return await form_page(desk, left, kind=event.kind, event=current, status_code=status)
    return desk.go(f"/staff/events/{event_id}", "saved")


@dataclass(frozen=True, slots=True)
class _Changes:
    """What the form of an existing event says, checked."""

    version: int
    fields: dict[str, Any]
    capacity: int | None
    times: TimesInput | None


def _checked_changes(event: Event, form: Form) -> _Changes:
    zone = zone_of(event.timezone)
    wanted: list[tuple[type[Input], dict[str, Any]]] = [
        (EventEditInput, {name: given for name, given in event_values(form, zone).items() if name not in QUEUE}),
        (CapacityInput, {"capacity": None} | capacity_values(form)),
    ]
    if event.stage is Stage.DRAFT:
        wanted.append((TimesInput, times_values(form, zone)))
    edit_, capacity, *times = check_all(*wanted)
    return _Changes(
        version=version_of(form),
        fields=edit_.fields() | {"certificate": checked_certificate(form, event.certificate)},
        capacity=capacity.capacity,
        times=times[0] if times else None,
    )


def _edit(session: Session, event_id: uuid.UUID, changes: _Changes, desk: Desk) -> None:
    """Change texts and settings, the times of a draft, and the seats: all or nothing."""
    authoring.edit_event(session, event_id, version=changes.version, now=desk.now, by=desk.by, **changes.fields)
    if changes.times is not None:
        starts_at, ends_at = changes.times.starts_at, changes.times.ends_at
        authoring.set_times(session, event_id, starts_at=starts_at, ends_at=ends_at, now=desk.now, by=desk.by)
    pool = lists.webinar_pool(session, event_id)
    if pool is not None:
        authoring.set_capacity(session, pool.id, capacity=changes.capacity, now=desk.now, by=desk.by)
    working_copies.discard_working_copy(session, desk.identity.staff_id, str(event_id))


HANDLERS = (show_edit, edit)
