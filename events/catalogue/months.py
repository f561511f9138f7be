"""A month as a calendar shows it: weeks from Sunday to Saturday, and what lasts for days drawn across them."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.catalogue.listing import Card
from events.days.public_holidays import Holiday

YEARS = range(2000, 2101)
"""Those that an event may take place in (`events.event_rules`)."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of a year. Raises `ValueError` for none."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if self.year not in YEARS or self.number not in range(1, 13):
            raise ValueError("not a month in which events take place")

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def moved(self, months: int) -> Month | None:
        """Return the month so many months later (or earlier), or None beyond the years of events."""
        years, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, index + 1) if years in YEARS else None

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moments between which the weeks lie that hold the month, with a day to spare on either side.

        Events have zones of their own, whose days begin some hours earlier or later.
        """
        days = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(self.year, self.number)
        first, last = days[0][0] - timedelta(days=1), days[-1][-1] + timedelta(days=2)
        return datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)


def month_of(day: date) -> Month:
    """Return the month in which a day lies; days beyond the years of events lie in the nearest of their months."""
    return Month(min(max(day.year, YEARS[0]), YEARS[-1]), day.month)


def read_month(text: str) -> Month | None:
    """Return the month ``2026-12``, or None for anything else."""
    year, dash, number = text.partition("-")
    if len(text) != 7 or not dash or not (year + number).isascii() or not (year + number).isdigit() or len(year) != 4:
        return None
    try:
        return Month(int(year), int(number))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week."""

    on: date
    within: bool
    """Whether it belongs to the month."""
    holiday: Holiday | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of one week's row: an event across `length` days, or nothing (`card` None)."""

    card: Card | None
    length: int
    begins: bool = True
    """Whether the event's first day is in this week."""
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, and the rows of events below them. The bars of each row are seven days long together."""

    days: tuple[Day, ...]
    rows: tuple[tuple[Bar, ...], ...]


def days_of(card: Card) -> tuple[date, date]:
    """Return an event's first and last day in its own zone; what ends at midnight does not touch the day after."""
    zone = ZoneInfo(card.timezone)
    first = card.starts_at.astimezone(zone).date()
    return first, max(first, (card.ends_at.astimezone(zone) - timedelta(microseconds=1)).date())


def weeks_of(month: Month, cards: Iterable[Card], holidays: Mapping[date, Holiday]) -> tuple[Week, ...]:
    """Lay `cards` (the earliest first) into the weeks of `month`: each in the first row that has room for it."""
    placed = [(*days_of(card), card) for card in cards]
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(month.year, month.number)
    return tuple(
        Week(
            days=tuple(Day(day, day.month == month.number, holidays.get(day)) for day in week),
            rows=_rows(week, placed),
        )
        for week in weeks
    )


def _rows(week: Sequence[date], placed: Sequence[tuple[date, date, Card]]) -> tuple[tuple[Bar, ...], ...]:
    sunday, saturday = week[0], week[-1]
    rows: list[list[Bar]] = []
    filled: list[int] = []
    # The longer ones first, so that they lie on top and in one line.
    touching = [each for each in placed if each[0] <= saturday and each[1] >= sunday]
    for first, last, card in sorted(touching, key=lambda each: (max(each[0], sunday), each[0] - each[1])):
        start, end = (max(first, sunday) - sunday).days, (min(last, saturday) - sunday).days
        row = next((number for number, until in enumerate(filled) if until <= start), None)
        if row is None:
            row = len(rows)
            rows.append([])
            filled.append(0)
        if filled[row] < start:
            rows[row].append(Bar(None, start - filled[row]))
        rows[row].append(Bar(card, end - start + 1, begins=first >= sunday, ends=last <= saturday))
        filled[row] = end + 1
    for bars, until in zip(rows, filled, strict=True):
        if until < 7:
            bars.append(Bar(None, 7 - until))
    return tuple(map(tuple, rows))


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of the month as a list shows it: what begins then, or goes on since before the month."""

    on: date
    holiday: Holiday | None
    cards: tuple[Card, ...]


def entries_of(month: Month, cards: Iterable[Card], holidays: Mapping[date, Holiday]) -> tuple[Entry, ...]:
    """Return the days of `month` that have something to tell; an event stands once, on its first day in the month."""
    by_day: dict[date, list[Card]] = {day: [] for day in sorted(holidays) if month.first <= day <= month.last}
    for card in cards:
        first, last = days_of(card)
        if first <= month.last and last >= month.first:
            by_day.setdefault(max(first, month.first), []).append(card)
    return tuple(Entry(day, holidays.get(day), tuple(by_day[day])) for day in sorted(by_day))
