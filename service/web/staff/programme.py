"""The programme of an event, edited as one form."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events import desk as lists
from events import programme
from events.errors import FieldError, Invalid
from events.models import Event
from service.accounts.permissions import Action
from service.staff_inputs import ProgrammeItemInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values, moment, moment_fields, zone_of

MOST = 40
"""Lines that one form can hold."""


@get("/staff/events/{event_id:uuid}/programme", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_programme(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the programme as a form: one line an item, empty lines for more."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    items = await desk.read(lambda session: lists.list_programme(session, event_id))
    zone = zone_of(event.timezone)
    values: dict[str, Any] = {}
    for number, item in enumerate(items):
        values |= moment_fields(f"{number}_starts_at", item.starts_at, zone)
        values |= moment_fields(f"{number}_ends_at", item.ends_at, zone)
        for name in ("title", "room"):
            text = getattr(item, name)
            values |= {f"{number}_{name}_id": [text.id], f"{number}_{name}_en": [text.en]}
        values[f"{number}_speaker_id"] = [str(item.speaker_id or "")]
    return await _programme_page(desk, event, Form(values), rows=len(items) + 3)


async def _programme_page(desk: Desk, event: Event, form: Form, *, rows: int, status_code: int = 200) -> Response[str]:
    taking_part = await desk.read(lambda session: lists.list_participations(session, event.id))
    return await desk.show(
        "programme.html",
        event=event,
        form=form,
        rows=min(max(rows, 3), MOST),
        taking_part=[row for row in taking_part if row.participation.withdrawn_at is None],
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/programme",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_programme(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep the programme; a line without a title is left out."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    filled = [n for n in range(MOST) if form.value(f"{n}_title_id").strip() or form.value(f"{n}_title_en").strip()]
    try:
        given = _programme_items(form, event, filled)
        await desk.write(
            lambda session: programme.set_programme(
                session, event_id, [each.stored() for each in given], now=desk.now, by=desk.by
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _programme_page(desk, event, again, rows=max(filled, default=0) + 3, status_code=status)
    return desk.go(f"/staff/events/{event_id}", "saved")


def _programme_items(form: Form, event: Event, filled: list[int]) -> list[ProgrammeItemInput]:
    zone = zone_of(event.timezone)
    day = event.starts_at.astimezone(zone).date().isoformat()
    given: list[ProgrammeItemInput] = []
    errors: list[FieldError] = []
    for number in filled:
        dated = Form(
            {
                **form.values,
                # Most programmes are of one day: a line without a date is of the first.
                **{
                    f"{number}_{end}_date": [form.value(f"{number}_{end}_date") or day]
                    for end in ("starts_at", "ends_at")
                },
            }
        )
        values = {
            "starts_at": moment(dated, f"{number}_starts_at", zone),
            "ends_at": moment(dated, f"{number}_ends_at", zone),
            "title": localized_values(form, f"{number}_title"),
            "room": localized_values(form, f"{number}_room"),
        }
        speaker = form.value(f"{number}_speaker_id")
        try:
            given.append(check(ProgrammeItemInput, values | ({"speaker_id": speaker} if speaker else {})))
        except Invalid as refusal:
            errors += [FieldError(f"{number}_{e.field}", e.code, e.message, e.params) for e in refusal.errors]
    if errors:
        raise Invalid(errors)
    return given


HANDLERS = (show_programme, set_programme)
