"""A month's weeks: every event on its days, each row seven days long, nothing twice in the list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.catalogue.finding import Wanted, events_between
from events.catalogue.listing import Card
from events.catalogue.months import Month, days_of, entries_of, month_of, read_month, weeks_of
from events.days.public_holidays import holidays_between
from events.models import Stage
from tests.support.life import STARTS_AT, Life

DECEMBER = Month(2026, 12)
WIB = ZoneInfo("Asia/Jakarta")


def _cards(life: Life, month: Month = DECEMBER) -> tuple[Card, ...]:
    return life.database.read(lambda session: events_between(session, *month.span(WIB), Wanted()))


def _fill(life: Life) -> dict[str, str]:
    """A fortnight's exhibition from Friday 4 to Thursday 17, webinars on the 4th, the 12th (two) and the 31st."""
    at = STARTS_AT
    made = {
        "long": life.exhibition(starts_at=at - timedelta(days=8), ends_at=at + timedelta(days=5, hours=7)),
        "fourth": life.webinar(starts_at=at - timedelta(days=8), ends_at=at - timedelta(days=8) + timedelta(hours=1)),
        "first": life.webinar(),
        "second": life.webinar(starts_at=at + timedelta(hours=5), ends_at=at + timedelta(hours=6)),
        "last": life.webinar(starts_at=at + timedelta(days=19), ends_at=at + timedelta(days=19, hours=15)),
        "january": life.webinar(starts_at=at + timedelta(days=22), ends_at=at + timedelta(days=22, hours=1)),
    }
    life.webinar(Stage.DRAFT)
    return {str(key): name for name, key in made.items()}


def test_what_lasts_for_days_is_drawn_across_them(life: Life) -> None:
    names = _fill(life)
    weeks = weeks_of(DECEMBER, _cards(life), {})
    drawn = [
        [
            [(names[str(bar.card.id)] if bar.card else "", bar.length, bar.begins, bar.ends) for bar in row]
            for row in week.rows
        ]
        for week in weeks
    ]
    assert [(str(week.days[0].on), str(week.days[6].on)) for week in weeks] == [
        ("2026-11-29", "2026-12-05"),
        ("2026-12-06", "2026-12-12"),
        ("2026-12-13", "2026-12-19"),
        ("2026-12-20", "2026-12-26"),
        ("2026-12-27", "2027-01-02"),
    ]
    assert drawn == [
        [
            [("", 5, True, True), ("long", 2, True, False)],
            [("", 5, True, True), ("fourth", 1, True, True), ("", 1, True, True)],
        ],
        [
            [("long", 7, False, False)],
            [("", 6, True, True), ("first", 1, True, True)],
            [("", 6, True, True), ("second", 1, True, True)],
        ],
        [[("long", 5, False, True), ("", 2, True, True)]],
        [],
        [[("", 4, True, True), ("last", 1, True, True), ("", 2, True, True)]],
    ]


def test_the_list_names_an_event_once_on_its_first_day_in_the_month(life: Life) -> None:
    names = _fill(life)
    holidays = {each.day: each for each in holidays_between(DECEMBER.first, DECEMBER.last, "id")}
    entries = entries_of(DECEMBER, _cards(life), holidays)
    told = {str(entry.on): [names[str(card.id)] for card in entry.cards] for entry in entries}
    assert {day: cards for day, cards in told.items() if cards} == {
        "2026-12-04": ["long", "fourth"],
        "2026-12-12": ["first", "second"],
        "2026-12-31": ["last"],
    }
    christmas = next(entry for entry in entries if entry.on == date(2026, 12, 25))
    assert christmas.holiday is not None
    assert christmas.holiday.name == "Hari Raya Natal"
    january = {
        str(e.on): [names[str(c.id)] for c in e.cards]
        for e in entries_of(Month(2027, 1), _cards(life, Month(2027, 1)), {})
    }
    assert january == {"2027-01-03": ["january"]}


def test_an_events_days_are_those_of_its_own_zone(life: Life) -> None:
    """23.30 in Jakarta is the next day in Jayapura; what ends at midnight does not touch the day after."""
    late: dict[str, Any] = {
        "starts_at": datetime(2026, 12, 9, 16, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 9, 17, 0, tzinfo=UTC),
    }
    life.webinar(**late, timezone="Asia/Jakarta")
    life.webinar(**late, timezone="Asia/Jayapura")
    assert [days_of(card) for card in _cards(life)] == [
        (date(2026, 12, 9), date(2026, 12, 9)),
        (date(2026, 12, 10), date(2026, 12, 10)),
    ]


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "1999-12", "2101-01", "26-12", "2026-1", "2026/12", "-026-12", "٢٠٢٦-12", ""]
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert read_month(text) is None


def test_months_follow_each_other_as_far_as_events_go() -> None:
    assert [str(DECEMBER.moved(step)) for step in (-12, -1, 0, 1)] == ["2025-12", "2026-11", "2026-12", "2027-01"]
    assert (Month(2000, 1).moved(-1), Month(2100, 12).moved(1)) == (None, None)
    assert (read_month("2026-12"), month_of(date(1980, 5, 1))) == (DECEMBER, Month(2000, 5))
    for month in (Month(2000, 1), Month(2100, 12)):
        starts, ends = month.span(WIB)
        assert ends - starts >= timedelta(days=31)
