"""Registrations as a spreadsheet, for the office and for the attendance list.

Every cell is a string, so that ``+62812…`` stays a telephone number and a name that begins with ``=`` stays a name: no
spreadsheet program runs it as a formula (ASVS 1.2.10). Written row by row into a file: memory does not grow with it.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from litestar.background_tasks import BackgroundTask
from litestar.response import File

from events.errors import N_
from events.models import Event, Evidence, Registration, RegistrationState
from events.questions import answer_reading
from events.questions.form_document import Question
from events.registrations import guardians
from events.registrations.people_listing import RegistrationRow, iterate_registrations
from events.storage import ReadSession
from service.reports.answer_words import AGREED, words_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Read = Callable[[Callable[[ReadSession], Any]], Awaitable[Any]]
"""Runs a query, having asked whose the event is."""
Say = Callable[[str], str]

COLUMNS = (
    (N_("No."), 8),
    (N_("Name"), 34),
    (N_("E-mail"), 30),
    (N_("WhatsApp"), 18),
    (N_("Institution"), 28),
    (N_("Visiting time"), 18),
    (N_("People"), 8),
    (N_("Names of the others, with semicolons between them"), 34),
    (N_("State"), 16),
    (N_("Registered on"), 18),
    (N_("Attendance"), 26),
    (N_("Minutes there"), 10),
    (N_("What the person needs"), 30),
)
"""Headings (gettext ids) and widths in characters."""

GUARDIAN_COLUMNS = (
    (N_("Name of the parent or guardian"), 30),
    (N_("E-mail of the parent or guardian"), 30),
    (N_("WhatsApp number of the parent or guardian"), 18),
    (N_("Consent of the parent or guardian"), 30),
)
"""Only where somebody needs a guardian's consent."""
PARTY_COLUMNS = ((N_("Registered by"), 34), (N_("Number in the party"), 8), (N_("Name"), 34))
AWAITED, NOT_GIVEN = N_("Awaited until"), N_("Not given")
SIGN_LANGUAGE, WHEELCHAIR = N_("Sign language interpreter"), N_("Place for a wheelchair")
_LONGEST_CELL = 32_767
"""What a cell can hold; longer texts are refused by the file format."""

STATES = {
    RegistrationState.REQUESTED: N_("Asks for a place"),
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
    Evidence.REPORT: N_("In the meeting's report"),
    Evidence.STAFF: N_("Marked by staff"),
}


async def send_registrations(read: Read, event: Event, *, locale: str, say: Say) -> File:
    """Answer with the workbook of an event's registrations; its file is gone once it was sent."""
    folder = tempfile.mkdtemp(prefix="acara-export-")
    path = Path(folder) / "registrations.xlsx"

    async def remove() -> None:
        await asyncio.to_thread(gone)

    # Also where the answer is dropped before it is sent, and nothing runs in its background.
    gone = weakref.finalize(remove, shutil.rmtree, folder, ignore_errors=True)
    try:
        await read(lambda session: write_registrations(path, session, event, locale=locale, say=say))
    except BaseException:
        gone()
        raise
    return File(
        path,
        filename=file_name(event),
        media_type=XLSX,
        content_disposition_type="attachment",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(remove),
    )


def write_registrations(path: Path, session: ReadSession, event: Event, *, locale: str, say: Say) -> int:
    """Write the workbook to `path` and return how many registrations it holds.

    Each question that was ever asked has a column. Who comes with somebody else stands on a second sheet.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # noqa: PLC0415 - takes a quarter of a second, which a start need not wait for

    asked = answer_reading.questions_asked(session, event.id)
    columns = _AnswerColumns(answer_reading.file_names(session, event.id, asked), event, locale, say)
    workbook: Any = xlsxwriter.Workbook(str(path), options)
    try:
        of_guardians = GUARDIAN_COLUMNS if guardians.has_any(session, event.id) else ()
        headings = [(say(heading), width) for heading, width in (*COLUMNS, *of_guardians)] + columns.headings(asked)
        sheet = _Sheet(workbook, say(N_("Registrations")), headings)
        zone = ZoneInfo(event.timezone)
        for number, row in enumerate(iterate_registrations(session, event.id), start=1):
            guardian = _guardian(row.registration, zone, say) if of_guardians else ()
            sheet.write([*_cells(number, row, zone, say), *guardian, *columns.cells(asked, row.registration.answers)])
        sheet.end()
        per_person = [question for question in asked if question.per_person]
        headings = [(say(heading), width) for heading, width in PARTY_COLUMNS] + columns.headings(per_person)
        party: _Sheet | None = None
        for member in answer_reading.iterate_members(session, event.id):
            party = party or _Sheet(workbook, say(N_("Parties")), headings)
            cells = [member.contact, str(member.person + 1), member.name]
            party.write([*cells, *columns.cells(per_person, member.answers)])
        if party is not None:
            party.end()
    finally:
        workbook.close()
    return sheet.rows


class _Sheet:
    """One sheet of text cells under fixed headings."""

    def __init__(self, workbook: Any, name: str, headings: Sequence[tuple[str, int]]) -> None:
        self.rows = 0
        self._width = len(headings)
        self._sheet = workbook.add_worksheet(name[:31])
        self._plain = workbook.add_format({"num_format": "@"})
        bold = workbook.add_format({"bold": True, "bg_color": "#0f5c5c", "font_color": "#ffffff", "text_wrap": True})
        for column, (_, width) in enumerate(headings):
            self._sheet.set_column(column, column, width, self._plain)
        self._sheet.freeze_panes(1, 2)
        for column, (heading, _) in enumerate(headings):
            self._sheet.write_string(0, column, heading, bold)

    def write(self, cells: Sequence[str]) -> None:
        self.rows += 1
        for column, value in enumerate(cells):
            self._sheet.write_string(self.rows, column, value[:_LONGEST_CELL], self._plain)

    def end(self) -> None:
        self._sheet.autofilter(0, 0, max(self.rows, 1), self._width - 1)


@dataclass(frozen=True, slots=True)
class _AnswerColumns:
    """What stands in the columns of questions."""

    files: Mapping[str, str]
    event: Event
    locale: str
    say: Say

    def headings(self, questions: Sequence[Question]) -> list[tuple[str, int]]:
        return [(question.label.to(self.locale)[:200], 24) for question in questions]

    def cells(self, questions: Sequence[Question], answers: Mapping[str, Any]) -> list[str]:
        return [
            words_of(
                question,
                answers.get(question.id),
                locale=self.locale,
                timezone=self.event.timezone,
                say=self.say,
                files=self.files,
            )
            for question in questions
        ]


def _cells(number: int, row: RegistrationRow, zone: ZoneInfo, say: Say) -> Sequence[str]:
    person = row.registration
    asked_for = ((person.sign_language, SIGN_LANGUAGE), (person.wheelchair, WHEELCHAIR))
    needs = [say(need) for wanted, need in asked_for if wanted]
    return (
        str(number),
        person.name,
        person.email or "",
        person.phone or "",
        person.institution or "",
        _moment(row.slot_starts_at, zone),
        str(person.party_size),
        "; ".join(row.others),
        say(STATES[person.state]),
        _moment(person.created_at, zone),
        ", ".join(say(EVIDENCE[each]) for each in row.evidence),
        str(row.minutes) if row.minutes else "",
        "; ".join([*needs, *([person.access_needs] if person.access_needs else [])]),
    )


def _guardian(person: Registration, zone: ZoneInfo, say: Say) -> Sequence[str]:
    said = ""
    if person.guardian_consented_at is not None:
        said = f"{say(AGREED)} {_moment(person.guardian_consented_at, zone)}"
    elif person.needs_guardian and person.guardian_due_at is not None:
        said = f"{say(AWAITED)} {_moment(person.guardian_due_at, zone)}"
    elif person.needs_guardian:
        said = say(NOT_GIVEN)
    return (person.guardian_name or "", person.guardian_email or "", person.guardian_phone or "", said)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""


def file_name(event: Event) -> str:
    """Return what the file is called when it is kept: ASCII, so that every browser agrees."""
    return f"{event.slug}-{event.starts_at:%Y-%m-%d}.xlsx"
