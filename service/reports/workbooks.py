"""The same reports as spreadsheets. Texts are written as texts: no program runs one as a formula (ASVS 1.2.10)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from events.doors.reports import Attendee
from events.errors import N_
from service.reports.figures import Section

Say = Callable[[str], str]

_COLUMNS = (
    (N_("No."), 6),
    (N_("Name"), 36),
    (N_("Institution"), 30),
    (N_("Phone"), 16),
    (N_("Visiting time"), 18),
    (N_("Came"), 18),
    (N_("Left"), 18),
    (N_("Signature"), 24),
)


def attendance_workbook(title: str, when: str, people: Iterable[Attendee], *, zone: str, say: Say) -> bytes:
    """Return the attendance list as a workbook, one row a person."""
    out = io.BytesIO()
    workbook = _open(out)
    bold, plain = _formats(workbook)
    sheet: Any = workbook.add_worksheet(say(N_("Attendance list"))[:31])
    sheet.write_string(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, when)
    for column, (heading, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, say(heading), bold)
    sheet.freeze_panes(4, 2)
    sheet.repeat_rows(3)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for number, person in enumerate(people, start=1):
        moments = [_moment(at, zone) for at in (person.slot_starts_at, person.came_at, person.left_at)]
        name = person.name or say(N_("with %(name)s")) % {"name": person.party_of}
        for column, text in enumerate((str(number), name, person.institution, person.phone, *moments, "")):
            sheet.write_string(3 + number, column, text, plain)
    workbook.close()
    return out.getvalue()


def activity_workbook(title: str, sections: Sequence[Section], *, say: Say) -> bytes:
    """Return the report of activity as a workbook: what it is about, then every figure under its heading."""
    out = io.BytesIO()
    workbook = _open(out)
    bold, plain = _formats(workbook)
    number = workbook.add_format({"num_format": "0", "border": 1, "align": "left"})
    sheet: Any = workbook.add_worksheet(say(N_("Report of activity"))[:31])
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    line = 2
    for section in sections:
        sheet.merge_range(line, 0, line, 1, "", bold)
        sheet.write_string(line, 0, section.heading, bold)
        for label, value in section.rows:
            line += 1
            sheet.write_string(line, 0, label, plain)
            if isinstance(value, int):
                sheet.write_number(line, 1, value, number)
            else:
                sheet.write_string(line, 1, value, plain)
        line += 2
    workbook.close()
    return out.getvalue()


def _open(out: io.BytesIO) -> Any:
    import xlsxwriter  # noqa: PLC0415 - takes a quarter of a second, which a start need not wait for

    return xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def _formats(workbook: Any) -> tuple[Any, Any]:
    heading = {"bold": True, "bg_color": "#0f5c5c", "font_color": "#ffffff", "text_wrap": True, "border": 1}
    return workbook.add_format(heading), workbook.add_format({"num_format": "@", "text_wrap": True, "border": 1})


def _moment(at: Any, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if at else ""
