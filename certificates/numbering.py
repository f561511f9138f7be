"""Numbers as Indonesian institutions write them: ``0042/PERPUS-BTM/XII/2026``, without gaps per organiser and year."""

from __future__ import annotations

import re
import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates.models import CertificateCounter
from events.errors import N_, FieldError
from events.storage import insert_unless_present

_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PLACE = re.compile(r"\{(?:seq(?::0?([1-9]))?|(year|month|roman_month))\}")
"""A fixed list of places, no expression language: a pattern is typed by staff."""

_TABLE: sa.Table = CertificateCounter.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def check_pattern(pattern: str) -> FieldError | None:
    """Return what is wrong with a number pattern, or None.

    It needs ``{seq}`` (or ``{seq:04}``) and ``{year}``, because the sequence begins anew each year; ``{month}`` and
    ``{roman_month}`` are optional.
    """
    rest = _PLACE.sub("", pattern)
    places = {match[2] or "seq" for match in _PLACE.finditer(pattern)}
    if "{" in rest or "}" in rest or len(pattern) > 80 or not rest.isprintable():
        return FieldError(
            "number_pattern", "pattern", N_("Use only {seq}, {seq:04}, {month}, {roman_month} and {year}.")
        )
    if not {"seq", "year"} <= places:
        return FieldError("number_pattern", "not_unique", N_("The pattern needs {seq} and {year}."))
    return None


def format_number(pattern: str, sequence: int, day: date) -> str:
    """Fill `pattern` for the certificate number `sequence` of the year of `day`."""

    def fill(match: re.Match[str]) -> str:
        if match[2] is None:
            return f"{sequence:0{match[1] or 1}}"
        return {"year": str(day.year), "month": f"{day.month:02}", "roman_month": _ROMAN_MONTHS[day.month - 1]}[
            match[2]
        ]

    return _PLACE.sub(fill, pattern)


def lock_counter(session: Session, organiser_id: uuid.UUID, year: int) -> CertificateCounter:
    """Return the counter, held until the commit: whoever numbers next waits, and a rollback gives the numbers back."""
    insert_unless_present(session, _TABLE, {"organiser_id": organiser_id, "year": year, "last": 0})
    return session.scalars(
        sa.select(CertificateCounter)
        .where(CertificateCounter.organiser_id == organiser_id, CertificateCounter.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
