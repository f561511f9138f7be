"""The same again: an event copied to another date, or kept as a template for the next ones."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.days import free_days
from events.drafts import cloning, event_templates
from events.drafts.usual_templates import USUAL
from events.models import Event, EventTemplate
from events.ownership import owner_of
from events.storage import ReadSession, Session
from service.accounts.permissions import Action, require
from service.inputs.authoring import CloneInput, TemplateInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import moment, moment_fields, zone_of


# ---------------------------------------------------------------- copies
@get("/staff/events/{event_id:uuid}/clone", action=Action.EDIT_EVENTS, include_in_schema=False)
async def ask_clone(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Ask for the copy's date: proposed is the next free day of the same weekday, at the same time."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    now, begin = desk.now, event.starts_at.astimezone(zone_of(event.timezone))
    # A copy of a future event is for after it.
    after = max(now, event.starts_at + timedelta(days=1) - free_days.NOTICE)
    day: date = await desk.read(
        lambda session: free_days.next_free_day(
            session, event.organiser_id, now=after, timezone=event.timezone, weekday=begin.weekday()
        )
    )
    proposed = datetime.combine(day, begin.time(), begin.tzinfo)
    return await _clone_page(desk, event, Form(moment_fields("starts_at", proposed, zone_of(event.timezone))))


async def _clone_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    return await desk.show("event_clone.html", event=event, form=form, status_code=status_code)


@post(
    "/staff/events/{event_id:uuid}/clone",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def clone(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Copy the event and go to the copy."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    try:
        at = moment(form, "starts_at", zone_of(event.timezone))
        given = check(CloneInput, {"starts_at": at} if at else {})
        made = await desk.write(
            lambda session: cloning.clone_event(session, event_id, starts_at=given.starts_at, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _clone_page(desk, event, again, status)
    return desk.go(f"/staff/events/{made}", "cloned")


# ---------------------------------------------------------------- templates
@post(
    "/staff/events/{event_id:uuid}/template",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def save_template(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep the event as a template."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    try:
        given = check(TemplateInput, {"name": form.value("name")})
        await desk.write(
            lambda session: event_templates.save_template(session, event_id, name=given.name, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _clone_page(desk, event, again, status)
    return desk.go("/staff/templates", "template", organiser=str(event.organiser_id))


@get("/staff/templates", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_templates(request: Request) -> Response[str]:
    """Show the library's templates and those that every library has."""
    return await _templates_page(desk_of(request), Form())


async def _templates_page(
    desk: Desk, form: Form, *, wrong: uuid.UUID | None = None, status_code: int = 200
) -> Response[str]:
    house = await desk.chosen_house()
    return await desk.show(
        "templates.html",
        house=house,
        houses=await desk.houses(),
        templates=await desk.read(lambda session: event_templates.list_templates(session, house.id)),
        usual=list(USUAL.values()),
        form=form,
        wrong=wrong,
        status_code=status_code,
    )


async def _owned(desk: Desk, template_id: uuid.UUID) -> uuid.UUID:
    """Return whose the template is. Raises `NotFound` for one that this person does not see."""

    def query(session: ReadSession) -> uuid.UUID:
        return owner_of(session, EventTemplate, template_id)

    owner = await desk.read(query)
    require(desk.identity, Action.EDIT_EVENTS, owner)
    return owner


@post(
    "/staff/templates/{template_id:uuid}",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def rename_template(request: Request, template_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Give a template another name."""
    desk = desk_of(request)
    owner = await _owned(desk, template_id)
    form = await read_form(request)
    try:
        given = check(TemplateInput, {"name": form.value("name")})
        await desk.write(lambda session: event_templates.rename_template(session, template_id, given.name))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _templates_page(desk, again, wrong=template_id, status_code=status)
    return desk.go("/staff/templates", "template", organiser=str(owner))


@post("/staff/templates/{template_id:uuid}/delete", action=Action.EDIT_EVENTS, include_in_schema=False)
async def delete_template(request: Request, template_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Remove a template; events that were made from it stay."""
    desk = desk_of(request)
    owner = await _owned(desk, template_id)

    def use_case(session: Session) -> None:
        event_templates.delete_template(session, template_id)

    await desk.write(use_case)
    return desk.go("/staff/templates", "template_deleted", organiser=str(owner))


HANDLERS = (ask_clone, clone, save_template, show_templates, rename_template, delete_template)
