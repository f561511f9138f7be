"""Rules as RFC 5545 text, and the days they give."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from events.days.recurrence import MOST, Frequency, Rule, days_of, from_text, make_rule, to_text
from events.errors import Invalid
from tests.events.rules import rules

WEDNESDAY = date(2026, 12, 2)


@settings(deadline=None)
@given(rules())
def test_the_text_of_a_rule_is_read_back_as_the_rule(rule: Rule) -> None:
    assert from_text(to_text(rule)) == rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=3WE", ["2026-12-16", "2027-01-20", "2027-02-17"]),
        ("FREQ=MONTHLY;BYDAY=-1SA", ["2026-12-26", "2027-01-30", "2027-02-27"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", ["2026-12-03", "2026-12-14", "2026-12-17"]),
        ("FREQ=MONTHLY;BYMONTHDAY=5", ["2026-12-05", "2027-01-05", "2027-02-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-12-31", "2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-12-31", "2027-01-31", "2027-02-28"]),
        ("FREQ=DAILY;INTERVAL=10", ["2026-12-02", "2026-12-12", "2026-12-22"]),
        ("FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209", ["2026-12-02", "2026-12-09"]),
        ("FREQ=WEEKLY;BYDAY=SA;COUNT=2", ["2026-12-05", "2026-12-12"]),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30;UNTIL=20280201", ["2026-12-30", "2027-12-30"]),
    ],
)
def test_a_rule_gives_its_days_from_the_first_on(text: str, expected: list[str]) -> None:
    assert [day.isoformat() for day in days_of(from_text(text), WEDNESDAY, limit=3)] == expected


def test_a_rule_without_an_end_is_followed_for_two_years_of_weeks() -> None:
    days = days_of(Rule(frequency=Frequency.WEEKLY, weekdays=(5,)), WEDNESDAY)
    assert (len(days), days[0], days[-1]) == (MOST, date(2026, 12, 5), date(2028, 11, 25))


def test_a_rule_that_hits_no_day_gives_none() -> None:
    assert days_of(from_text("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30"), date(2027, 2, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=YEARLY",
        "FREQ=HOURLY",
        "FREQ=WEEKLY",
        "FREQ=MONTHLY;BYDAY=WE",
        "FREQ=MONTHLY;BYDAY=5WE",
        "FREQ=MONTHLY;BYDAY=1MO,3FR",
        "FREQ=MONTHLY;BYDAY=1MO,FR",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=5;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=WE;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=WE;COUNT=105",
        "FREQ=WEEKLY;BYDAY=WE;COUNT=0",
        "FREQ=WEEKLY;BYDAY=WE;BYHOUR=9",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261340",
        "nonsense",
    ],
)
def test_what_is_no_rule_of_ours_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_text(text)


def test_a_rule_has_one_spelling() -> None:
    rule = make_rule(Rule(frequency=Frequency.MONTHLY, weekdays=(5, 2, 5), ordinals=(-1, 1)))
    assert (rule.weekdays, rule.ordinals) == ((2, 5), (1, -1))


def test_a_rule_goes_on_in_its_own_step() -> None:
    """Every second week stays every second week, although what is added begins in a week between."""
    rule = from_text("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;COUNT=2")
    first = days_of(rule, WEDNESDAY)
    assert [day.isoformat() for day in first] == ["2026-12-06", "2026-12-20"]
    assert [day.isoformat() for day in days_of(rule, WEDNESDAY, after=first[-1])] == ["2027-01-03", "2027-01-17"]


def test_the_last_workday_of_a_month_is_one_day() -> None:
    rule = from_text("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3")
    assert days_of(rule, date(2026, 12, 2)) == [date(2026, 12, 31), date(2027, 1, 29), date(2027, 2, 26)]
    for wrong in ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1", "FREQ=DAILY;BYSETPOS=1"):
        with pytest.raises(Invalid):
            from_text(wrong)
