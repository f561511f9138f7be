"""Drafting and editing an event: one page, sensible defaults, everything else folded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from certificates.settings import read_settings
from events import authoring
from events import desk as lists
from events.finding import topic_lines
from events.models import Event, EventKind, EventMode, Stage
from events.storage import Session
from events.tags import Audience
from service.accounts.permissions import Action
from service.inputs import Input
from service.staff_inputs import CapacityInput, EventDraftInput, EventEditInput, TimesInput
from service.web.forms import Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check_all, desk_of, refused
from service.web.staff.event_forms import (
    ZONES,
    capacity_values,
    certificate_values,
    event_values,
    evidence_choices,
    form_of,
    new_form,
    times_values,
    zone_of,
)

FORM_BYTES = 128 * 1024
"""Both languages of a long description, percent-encoded."""


async def _form_page(
    desk: Desk, form: Form, *, kind: EventKind, event: Event | None = None, status_code: int = 200
) -> Response[str]:
    house = await desk.chosen_house() if event is None else await desk.house(event.organiser_id)
    return await desk.show(
        "event_form.html",
        status_code=status_code,
        event=event,
        house=house,
        houses=await desk.houses(),
        form=form,
        kind=kind,
        zones=ZONES,
        modes=list(EventMode),
        evidence=evidence_choices(),
        draft=event is None or event.stage is Stage.DRAFT,
        audiences=list(Audience),
        topics=await desk.read(lambda session: topic_lines(session, house.id if house else None)),
    )


def _kind(text: str | None) -> EventKind:
    return EventKind.EXHIBITION if text == EventKind.EXHIBITION.value else EventKind.WEBINAR


@get("/staff/events/new", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_new(request: Request) -> Response[str]:
    """Show the form for a new event, filled with what most events have."""
    desk = desk_of(request)
    kind = _kind(request.query_params.get("kind"))
    house = await desk.chosen_house()
    return await _form_page(desk, new_form(kind, desk.now, zone_of(house.timezone)), kind=kind)


@post("/staff/events/new", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=FORM_BYTES)
async def draft(request: Request) -> Response[Any]:
    """Keep a new event as a draft."""
    desk = desk_of(request)
    form = await read_form(request)
    kind = _kind(form.value("kind"))
    house = await desk.chosen_house()
    zone = zone_of(form.value("timezone"))
    try:
        values = event_values(form, zone) | times_values(form, zone) | {"kind": kind.value, "timezone": zone.key}
        [given] = check_all((EventDraftInput, values | capacity_values(form)))
        certificate = _checked_certificate(form, {})
        event_id = await desk.write(lambda session: _draft(session, house.id, given, certificate, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _form_page(desk, again, kind=kind, status_code=status)
    return desk.go(f"/staff/events/{event_id}", "drafted")


def _draft(
    session: Session, organiser_id: uuid.UUID, given: EventDraftInput, certificate: dict[str, Any], desk: Desk
) -> uuid.UUID:
    return authoring.draft_event(
        session,
        organiser_id,
        kind=given.kind,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        timezone=given.timezone,
        capacity=given.capacity,
        now=desk.now,
        by=desk.by,
        certificate=certificate,
        **given.fields(),
    )


def _checked_certificate(form: Form, before: dict[str, Any]) -> dict[str, Any]:
    """Return the certificate's settings; what this page does not show stays as it was. Raises `Invalid`."""
    given = certificate_values(form)
    settings = {**{name: value for name, value in before.items() if name != "hours"}, **given} if given else {}
    if settings:
        read_settings(settings)
    return settings


@get("/staff/events/{event_id:uuid}/edit", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_edit(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the event's form."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    pool = await desk.read(lambda session: lists.webinar_pool(session, event_id))
    return await _form_page(desk, form_of(event, pool), kind=event.kind, event=event)


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
    form = await read_form(request)
    try:
        changes = _checked_changes(event, form)
        await desk.write(lambda session: _edit(session, event_id, changes, desk))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        current = await desk.event(event_id)
        if current.version != event.version or status == 409:
            # What was typed stays; saving once more, with both in sight, is then meant.
            again = Form({**again.values, "version": [str(current.version)]}, again.errors)
        return await _form_page(desk, again, kind=event.kind, event=current, status_code=status)
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
        (EventEditInput, event_values(form, zone)),
        (CapacityInput, {"capacity": None} | capacity_values(form)),
    ]
    if event.stage is Stage.DRAFT:
        wanted.append((TimesInput, times_values(form, zone)))
    edit_, capacity, *times = check_all(*wanted)
    version = form.value("version")
    return _Changes(
        version=int(version) if version.isascii() and version.isdigit() else 0,
        fields=edit_.fields() | {"certificate": _checked_certificate(form, event.certificate)},
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


HANDLERS = (show_new, draft, show_edit, edit)
