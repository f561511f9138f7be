"""Approval: who awaits a decision, decided one or many at a time, and decisions undone."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events import approval, decisions
from events import desk as lists
from events.approval_rules import rules_of
from events.errors import N_, FieldError, Invalid
from events.models import Event
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused

_NOBODY_CHOSEN = N_("Tick the people that you decide about.")


@get("/staff/events/{event_id:uuid}/approvals", action=Action.VIEW_REGISTRATIONS, include_in_schema=False)
async def show_approvals(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show who awaits a decision, or what was decided."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
    return await _page(desk, event, Form())


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    decided = desk.request.query_params.get("show") == "decided"

    def query(session: ReadSession) -> tuple[Any, Any, Any]:
        found = (decisions.list_decided if decided else decisions.list_undecided)(session, event.id)
        return found, decisions.count_undecided(session, event.id), lists.count_seats(session, [event.id])

    rows, count, seats = await desk.read(query)
    return await desk.show(
        "approvals.html",
        event=event,
        form=form,
        rows=rows,
        decided=decided,
        count=count,
        seats=seats.get(event.id, lists.SeatCount()),
        rules=rules_of(event.approval),
        can_be_undone=decisions.can_be_undone,
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/approvals",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def decide(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Approve or decline everybody who is ticked."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    declines = form.value("act") == "decline"
    try:
        chosen = _chosen(form)

        def use_case(session: Session) -> int:
            if declines:
                reason = form.value("reason")
                return approval.decline(session, event_id, chosen, reason=reason, now=desk.now, by=desk.by)
            return approval.approve(session, event_id, chosen, now=desk.now, by=desk.by)

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/approvals", "people_declined" if declines else "people_approved")


def _chosen(form: Form) -> list[uuid.UUID]:
    try:
        chosen = [uuid.UUID(text) for text in form.all("chosen")]
    except ValueError:
        chosen = []
    if not chosen:
        raise Invalid([FieldError("chosen", "missing", _NOBODY_CHOSEN)])
    return chosen


@post(
    "/staff/events/{event_id:uuid}/approvals/{registration_id:uuid}/undo",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def undo_decision(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Take one decision back."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.read(lambda session: lists.find_registration(session, event_id, registration_id))
    try:
        await desk.write(lambda session: approval.undo(session, registration_id, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/approvals", "undone")


HANDLERS = (show_approvals, decide, undo_decision)
