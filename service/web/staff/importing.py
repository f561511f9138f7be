"""Bringing in a list of people: a file is sent, its columns are named, every row says what will happen, then it does.

What a page shows has been tried out on a copy; bringing in does it on the real tables, and refuses if anything else
would happen.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Sequence
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.models import Event
from events.questions import form_reading
from events.questions.form_document import Question
from events.registrations import importing as lists
from events.registrations.importing import Order, Trial
from events.storage import Session
from service.accounts.permissions import Action
from service.files import sheets
from service.importing import desk as import_desk
from service.importing import template as import_template
from service.importing.columns import UNASKED, columns_of
from service.importing.desk import Listed
from service.importing.rows import terms_of
from service.reports.exports import XLSX
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.multipart import whole_file
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused

SHOWN = 300
"""Rows that a page shows; those with errors come first, and all of these can be downloaded."""
_CSV = "text/csv; charset=utf-8"
BECOMES = {
    "error": N_("Cannot be registered"),
    "already": N_("Registered already: stays as it is"),
    "waitlisted": N_("Will wait for a seat"),
    "requested": N_("Will ask for approval"),
    "pending": N_("Will wait for approval, with a seat"),
    "confirmed": N_("Will be registered"),
}
"""What becomes of a row (gettext ids)."""


@get("/staff/events/{event_id:uuid}/registrations/import", action=Action.EDIT_REGISTRATIONS, include_in_schema=False)
async def show_import(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Ask for a file."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return await desk.show("import.html", event=event)


@post(
    "/staff/events/{event_id:uuid}/registrations/import",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=sheets.MOST_BYTES + MAX_BYTES,
)
async def send_list(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Read the file and keep its rows, for a day at most, until somebody has looked at what would happen."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    try:
        name, table = await _receive(request)
        asked = await desk.read(lambda session: form_reading.asked_form(session, event.id, event.form_revision))
        row = import_desk.new_list(event, asked.document, name, table, now=desk.now, by=desk.by)
        import_id = await desk.write(lambda session: lists.keep(session, import_desk.copy_of(row)))
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await desk.show("import.html", event=event, form=again, status_code=status)
    return desk.go(f"/staff/events/{event_id}/registrations/import/{import_id}")


async def _receive(request: Request) -> tuple[str, sheets.Table]:
    name, data = await whole_file(request.headers.get("content-type", ""), request.stream())
    if not data:
        raise Invalid([FieldError("file", "missing", N_("Choose a file."))])
    return name, await anyio.to_thread.run_sync(sheets.read_table, data)


@get(
    "/staff/events/{event_id:uuid}/registrations/import/template.csv",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def download_template(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Send an empty list with the headings that this event knows."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    asked = await desk.read(lambda session: form_reading.asked_form(session, event.id, event.form_revision))
    known = columns_of(event, asked.document)
    return _csv([[_label(desk, each) for name, each in known.items() if name not in UNASKED]], f"{event.slug}.csv")


@get(
    "/staff/events/{event_id:uuid}/registrations/import/template.xlsx",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def download_workbook(request: Request, event_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Send an empty workbook whose cells offer what can be chosen, with a page that explains every column."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    terms = await desk.read(lambda session: terms_of(session, event))
    locale = desk.locale

    def say(text: str, /, **told: Any) -> str:
        return translate(text, locale, **told)

    body = await anyio.to_thread.run_sync(lambda: import_template.workbook(terms, locale=locale, say=say))
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.xlsx"', "Cache-Control": "no-store"}
    return Response(body, media_type=XLSX, headers=headers)


def _label(desk: Desk, column: str | Question) -> str:
    return column.label.to(desk.locale) if isinstance(column, Question) else translate(column, desk.locale)


def _csv(rows: Sequence[Sequence[str]], filename: str) -> Response[str]:
    """Answer with a CSV that Excel reads as UTF-8; what looks like a formula is a text (ASVS 1.2.10)."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    for row in rows:
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row])
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + written.getvalue(), media_type=_CSV, headers=headers)


# ---------------------------------------------------------------- one list
@get(
    "/staff/events/{event_id:uuid}/registrations/import/{import_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def show_trial(request: Request, event_id: FromPath[uuid.UUID], import_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what the columns hold and what would become of each row."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    return await _trial_page(desk, event, import_id, Form())


async def _trial_page(
    desk: Desk, event: Event, import_id: uuid.UUID, form: Form, status_code: int = 200
) -> Response[str]:
    listed, trial = await _try(desk, event, import_id)
    known = listed.columns
    ordered = sorted(trial.outcomes, key=lambda each: (lists.WORST.index(each.becomes), each.candidate.number))
    return await desk.show(
        "import_trial.html",
        event=event,
        form=form,
        row=listed.row,
        trial=trial,
        outcomes=ordered[:SHOWN],
        becomes=BECOMES,
        options=[("", "—"), *((name, _label(desk, column)) for name, column in known.items())],
        labels={name: _label(desk, column) for name, column in known.items()},
        status_code=status_code,
    )


async def _try(desk: Desk, event: Event, import_id: uuid.UUID) -> tuple[Listed, Trial]:
    """Try a list on a copy, in a thread: nobody who registers meanwhile waits for it."""
    now, by = desk.now, desk.by
    prepared = await desk.read(lambda session: import_desk.prepare(session, event, import_id, now=now))
    trial = await anyio.to_thread.run_sync(lambda: prepared.try_out(now=now, by=by))
    return prepared.listed, trial


@post(
    "/staff/events/{event_id:uuid}/registrations/import/{import_id:uuid}",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def bring_in(request: Request, event_id: FromPath[uuid.UUID], import_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Name the columns anew and look again, or bring everybody in."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    form = await read_form(request)
    try:
        if form.value("do") != "apply":
            await _name_columns(desk, event, import_id, form)
            return desk.go(f"/staff/events/{event_id}/registrations/import/{import_id}")
        await _apply(desk, event, import_id, form)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        # Rows are told in the table; the summary at the top holds what is wrong with the page's own fields.
        own = [error for error in again.errors if not error.field.startswith("rows.")]
        if len(own) < len(again.errors):
            own.append(
                FieldError("leave_out", "errors", N_("Some rows have errors. Mend the file, or leave them out."))
            )
        return await _trial_page(desk, event, import_id, again.with_errors(own), status)
    return desk.go(f"/staff/events/{event_id}/registrations", "imported")


async def _name_columns(desk: Desk, event: Event, import_id: uuid.UUID, form: Form) -> None:
    listed = await desk.read(lambda session: import_desk.load(session, event, import_id, now=desk.now))
    chosen = {str(number): form.value(f"column.{number}") for number in range(len(listed.row.headers))}
    mapping = import_desk.mapping_of(listed, chosen)
    await desk.write(lambda session: lists.set_mapping(session, event.id, import_id, dict(mapping)))


async def _apply(desk: Desk, event: Event, import_id: uuid.UUID, form: Form) -> Trial:
    quiet = form.value("notify") != "yes"
    listed = await desk.read(lambda s: import_desk.load(s, event, import_id, now=desk.now, quiet=quiet))
    order = Order(form.value("consent"), form.value("seen"), bool(form.value("leave_out")))

    def use_case(session: Session) -> Trial:
        return lists.bring_in(session, import_id, listed.candidates, order, now=desk.now, by=desk.by)

    return await desk.write(use_case)


@get(
    "/staff/events/{event_id:uuid}/registrations/import/{import_id:uuid}/errors.csv",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
)
async def download_errors(
    request: Request, event_id: FromPath[uuid.UUID], import_id: FromPath[uuid.UUID]
) -> Response[str]:
    """Send the rows that cannot be registered, each as it was sent, with the reason behind it."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    listed, trial = await _try(desk, event, import_id)
    row, known = listed.row, listed.columns
    await desk.hand_out()
    cells = dict(zip(row.numbers, row.rows, strict=True))
    labels = {name: _label(desk, column) for name, column in known.items()}
    reasons = [
        [*cells[each.candidate.number], "; ".join(_reason(desk, labels, error) for error in each.errors)]
        for each in trial.outcomes
        if each.becomes == "error"
    ]
    heading = [*row.headers, translate(N_("What is wrong"), desk.locale)]
    return _csv([heading, *reasons], f"{event.slug}-errors.csv")


def _reason(desk: Desk, labels: dict[str, str], error: FieldError) -> str:
    said = translate(error.message, desk.locale, **error.params)
    label = labels.get(error.field)
    return f"{label}: {said}" if label else said


HANDLERS = (show_import, send_list, download_template, download_workbook, show_trial, bring_in, download_errors)
