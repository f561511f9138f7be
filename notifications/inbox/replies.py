"""Answers to calendar invitations: REPLY, COUNTER and REFRESH (RFC 5546 §3.2.3, §3.2.7, §3.2.6) as programs write them.

What they do to the standard, found by others: Outlook and Exchange leave ORGANIZER out; Gmail sends the object twice,
once inline and once as a file; Apple lists every attendee; a person answers from another address than the one invited.
So an answer is known by its UID, and by nothing that a program may forget.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import icalendar

from events.models import PartnerAnswer
from events.plaintext import lines, one_line
from notifications.inbox.message import Part, Received

MOST_BYTES = 256 * 1024
"""Octets of a calendar object that are read: an answer has 1 kB."""
MOST_COMPONENTS = 50
MOST_LINES = 4000

_CALENDAR_TYPES = ("text/calendar", "application/ics", "text/x-vcalendar")
_FILE_TYPES = ("application/octet-stream", "text/plain", "application/x-ics")
_PARTSTAT = {
    "ACCEPTED": PartnerAnswer.ACCEPTED,
    "TENTATIVE": PartnerAnswer.TENTATIVE,
    "DECLINED": PartnerAnswer.DECLINED,
    "NEEDS-ACTION": PartnerAnswer.NEEDS_ACTION,
}
ANSWERING = ("REPLY", "COUNTER")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another time that somebody proposes (a COUNTER)."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """What one calendar object says about one entry."""

    method: str
    """REPLY, COUNTER, REFRESH, or another method that answers nothing."""
    uid: str
    attendees: tuple[tuple[str, PartnerAnswer | None], ...]
    """Addresses (lower case) with their answers; None where PARTSTAT is one that we do not know, such as DELEGATED."""
    sequence: int | None
    """None where it names none: some programs forget it."""
    stamped_at: datetime | None
    recurrence: str
    """RECURRENCE-ID as it was written, where one date of a series is meant; else empty."""
    recurs_at: datetime | None
    """The moment that RECURRENCE-ID names, as far as its zone can be told."""
    comment: str
    proposal: Proposal | None
    also: tuple[CalendarAnswer, ...] = ()
    """What the same object says about other dates of the same entry."""

    def answer_of(self, addresses: Iterable[str]) -> PartnerAnswer | None:
        """Return the answer of one of `addresses` (lower case, the surest first); of the only attendee, else."""
        by_address = dict(self.attendees)
        for address in addresses:
            if address in by_address:
                return by_address[address]
        return self.attendees[0][1] if len(self.attendees) == 1 else None


def calendar_answer(received: Received) -> CalendarAnswer | None:
    """Return what the message's calendar object says, or None where it carries none that can be read.

    Of several copies the one that answers something counts; one that says nothing of an entry is passed over.
    """
    best: CalendarAnswer | None = None
    for part in _calendar_parts(received.parts):
        found = _read(part)
        if found is not None and (best is None or (found.method in ANSWERING and best.method not in ANSWERING)):
            best = found
    return best


def _calendar_parts(parts: Iterable[Part]) -> Iterable[Part]:
    """Return the parts that may be a calendar. The file name counts only where the type says nothing."""
    for part in parts:
        named = part.filename.casefold().endswith((".ics", ".vcs", ".ifb"))
        if part.content_type in _CALENDAR_TYPES or (part.content_type in _FILE_TYPES and named):
            yield part


def _read(part: Part) -> CalendarAnswer | None:
    content = part.content
    if len(content) > MOST_BYTES or content.count(b"\n") > MOST_LINES or _components(content) > MOST_COMPONENTS:
        return None
    try:
        # Some programs begin with a byte order mark or blank lines, which the reader would stumble over.
        calendar: Any = icalendar.Calendar.from_ical(part.text().lstrip("\ufeff \t\r\n"))
    except Exception:  # noqa: BLE001 - its parser raises whatever a malformed object makes it raise
        return None
    method = one_line(str(calendar.get("METHOD", ""))).upper() or part.method
    named = [(one_line(str(each.get("UID", ""))), each) for each in calendar.walk("VEVENT")]
    named = [(uid, each) for uid, each in named if uid and len(uid) <= 255]
    answers = [_answer(each, method, uid) for uid, each in named if uid == named[0][0]]
    return replace(answers[0], also=tuple(answers[1:])) if answers else None


def _components(content: bytes) -> int:
    return len(re.findall(rb"^BEGIN:", content, re.IGNORECASE | re.MULTILINE))


def _answer(component: Any, method: str, uid: str) -> CalendarAnswer:
    return CalendarAnswer(
        method=method,
        uid=uid,
        attendees=tuple(_attendees(component)),
        sequence=_sequence(component),
        stamped_at=_instant(component, "DTSTAMP"),
        recurrence=_raw(component, "RECURRENCE-ID"),
        recurs_at=_instant(component, "RECURRENCE-ID"),
        comment=_comment(component),
        proposal=_proposal(component) if method == "COUNTER" else None,
    )


def _attendees(component: Any) -> Iterable[tuple[str, PartnerAnswer | None]]:
    for attendee in _listed(component, "ATTENDEE"):
        address = re.sub(r"(?i)^mailto:", "", one_line(str(attendee))).strip().strip("<>").casefold()
        parameters: Any = getattr(attendee, "params", {})
        status = one_line(str(parameters.get("PARTSTAT", "NEEDS-ACTION"))).upper()
        yield address, _PARTSTAT.get(status)


def _listed(component: Any, name: str) -> list[Any]:
    """Return all values of a property: the reader keeps one as it is and several as a list."""
    found: Any = component.get(name, [])
    return found if isinstance(found, list) else [found]  # pyright: ignore[reportUnknownVariableType] # any value


def _sequence(component: Any) -> int | None:
    written = one_line(str(component.get("SEQUENCE", "")))
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written) else None


def _raw(component: Any, name: str) -> str:
    value = component.get(name)
    if value is None or isinstance(value, list):
        return ""
    return one_line(value.to_ical().decode("utf-8", "replace"))[:40]


def _comment(component: Any) -> str:
    return lines("\n".join(str(text) for text in _listed(component, "COMMENT")))[:2000]


def _proposal(component: Any) -> Proposal | None:
    starts_at, ends_at = _instant(component, "DTSTART"), _instant(component, "DTEND")
    return Proposal(starts_at, ends_at) if starts_at is not None else None


def _instant(component: Any, name: str) -> datetime | None:
    """Return a moment in UTC; a time without a zone is taken as UTC, a day as its beginning."""
    value: Any = getattr(component.get(name), "dt", None)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time.min, UTC) if isinstance(value, date) else None
