"""Entries → a feed that calendars subscribe to (RFC 5545, RFC 7986): the same entries are always the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import icalendar

from events.catalogue import calendar
from events.catalogue.calendar import Entry, add_property
from events.plaintext import one_line
from events.recurring import series_calendar
from events.recurring.series_calendar import SeriesEntry

REFRESH = timedelta(hours=1)


def changed_at(entries: Iterable[Entry | SeriesEntry]) -> datetime | None:
    """Return when the latest change of any entry was; None where there is none."""
    return max((_head(each).changed_at for each in entries), default=None)


def feed(
    entries: Iterable[Entry | SeriesEntry],
    *,
    name: str,
    url: str,
    locale: str,
    page: str | None = None,
    colour: str | None = None,
) -> bytes:
    """Return a feed that calendars subscribe to; `url` is its own address, `page` the one for people to read.

    The same entries give the same bytes, so that an ETag holds. REFRESH-INTERVAL, LAST-MODIFIED, URL and SOURCE are
    RFC 7986 §5, X-PUBLISHED-TTL is what Outlook reads, X-WR-CALNAME what Google and Apple read. `colour` (``#rrggbb``)
    goes where Apple looks: COLOR takes only names (RFC 7986 §5.9), and a house has no colour by name.
    """
    kept = list(entries)
    # What is published names its ORGANIZER (RFC 5546 §3.2.1); a library without an address has a feed all the same.
    method = "PUBLISH" if all(_head(each).organiser for each in kept) else None
    components = [component for each in kept for component in _components(each)]
    made = calendar.vcalendar(components, method=method, timezones={zone for each in kept for zone in _zones(each)})
    add_property(made, "name", icalendar.vText(one_line(name)), LANGUAGE=locale)
    add_property(made, "x-wr-calname", icalendar.vText(one_line(name)))
    add_property(made, "refresh-interval", REFRESH, VALUE="DURATION")
    add_property(made, "x-published-ttl", icalendar.vDuration(REFRESH))
    add_property(made, "source", url, VALUE="URI")
    if page is not None:
        add_property(made, "url", icalendar.vUri(page))
    if colour is not None:
        add_property(made, "x-apple-calendar-color", icalendar.vText(colour))
    if (at := changed_at(kept)) is not None:
        add_property(made, "last-modified", at)
    return calendar.to_bytes(made)


def _head(each: Entry | SeriesEntry) -> Entry:
    return each if isinstance(each, Entry) else each.master.entry


def _components(each: Entry | SeriesEntry) -> list[icalendar.Event]:
    return [calendar.published(each)] if isinstance(each, Entry) else series_calendar.published(each)


def _zones(each: Entry | SeriesEntry) -> set[str]:
    return calendar.zones([each]) if isinstance(each, Entry) else series_calendar.zones_of(each)
