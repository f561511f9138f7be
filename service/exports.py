"""Registrations as a spreadsheet, for the office and for the attendance list.

Every cell is a string, so that ``+62812…`` stays a telephone number and a name that begins with ``=`` stays a name: no
spreadsheet program runs it as a formula (ASVS 1.2.10). Written row by row into a file: memory does not grow with it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from litestar.background_tasks import BackgroundTask
from litestar.response import File

from events.desk import RegistrationRow, iterate_registrations
from events.errors import N_
from events.models import Event, Evidence, RegistrationState
from events.storage import ReadSession

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Read = Callable[[Callable[[ReadSession], Any]], Awaitable[Any]]
"""Runs a query, having asked whose the event is."""
Say = Callable[[str], str]

COLUMNS = (
    (N_("Number"), 8),
    (N_("Name"), 34),
    (N_("E-mail"), 30),
    (N_("WhatsApp"), 18),
    (N_("Institution"), 28),
    (N_("Visiting time"), 18),
    (N_("People"), 8),
    (N_("State"), 16),
    (N_("Registered on"), 18),
    (N_("Attendance"), 26),
    (N_("What the person needs"), 30),
)
"""Headings (gettext ids) and widths in characters."""

STATES = {
    RegistrationState.PENDING: N_("Pending"),
    RegistrationState.CONFIRMED: N_("Confirmed"),
    RegistrationState.WAITLISTED: N_("Waiting"),
    RegistrationState.OFFERED: N_("Seat offered"),
    RegistrationState.CANCELLED: N_("Cancelled"),
    RegistrationState.DECLINED: N_("Declined"),
}
EVIDENCE = {
    Evidence.JOINED: N_("Opened the meeting"),
    Evidence.START_CODE: N_("Start code word"),
    Evidence.END_CODE: N_("End code word"),
    Evidence.DOOR: N_("Scanned at the door"),
    Evidence.EXIT: N_("Scanned at the exit"),
    Evidence.STAFF: N_("Marked by staff"),
}


async def send_registrations(read: Read, event: Event, *, say: Say) -> File:
    """Answer with the workbook of an event's registrations; its file is gone once it was sent."""
    folder = tempfile.TemporaryDirectory(prefix="acara-export-")
    path = Path(folder.name) / "registrations.xlsx"
    try:
        await read(lambda session: write_registrations(path, event, iterate_registrations(session, event.id), say=say))
    except BaseException:
        folder.cleanup()
        raise
    return File(
        path,
        filename=file_name(event),
        media_type=XLSX,
        content_disposition_type="attachment",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(asyncio.to_thread, folder.cleanup),
    )


def write_registrations(path: Path, event: Event, rows: Iterable[RegistrationRow], *, say: Say) -> int:
    """Write the workbook to `path` and return how many registrations it holds."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # noqa: PLC0415 - takes a quarter of a second, which a start need not wait for

    workbook: Any = xlsxwriter.Workbook(str(path), options)
    try:
        sheet: Any = workbook.add_worksheet(say(N_("Registrations"))[:31])
        bold = workbook.add_format({"bold": True, "bg_color": "#0f5c5c", "font_color": "#ffffff", "text_wrap": True})
        plain = workbook.add_format({"num_format": "@"})
        for column, (_, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width, plain)
        sheet.freeze_panes(1, 2)
        for column, (heading, _) in enumerate(COLUMNS):
            sheet.write_string(0, column, say(heading), bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(_cells(count, row, ZoneInfo(event.timezone), say)):
                sheet.write_string(count, column, value, plain)
        sheet.autofilter(0, 0, max(count, 1), len(COLUMNS) - 1)
    finally:
        workbook.close()
    return count


def _cells(number: int, row: RegistrationRow, zone: ZoneInfo, say: Say) -> Sequence[str]:
    person = row.registration
    return (
        str(number),
        person.name,
        person.email or "",
        person.phone or "",
        person.institution or "",
        _moment(row.slot_starts_at, zone),
        str(person.party_size),
        say(STATES[person.state]),
        _moment(person.created_at, zone),
        ", ".join(say(EVIDENCE[each]) for each in row.evidence),
        person.access_needs or "",
    )


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def file_name(event: Event) -> str:
    """Return what the file is called when it is kept: ASCII, so that every browser agrees."""
    return f"{event.slug}-{event.starts_at:%Y-%m-%d}.xlsx"
