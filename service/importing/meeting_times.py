"""Times and durations as meeting programs write them, in the language and order of who downloaded the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo


class DayOrder(StrEnum):
    """Which number of a date such as 03/04/2026 is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


_MONTHS = (
    "jan ene gen",
    "feb fév fev",
    "mar mär mrt",
    "apr avr abr",
    "may mei mai mag",
    "jun juin giu",
    "jul juil lug",
    "aug agu agt agustus ags aoû ago",
    "sep set",
    "oct okt ott out",
    "nov nop",
    "dec des dez déc dic",
)
_NAMED = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_AFTERNOON = re.compile(r"\b(?:pm|p\. ?m\.?)(?![a-z])|下午|午後|오후|晚上|\bpetang\b", re.IGNORECASE)
_MORNING = re.compile(r"\b(?:am|a\. ?m\.?)(?![a-z])|上午|午前|오전|\bpagi\b", re.IGNORECASE)
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}
_OFFSET = re.compile(r"(?:(?:gmt|utc)\s*)?([+-])(\d{1,2})(?::?(\d{2}))?\s*\)?$", re.IGNORECASE)
_ZONE_NAME = re.compile(r"(?<![a-z])(wib|wita|wit|utc|gmt|z)\)?$", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?(?:\s+de)?[\s-]+([^\W\d]{3,12})\.?(?:\s+de)?,?[\s-]+(\d{4})")
_MONTH_DAY = re.compile(r"([^\W\d]{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?(?!\d)")
_CLOCK_OF_UNITS = re.compile(r"(\d{1,2})\s?[時时시h]\s?(\d{1,2})(?:\s?[分분m]\s?(?:(\d{1,2})\s?[秒초s])?)?")
_BETWEEN = re.compile(r"(?<=\d)T(?=\d)")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*(?:am|pm)\b", re.IGNORECASE)
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """A moment as it is written: what of it is known before anybody says what its numbers mean."""

    clock: time
    day: date | None = None
    """Where the date can be read in one way only."""
    numbers: tuple[int, int, int] | None = None
    """Where day and month may be either way round: both, and the year."""
    offset: timedelta | None = None
    """Where the zone is written with it."""

    def at(self, order: DayOrder, zone: ZoneInfo, today: date) -> datetime | None:
        """Return the moment in UTC, or None where the order makes no date. `today` is for times without a date."""
        day = self.day
        if self.numbers is not None:
            first, second, year = self.numbers
            month, number = (second, first) if order is DayOrder.DAY_FIRST else (first, second)
            day = _date(year, month, number)
            if day is None:
                return None
        where = zone if self.offset is None else timezone(self.offset)
        return datetime.combine(day or today, self.clock, where).astimezone(UTC)


def read_moment(text: str) -> Written | None:
    """Return the moment that is written there, or None where there is none. A time without a date is one, too."""
    said = " ".join(_BETWEEN.sub(" ", text.replace("\u202f", " ").replace("\u200e", "")).split())
    said, offset = _without_zone(said)
    found = _read_day(said)
    rest = said
    day: date | None = None
    numbers: tuple[int, int, int] | None = None
    if found is not None:
        day, numbers, rest = found
        if day is None and numbers is None:
            return None
    clock = _read_clock(rest)
    return None if clock is None else Written(clock, day, numbers, offset)


def _without_zone(said: str) -> tuple[str, timedelta | None]:
    named = _ZONE_NAME.search(said)
    if named is not None:
        return said[: named.start()].rstrip(" ("), timedelta(hours=_ZONES[named[1].casefold()])
    written = _OFFSET.search(said)
    # A date such as 23-11-2026 ends like an offset; an offset follows a time.
    if written is None or ":" not in said[: written.start()] or int(written[2]) > 14:
        return said, None
    size = timedelta(hours=int(written[2]), minutes=int(written[3] or 0))
    return said[: written.start()].rstrip(" ("), size if written[1] == "+" else -size


def _read_day(said: str) -> tuple[date | None, tuple[int, int, int] | None, str] | None:
    """Return the date, or the numbers of one, and the text without it; None where there is no date at all."""
    whole = _ISO.search(said)
    if whole is not None:
        return _date(int(whole[1]), int(whole[2]), int(whole[3])), None, _cut(said, whole)
    bare = _NUMBERS.search(said)
    if bare is not None and not ("." in bare[0] and _read_clock(_cut(said, bare)) is None):
        # 09.02.11 by itself is a time: Indonesian writes it with dots.
        year = int(bare[3]) if len(bare[3]) == 4 else _CENTURY + int(bare[3])
        first, second = int(bare[1]), int(bare[2])
        if _date(year, second, first) is None and _date(year, first, second) is None:
            return None, None, said
        return None, (first, second, year), _cut(said, bare)
    for pattern, name, number in ((_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        words = pattern.search(said)
        if words is not None:
            month = _month(words[name])
            return (_date(int(words[3]), month, int(words[number])) if month else None), None, _cut(said, words)
    return None


def _month(word: str) -> int:
    said = word.casefold()
    return next((number for length in (7, 4, 3) if (number := _NAMED.get(said[:length], 0))), 0)


def _cut(said: str, found: re.Match[str]) -> str:
    return f"{said[: found.start()]} {said[found.end() :]}"


def _read_clock(said: str) -> time | None:
    found = _CLOCK.search(said) or _CLOCK_OF_UNITS.search(said)
    if found is not None:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    else:
        alone = _HOUR.search(said)
        if alone is None:
            return None
        hour, minute, second = int(alone[1]), 0, 0
    if _AFTERNOON.search(said):
        hour = hour % 12 + 12
    elif _MORNING.search(said):
        hour %= 12
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# ---------------------------------------------------------------- durations
_PARTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
_HOURS = ("h", "j", "std", "stunden", "u", "ч", "小", "時", "时", "시", "giờ", "ore", "ชั่ว", "س")
_SECONDS = ("s", "d", "сек", "с", "秒", "초", "giây", "วิ", "ث")
_COLONS = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")


def read_duration(text: str) -> timedelta | None:
    """Return how long it is: ``63`` (minutes), ``1h 3m 5s``, ``1 jam 3 mnt``, ``1 hr 3 min``, ``01:03:05``."""
    said = text.strip().casefold()
    if re.fullmatch(r"\d+(?:[.,]\d+)?", said):
        return _span(minutes=_number(said))
    colons = _COLONS.fullmatch(said)
    if colons is not None:
        return _span(hours=int(colons[1]), minutes=int(colons[2]), seconds=int(colons[3] or 0))
    whole: timedelta | None = None
    for amount, unit in _PARTS.findall(said):
        size = _number(amount)
        if unit.startswith(_HOURS):
            part = _span(hours=size)
        elif unit.startswith(_SECONDS):
            part = _span(seconds=size)
        else:
            part = _span(minutes=size)
        whole = part if whole is None or part is None else whole + part
    return whole


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _span(*, hours: float = 0, minutes: float = 0, seconds: float = 0) -> timedelta | None:
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) if hours + minutes / 60 < 1000 else None
