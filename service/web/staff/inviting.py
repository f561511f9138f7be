"""Invitees of an event and the seats that are kept for them."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.models import Event, SeatPool
from events.registrations import desk as lists
from events.seating import invitees
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.inputs.seats import InviteesInput, ReservedInput, guests_in
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import moment, moment_fields


@get("/staff/events/{event_id:uuid}/invitees", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_invitees(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who is invited, who has come in, and how many seats are kept until when."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await _page(desk, event, Form())


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    def query(session: ReadSession) -> tuple[Any, Any]:
        return invitees.list_invitees(session, event.id), lists.main_pools(session, event.id)

    def kept_until(pool: SeatPool) -> Form:
        """Return until when a pool's seats are kept, as the form's fields: saving again must not drop it."""
        zone = ZoneInfo(event.timezone)
        return Form(moment_fields("reserved_until", pool.reserved_until, zone) if pool.reserved_until else {})

    rows, pools = await desk.read(query)
    return await desk.show(
        "invitees.html",
        event=event,
        form=form,
        rows=rows,
        pools=pools,
        kept_until=kept_until,
        promised=sum(row.invitee.seats for row in rows if row.state is None),
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/invitees",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def add_invitees(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Put everybody of a pasted list on the event's."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    try:
        guests = guests_in(check(InviteesInput, {"people": form.value("people")}).people)
        await desk.write(lambda session: invitees.add_invitees(session, event_id, guests, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/invitees", "invitees")


@post(
    "/staff/events/{event_id:uuid}/invitees/{invitee_id:uuid}/remove",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def remove_invitee(
    request: Request, event_id: FromPath[uuid.UUID], invitee_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Take somebody off the list."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.write(lambda session: invitees.remove_invitee(session, event_id, invitee_id, now=desk.now, by=desk.by))
    return desk.go(f"/staff/events/{event_id}/invitees", "saved")


@post(
    "/staff/events/{event_id:uuid}/invitees/reserved/{pool_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def reserve_seats(request: Request, event_id: FromPath[uuid.UUID], pool_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep seats for invitees, or keep them no longer."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    pools = await desk.read(lambda session: lists.main_pools(session, event_id))
    if pool_id not in {pool.id for pool in pools}:
        raise NotFound
    values = {"reserved": form.value("reserved")}
    if until := moment(form, "reserved_until", ZoneInfo(event.timezone)):
        values["until"] = until
    try:
        given = check(ReservedInput, values)
        await desk.write(
            lambda session: invitees.reserve(
                session, pool_id, given.reserved, until=given.until, now=desk.now, by=desk.by
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/invitees", "saved")


HANDLERS = (show_invitees, add_invitees, remove_invitee, reserve_seats)
