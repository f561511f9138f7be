"""What shows that somebody was there, tried out on what was seen so far, and made the event's rule."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import authoring
from events.errors import N_, FieldError, Invalid, Refused
from events.models import Event
from events.presence import attendance, trying
from service.accounts.permissions import Action
from service.inputs.events import AttendanceRuleInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import attendance_values, evidence_choices, rule_values
from service.web.staff.working_copies import version_of

SHOWN = 100
"""People who are shown; who is nearest to enough comes first, and that is where a rule is decided."""
_FIELDS = ("attendance_needs", "attendance_match", "attendance_rule_minutes", "attendance_rule_share")


@get("/staff/events/{event_id:uuid}/attendance/rule", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the event's rule, or the one in the query, and what it comes to."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    asked: dict[str, Sequence[str]] = {name: request.query_params.getall(name, []) for name in _FIELDS}
    own = {**attendance_values(event.attendance_rule), "version": [str(event.version)]}
    if not any(asked.values()):
        return await _page(desk, event, Form(own), attendance.rule_of(event))
    form = Form(asked | {"version": own["version"]})
    try:
        return await _page(desk, event, form, _checked(form))
    except REFUSALS as refusal:
        return await _refused(desk, event, form, refusal)


@post(
    "/staff/events/{event_id:uuid}/attendance/rule",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Make it the event's rule, unless somebody else changed the event since the page was opened (409)."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    try:
        stored = check_rule(form).stored()
        await desk.write(
            lambda session: authoring.edit_event(
                session, event_id, version=version_of(form), now=desk.now, by=desk.by, attendance_rule=stored
            )
        )
    except REFUSALS as refusal:
        return await _refused(desk, await desk.event(event_id), form, refusal)
    return desk.go(f"/staff/events/{event_id}/attendance/rule", "saved")


def check_rule(form: Form) -> AttendanceRuleInput:
    """Return the rule of a form. Raises `Invalid`, also where it asks for nothing at all."""
    values = rule_values(form)
    if values is None:
        raise Invalid([FieldError("attendance_rule", "missing", N_("Choose at least one of these, or a time."))])
    try:
        return check(AttendanceRuleInput, values)
    except Invalid as refusal:
        # What is ``minutes`` to the rule is ``attendance_rule.minutes`` to the event, and so to the form.
        own = [FieldError(_own_field(e.field), e.code, e.message, e.params) for e in refusal.errors]
        raise Invalid(own) from refusal


def _own_field(name: str) -> str:
    return f"attendance_rule_{name}" if name in ("minutes", "share") else "attendance_rule"


def _checked(form: Form) -> attendance.AttendanceRule:
    return attendance.rule_from(check_rule(form).stored())


async def _refused(desk: Desk, event: Event, form: Form, refusal: Refused) -> Response[str]:
    again, status = refused(form, refusal)
    fresh = Form({**again.values, "version": [str(event.version)]}, again.errors)
    return await _page(desk, event, fresh, None, status)


async def _page(
    desk: Desk, event: Event, form: Form, rule: attendance.AttendanceRule | None, status_code: int = 200
) -> Response[str]:
    partial = desk.request.headers.get("hx-target") == "outlook"
    outlook = await desk.read(lambda session: trying.try_rule(session, event, rule)) if rule is not None else None
    return await desk.show(
        "attendance_outlook.html" if partial else "attendance_rule.html",
        event=event,
        form=form,
        evidence=evidence_choices(),
        outlook=outlook,
        shown=outlook.seen[:SHOWN] if outlook else (),
        times=rule is not None and rule.times,
        over=event.ended_at is not None,
        # htmx swaps in what is refused too: what is wrong stands where the outlook would.
        status_code=200 if partial else status_code,
        headers={"Vary": "HX-Target"},
    )


HANDLERS = (show_rule, set_rule)
