"""Making one report: read it, write it in the reader's language, draw or store it. For pages and API alike."""

from __future__ import annotations

import base64
import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from certificates.listing import states_of_event
from events.brand import Brand
from events.catalogue.houses import House, house_of
from events.days.dates import format_when
from events.doors import reports
from events.errors import N_, NotFound
from events.media.processes import ChildProcesses
from events.models import Event, Organiser
from events.registrations.desk import find_event
from events.storage import ReadSession
from service.files.stored import StoredFiles
from service.reports import drawing, workbooks
from service.reports.exports import XLSX
from service.reports.figures import Say, Section, sections_of

PDF = "application/pdf"
EMPTY_ROWS = 10
"""Lines for who comes unannounced."""
_IMAGE_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))

Render = Callable[..., str]
"""Renders a template of the pages: its name, the locale, and what it shows."""


class Kind(enum.StrEnum):
    """Which report."""

    ATTENDANCE_LIST = "attendance-list"
    ACTIVITY = "activity-report"


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report is made of, read in one transaction."""

    kind: Kind
    event: Event
    house: House
    people: list[reports.Attendee]
    sections: list[Section]

    @property
    def name(self) -> str:
        """What the file is called, without its ending: ASCII, so that every browser agrees."""
        return f"{self.kind.value}-{self.event.slug}-{self.event.starts_at:%Y-%m-%d}"


def reading(event_id: uuid.UUID, kind: Kind, *, locale: str, say: Say) -> Callable[[ReadSession], Material]:
    """Return the query for a report's material."""

    def query(session: ReadSession) -> Material:
        event = find_event(session, event_id)
        organiser = session.get(Organiser, event.organiser_id)
        if organiser is None:
            raise NotFound
        if kind is Kind.ATTENDANCE_LIST:
            return Material(kind, event, house_of(organiser), list(reports.attendees(session, event_id)), [])
        figures = reports.activity(session, event)
        sections = sections_of(figures, states_of_event(session, event_id), locale=locale, say=say)
        return Material(kind, event, house_of(organiser), [], sections)

    return query


def as_workbook(material: Material, *, locale: str, say: Say) -> bytes:
    """Return a report as a spreadsheet. Holds the CPU; call it in a thread."""
    event = material.event
    title = event.title.to(locale)
    if material.kind is Kind.ACTIVITY:
        return workbooks.activity_workbook(title, material.sections, say=say)
    when = format_when(event.starts_at, event.ends_at, event.timezone, locale)
    return workbooks.attendance_workbook(title, when, material.people, zone=event.timezone, say=say)


def as_html(material: Material, render: Render, *, locale: str, logo: bytes | None, now: datetime) -> str:
    """Return a report as the page that is drawn: everything is in it, and everything typed is escaped."""
    brand: Brand = material.house.brand
    context: dict[str, Any] = {
        "event": material.event,
        "house": material.house,
        "primary": brand.primary,
        "logo": _picture(logo),
        "signatory_name": brand.signatory_name,
        "signatory_role": brand.signatory_role.get(locale) or brand.signatory_role.get("id", ""),
        "signed_on": _day(max(now, material.event.ends_at), material.event.timezone, locale),
        "people": material.people,
        "empty_rows": EMPTY_ROWS,
        "sections": material.sections,
    }
    name = "attendance_list" if material.kind is Kind.ATTENDANCE_LIST else "activity"
    return render(f"staff/reports/{name}.html", locale, **context)


def as_pdf(html: str, children: ChildProcesses, faces_dir: str) -> bytes:
    """Return the PDF of such a page, drawn in a child process. Raises `ChildFailed`; waits, so call it in a thread."""
    return children.run(drawing.draw, html, faces_dir, timeout=drawing.SECONDS)


def logo_of(files: StoredFiles, house: House) -> bytes | None:
    """Return the letterhead's picture, or None: a report without one is still a report. Waits for the file store."""
    if house.brand.logo_key is None:
        return None
    try:
        return files.get(house.brand.logo_key)
    except FileNotFoundError:
        return None


def _day(at: datetime, timezone: str, locale: str) -> str:
    return format_date(at.astimezone(ZoneInfo(timezone)).date(), "d MMMM y", locale=locale)


def _picture(body: bytes | None) -> str | None:
    found = next((kind for signature, kind in _IMAGE_TYPES if body and body.startswith(signature)), None)
    return f"data:{found};base64,{base64.b64encode(body).decode()}" if body and found else None


ENDINGS = {"pdf": PDF, "xlsx": XLSX}
"""How a report can be had."""
LABELS = {Kind.ATTENDANCE_LIST: N_("Attendance list"), Kind.ACTIVITY: N_("Report of activity")}
