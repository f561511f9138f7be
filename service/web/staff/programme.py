"""The programme of an event, edited as one form. Its buttons work without JavaScript; with it they act in place."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.drafts import programme
from events.drafts.programme import Odd
from events.errors import FieldError, Invalid
from events.models import Event, ProgrammeItem
from events.registrations import desk as lists
from events.storage import LocalizedText
from service.accounts.permissions import Action
from service.inputs.parts import ProgrammeItemInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values, moment, zone_of
from service.web.staff.programme_lines import (
    Line,
    add_line,
    apply_button,
    dated_form,
    form_of_lines,
    lines_in,
    lines_of,
    span_of,
)

FORM_FIELDS = 600


@get("/staff/events/{event_id:uuid}/programme", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_programme(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the programme as a form; an empty one begins with a line at the event's start."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    items = await desk.read(lambda session: lists.list_programme(session, event_id))
    lines = lines_of(items, event) or add_line([], event)
    return await _programme_page(desk, event, lines)


async def _programme_page(
    desk: Desk,
    event: Event,
    lines: Sequence[Line],
    *,
    form: Form | None = None,
    changed: bool = False,
    status_code: int = 200,
) -> Response[str]:
    taking_part = await desk.read(lambda session: lists.list_participations(session, event.id))
    zone = zone_of(event.timezone)
    return await desk.show(
        "programme.html",
        event=event,
        form=form_of_lines(lines, form),
        lines=lines,
        spans=[span_of(line, event) for line in lines],
        odd=_oddities(lines, event),
        one_day=event.starts_at.astimezone(zone).date() == event.ends_at.astimezone(zone).date(),
        taking_part=[row for row in taking_part if row.participation.withdrawn_at is None],
        changed=changed,
        status_code=status_code,
    )


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A line that is not kept yet, as `programme.find_oddities` looks at it."""

    starts_at: Any
    ends_at: Any
    room: LocalizedText
    speaker_id: uuid.UUID | None


def _oddities(lines: Sequence[Line], event: Event) -> list[Odd]:
    """Return what is odd about the lines that have a title and a time, by their places in the form."""
    sketches: list[_Sketch] = []
    places: list[int] = []
    for place, line in enumerate(lines):
        span = span_of(line, event)
        if span is not None and line.titled:
            room = LocalizedText(line.said("room_id").strip(), line.said("room_en").strip())
            sketches.append(_Sketch(*span, room, _key(line.said("speaker_id"))))
            places.append(place)
    return [
        Odd(places[odd.line], odd.oddity, None if odd.other is None else places[odd.other])
        for odd in programme.find_oddities(sketches, event)
    ]


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


@post(
    "/staff/events/{event_id:uuid}/programme",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def set_programme(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep the programme (a line without a title is left out), or do what a button of a line asks, and keep nothing."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request, most_fields=FORM_FIELDS)
    lines = lines_in(form)
    asked = form.value("do")
    if asked:
        desk.noted()
        return await _programme_page(desk, event, apply_button(lines, asked, event), changed=True)
    try:
        given = _programme_items(lines, event)
        await desk.write(
            lambda session: programme.set_programme(session, event_id, _stored(given), now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _programme_page(desk, event, lines, form=again, changed=True, status_code=status)
    return desk.go(f"/staff/events/{event_id}/programme", "saved")


def _stored(given: Sequence[ProgrammeItemInput]) -> list[ProgrammeItem]:
    return [each.stored() for each in given]


def _programme_items(lines: Sequence[Line], event: Event) -> list[ProgrammeItemInput]:
    zone, form = zone_of(event.timezone), form_of_lines(lines)
    given: list[ProgrammeItemInput] = []
    errors: list[FieldError] = []
    for number, line in enumerate(lines):
        if not line.titled:
            continue
        dated = dated_form(form, str(number), event)
        values = {
            "starts_at": moment(dated, f"{number}_starts_at", zone),
            "ends_at": moment(dated, f"{number}_ends_at", zone),
            "title": localized_values(form, f"{number}_title"),
            "room": localized_values(form, f"{number}_room"),
        }
        speaker = form.value(f"{number}_speaker_id")
        try:
            item = check(ProgrammeItemInput, values | ({"speaker_id": speaker} if speaker else {}))
            programme.refuse_bad_line(item.starts_at, item.ends_at)
            given.append(item)
        except Invalid as refusal:
            errors += [FieldError(f"{number}_{e.field}", e.code, e.message, e.params) for e in refusal.errors]
    if errors:
        raise Invalid(errors)
    return given


HANDLERS = (show_programme, set_programme)
