"""Number patterns: what staff may write, and what comes out."""

from __future__ import annotations

from datetime import date

import pytest

from certificates.numbering import check_pattern, format_number


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{seq:04}/PERPUS-BTM/{roman_month}/{year}", "0042/PERPUS-BTM/XII/2026"),
        ("{seq}/{month}/{year}", "42/12/2026"),
        ("{year}.{seq:06}", "2026.000042"),
        ("{seq:1}-{seq:3}/{year}", "42-042/2026"),
    ],
)
def test_patterns_are_filled(pattern: str, number: str) -> None:
    assert check_pattern(pattern) is None
    assert format_number(pattern, 42, date(2026, 12, 12)) == number


def test_a_long_sequence_is_not_cut() -> None:
    assert format_number("{seq:02}/{year}", 12345, date(2026, 1, 1)) == "12345/2026"
    assert format_number("{roman_month}{seq}{year}", 1, date(2026, 4, 1)) == "IV12026"


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("", "not_unique"),
        ("{seq}", "not_unique"),
        ("{year}", "not_unique"),
        ("{seq}/{year}/{name}", "pattern"),
        ("{seq.__class__}/{year}", "pattern"),
        ("{seq:{year}}/{year}", "pattern"),
        ("{seq:99}/{year}", "pattern"),
        ("{seq}/{year}}", "pattern"),
        ("{seq}/{year}\n", "pattern"),
        ("{seq}/{year}" + "x" * 80, "pattern"),
    ],
)
def test_patterns_that_cannot_be_are_refused(pattern: str, code: str) -> None:
    problem = check_pattern(pattern)
    assert problem is not None
    assert (problem.field, problem.code) == ("number_pattern", code)
