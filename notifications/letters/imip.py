"""Calendar objects by e-mail: REQUEST, update and CANCEL (RFC 5546, RFC 6047), one object per recipient.

What clients demand, found the hard way by others: the ATTENDEE is the recipient and nobody else, the ORGANIZER is a
``mailto:`` that is not the recipient, a CANCEL has absolute times (Outlook), the UID is the same for life, and the
SEQUENCE has grown whenever time or status changed.

Hundreds of recipients of one event get objects that differ in a few lines. The icalendar library writes all that they
share once, as a `_Form`; only the lines that are a person's own are written for each. `written_whole` has the library
write every line, and the tests hold the two against each other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import icalendar

from events.catalogue.calendar import Entry, add_property, content_lines, fold, to_bytes, vcalendar, vevent, zones
from events.plaintext import one_line
from events.recurring.series_calendar import SeriesEntry, series_vevents, zones_of
from notifications.transport.mime import CalendarPart, Mailbox, ascii_address

REQUEST = "REQUEST"
CANCEL = "CANCEL"
DECLINECOUNTER = "DECLINECOUNTER"
REMIND_BEFORE = timedelta(hours=1)


def invitation(entry: Entry, *, attendee: Mailbox, organiser: Mailbox, answer_wanted: bool) -> CalendarPart:
    """Return a REQUEST, or a CANCEL where the entry is cancelled.

    A registrant has said yes by registering: PARTSTAT=ACCEPTED and no answer asked puts the event straight onto their
    calendar. A partner is asked (`answer_wanted`). Raises `notifications.transport.mime.BadAddress`.
    """
    form = _form(_impersonal(entry), organiser, answer_wanted)
    return CalendarPart(_method(entry), form.filled(entry, attendee))


def written_whole(entry: Entry, *, attendee: Mailbox, organiser: Mailbox, answer_wanted: bool) -> CalendarPart:
    """Return the octets that `invitation` returns, every line of them written by the library: ten times as slow."""
    calendar = _calendar(entry, attendee, organiser, answer_wanted=answer_wanted)
    return CalendarPart(_method(entry), to_bytes(calendar))


def series_invitation(said: SeriesEntry, *, attendee: Mailbox, organiser: Mailbox) -> CalendarPart:
    """Return a REQUEST with every date of a partner's entry for a series, or a CANCEL of it as a whole.

    What was answered for a date is repeated in it (PARTSTAT), so that a program which takes the object over does not
    forget it. Raises `notifications.transport.mime.BadAddress`.
    """
    components: list[icalendar.Event] = []
    for component, date in series_vevents(said):
        _address(component, organiser, _attendee(attendee, answer_wanted=True, partstat=date.answer.value.upper()))
        if not said.cancelled:
            component.add_component(_alarm(date.entry))
        components.append(component)
    method = CANCEL if said.cancelled else REQUEST
    calendar = vcalendar(components, method=method, timezones=zones_of(said))
    return CalendarPart(method, to_bytes(calendar))


def declined_proposal(
    entry: Entry, *, attendee: Mailbox, organiser: Mailbox, original: datetime | None, comment: str
) -> CalendarPart:
    """Return a DECLINECOUNTER (RFC 5546 §3.2.8): the time that was proposed is none, and the entry stays as it is.

    `original` is the RECURRENCE-ID of the date, where it is one of several. Raises
    `notifications.transport.mime.BadAddress`.
    """
    component = vevent(dataclasses.replace(entry, cancelled=False), utc=True)
    _address(component, organiser, _attendee(attendee, answer_wanted=True))
    if original is not None:
        add_property(component, "recurrence-id", original.astimezone(UTC))
    if comment:
        add_property(component, "comment", comment)
    return CalendarPart(DECLINECOUNTER, to_bytes(vcalendar([component], method=DECLINECOUNTER)))


def _method(entry: Entry) -> str:
    return CANCEL if entry.cancelled else REQUEST


def _calendar(entry: Entry, attendee: Mailbox, organiser: Mailbox, *, answer_wanted: bool) -> icalendar.Calendar:
    component = vevent(entry, utc=entry.cancelled)
    _address(component, organiser, _attendee(attendee, answer_wanted=answer_wanted))
    if answer_wanted and not entry.cancelled:
        component.add_component(_alarm(entry))
    return vcalendar([component], method=_method(entry), timezones=() if entry.cancelled else zones([entry]))


def _address(component: icalendar.Event, organiser: Mailbox, attendee: icalendar.vCalAddress) -> None:
    add_property(
        component, "organizer", icalendar.vCalAddress.new(ascii_address(organiser.address), cn=_name(organiser))
    )
    add_property(component, "attendee", attendee)


def _alarm(entry: Entry) -> icalendar.Alarm:
    """Return a reminder for who has a part in the event; registrants get theirs by e-mail (RFC 5545 §3.6.6)."""
    alarm = icalendar.Alarm()
    add_property(alarm, "action", "DISPLAY")
    add_property(alarm, "trigger", -REMIND_BEFORE)
    add_property(alarm, "description", entry.title)
    return alarm


def _attendee(box: Mailbox, *, answer_wanted: bool, partstat: str = "NEEDS-ACTION") -> icalendar.vCalAddress:
    return icalendar.vCalAddress.new(
        ascii_address(box.address),
        cn=_name(box),
        cutype="INDIVIDUAL",
        role="REQ-PARTICIPANT",
        partstat=partstat if answer_wanted else "ACCEPTED",
        rsvp=answer_wanted,
    )


def _name(box: Mailbox) -> str:
    """Return the name for CN; a double quote there would need RFC 6868, which half of the clients do not know."""
    return one_line(box.name).replace('"', "'").replace("^", "") or box.address


# ------------------------------------------------------------ what recipients share, written once
_NOBODY = Mailbox("x", "x@example.org")


def _impersonal(entry: Entry) -> Entry:
    """Return the entry with a blank in each place that may be a person's own; what is absent stays absent."""
    return dataclasses.replace(
        entry,
        uid="x",
        sequence=0,
        description=entry.description and "x",
        location=entry.location and "x",  # an online event is at the person's own join link
        url=entry.url and "x",
        join_url=entry.join_url and "x",
        changed_at=entry.created_at,
    )


def _text(value: str) -> str:
    return icalendar.vText(value).to_ical().decode("utf-8")


def _changed_at(entry: Entry) -> str:
    return entry.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


_PERSONAL: Mapping[str, Callable[[Entry], str]] = {
    "UID": lambda entry: _text(entry.uid),
    "SEQUENCE": lambda entry: str(entry.sequence),
    "DTSTAMP": _changed_at,
    "LAST-MODIFIED": _changed_at,
    "DESCRIPTION": lambda entry: _text(entry.description),
    "LOCATION": lambda entry: _text(entry.location),
    "URL": lambda entry: entry.url or "",
    "CONFERENCE": lambda entry: entry.join_url or "",
}
"""Values in a VEVENT that may be a person's own; their parameters are not. ATTENDEE is a case of its own."""


def _attendee_parts(box: Mailbox) -> tuple[str, str]:
    """Return the CN parameter, which the library puts first, and the value of an ATTENDEE."""
    parameter = icalendar.Parameters({"CN": _name(box)}).to_ical().decode("utf-8")
    return f"ATTENDEE;{parameter}", f"mailto:{ascii_address(box.address)}"


_Writer = Callable[[Entry, Mailbox], str]
"""Writes one content line for a recipient."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A calendar object with blanks: the octets that are the same for all, and writers of the lines that are not."""

    parts: tuple[bytes | _Writer, ...]

    def filled(self, entry: Entry, attendee: Mailbox) -> bytes:
        """Return the object of one recipient."""
        return b"".join(part if isinstance(part, bytes) else fold(part(entry, attendee)) for part in self.parts)


@lru_cache(maxsize=128)
def _form(impersonal: Entry, organiser: Mailbox, answer_wanted: bool) -> _Form:
    """Have the library write the object of nobody, and leave the lines open that are somebody's."""
    calendar = _calendar(impersonal, _NOBODY, organiser, answer_wanted=answer_wanted)
    parts: list[bytes | _Writer] = []
    shared, component = bytearray(), ""
    for line in content_lines(calendar):
        component = line if line.startswith("BEGIN:") else component
        writer = _writer(line, impersonal) if component == "BEGIN:VEVENT" else None
        if writer is None:
            shared += fold(line)
        else:
            parts += [bytes(shared), writer]
            shared.clear()
    return _Form((*parts, bytes(shared)))


def _writer(line: str, impersonal: Entry) -> _Writer | None:
    """Return what writes `line` for somebody, or None where it is everybody's."""
    name = line[: min(at for at in (line.find(";"), line.find(":")) if at >= 0)]
    if name == "ATTENDEE":
        before, after = _attendee_parts(_NOBODY)
        between = line.removeprefix(before).removesuffix(after)
        return lambda _, attendee: between.join(_attendee_parts(attendee))
    value = _PERSONAL.get(name)
    if value is None:
        return None
    property_and_parameters = line.removesuffix(value(impersonal))
    return lambda entry, _: property_and_parameters + value(entry)
