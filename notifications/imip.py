"""Calendar objects by e-mail: REQUEST, update and CANCEL (RFC 5546, RFC 6047), one object per recipient.

What clients demand, found the hard way by others: the ATTENDEE is the recipient and nobody else, the ORGANIZER is a
``mailto:`` that is not the recipient, a CANCEL has absolute times (Outlook), the UID is the same for life, and the
SEQUENCE has grown whenever time or status changed.
"""

from __future__ import annotations

import icalendar

from events.calendar import Entry, add_property, to_bytes, vcalendar, vevent, zones
from events.plaintext import one_line
from notifications.mime import CalendarPart, Mailbox, ascii_address

REQUEST = "REQUEST"
CANCEL = "CANCEL"


def invitation(entry: Entry, *, attendee: Mailbox, organiser: Mailbox, answer_wanted: bool) -> CalendarPart:
    """Return a REQUEST, or a CANCEL where the entry is cancelled.

    A registrant has said yes by registering: PARTSTAT=ACCEPTED and no answer asked puts the event straight onto their
    calendar. A partner is asked (`answer_wanted`). Raises `notifications.mime.BadAddress`.
    """
    method = CANCEL if entry.cancelled else REQUEST
    component = vevent(entry, utc=entry.cancelled)
    add_property(
        component, "organizer", icalendar.vCalAddress.new(ascii_address(organiser.address), cn=_name(organiser))
    )
    add_property(component, "attendee", _attendee(attendee, answer_wanted=answer_wanted))
    timezones = () if entry.cancelled else zones([entry])
    return CalendarPart(method, to_bytes(vcalendar([component], method=method, timezones=timezones)))


def _attendee(box: Mailbox, *, answer_wanted: bool) -> icalendar.vCalAddress:
    return icalendar.vCalAddress.new(
        ascii_address(box.address),
        cn=_name(box),
        cutype="INDIVIDUAL",
        role="REQ-PARTICIPANT",
        partstat="NEEDS-ACTION" if answer_wanted else "ACCEPTED",
        rsvp=answer_wanted,
    )


def _name(box: Mailbox) -> str:
    """Return the name for CN; a double quote there would need RFC 6868, which half of the clients do not know."""
    return one_line(box.name).replace('"', "'").replace("^", "") or box.address
