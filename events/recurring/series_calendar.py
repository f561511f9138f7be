"""A partner's dates of one series → one calendar object: a rule with exceptions, and what differs from it.

RFC 5545 §3.8.4.4 and §3.8.5: the first VEVENT (the master) holds what most dates have in common, with RRULE and EXDATE
where the series' own rule says when they are, else with RDATE. A date that was moved or says something else is a VEVENT
of its own, named by its RECURRENCE-ID: the moment that the rule gave it, for as long as the rule does.

A rule is written for zones only whose offset never changes (WIB, WITA, WIT): elsewhere the rule means the wall clock,
and programs disagree about clocks that are put back. There every date is named, in UTC.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import icalendar

from events.catalogue import calendar
from events.catalogue.calendar import Entry, add_property
from events.days.recurrence import days_of, from_text, to_text
from events.links import Links
from events.models import Event, Organiser, Participation, PartnerAnswer
from events.partnership.series_invitations import InvitedDate, InvitedDates
from events.recurring import series_template

MOST_DAYS = 1000
"""Days of a rule that are looked at: what a series has, some times over."""


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date as the object says it."""

    original: datetime
    """When the rule has it: its RECURRENCE-ID."""
    entry: Entry
    answer: PartnerAnswer

    @property
    def said(self) -> tuple[Any, ...]:
        """What has to be as most dates have it, for a date to need no words of its own."""
        entry = self.entry
        texts = (entry.title, entry.description, entry.location, entry.join_url, entry.categories)
        return (*texts, entry.ends_at - entry.starts_at, self.answer)

    @property
    def moved(self) -> bool:
        """Whether it is at another time than the rule has it."""
        return self.entry.starts_at != self.original


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """What the object says: the master, how it comes again, and the dates that differ from it."""

    master: SeriesDate
    rule: str | None
    """RRULE with its end; None: the dates are named one by one, or there is one only."""
    left_out: tuple[datetime, ...]
    named: tuple[datetime, ...]
    """All moments, where no rule says them."""
    different: tuple[SeriesDate, ...]
    cancelled: bool

    @property
    def uid(self) -> str:
        """The UID of all its VEVENTs."""
        return self.master.entry.uid

    @property
    def starts_at(self) -> datetime:
        """When it begins for the first time."""
        return self.master.entry.starts_at


def original_start(dates: InvitedDates, event: Event) -> datetime:
    """Return the moment that a date's RECURRENCE-ID names."""
    if event.series_date is None:
        return event.starts_at.astimezone(UTC)
    return series_template.expected_times(dates.series, event.series_date)[0].astimezone(UTC)


def series_entry(
    dates: InvitedDates, organiser: Organiser, locale: str, *, links: Links, otherwise: tuple[Participation, Event]
) -> SeriesEntry:
    """Return what the partner's calendar is to show as of now; cancelled as a whole where no date stands any more.

    `otherwise` is the date to name in a cancellation of what has no dates left.
    """
    standing = [series_date(dates, each, organiser, locale, links=links) for each in dates.standing]
    if standing:
        return arranged(dates, standing)
    part, event = otherwise
    return called_off(series_date(dates, InvitedDate(part, event), organiser, locale, links=links))


def called_off(last: SeriesDate) -> SeriesEntry:
    """Return the entry as cancelled as a whole; `last` is the date that it is named by."""
    off = dataclasses.replace(last, entry=dataclasses.replace(last.entry, cancelled=True, join_url=None))
    return SeriesEntry(off, None, (), (), (), cancelled=True)


def arranged(dates: InvitedDates, standing: Sequence[SeriesDate]) -> SeriesEntry:
    """Return the entry of these dates, at least one, in the order of their days: what they share, and what not."""
    if len(standing) == 1:
        return SeriesEntry(standing[0], None, (), (), (), cancelled=False)
    rule, left_out = _rule(dates, [each.original for each in standing])
    if rule is None:
        standing = [dataclasses.replace(each, original=each.entry.starts_at.astimezone(UTC)) for each in standing]
    usual = Counter(each.said for each in standing).most_common(1)[0][0]
    like = next(each for each in standing if each.said == usual)
    first = standing[0].original
    different = tuple(each for each in standing if each.moved or each.said != usual)
    length = like.entry.ends_at - like.entry.starts_at
    master = dataclasses.replace(
        like, original=first, entry=dataclasses.replace(like.entry, starts_at=first, ends_at=first + length)
    )
    if rule is None:  # each date is named as it is, and programs leave out one that is not named (the master's own)
        return SeriesEntry(master, None, (), tuple(each.original for each in standing), different, cancelled=False)
    return SeriesEntry(master, rule, left_out, (), different, cancelled=False)


def series_date(
    dates: InvitedDates, each: InvitedDate, organiser: Organiser, locale: str, *, links: Links
) -> SeriesDate:
    """Return what the partner's entry says of one of its dates; every date was changed when any of them was."""
    invitation = dates.invitation
    entry = calendar.series_date_entry(each.event, organiser, invitation, locale, links=links)
    newest = max(invitation.changed_at, *(date.event.updated_at for date in dates.dates))
    stamped = dataclasses.replace(entry, changed_at=newest)
    return SeriesDate(original_start(dates, each.event), stamped, each.participation.answer)


def _rule(dates: InvitedDates, originals: Sequence[datetime]) -> tuple[str | None, tuple[datetime, ...]]:
    """Return RRULE and EXDATEs that give these moments and no others; no rule where none says them."""
    series = dates.series
    if not calendar.keeps_its_offset(series.timezone):
        return None, ()
    zone = series_template.zone(series.timezone)
    first, last = originals[0].astimezone(zone).date(), originals[-1].astimezone(zone).date()
    rule = from_text(series.rule)
    days = [day for day in days_of(rule.ending(until=last), first, limit=MOST_DAYS) if day <= last]
    given = [_moment(dates, day) for day in days]
    if given[:1] != [originals[0]] or not set(originals) <= set(given):
        return None, ()
    until = f"{originals[-1].astimezone(UTC):%Y%m%dT%H%M%SZ}"
    text = to_text(rule.ending())
    return f"{text};UNTIL={until}", tuple(each for each in given if each not in set(originals))


def _moment(dates: InvitedDates, day: date) -> datetime:
    return series_template.expected_times(dates.series, day)[0].astimezone(UTC)


# ------------------------------------------------------------ writing
def series_vevents(said: SeriesEntry) -> list[tuple[icalendar.Event, SeriesDate]]:
    """Return the VEVENTs, the master first, each with the date that it speaks of; without ORGANIZER and ATTENDEE."""
    master = calendar.vevent(said.master.entry, utc=said.cancelled)
    if said.rule is not None:
        add_property(master, "rrule", icalendar.vRecur.from_ical(said.rule))
    zone = said.master.entry.timezone if calendar.keeps_its_offset(said.master.entry.timezone) else "UTC"
    for name, moments in (("exdate", said.left_out), ("rdate", said.named)):
        if moments:
            add_property(master, name, [_local(each, zone) for each in moments])
    written = [(master, said.master)]
    for each in said.different:
        component = calendar.vevent(each.entry)
        add_property(component, "recurrence-id", _local(each.original, zone))
        written.append((component, each))
    return written


def _local(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(UTC if timezone == "UTC" else series_template.zone(timezone))


def published(said: SeriesEntry) -> list[icalendar.Event]:
    """Return the VEVENTs with their ORGANIZER, as what is published names it (RFC 5546 §3.2.1)."""
    components = [component for component, _ in series_vevents(said)]
    for component in components:
        if said.master.entry.organiser is not None:
            name, address = said.master.entry.organiser
            add_property(component, "organizer", icalendar.vCalAddress.new(address, cn=name))
    return components


def series_file(said: SeriesEntry) -> bytes:
    """Return the dates as one file to add to a calendar (METHOD:PUBLISH)."""
    return calendar.to_bytes(calendar.vcalendar(published(said), method="PUBLISH", timezones=zones_of(said)))


def zones_of(said: SeriesEntry) -> set[str]:
    """Return the zones that the object names."""
    return set() if said.cancelled else calendar.zones([said.master.entry, *(each.entry for each in said.different)])


def date_meant(dates: InvitedDates, recurrence: str, recurs_at: datetime | None) -> uuid.UUID | None:
    """Return the participation whose date a RECURRENCE-ID names; None: none of them.

    Programs write it in UTC, on a wall clock with or without a zone that can be told, or as a day.
    """
    zone = series_template.zone(dates.series.timezone)
    by_rule = [(each.participation.id, original_start(dates, each.event)) for each in dates.dates]
    as_it_is = [(each.participation.id, each.event.starts_at.astimezone(UTC)) for each in dates.dates]
    for key, moment in (*by_rule, *as_it_is):
        local = moment.astimezone(zone)
        written = (f"{moment:%Y%m%dT%H%M%SZ}", f"{local:%Y%m%dT%H%M%S}", f"{local:%Y%m%d}")
        if recurs_at == moment or recurrence in written:
            return key
    return None


def recurrence_of(said: SeriesEntry, dates: InvitedDates, event: Event) -> datetime | None:
    """Return the moment by which the object names a date; None where it holds one date only."""
    if said.rule is not None:
        return original_start(dates, event)
    return event.starts_at.astimezone(UTC) if said.named else None
