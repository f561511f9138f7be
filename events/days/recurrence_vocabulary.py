"""The words of rules: what each one means when it is read, and how a rule is written in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date

from events.days.recurrence import Frequency, Rule

_LOCALES: Final = ("id", "en")


def _weekday(day: int, locale: str, pattern: str = "EEEE") -> str:
    return format_date(date(2024, 1, 1 + day), pattern, locale=locale)  # the first of January 2024 was a Monday


def _names(locale: str, pattern: str = "EEEE") -> dict[str, int]:
    return {_weekday(day, locale, pattern).casefold(): day for day in range(7)}


_SHORT = {
    "sen": 0,
    "sel": 1,
    "rab": 2,
    "kam": 3,
    "jum": 4,
    "sab": 5,
    "jumat": 4,
    "jum'at": 4,
    "ahad": 6,
    "senen": 0,
    "slasa": 1,
    "rebo": 2,
    "kemis": 3,
    "jumaat": 4,
    "saptu": 5,
    "thurs": 3,
    "tues": 1,
}
_WIDE = {name: day for locale in _LOCALES for name, day in _names(locale).items() if name != "minggu"}
WEEKDAYS: Mapping[str, int] = {
    **_WIDE,
    **_names("en", "EEE"),
    **_SHORT,
    **{f"{name}s": day for name, day in _names("en").items()},
}
"""Every weekday but *Minggu*, which is also a week."""

MINGGU = ("minggu",)
HARI = ("kerja", "biasa")
WORK = ("kerja", "weekday", "weekdays", "workday", "workdays")

GROUPS: Mapping[str, Sequence[int]] = {
    "kerja": range(5),
    "weekday": range(5),
    "workday": range(5),
    "workdays": range(5),
    "weekdays": range(5),
    "akhir pekan": (5, 6),
    "weekend": (5, 6),
    "weekends": (5, 6),
}

MONTHS: Mapping[str, int] = {
    format_date(date(2024, month, 1), pattern, locale=locale).casefold().rstrip("."): month
    for locale in _LOCALES
    for pattern in ("MMMM", "MMM")
    for month in range(1, 13)
} | {"nopember": 11, "pebruari": 2, "agt": 8, "sept": 9}

NUMBERS: Mapping[str, int] = {
    word: number
    for spelling in (
        "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas duabelas",
        "one two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(spelling.split(), 1)
}

ORDINALS: Mapping[str, int] = {
    "pertama": 1,
    "kesatu": 1,
    "kedua": 2,
    "ketiga": 3,
    "keempat": 4,
    "terakhir": -1,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": -1,
}
LAST = ("terakhir", "last")

UNITS: Mapping[str, str] = {
    "hari": "day",
    "harian": "day",
    "day": "day",
    "days": "day",
    "daily": "day",
    "sehari": "day",
    "seminggu": "week",
    "sepekan": "week",
    "sebulan": "month",
    "pekan": "week",
    "mingguan": "week",
    "week": "week",
    "weeks": "week",
    "weekly": "week",
    "bulan": "month",
    "bulanan": "month",
    "month": "month",
    "months": "month",
    "monthly": "month",
}
OTHER = ("other", "fortnightly", "dwimingguan")
DATES = ("tanggal", "tgl", "date", "dates")
UNTIL = ("sampai", "hingga", "s.d", "s.d.", "s/d", "sd", "until", "till", "through")
RANGE = (*UNTIL, "-", "–", "to")
TIMES = ("kali", "times", "time", "sessions", "pertemuan")
LASTING = ("selama", "for")
YEARS = ("tahun", "year", "years")
EXCEPT = ("kecuali", "selain", "except")
HOLIDAYS = frozenset(["hari", "tanggal", "libur", "nasional", "merah", "the", "on", "public", "holiday", "holidays"])
PER = ("sehari", "seminggu", "sepekan", "sebulan", "a", "per", "setiap", "every", "dalam")
AND = ("dan", "and", ",", "&", "/")
_FILLERS = """
setiap tiap tiap-tiap pada di dalam sekali sebanyak selama yang dengan dari mulai
every each once on the of in for a an at
"""
FILLERS = frozenset((*_FILLERS.split(), *AND))


# ---------------------------------------------------------------- rule → sentence
def _joined(parts: Sequence[str], last: str) -> str:
    """Return ``Senin, Rabu dan Jumat``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _weekdays(rule: Rule, locale: str, last: str) -> str:
    return _joined([_weekday(day, locale) for day in rule.weekdays], last)


def _ending(rule: Rule, locale: str, until: str, times: tuple[str, str]) -> str:
    if rule.until is not None:
        return f", {until} {_day(rule.until, locale)}"
    if rule.count is not None:
        return f", {rule.count} {times[0] if rule.count == 1 else times[1]}"
    return ""


def _day(day: date, locale: str) -> str:
    return format_date(day, "d MMMM y", locale=locale)


_NTH_ID = {1: "pertama", 2: "kedua", 3: "ketiga", 4: "keempat", -1: "terakhir"}
_NTH_EN = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def _indonesian(rule: Rule) -> str:
    if rule.frequency is Frequency.DAILY:
        return "Setiap hari" if rule.interval == 1 else f"Setiap {rule.interval} hari"
    days = _weekdays(rule, "id", "dan") if rule.weekdays else ""
    if rule.frequency is Frequency.WEEKLY:
        return f"Setiap hari {days}" if rule.interval == 1 else f"Setiap {rule.interval} minggu pada hari {days}"
    months = "setiap bulan" if rule.interval == 1 else f"setiap {rule.interval} bulan"
    if rule.positions:
        return f"Hari kerja {_joined([_NTH_ID[each] for each in rule.positions], 'dan')} {months}"
    if rule.month_days:
        numbers = ["terakhir" if day < 0 else str(day) for day in rule.month_days]
        return f"Tanggal {_joined(numbers, 'dan')} {months}"
    return f"Hari {days} {_joined([_NTH_ID[each] for each in rule.ordinals], 'dan')} {months}"


def _english(rule: Rule) -> str:
    if rule.frequency is Frequency.DAILY:
        return "Every day" if rule.interval == 1 else f"Every {rule.interval} days"
    days = _weekdays(rule, "en", "and") if rule.weekdays else ""
    if rule.frequency is Frequency.WEEKLY:
        return f"Every {days}" if rule.interval == 1 else f"Every {rule.interval} weeks on {days}"
    months = "of every month" if rule.interval == 1 else f"of every {rule.interval} months"
    if rule.positions:
        return f"The {_joined([_NTH_EN[each] for each in rule.positions], 'and')} weekday {months}"
    if rule.month_days:
        numbers = ["last day" if day < 0 else _nth(day) for day in rule.month_days]
        return f"The {_joined(numbers, 'and')} {months}"
    return f"The {_joined([_NTH_EN[each] for each in rule.ordinals], 'and')} {days} {months}"


def _nth(day: int) -> str:
    ending = "th" if day in range(11, 14) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


@dataclass(frozen=True, slots=True)
class Sentences:
    """How one language says a rule, and its end."""

    rule: Callable[[Rule], str]
    ending: Callable[[Rule], str]


SENTENCES: Mapping[str, Sentences] = {
    "id": Sentences(_indonesian, lambda rule: _ending(rule, "id", "sampai", ("kali", "kali"))),
    "en": Sentences(_english, lambda rule: _ending(rule, "en", "until", ("time", "times"))),
}
