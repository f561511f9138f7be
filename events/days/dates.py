"""Dates and times as people say them: ``Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB``.

Pages, mails, posts and certificates all speak through this module, so that one event has one way of being told.
Every function takes moments (aware datetimes), an IANA zone and a locale (``id`` or ``en``).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date

INDONESIAN_ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Ujung_Pandang": "WITA",
    "Asia/Jayapura": "WIT",
}
"""The three zones by the names that Indonesians use (Keppres 41/1987), in every language."""

_FULL, _NO_YEAR, _NO_MONTH = "EEEE, d MMMM y", "EEEE, d MMMM", "EEEE, d"


def zone_name(timezone: str, at: datetime) -> str:
    """Return ``WIB``, ``WITA`` or ``WIT``, and ``UTC+8`` or ``UTC−3.30`` where Indonesia has no name for the zone."""
    named = INDONESIAN_ZONES.get(timezone)
    if named is not None:
        return named
    offset = at.astimezone(ZoneInfo(timezone)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f".{rest:02}" if rest else "")


def format_date(at: datetime, timezone: str, locale: str) -> str:
    """Return the day: ``Sabtu, 12 Desember 2026``."""
    return _day(_local(at, timezone).date(), locale)


def format_short_date(at: datetime, timezone: str, locale: str) -> str:
    """Return the day without its weekday: ``12 Desember 2026``, as certificates and lists have it."""
    return _day(_local(at, timezone).date(), locale, "d MMMM y")


def format_time(at: datetime, timezone: str, locale: str) -> str:
    """Return the time of day with its zone: ``09.00 WIB`` or ``09:00 WIB``."""
    return f"{_clock(_local(at, timezone), locale)} {zone_name(timezone, at)}"


def format_clock(at: datetime, timezone: str, locale: str) -> str:
    """Return the time of day alone: ``09.00`` or ``09:00``."""
    return _clock(_local(at, timezone), locale)


def format_hour(hour: time, locale: str) -> str:
    """Return a time of day that is the same everywhere: ``09.00`` or ``09:00``."""
    return _clock(hour, locale)


def format_times(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Return the hours of something within one day: ``09.00–11.30 WIB``; an end at midnight is 24.00."""
    start, end = _local(starts_at, timezone), _local(ends_at, timezone)
    closing = f"24{_separator(locale)}00" if _last_day(start, end) < end.date() else _clock(end, locale)
    return f"{_clock(start, locale)}–{closing} {zone_name(timezone, starts_at)}"


def format_moment(at: datetime, timezone: str, locale: str) -> str:
    """Return one moment, such as a deadline: ``Jumat, 11 Desember 2026, pukul 09.00 WIB``."""
    return f"{format_date(at, timezone, locale)}, {_at(locale)}{format_time(at, timezone, locale)}"


def format_dates(starts_at: datetime, ends_at: datetime, timezone: str, locale: str) -> str:
    """Return the day or the days: ``Jumat, 4 – Minggu, 13 Desember 2026``. What is said once is not said twice."""
    start = _local(starts_at, timezone)
    first, last = start.date(), _last_day(start, _local(ends_at, timezone))
    if first == last:
        return _day(first, locale)
    in_one_year = _NO_MONTH if first.month == last.month else _NO_YEAR
    opening = in_one_year if first.year == last.year else _FULL
    return f"{_day(first, locale, opening)} – {_day(last, locale)}"


def format_when(
    starts_at: datetime, ends_at: datetime, timezone: str, locale: str, *, reader_timezone: str | None = None
) -> str:
    """Return when something is: ``Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB``.

    What runs over midnight tells both moments; what lasts for days (an exhibition) tells its days only, because its
    hours differ. A reader in another zone is told their own hours too: ``… 09.00–11.30 WIB (10.00–12.30 WITA)``.
    """
    start, end = _local(starts_at, timezone), _local(ends_at, timezone)
    if _last_day(start, end) == start.date():
        hours = format_times(starts_at, ends_at, timezone, locale)
        said = f"{_day(start.date(), locale)}, {_at(locale)}{hours}"
    elif ends_at - starts_at < timedelta(hours=24):
        opening = f"{_day(start.date(), locale)}, {_at(locale)}{_clock(start, locale)}"
        said = f"{opening} – {format_moment(ends_at, timezone, locale)}"
    else:
        return format_dates(starts_at, ends_at, timezone, locale)
    return said + _readers_hours(starts_at, ends_at, timezone, locale, reader_timezone)


def _readers_hours(starts_at: datetime, ends_at: datetime, timezone: str, locale: str, reader: str | None) -> str:
    """Return the hours in the reader's zone, in brackets, with the day where it is another; nothing if they agree."""
    if reader is None:
        return ""
    own, here = _local(starts_at, reader), _local(starts_at, timezone)
    if own.utcoffset() == here.utcoffset():
        return ""
    hours = format_times(starts_at, ends_at, reader, locale)
    day = "" if own.date() == here.date() else f"{_day(own.date(), locale)}, {_at(locale)}"
    return f" ({day}{hours})"


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))


def _last_day(start: datetime, end: datetime) -> date:
    """Return the last day that something touches: what ends at midnight does not touch the day that begins then."""
    return (end - timedelta(microseconds=1)).date() if end > start else end.date()


@lru_cache(maxsize=4096)
def _day(day: date, locale: str, pattern: str = _FULL) -> str:
    return babel_date(day, pattern, locale=locale)


def _separator(locale: str) -> str:
    return "." if locale == "id" else ":"


def _clock(local: datetime | time, locale: str) -> str:
    return local.strftime(f"%H{_separator(locale)}%M")


def _at(locale: str) -> str:
    return "pukul " if locale == "id" else ""
