"""Changing dates of a series together, and calling them off: first what would happen and who is told, then doing it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Event, Series
from events.recurring import series_editing
from events.recurring.series_editing import Changes, DateChange, Scope
from events.recurring.series_template import FIELDS
from events.storage import LocalizedText, ReadSession
from service.accounts.permissions import Action
from service.inputs.events import ReasonInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values
from service.web.staff.series_forms import carried, clock_of, form_of, template_of
from service.web.staff.series_pages import require_series

FORM_BYTES = 128 * 1024


async def _date(desk: Desk, series_id: uuid.UUID, event_id: uuid.UUID, action: Action) -> tuple[Series, Event]:
    """Return the series and one of its dates. Raises `NotFound` for one of another series."""
    found = await require_series(desk, series_id, action)
    event = await desk.event(event_id, action)
    if event.series_id != series_id:
        raise NotFound
    return found, event


def scope_of(form: Form) -> Scope:
    """Return for which dates a form speaks; nonsense is for the one date only."""
    text = form.value("scope")
    return Scope(text) if text in list(Scope) else Scope.THIS


# ---------------------------------------------------------------- editing
async def _edit_page(desk: Desk, found: Series, event: Event, form: Form, *, status_code: int = 200) -> Response[str]:
    return await desk.show(
        "series_edit.html",
        house=await desk.house(found.organiser_id),
        series=found,
        date=event,
        form=form,
        status_code=status_code,
    )


@get("/staff/series/{series_id:uuid}/dates/{event_id:uuid}/edit", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_edit(request: Request, series_id: FromPath[uuid.UUID], event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what the dates have in common, to be changed for one, for this and the following, or for all."""
    desk = desk_of(request)
    found, event = await _date(desk, series_id, event_id, Action.EDIT_EVENTS)
    return await _edit_page(desk, found, event, form_of(found))


@post(
    "/staff/series/{series_id:uuid}/dates/{event_id:uuid}/edit",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def edit(request: Request, series_id: FromPath[uuid.UUID], event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Show what would change, date by date, and how many people are told; then change it."""
    desk = desk_of(request)
    found, event = await _date(desk, series_id, event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    scope = scope_of(form)
    if form.value("step") == "back":
        return await _edit_page(desk, found, event, form)
    try:
        changes = _changes(found, form)
        if form.value("step") != "apply":
            planned = await desk.read(
                lambda session: series_editing.preview(session, series_id, event_id, scope, changes)
            )
            return await _preview_page(desk, found, event, form, planned)
        target = await desk.write(
            lambda session: series_editing.edit(session, series_id, event_id, scope, changes, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _edit_page(desk, found, event, again, status_code=status)
    return desk.go(f"/staff/series/{target}", "series_changed")


def _changes(found: Series, form: Form) -> Changes:
    fields, capacity = template_of(form)
    times = clock_of(form)
    changes = series_editing.only_different(found, capacity, fields, FIELDS)
    reason = check(ReasonInput, {"reason": localized_values(form, "reason")}).reason
    return replace(
        changes,
        times=times if times != (found.start_time, found.minutes) else None,
        override=form.value("override") == "yes",
        reason=reason.stored() if reason else LocalizedText(),
    )


async def _preview_page(
    desk: Desk, found: Series, event: Event, form: Form, planned: list[DateChange]
) -> Response[str]:
    return await desk.show(
        "series_changes.html",
        house=await desk.house(found.organiser_id),
        series=found,
        date=event,
        form=form,
        scope=scope_of(form),
        planned=planned,
        told=series_editing.told_of(planned),
        carried=carried(form),
    )


# ---------------------------------------------------------------- calling off
async def _call_off_page(
    desk: Desk, found: Series, event: Event, form: Form, *, status_code: int = 200
) -> Response[str]:
    def query(session: ReadSession) -> dict[Scope, tuple[int, int]]:
        return {scope: series_editing.reached(session, found.id, event.id, scope) for scope in Scope}

    return await desk.show(
        "series_call_off.html",
        house=await desk.house(found.organiser_id),
        series=found,
        date=event,
        form=form,
        reached=await desk.read(query),
        status_code=status_code,
    )


@get(
    "/staff/series/{series_id:uuid}/dates/{event_id:uuid}/call-off",
    action=Action.MOVE_EVENTS,
    include_in_schema=False,
)
async def ask_to_call_off(
    request: Request, series_id: FromPath[uuid.UUID], event_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Ask which dates are called off, and say how many people are told."""
    desk = desk_of(request)
    found, event = await _date(desk, series_id, event_id, Action.MOVE_EVENTS)
    return await _call_off_page(desk, found, event, Form({"scope": [Scope.THIS.value]}))


@post(
    "/staff/series/{series_id:uuid}/dates/{event_id:uuid}/call-off",
    action=Action.MOVE_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def call_off(request: Request, series_id: FromPath[uuid.UUID], event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Cancel what is published and discard what is a draft."""
    desk = desk_of(request)
    found, event = await _date(desk, series_id, event_id, Action.MOVE_EVENTS)
    form = await read_form(request)
    try:
        if form.value("scope") not in list(Scope):
            raise Invalid([FieldError("scope", "missing", N_("Choose one of the options."))])
        reason = check(ReasonInput, {"reason": localized_values(form, "reason")}).reason
        await desk.write(
            lambda session: series_editing.call_off(
                session,
                series_id,
                event_id,
                scope_of(form),
                now=desk.now,
                by=desk.by,
                reason=reason.stored() if reason else None,
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _call_off_page(desk, found, event, again, status_code=status)
    return desk.go(f"/staff/series/{series_id}", "series_called_off")


HANDLERS = (show_edit, edit, ask_to_call_off, call_off)
