"""Making a series, and adding dates to one: first what and when, then every date with what speaks against it.

The second page carries the first one's answers in hidden fields, so that both work without JavaScript and nothing is
kept before it is made.
"""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.days.public_holidays import joint_leave_known
from events.days.recurrence import MOST
from events.days.recurrence_words import EXAMPLES, describe
from events.errors import Invalid
from events.models import Event, EventMode, SeatPool
from events.recurring import series
from events.recurring.series import SeriesDraft
from events.recurring.series_planning import PlannedDate, Timing, plan
from events.recurring.series_template import fields_of
from events.registrations import desk as lists
from events.storage import LocalizedText, ReadSession
from service.accounts.permissions import Action, require
from service.web.forms import Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, organiser_in, refused
from service.web.staff.series_forms import (
    additions_of,
    carried,
    check_whole,
    chosen_of,
    continuing,
    kind_of,
    new_form,
    preview_form,
)
from service.web.staff.series_pages import require_series

FORM_BYTES = 128 * 1024


# ---------------------------------------------------------------- a new series
@get("/staff/series/new", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_new(request: Request) -> Response[str]:
    """Show the first page; ``?from=`` names an event that the dates are to be like."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    wanted = organiser_in(request.query_params.get("from"))
    pattern = await _pattern(desk, wanted) if wanted else None
    return await _first_page(desk, new_form(desk.now, house.timezone, pattern=pattern))


async def _pattern(desk: Desk, event_id: uuid.UUID) -> tuple[Event, SeatPool | None]:
    def query(session: ReadSession) -> tuple[Event, SeatPool | None]:
        return lists.find_event(session, event_id), lists.webinar_pool(session, event_id)

    event, pool = await desk.read(query)
    require(desk.identity, Action.EDIT_EVENTS, event.organiser_id)
    return event, pool


async def _first_page(desk: Desk, form: Form, *, status_code: int = 200) -> Response[str]:
    return await desk.show(
        "series_form.html",
        house=await desk.chosen_house(),
        houses=await desk.houses(),
        form=form,
        examples=EXAMPLES[desk.locale],
        most=MOST,
        status_code=status_code,
    )


@post("/staff/series/new", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=FORM_BYTES)
async def make(request: Request) -> Response[Any]:
    """Show the dates before anything is made; then make those that were left ticked, as drafts."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    form = await read_form(request)
    step = form.value("step", "preview")
    if step == "back":
        return await _first_page(desk, form)
    try:
        timing, fields, capacity = check_whole(form)
        dates = await _planned(desk, house.id, timing, fields)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _first_page(desk, again, status_code=status)
    if step != "make":
        return await _dates_page(desk, preview_form(form, dates, timing), dates, timing, action="/staff/series/new")
    try:
        draft = SeriesDraft(
            organiser_id=house.id,
            timing=timing,
            kind=kind_of(form),
            capacity=capacity,
            fields=fields,
            additions=additions_of(form),
        )
        chosen = chosen_of(form, timing)
        series_id = await desk.write(lambda session: series.create(session, draft, chosen, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _dates_page(desk, again, dates, timing, action="/staff/series/new", status_code=status)
    return desk.go(f"/staff/series/{series_id}", "series_made")


async def _planned(desk: Desk, organiser_id: uuid.UUID, timing: Timing, fields: dict[str, Any]) -> list[PlannedDate]:
    mode: EventMode = fields.get("mode") or EventMode.ONSITE
    venue: LocalizedText = fields.get("venue") or LocalizedText()
    return await desk.read(
        lambda session: plan(session, organiser_id, timing, mode=mode, venue=venue, locale=desk.locale, now=desk.now)
    )


async def _dates_page(
    desk: Desk, form: Form, dates: list[PlannedDate], timing: Timing, *, action: str, status_code: int = 200
) -> Response[str]:
    return await desk.show(
        "series_dates.html",
        form=form,
        dates=dates,
        timezone=timing.timezone,
        rule=describe(timing.rule, desk.locale),
        carried=carried(form),
        action=action,
        unknown_years=sorted({each.day.year for each in dates if not joint_leave_known(each.day.year)}),
        house=await desk.chosen_house(),
        status_code=status_code,
    )


# ---------------------------------------------------------------- further dates
@get("/staff/series/{series_id:uuid}/add", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_add(request: Request, series_id: FromPath[uuid.UUID]) -> Response[str]:
    """Ask how far the rule is to go on."""
    desk = desk_of(request)
    found = await require_series(desk, series_id, Action.EDIT_EVENTS)
    return await _add_page(desk, found.id, Form({"count": ["5"], "skip_holidays": ["yes"]}))


async def _add_page(desk: Desk, series_id: uuid.UUID, form: Form, *, status_code: int = 200) -> Response[str]:
    found = await require_series(desk, series_id, Action.EDIT_EVENTS)
    return await desk.show(
        "series_add.html",
        house=await desk.house(found.organiser_id),
        series=found,
        form=form,
        rule=describe(series.rule_of(found).ending(), desk.locale),
        last=await desk.read(lambda session: series.last_day(session, found)),
        status_code=status_code,
    )


@post(
    "/staff/series/{series_id:uuid}/add",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def add(request: Request, series_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Show the further dates, then add those that were left ticked, as drafts."""
    desk = desk_of(request)
    found = await require_series(desk, series_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    here = f"/staff/series/{series_id}/add"
    if form.value("step") == "back":
        return await _add_page(desk, series_id, form)
    try:
        last = await desk.read(lambda session: series.last_day(session, found))
        timing = continuing(found, last, form)
        dates = await _planned(desk, found.organiser_id, timing, fields_of(found.template))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _add_page(desk, series_id, again, status_code=status)
    if form.value("step") != "make":
        return await _dates_page(desk, preview_form(form, dates, timing), dates, timing, action=here)
    try:
        chosen = chosen_of(form, timing)
        await desk.write(lambda session: series.add_dates(session, series_id, chosen, now=desk.now, by=desk.by))
    except Invalid as refusal:
        return await _dates_page(desk, form.with_errors(refusal.errors), dates, timing, action=here, status_code=422)
    return desk.go(f"/staff/series/{series_id}", "series_made")


HANDLERS = (show_new, make, show_add, add)
