"""Public holidays: the decree of 2026 day by day, what is not known yet, and both languages."""

from __future__ import annotations

from datetime import date

from events.days.public_holidays import holiday_on, holidays_between, holidays_of, joint_leave_known


def test_the_decree_of_2026_is_told_with_its_days_of_joint_leave() -> None:
    """Seventeen national holidays and eight days of cuti bersama (joint decree of 19 September 2025)."""
    year = holidays_of(2026, "id")
    assert [day.isoformat()[5:] for day, each in year.items() if each.joint_leave] == [
        "02-16",
        "03-18",
        "03-20",
        "03-23",
        "03-24",
        "05-15",
        "05-28",
        "12-24",
    ]
    assert len(year) == 25
    assert [each.name for each in year.values() if each.estimated] == []


def test_a_holiday_is_named_in_both_languages_and_an_ordinary_day_is_none() -> None:
    independence = date(2026, 8, 17)
    assert [holiday_on(independence, locale).name for locale in ("id", "en")] == [  # type: ignore[union-attr] # it is one
        "Hari Kemerdekaan Republik Indonesia",
        "Independence Day",
    ]
    assert holiday_on(date(2026, 8, 18), "id") is None


def test_a_span_over_the_new_year_takes_both_ends() -> None:
    assert [each.name for each in holidays_between(date(2026, 12, 24), date(2027, 1, 1), "id")] == [
        "Cuti Bersama Hari Raya Natal",
        "Hari Raya Natal",
        "Tahun Baru Masehi",
    ]


def test_a_year_without_its_decree_says_what_is_estimated() -> None:
    assert (joint_leave_known(2026), joint_leave_known(2040)) == (True, False)
    lebaran = [each for each in holidays_of(2040, "en").values() if each.name.startswith("Eid al-Fitr")]
    assert [each.estimated for each in lebaran] == [True] * len(lebaran)
    assert lebaran != []
