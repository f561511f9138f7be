"""Judges of calendar objects that have nothing to do with the library that writes them.

libical (the C library of many calendars) knows the rules of RFC 5546 for each METHOD; `ical` and ical.js are two more
parsers, and the three must understand the same (`tests.support.readings`). What none of them sees is asserted here:
line ends, line length, folding, and that METHOD, STATUS and ATTENDEE agree.
"""

from __future__ import annotations

from tests.support.readings import Reading, UnreadableError, libical, parsed_by_libical, read


def complaints(calendar: bytes) -> list[str]:
    """Return what libical finds wrong with a calendar object, by the rules of its METHOD."""
    try:
        with parsed_by_libical(calendar) as component:
            passed = libical().icalrestriction_check(component)
            if passed and not libical().icalcomponent_count_errors(component):
                return []
            text: str = libical().icalcomponent_as_ical_string(component).decode("utf-8", "replace")
    except UnreadableError as error:
        return [str(error)]
    lines = text.replace("\r\n ", "").splitlines()
    return [line for line in lines if line.startswith("X-LIC-ERROR")] or ["refused without a reason"]


def assert_calendar_valid(calendar: bytes, *, method: str) -> list[Reading]:
    """Return what every judge reads, or fail unless all accept the object and its parts agree with `method`."""
    _assert_lines(calendar)
    if method != "DECLINECOUNTER":  # libical 3.0's table for it refuses ATTENDEE, SEQUENCE, DTSTART, SUMMARY and others
        assert complaints(calendar) == []
    readings = read(calendar)
    unfolded = calendar.decode("utf-8").replace("\r\n ", "").split("\r\n")
    assert [line for line in unfolded if line.startswith("METHOD:")] == [f"METHOD:{method}"]
    attendees = [line for line in unfolded if line.startswith("ATTENDEE")]
    organisers = [line for line in unfolded if line.startswith("ORGANIZER")]
    for line in (*attendees, *organisers):
        assert ":mailto:" in line
    if method == "PUBLISH":
        assert attendees == []
        return readings
    events = unfolded.count("BEGIN:VEVENT")  # several for an entry that comes again: all to the one recipient
    assert len(attendees) == len(organisers) == events
    (attendee,) = {line.rpartition(":mailto:")[2] for line in attendees}
    (organiser,) = {line.rpartition(":mailto:")[2] for line in organisers}
    assert attendee != organiser
    wanted = "STATUS:CANCELLED" if method == "CANCEL" else "STATUS:CONFIRMED"
    assert [line for line in unfolded if line.startswith("STATUS:")] == [wanted] * events
    return readings


def _assert_lines(calendar: bytes) -> None:
    assert calendar.endswith(b"END:VCALENDAR\r\n")
    lines = calendar.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, line
        assert b"\n" not in line, line
        assert b"\r" not in line, line
        assert line.strip(), "an empty line"
        line.decode("utf-8")  # no fold inside a character


def uncalendared(text: str) -> dict[str, str]:
    """Return an object's unfolded lines by name and parameters; a name that comes twice keeps the last."""
    unfolded = text.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in unfolded if ":" in line)
