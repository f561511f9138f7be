"""Who is there: the code words to say, the people at the door found by search and marked, the counts."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.models import Event, Evidence, RegistrationState, Stage
from events.presence import attendance
from events.registrations import people_listing
from events.storage import ReadSession
from service.accounts.permissions import Action
from service.reports import exports
from service.web.forms import MAX_BYTES, read_form
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of, page_number, plain


@get("/staff/events/{event_id:uuid}/attendance", action=Action.MARK_ATTENDANCE, include_in_schema=False)
async def show_attendance(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the door: a search box, the people it finds, each with a button."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.MARK_ATTENDANCE)
    text = plain(request.query_params.get("q", ""))[:100]
    return await _door(desk, event, text, page_number(request))


async def _door(desk: Desk, event: Event, text: str, page: int) -> Response[str]:
    def query(session: ReadSession) -> tuple[Any, Any]:
        found = people_listing.search_registrations(
            session, event.id, text=text, states=(RegistrationState.CONFIRMED,), by_name=True, page=page
        )
        return found, people_listing.count_attendance(session, event)

    found, counts = await desk.read(query)
    partial = desk.request.headers.get("hx-target") == "list"
    return await desk.show(
        "attendance_rows.html" if partial else "attendance.html",
        event=event,
        found=found,
        counts=counts,
        text=text,
        evidence=exports.EVIDENCE,
        by_staff=Evidence.STAFF,
        may_mark=event.stage in (Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.LIVE, Stage.ENDED),
        headers={"Vary": "HX-Target"},
    )


@post(
    "/staff/events/{event_id:uuid}/attendance/{registration_id:uuid}",
    action=Action.MARK_ATTENDANCE,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def mark(request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Note that staff saw the person, or take that back. htmx gets the list, a plain form goes back to the search."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.MARK_ATTENDANCE)
    await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    form = await read_form(request)
    undo = form.value("undo") == "yes"
    text = plain(form.value("q"))[:100]
    if undo:
        await desk.write(lambda session: attendance.unmark(session, registration_id, now=desk.now, by=desk.by))
    else:
        await desk.write(
            lambda session: attendance.note(session, registration_id, Evidence.STAFF, now=desk.now, by=desk.by)
        )
    if request.headers.get("hx-target") == "list":
        return await _door(desk, event, text, 1)
    query = {"q": text} if text else {}
    return desk.go(f"/staff/events/{event_id}/attendance", "unmarked" if undo else "marked", **query)


HANDLERS = (show_attendance, mark)
