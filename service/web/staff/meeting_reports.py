"""Counting who was there from the report of the meeting's program: sent, matched with a person's help, counted."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.models import AttendanceReport, Event
from events.presence import meeting_reports
from events.storage import Session
from service.accounts.permissions import Action
from service.files import sheets
from service.importing import meeting_desk
from service.importing.meeting_desk import Matched, Order
from service.importing.meeting_reports import Report, read_report
from service.importing.meeting_times import DayOrder
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.multipart import whole_file
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused

SHOWN = 100
"""People to decide upon that a page shows; those who are decided make room for the next."""
PROGRAMS = {"zoom": "Zoom", "meet": "Google Meet", "teams": "Microsoft Teams"}
ORDERS = {DayOrder.DAY_FIRST: N_("day first: 31/12"), DayOrder.MONTH_FIRST: N_("month first: 12/31")}
"""How dates are written (gettext ids)."""
_PREFIX = "choice."


@get("/staff/events/{event_id:uuid}/attendance/report", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def show_reports(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Ask for a report, and show those that were counted or wait."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return await _list_page(desk, event, Form())


async def _list_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    rows = await desk.read(lambda session: meeting_reports.list_reports(session, event.id))
    return await desk.show(
        "meeting_reports.html", event=event, form=form, rows=rows, programs=PROGRAMS, status_code=status_code
    )


@post(
    "/staff/events/{event_id:uuid}/attendance/report",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=sheets.MOST_BYTES + MAX_BYTES,
)
async def send_report(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Read the file and keep its rows until somebody has said who is who; the same file again is the same report."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    now, by = desk.now, desk.by
    try:
        name, data, report = await _receive(request)
        report_id = await desk.write(
            lambda session: meeting_reports.keep(
                session, meeting_desk.new_report(event.id, name, data, report, now=now, by=by)
            )
        )
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await _list_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/attendance/report/{report_id}")


async def _receive(request: Request) -> tuple[str, bytes, Report]:
    name, data = await whole_file(request.headers.get("content-type", ""), request.stream())
    if not data:
        raise Invalid([FieldError("file", "missing", N_("Choose a file."))])
    return name, data, await anyio.to_thread.run_sync(read_report, data)


# ---------------------------------------------------------------- one report
@get(
    "/staff/events/{event_id:uuid}/attendance/report/{report_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def show_report(request: Request, event_id: FromPath[uuid.UUID], report_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show how the report was understood and who is who."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return await _report_page(desk, event, report_id, Form())


async def _match(desk: Desk, event: Event, report_id: uuid.UUID) -> Matched:
    """Match in a thread, outside of any transaction."""
    loaded = await desk.read(lambda session: meeting_desk.load(session, event, report_id))
    return await anyio.to_thread.run_sync(loaded.match)


async def _report_page(
    desk: Desk, event: Event, report_id: uuid.UUID, form: Form, status_code: int = 200
) -> Response[str]:
    matched = await _match(desk, event, report_id)
    rows = await desk.read(lambda session: meeting_reports.list_reports(session, event.id))
    earlier = [row for row in rows if row.applied_at is not None and row.ended_at is None and row.id != report_id]
    return await desk.show(
        "meeting_report.html",
        event=event,
        form=form,
        row=matched.row,
        matched=matched,
        shown=[each for each in matched.others if each.candidates][:SHOWN],
        unknown=[each for each in matched.others if not each.candidates],
        nobody=meeting_reports.NOBODY,
        not_there=meeting_desk.NOT_THERE,
        programs=PROGRAMS,
        zones=[(name, name.replace("_", " ")) for name in matched.zones],
        orders=ORDERS,
        earlier=earlier,
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/attendance/report/{report_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def decide(request: Request, event_id: FromPath[uuid.UUID], report_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Keep what was chosen so far; then count, where that was pressed."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    page = f"/staff/events/{event_id}/attendance/report/{report_id}"
    try:
        await _keep(desk, event, report_id, form)
        if form.value("do") != "count":
            return desk.go(page, "saved")
        await _count(desk, event, report_id, form)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _report_page(desk, event, report_id, again, status)
    return desk.go(f"/staff/events/{event_id}/attendance/report", "report_counted")


async def _keep(desk: Desk, event: Event, report_id: uuid.UUID, form: Form) -> None:
    matched = await _match(desk, event, report_id)
    chosen = {name.removeprefix(_PREFIX): form.value(name) for name in form.values if name.startswith(_PREFIX)}
    choices = meeting_desk.checked_choices(matched, chosen)
    if form.value("do") == "same":
        choices = {**matched.same_names, **{key: choice for key, choice in choices.items() if choice}}
    zone = form.value("zone") if form.value("zone") in matched.zones else None
    order = form.value("day_order") if form.value("day_order") in {each.value for each in DayOrder} else None
    await desk.write(
        lambda session: meeting_reports.choose(session, event.id, report_id, choices, zone=zone, day_order=order)
    )


async def _count(desk: Desk, event: Event, report_id: uuid.UUID, form: Form) -> None:
    matched = await _match(desk, event, report_id)
    replaces = next((row for row in await _counted(desk, event) if form.value("replaces") == str(row.id)), None)
    order = Order(form.value("seen"), bool(form.value("leave_out")), replaces.id if replaces else None)

    def use_case(session: Session) -> int:
        return meeting_desk.count(session, event, report_id, matched, order, now=desk.now, by=desk.by)

    await desk.write(use_case)


async def _counted(desk: Desk, event: Event) -> list[AttendanceReport]:
    rows = await desk.read(lambda session: meeting_reports.list_reports(session, event.id))
    return [row for row in rows if row.applied_at is not None]


@post(
    "/staff/events/{event_id:uuid}/attendance/report/{report_id:uuid}/take-back",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def take_back(request: Request, event_id: FromPath[uuid.UUID], report_id: FromPath[uuid.UUID]) -> Response[Any]:
    """End what a wrong report has counted, or forget one that was not counted."""
    desk = desk_of(request)
    await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    now, by = desk.now, desk.by
    await desk.write(lambda session: meeting_reports.take_back(session, event_id, report_id, now=now, by=by))
    return desk.go(f"/staff/events/{event_id}/attendance/report", "report_taken_back")


HANDLERS = (show_reports, send_report, show_report, decide, take_back)
