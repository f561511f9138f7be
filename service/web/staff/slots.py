"""The visiting times of an exhibition, made from its opening hours."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import authoring, shared_pools
from events.drafts.authoring import OpeningHours
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Event, EventKind
from events.registrations import desk as lists
from events.storage import LocalizedText, Session
from service.accounts.permissions import Action
from service.inputs.parts import CapacityInput, OpeningHoursInput
from service.inputs.seats import SharedPoolInput
from service.web.forms import MAX_BYTES, Form, read_form, whole
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, check_all, desk_of, refused
from service.web.staff.event_forms import zone_of

_NO_SLOTS = N_("These hours make no visiting time that is not there already.")
_WHOLE_NUMBER = N_("Write a whole number.")
_FILL_IN = N_("Please fill this in.")


@get("/staff/events/{event_id:uuid}/slots", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_slots(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the visiting times and the form that makes more of them from opening hours."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    zone = zone_of(event.timezone)
    first, last = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    form = Form(
        {
            "first": [first.date().isoformat()],
            "last": [last.date().isoformat()],
            "weekdays": [str(day) for day in range(6)],
            "opens": [first.strftime("%H:%M")],
            "closes": [last.strftime("%H:%M")],
            "minutes": ["60"],
            "capacity": ["25"],
        }
    )
    return await _slots_page(desk, event, form)


async def _slots_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    if event.kind is not EventKind.EXHIBITION:
        raise NotFound
    slots = await desk.read(lambda session: lists.list_slots(session, event.id))
    return await desk.show("slots.html", event=event, form=form, slots=slots, status_code=status_code)


@post(
    "/staff/events/{event_id:uuid}/slots",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def add_slots(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make visiting times from opening hours; those that are there already stay as they are."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    names = ("first", "last", "opens", "closes", "minutes", "capacity")
    values: dict[str, Any] = {name: form.value(name).strip() for name in names if form.value(name).strip()}
    try:
        capacity = {"capacity": values.pop("capacity", None)}
        hours = values | {"weekdays": list(form.all("weekdays"))}
        given, seats = check_all((OpeningHoursInput, hours), (CapacityInput, capacity))
        if seats.capacity is None:
            raise Invalid([FieldError("capacity", "missing", _FILL_IN)])
        await desk.write(lambda session: _add_slots(session, event, given, seats.capacity, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _slots_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/slots", "slots")


def _add_slots(session: Session, event: Event, given: OpeningHoursInput, capacity: int, desk: Desk) -> int:
    hours = OpeningHours(frozenset(given.weekdays), given.opens, given.closes, given.minutes, capacity)
    times = authoring.slots_from_hours(given.first, given.last, hours, event.timezone)
    added = authoring.add_slots(session, event.id, times, capacity=capacity, now=desk.now, by=desk.by)
    if not added:
        raise Invalid([FieldError("opens", "none", _NO_SLOTS)])
    return added


@post(
    "/staff/events/{event_id:uuid}/slots/{pool_id:uuid}",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_slot_capacity(
    request: Request, event_id: FromPath[uuid.UUID], pool_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Change the seats of one visiting time."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    text = form.value("capacity").strip()
    slots = await desk.read(lambda session: lists.list_slots(session, event_id))
    if pool_id not in {row.pool.id for row in slots}:
        raise NotFound
    try:
        if (capacity := whole(text)) is None:
            raise Invalid([FieldError("capacity", "number", _WHOLE_NUMBER)])
        await desk.write(
            lambda session: authoring.set_capacity(session, pool_id, capacity=capacity, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _slots_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/slots", "saved")


@post(
    "/staff/events/{event_id:uuid}/slots/share",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def share_seats(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Have the visiting times that are ticked draw from one pool of seats."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    values = {"slots": list(form.all("shared")), "capacity": form.value("shared_capacity").strip()}
    try:
        given = check(SharedPoolInput, values)
        await desk.write(
            lambda session: shared_pools.share_pool(
                session,
                event_id,
                given.slots,
                capacity=given.capacity,
                label=LocalizedText(),
                now=desk.now,
                by=desk.by,
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _slots_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/slots", "saved")


HANDLERS = (show_slots, add_slots, set_slot_capacity, share_seats)
