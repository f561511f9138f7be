"""Indonesia's public holidays (*hari libur nasional*) and days of joint leave (*cuti bersama*).

The days are the `holidays` package's: those that the yearly joint decree of three ministers sets, and those that follow
from the calendar where no decree is out yet. Islamic and Buddhist days of such years are marked as estimated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

_LANGUAGES = {"id": "id", "en": "en_US"}
_ESTIMATED = {"id": "(perkiraan)", "en": "(estimated)"}
_CATEGORIES = ("public", "government")


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off, by its name in one language; `joint_leave` is a day of *cuti bersama*, when offices are closed."""

    day: date
    name: str
    joint_leave: bool
    estimated: bool
    """Whether the day hangs on a moon that nobody has sighted yet; the name says so too."""


def holidays_of(year: int, locale: str) -> Mapping[date, Holiday]:
    """Return a year's holidays by their day. `locale` is ``id`` or ``en``; other years than 1946–2100 have none."""
    return _holidays_of(year, "en" if locale == "en" else "id")


def holiday_on(day: date, locale: str) -> Holiday | None:
    """Return what is celebrated on a day, or None on an ordinary one."""
    return holidays_of(day.year, locale).get(day)


def holidays_between(first: date, last: date, locale: str) -> list[Holiday]:
    """Return the holidays from one day to another, both included, in their order."""
    found = (each for year in range(first.year, last.year + 1) for each in holidays_of(year, locale).values())
    return sorted((each for each in found if first <= each.day <= last), key=lambda each: each.day)


def joint_leave_known(year: int) -> bool:
    """Say whether the decree with a year's *cuti bersama* is known; it comes out in the autumn before."""
    return any(each.joint_leave for each in holidays_of(year, "id").values())


@lru_cache(maxsize=64)
def _holidays_of(year: int, locale: str) -> Mapping[date, Holiday]:
    language = _LANGUAGES[locale]
    named = {
        category: holidays.country_holidays("ID", years=year, language=language, categories=category)
        for category in _CATEGORIES
    }
    found: dict[date, Holiday] = {}
    for day in sorted(named["public"].keys() | named["government"].keys()):
        # A day of joint leave that is a holiday anyway is the holiday.
        name = named["public"].get(day) or named["government"][day]
        found[day] = Holiday(day, name, joint_leave=day not in named["public"], estimated=_ESTIMATED[locale] in name)
    return found
