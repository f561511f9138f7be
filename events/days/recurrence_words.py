"""Rules in plain words, Indonesian and English, both ways: ``setiap Rabu ketiga`` ⇄ ``FREQ=MONTHLY;BYDAY=3WE``.

`describe` writes the one sentence a rule has in each language; `read_words` reads that and much of what else people
type, either language and any mixture. It reads word by word: each known word becomes a token, and what the tokens name
(days, ordinals, dates, a unit, an end) decides the rule, in whatever order they came. A word that it does not know is
refused by name rather than passed over, because a rule half understood would make fifty wrong dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from events.days import recurrence_vocabulary as words
from events.days.recurrence import WORKDAYS, Frequency, Rule, make_rule
from events.errors import N_, FieldError, Invalid

EXAMPLES = {
    "id": (
        "setiap Sabtu",
        "setiap Rabu ketiga",
        "setiap 2 minggu pada hari Senin dan Kamis",
        "tanggal 5 setiap bulan",
        "hari kerja terakhir setiap bulan",
    ),
    "en": (
        "every Saturday",
        "every third Wednesday",
        "every 2 weeks on Monday and Thursday",
        "the 5th of every month",
        "the last weekday of every month",
    ),
}
LONGEST = 200
_YEAR = re.compile(r"\d{4}")
_WORD = re.compile(
    r"\d{4}-\d{2}-\d{2}|ke-?\d+|\d+(?:st|nd|rd|th)\b|\d+"
    r"|akhir pekan|tiap-tiap|s\.?/?d\b\.?|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\s.;:!?()\"]",
    re.IGNORECASE,
)


# ---------------------------------------------------------------- rule → sentence
def describe(rule: Rule, locale: str) -> str:
    """Return the rule as a sentence without its full stop; `read_words` reads it back as the same rule."""
    said = words.SENTENCES["en" if locale == "en" else "id"]
    return said.rule(rule) + said.ending(rule)


# ---------------------------------------------------------------- sentence → rule
@dataclass(slots=True)
class _Heard:
    """What the words named so far."""

    weekdays: list[int] = field(default_factory=list[int])
    ordinals: list[int] = field(default_factory=list[int])
    month_days: list[int] = field(default_factory=list[int])
    workdays: bool = False
    unit: str | None = None
    interval: int | None = None
    until: date | None = None
    count: int | None = None


def read_words(text: str, *, start: date) -> Rule:
    """Return the rule that `text` says; a day that it leaves open is that of `start`.

    Raises `Invalid` at the field ``words``, naming the word that was not understood.
    """
    tokens = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text[:LONGEST])]
    heard = _Heard()
    _Reader(tokens, heard, start).read()
    return make_rule(_rule(heard, start))


class _Reader:
    """Goes through the words once, with a look at the neighbours where a word has two meanings."""

    def __init__(self, tokens: Sequence[str], heard: _Heard, start: date) -> None:
        self._tokens, self._heard, self._start, self._at = tokens, heard, start, 0

    def read(self) -> None:
        if not self._tokens:
            raise _not_understood("")
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            self._take(token)

    def _next(self, steps: int = 0) -> str:
        place = self._at + steps
        return self._tokens[place] if place < len(self._tokens) else ""

    def _before(self, steps: int = 1) -> str:
        place = self._at - 1 - steps
        return self._tokens[place] if place >= 0 else ""

    def _take(self, token: str) -> None:
        if token in words.UNTIL:
            self._heard.until = self._date()
        elif token in words.LASTING and self._lasts():
            self._heard.until = self._end_of_span()
        elif token in words.EXCEPT:
            self._take_exception(token)
        elif token in words.MINGGU:
            self._take_minggu()
        elif (number := _number(token)) is not None:
            self._take_number(token, number)
        else:
            self._take_name(token)

    def _take_name(self, token: str) -> None:
        """Read a word that has one meaning, wherever it stands."""
        if token in words.GROUPS:
            self._take_group(token)
        elif token in words.WEEKDAYS:
            self._take_weekday(words.WEEKDAYS[token])
        elif token in words.ORDINALS:
            self._take_ordinal(words.ORDINALS[token])
        elif token in words.UNITS:
            self._take_unit(words.UNITS[token])
        elif token in words.OTHER:
            self._heard.interval = 2
        elif token in words.DATES:
            self._take_dates()
        elif token not in words.FILLERS:
            raise _not_understood(token)

    def _take_group(self, token: str) -> None:
        """Read *hari kerja* or *akhir pekan*: of every week, unless an ordinal makes them a month's."""
        heard = self._heard
        heard.weekdays += words.GROUPS[token]
        heard.workdays = heard.workdays or token in words.WORK
        if not heard.ordinals and not _ordinal(self._next()):
            heard.unit = heard.unit or "week"

    def _lasts(self) -> bool:
        unit = self._next(1)
        return _number(self._next()) is not None and (
            unit in words.UNITS or unit in words.MINGGU or unit in words.YEARS
        )

    def _end_of_span(self) -> date:
        """Read ``3 bulan`` after *selama*: the last day of so long a time from the start."""
        number, unit = _number(self._next()) or 0, self._next(1)
        self._at += 2
        name = "week" if unit in words.MINGGU else words.UNITS.get(unit, "year")
        after: date = self._start + relativedelta(**{f"{name}s": number})  # type: ignore[arg-type] # one of its units
        return after - timedelta(days=1)

    def _take_exception(self, token: str) -> None:
        """Pass over *kecuali hari libur*: holidays are left out anyway, each to be seen and taken in again."""
        if self._next() not in words.HOLIDAYS:
            raise _not_understood(f"{token} {self._next()}".strip())
        while self._next() in words.HOLIDAYS:
            self._at += 1

    def _take_weekday(self, day: int) -> None:
        """Read a weekday, and ``Senin–Jumat`` or ``Senin sampai Jumat``."""
        last = self._next(1)
        if self._next() in words.RANGE and (last in words.WEEKDAYS or last in words.MINGGU):
            self._at += 2
            to = words.WEEKDAYS.get(last, 6)
            self._heard.weekdays += [each % 7 for each in range(day, to + 1 if to >= day else to + 8)]
        else:
            self._heard.weekdays.append(day)

    def _take_minggu(self) -> None:
        """*Minggu* is Sunday and week: what stands around it decides."""
        following, before = self._next(), self._before()
        after_day = before in words.WEEKDAYS and _ordinal(following)
        week = (
            _number(before) is not None
            or before in words.OTHER
            or following in ("sekali", "pada", "hari")
            or following in words.WEEKDAYS
        ) and before != "hari"
        if week:
            self._take_unit("week")
        elif not after_day:  # "Rabu minggu ketiga" is the third Wednesday
            self._heard.weekdays.append(6)

    def _take_number(self, token: str, number: int) -> None:
        following = self._next()
        if following in words.TIMES:
            if self._next(1) in words.PER:
                raise _not_understood(f"{token} {following} {self._next(1)}")  # twice a week, on which days?
            self._at += 1
            self._heard.count = number
        elif following in words.UNITS or following in words.MINGGU:
            self._heard.interval = number
        elif token.startswith("ke") or token[-1].isalpha():
            self._take_ordinal(number)
        elif self._heard.month_days:
            self._heard.month_days.append(number)
        else:
            raise _not_understood(token)

    def _take_ordinal(self, number: int) -> None:
        """Tell a month's third Wednesday from its third day: by whether a weekday stands beside it."""
        ahead = [token for token in self._tokens[self._at :] if token not in (*words.AND, *words.ORDINALS)]
        ahead = [token for token in ahead if _number(token) is None]
        named = bool(ahead) and (ahead[0] in words.WEEKDAYS or ahead[0] in words.MINGGU)
        weekday_follows = named or (bool(ahead) and ahead[0] in words.GROUPS)
        if weekday_follows or self._heard.weekdays:
            self._heard.ordinals.append(number)
        else:
            self._heard.month_days.append(number)
        if self._next() in ("day", "hari") and not weekday_follows:
            self._at += 1  # "the last day of every month"

    def _take_unit(self, unit: str) -> None:
        if unit == "day" and (
            self._next() in words.WEEKDAYS or self._next() in words.MINGGU or self._next() in words.HARI
        ):
            return  # "hari Senin", "hari kerja"
        if unit == "week" and self._before() in words.WEEKDAYS and _ordinal(self._next()):
            return  # "Rabu pekan ketiga"
        self._heard.unit = unit

    def _take_dates(self) -> None:
        """Read the numbers after *tanggal*, and *terakhir* for the last one."""
        while True:
            token = self._next()
            if token in words.LAST:
                self._heard.month_days.append(-1)
            elif (number := _number(token)) is not None:
                self._heard.month_days.append(number)
            elif token not in words.AND:
                break
            self._at += 1
        if not self._heard.month_days:
            raise _not_understood(self._before(0))

    def _date(self) -> date:
        """Read the day after *sampai*: ``31 Desember 2026``, ``31 December``, ``December 31, 2026``, ``2026-12-31``."""
        while self._next() in words.FILLERS or self._next() in words.DATES:
            self._at += 1
        said = [self._next()]
        self._at += 1
        try:
            if "-" in said[0]:
                return date.fromisoformat(said[0])
            said.append(self._next())
            self._at += 1
            day, month = reversed(said) if said[0] in words.MONTHS else said
            if self._next() == "," and _YEAR.fullmatch(self._next(1)):
                self._at += 1
            if _YEAR.fullmatch(self._next()):
                self._at += 1
                return date(int(self._before(0)), words.MONTHS[month], _number(day) or 0)
            return _coming(words.MONTHS[month], _number(day) or 0, self._start)
        except (KeyError, ValueError) as error:
            raise _not_understood(" ".join(filter(None, said))) from error


def _coming(month: int, day: int, start: date) -> date:
    """Return the next day of that name from `start` on."""
    found = date(start.year, month, day)
    return found if found >= start else date(start.year + 1, month, day)


def _number(token: str) -> int | None:
    if token in words.NUMBERS:
        return words.NUMBERS[token]
    match = re.fullmatch(r"(?:ke-?)?(\d{1,3})(?:st|nd|rd|th)?", token)
    return int(match.group(1)) if match else None


def _ordinal(token: str) -> bool:
    return token in words.ORDINALS or (_number(token) is not None and token.startswith("ke"))


def _rule(heard: _Heard, start: date) -> Rule:
    """Put what was named together; the day that nobody named is that of the start."""
    return replace(_without_end(heard, start), interval=heard.interval or 1).ending(
        until=heard.until, count=heard.count
    )


def _without_end(heard: _Heard, start: date) -> Rule:
    weekdays = tuple(heard.weekdays)
    if heard.month_days and not weekdays:
        _refuse_unit(heard, "month")
        return Rule(frequency=Frequency.MONTHLY, month_days=tuple(heard.month_days))
    if heard.ordinals:
        _refuse_unit(heard, "month")
        if heard.workdays and set(weekdays) == set(WORKDAYS):
            return Rule(frequency=Frequency.MONTHLY, weekdays=weekdays, positions=tuple(heard.ordinals))
        return Rule(frequency=Frequency.MONTHLY, weekdays=weekdays, ordinals=tuple(heard.ordinals))
    if heard.month_days or (weekdays and heard.unit not in (None, "week")):
        raise _not_understood("")
    if weekdays or heard.unit == "week":
        return Rule(frequency=Frequency.WEEKLY, weekdays=weekdays or (start.weekday(),))
    if heard.unit == "month":
        return Rule(frequency=Frequency.MONTHLY, month_days=(start.day,))
    if heard.unit == "day":
        return Rule(frequency=Frequency.DAILY)
    raise _not_understood("")


def _refuse_unit(heard: _Heard, wanted: str) -> None:
    if heard.unit not in (None, wanted):
        raise _not_understood("")


def _not_understood(word: str) -> Invalid:
    if word:
        message = N_("We do not understand “%(word)s” here. Try one of the examples.")
        return Invalid([FieldError("words", "not_understood", message, {"word": word})])
    message = N_("We do not understand this rule. Try one of the examples.")
    return Invalid([FieldError("words", "not_understood", message)])


def suggestions(start: date) -> Iterator[Rule]:
    """Yield the rules that `start` suggests: its weekday, its place in the month, its day of the month."""
    weekday = start.weekday()
    yield Rule(frequency=Frequency.WEEKLY, weekdays=(weekday,))
    yield Rule(frequency=Frequency.WEEKLY, interval=2, weekdays=(weekday,))
    number = (start.day - 1) // 7 + 1
    last = (start + timedelta(days=7)).month != start.month
    yield Rule(frequency=Frequency.MONTHLY, weekdays=(weekday,), ordinals=(-1 if last or number > 4 else number,))
    yield Rule(frequency=Frequency.MONTHLY, month_days=(start.day,))
