"""A rule by which something comes again: kept as RFC 5545 text, worked out by python-dateutil.

Rules speak of days, not of moments: the time of day is the series' own, on the wall clock of its zone, so that a change
of clocks never moves a meeting. DTSTART is therefore a DATE, and so is UNTIL (RFC 5545 §3.3.10).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from dateutil.rrule import rrulestr

from events.errors import N_, FieldError, Invalid

MOST = 104
"""Dates that one series makes at a time: two years of weeks."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = (0, 1, 2, 3, 4)
ORDINALS = (1, 2, 3, 4, -1)
"""Which of a month's Wednesdays; a fifth exists in some months only, and nobody means those."""

INTERVALS = range(1, 53)
COUNTS = range(1, MOST + 1)


class Frequency(enum.StrEnum):
    """How often the rule looks for dates (RFC 5545 FREQ)."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as people say it. Tuples are ordered and hold nothing twice; `from_text` gives them so.

    A week's rule has `weekdays`; a month's has either `month_days` (5; −1 is the last day) or `weekdays` with
    `ordinals` (third Wednesday; −1 is the last one), or the workdays with `positions` among them (BYSETPOS: −1 is the
    month's last workday). It ends with the day `until`, or after `count` dates, or never.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    ordinals: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None

    def ending(self, *, until: date | None = None, count: int | None = None) -> Rule:
        """Return the same rule with another end; neither is none."""
        return replace(self, until=until, count=count)


def make_rule(rule: Rule) -> Rule:
    """Return `rule` in the one spelling it has. Raises `Invalid` for what is no rule, or reaches nowhere."""
    rule = replace(
        rule,
        weekdays=tuple(sorted(set(rule.weekdays))),
        ordinals=tuple(sorted(set(rule.ordinals), key=_last_at_end)),
        month_days=tuple(sorted(set(rule.month_days), key=_last_at_end)),
        positions=tuple(sorted(set(rule.positions), key=_last_at_end)),
    )
    monthly = (bool(rule.month_days), bool(rule.ordinals), bool(rule.positions))
    shapes: Mapping[Frequency, bool] = {
        Frequency.DAILY: not (rule.weekdays or any(monthly)),
        Frequency.WEEKLY: bool(rule.weekdays) and not any(monthly),
        Frequency.MONTHLY: sum(monthly) == 1 and bool(rule.weekdays) != bool(rule.month_days),
    }
    possible = (
        shapes[rule.frequency]
        and rule.interval in INTERVALS
        and all(day in range(7) for day in rule.weekdays)
        and all(each in ORDINALS for each in (*rule.ordinals, *rule.positions))
        and (not rule.positions or rule.weekdays == WORKDAYS)
        and all(day in range(1, 32) or day == -1 for day in rule.month_days)
    )
    if not possible:
        raise Invalid([FieldError("rule", "invalid", N_("This is no rule that we know."))])
    if rule.count is not None and (rule.count not in COUNTS or rule.until is not None):
        raise Invalid([FieldError("count", "too_many", N_("A series has at most %(limit)s dates."), {"limit": MOST})])
    return rule


def _last_at_end(number: int) -> int:
    return 1000 if number < 0 else number


def to_text(rule: Rule) -> str:
    """Return the rule as RFC 5545 writes it: ``FREQ=MONTHLY;BYDAY=3WE;UNTIL=20261231``."""
    parts = [f"FREQ={rule.frequency.value}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.month_days:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.month_days)))
    if rule.weekdays:
        days = [f"{each or ''}{WEEKDAYS[day]}" for each in rule.ordinals or (0,) for day in rule.weekdays]
        parts.append("BYDAY=" + ",".join(days))
    if rule.positions:
        parts.append("BYSETPOS=" + ",".join(map(str, rule.positions)))
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    return ";".join(parts)


def from_text(text: str) -> Rule:
    """Read what `to_text` wrote, or a calendar that says the same. Raises `Invalid` for any other rule."""
    try:
        return make_rule(_read(dict(part.split("=", 1) for part in text.upper().split(";"))))
    except (KeyError, ValueError) as error:
        raise Invalid([FieldError("rule", "invalid", N_("This is no rule that we know."))]) from error


def _read(parts: dict[str, str]) -> Rule:
    days = [each for each in parts.pop("BYDAY", "").split(",") if each]
    numbers = [int(each[:-2]) if each[:-2] else 0 for each in days]
    weekdays = [WEEKDAYS.index(each[-2:]) for each in days]
    if len(set(zip(numbers, weekdays, strict=True))) != len(set(numbers)) * len(set(weekdays)):
        raise ValueError("first Monday and third Friday: two rules in one")
    until = parts.pop("UNTIL", "")[:8]
    rule = Rule(
        frequency=Frequency(parts.pop("FREQ")),
        interval=int(parts.pop("INTERVAL", "1")),
        weekdays=tuple(weekdays),
        ordinals=tuple(each for each in numbers if each),
        month_days=tuple(int(each) for each in parts.pop("BYMONTHDAY", "").split(",") if each),
        positions=tuple(int(each) for each in parts.pop("BYSETPOS", "").split(",") if each),
        until=datetime.strptime(until, "%Y%m%d").date() if until else None,  # noqa: DTZ007 - a day has no zone
        count=int(parts.pop("COUNT")) if "COUNT" in parts else None,
    )
    if parts.keys() - {"WKST"} or (0 in numbers and any(numbers)):
        raise ValueError("parts that we do not know")
    return rule


def days_of(rule: Rule, first: date, *, limit: int = MOST, after: date | None = None) -> list[date]:
    """Return the rule's days from `first` on (itself only if the rule hits it), at most `limit` of them.

    A rule without an end is followed for `limit` dates; one that never hits a day (30 February) gives none. With
    `after` only later days are given, and counted: the rule goes on in its own step (every second week) from `first`.
    """
    if after is None:
        return list(islice(_days(rule, first), limit))
    later = (day for day in _days(rule.ending(until=rule.until), first) if day > after)
    return list(islice(later, limit if rule.count is None else min(limit, rule.count)))


def _days(rule: Rule, first: date) -> Iterator[date]:
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - days have no zone
    for at in rrulestr(to_text(rule), dtstart=start):
        yield at.date()
