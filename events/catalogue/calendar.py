"""Event or slot → VEVENT: a stable UID and a SEQUENCE that only grows (RFC 5545, RFC 5546 §2.1.4).

A UID is the bare key of what it stands for (RFC 7986 §5.3 wants an opaque UUID, not a host name): a registration's or
a participation's in what one person gets, an event's or a slot's in public feeds. So the entry in a mail, the file on
the person's page and their own feed are one entry to every calendar.

The same entry always gives the same bytes: DTSTAMP is the moment of the last change, never the clock's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import icalendar

from events.links import Links
from events.models import (
    Event,
    Organiser,
    Participation,
    Registration,
    RegistrationState,
    SeriesInvitation,
    Slot,
    Stage,
)
from events.plaintext import lines, one_line

PRODUCT = "-//Acara//Acara//EN"
_JOIN = {"id": "Gabung", "en": "Join"}
_MANAGE = {"id": "Kelola pendaftaran", "en": "Manage your registration"}
_PARTNER = {"id": "Halaman mitra", "en": "Partner page"}
OFF = (Stage.CANCELLED, Stage.POSTPONED)
"""Stages in which nothing takes place at the time that stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a calendar, whoever's: what a VEVENT says, with texts already in one language."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    cancelled: bool
    title: str
    description: str
    location: str
    url: str | None
    join_url: str | None
    join_label: str
    categories: tuple[str, ...]
    organiser: tuple[str, str] | None
    """Name and address; a published entry must name its ORGANIZER (RFC 5546 §3.2.1)."""
    created_at: datetime
    changed_at: datetime
    tentative: bool = False
    """Whether it is not certain yet; then it blocks nobody's time."""


def event_entry(event: Event, organiser: Organiser, locale: str, *, url: str | None, slot: Slot | None = None) -> Entry:
    """Return the public entry of an event, or of one visiting time. It names no one and opens no meeting."""
    sequence = event.calendar_sequence + (slot.calendar_sequence if slot else 0)
    return _entry(
        event, organiser, slot, locale, uid=str((slot or event).id), sequence=sequence, url=url, join_url=None, ways=()
    )


def registration_entry(
    event: Event,
    organiser: Organiser,
    registration: Registration,
    locale: str,
    *,
    links: Links,
    slot: Slot | None = None,
) -> Entry:
    """Return a registrant's own entry: with their join link, and cancelled once their place is."""
    manage = links.manage_url(registration.id, registration.link_version)
    join = links.join_url(registration.id, registration.link_version) if event.join_url else None
    sequence = event.calendar_sequence + registration.calendar_sequence + (slot.calendar_sequence if slot else 0)
    return _entry(
        event,
        organiser,
        slot,
        locale,
        uid=str(registration.id),
        sequence=sequence,
        url=manage,
        join_url=join,
        ways=((_MANAGE[locale], manage),),
        off=registration.state is not RegistrationState.CONFIRMED,
        changed_at=registration.updated_at,
    )


def participation_entry(
    event: Event, organiser: Organiser, participation: Participation, locale: str, *, links: Links
) -> Entry:
    """Return a partner's own entry: with a link that leads into the meeting at any time, for speakers come early.

    Never the meeting's own address: it would be wrong in the calendar once the meeting moves, and is passed on.
    """
    join = links.partner_join_url(participation.id, participation.link_version)
    page = links.partner_url(participation.id, participation.link_version)
    return _entry(
        event,
        organiser,
        None,
        locale,
        uid=str(participation.id),
        sequence=event.calendar_sequence + participation.calendar_sequence,
        url=page,
        join_url=join if event.join_url else None,
        ways=((_PARTNER[locale], page),),
        off=participation.withdrawn_at is not None,
        changed_at=max(filter(None, (participation.invited_at, participation.withdrawn_at)), default=None),
    )


def series_date_entry(
    event: Event, organiser: Organiser, invitation: SeriesInvitation, locale: str, *, links: Links
) -> Entry:
    """Return one date of a partner's entry for a series; every date leads to the page of all their dates."""
    page = links.partner_series_url(invitation.id, invitation.link_version)
    return _entry(
        event,
        organiser,
        None,
        locale,
        uid=str(invitation.id),
        sequence=invitation.sequence,
        url=page,
        join_url=f"{page}/join" if event.join_url else None,
        ways=((_PARTNER[locale], page),),
        changed_at=invitation.changed_at,
    )


def _entry(
    event: Event,
    organiser: Organiser,
    slot: Slot | None,
    locale: str,
    *,
    uid: str,
    sequence: int,
    url: str | None,
    join_url: str | None,
    ways: Iterable[tuple[str, str]],
    off: bool = False,
    changed_at: datetime | None = None,
) -> Entry:
    """Gather an entry; `ways` are labelled addresses under the description, `off` an end that only this one has."""
    cancelled = off or event.stage in OFF
    join_url = None if cancelled else join_url
    addresses = [f"{_JOIN[locale]}: {join_url}"] if join_url else []
    addresses += [f"{label}: {address}" for label, address in ways]
    said = [lines(event.summary.to(locale)), "" if cancelled else "\n".join(addresses)]
    return Entry(
        uid=uid,
        sequence=sequence,
        starts_at=(slot or event).starts_at,
        ends_at=(slot or event).ends_at,
        timezone=event.timezone,
        cancelled=cancelled,
        title=one_line(event.title.to(locale)) or one_line(organiser.name.to(locale)),
        description="\n\n".join(part for part in said if part),
        location=one_line(event.venue.to(locale)) or join_url or "",
        url=url,
        join_url=join_url,
        join_label=_JOIN[locale],
        categories=(event.kind.value.upper(),),
        organiser=(one_line(organiser.name.to(locale)), organiser.email) if organiser.email else None,
        created_at=event.created_at,
        changed_at=max(event.updated_at, changed_at or event.updated_at),
    )


def vevent(entry: Entry, *, utc: bool = False) -> icalendar.Event:
    """Return the VEVENT, without METHOD, ORGANIZER or ATTENDEE.

    `utc` writes absolute times: Outlook reads a CANCEL reliably only so. What lasts a day or longer (an exhibition as
    a whole) is written as whole days that block nobody's time.
    """
    start, end, transparent = _span(entry, utc=utc)
    component = icalendar.Event.new(
        uid=entry.uid,
        stamp=entry.changed_at,
        created=entry.created_at,
        last_modified=entry.changed_at,
        start=start,
        end=end,
        sequence=entry.sequence,
        status=_status(entry),
        transparency=icalendar.TRANSP.TRANSPARENT if transparent or entry.tentative else icalendar.TRANSP.OPAQUE,
        summary=entry.title,
        description=entry.description or None,
        location=entry.location or None,
        url=entry.url,
        categories=entry.categories,
    )
    if entry.join_url:
        conference = icalendar.Conference(entry.join_url, feature=["VIDEO"], label=entry.join_label)
        component.conferences = [conference]
    return component


def _status(entry: Entry) -> icalendar.STATUS:
    if entry.cancelled:
        return icalendar.STATUS.CANCELLED
    return icalendar.STATUS.TENTATIVE if entry.tentative else icalendar.STATUS.CONFIRMED


def _span(entry: Entry, *, utc: bool) -> tuple[date, date, bool]:
    """Return DTSTART, DTEND and whether these are whole days."""
    short = entry.ends_at - entry.starts_at < timedelta(hours=24)
    if utc or (short and not keeps_its_offset(entry.timezone)):
        return entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC), False
    zone = ZoneInfo(entry.timezone)
    start, end = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    if short:
        return start, end, False
    last = (end - timedelta(microseconds=1)).date()
    return start.date(), last + timedelta(days=1), True


@lru_cache(maxsize=64)
def keeps_its_offset(timezone: str) -> bool:
    """Say whether a zone has had one offset since 1970, as WIB, WITA and WIT have.

    The others are written in UTC: an entry happens once, so nothing is lost. Thunderbird's parser takes the first of a
    VTIMEZONE's RDATEs only and would show a summer's event an hour late, and the hour that comes twice when clocks go
    back cannot be told apart in local time (RFC 5545 §3.3.5).
    """
    return len(_parts(vtimezone(timezone))) == 1


def add_property(component: icalendar.Component, name: str, value: Any, **parameters: str) -> None:
    """Add one property; the library's own `add` is untyped."""
    cast("Any", component).add(name, value, parameters=parameters)


@lru_cache(maxsize=64)
def vtimezone(timezone: str) -> icalendar.Timezone:
    """Return the VTIMEZONE of an IANA zone. Making one takes ten times as long as an entry, and they never change."""
    component = icalendar.Timezone.from_tzinfo(ZoneInfo(timezone), timezone)
    component.pop("COMMENT", None)
    return component


def vcalendar(
    components: Iterable[icalendar.Event], *, method: str | None, timezones: Iterable[str] = ()
) -> icalendar.Calendar:
    """Return a VCALENDAR around `components`; every zone they name must be among `timezones`."""
    calendar = icalendar.Calendar()
    add_property(calendar, "prodid", PRODUCT)
    add_property(calendar, "version", "2.0")
    if method is not None:
        add_property(calendar, "method", method)
    for timezone in sorted(set(timezones)):
        calendar.add_component(vtimezone(timezone))
    for component in components:
        calendar.add_component(component)
    return calendar


def to_bytes(calendar: icalendar.Calendar) -> bytes:
    """Return the object as it is stored and sent: CRLF, lines of at most 75 octets folded between characters.

    The same lines as the library's own `to_ical`, in a third of its time: it folds letter by letter.
    """
    parts = [
        _timezone_lines(str(each["TZID"])) if each.name == "VTIMEZONE" else _lines(each) for each in _parts(calendar)
    ]
    head = _lines(calendar, recursive=False)
    ending = b"END:VCALENDAR\r\n"
    return head.removesuffix(ending) + b"".join(parts) + ending


def _parts(calendar: icalendar.Component) -> list[icalendar.Component]:
    return cast("list[icalendar.Component]", cast("Any", calendar).subcomponents)


@lru_cache(maxsize=64)
def _timezone_lines(timezone: str) -> bytes:
    return _lines(vtimezone(timezone))


def _lines(component: icalendar.Component, *, recursive: bool = True) -> bytes:
    return b"".join(map(fold, content_lines(component, recursive=recursive)))


def content_lines(component: icalendar.Component, *, recursive: bool = True) -> Iterator[str]:
    """Yield the component's content lines, from BEGIN to END, as the library writes them: not folded, no line end."""
    untyped = cast("Any", component)
    for name, value in untyped.property_items(recursive=recursive):
        yield str(untyped.content_line(name, value))


def fold(line: str) -> bytes:
    """Return one content line folded (RFC 5545 §3.1), with its line end.

    It is broken neither inside a character nor between a backslash and what it escapes.
    """
    octets = line.encode("utf-8")
    if len(octets) <= 75:
        return octets + b"\r\n"
    folded, room = bytearray(), 75
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        backslashes = end - len(octets[:end].rstrip(b"\\"))
        end -= backslashes % 2
        folded += octets[:end] + b"\r\n "
        octets, room = octets[end:], 74
    return bytes(folded + octets + b"\r\n")


def zones(entries: Iterable[Entry]) -> set[str]:
    """Return the zones that the entries' VEVENTs name: none for whole days, none whose clocks move."""
    return {
        entry.timezone
        for entry in entries
        if entry.ends_at - entry.starts_at < timedelta(hours=24) and keeps_its_offset(entry.timezone)
    }


def published(entry: Entry) -> icalendar.Event:
    """Return the VEVENT with its ORGANIZER, as what is published names it (RFC 5546 §3.2.1)."""
    component = vevent(entry)
    if entry.organiser is not None:
        name, address = entry.organiser
        add_property(component, "organizer", icalendar.vCalAddress.new(address, cn=name))
    return component


def entry_file(*entries: Entry) -> bytes:
    """Return entries as one file to add to a calendar (METHOD:PUBLISH)."""
    return to_bytes(vcalendar(map(published, entries), method="PUBLISH", timezones=zones(entries)))
