from datetime import UTC, datetime, timedelta

import pytest

from events.days import dates

MORNING = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)  # 09.00 WIB, a Saturday


def hours(count: float) -> datetime:
    return MORNING + timedelta(hours=count)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("id", "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB"),
        ("en", "Saturday, 12 December 2026, 09:00–11:30 WIB"),
    ],
)
def test_tells_when_as_people_say_it(locale: str, said: str) -> None:
    assert dates.format_when(MORNING, hours(2.5), "Asia/Jakarta", locale) == said


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Asia/Jakarta", "WIB"),
        ("Asia/Pontianak", "WIB"),
        ("Asia/Makassar", "WITA"),
        ("Asia/Jayapura", "WIT"),
        ("Asia/Singapore", "UTC+8"),
        ("Asia/Kolkata", "UTC+5.30"),
        ("America/St_Johns", "UTC−3.30"),
        ("UTC", "UTC"),
    ],
)
def test_names_zones_as_indonesians_do(zone: str, name: str) -> None:
    assert dates.zone_name(zone, MORNING) == name


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((2026, 12, 4), (2026, 12, 13), "Jumat, 4 – Minggu, 13 Desember 2026"),
        ((2026, 11, 30), (2026, 12, 6), "Senin, 30 November – Minggu, 6 Desember 2026"),
        ((2026, 12, 28), (2027, 1, 3), "Senin, 28 Desember 2026 – Minggu, 3 Januari 2027"),
    ],
)
def test_days_of_an_exhibition_say_nothing_twice(
    start: tuple[int, int, int], end: tuple[int, int, int], said: str
) -> None:
    opens, closes = datetime(*start, 2, tzinfo=UTC), datetime(*end, 9, tzinfo=UTC)
    assert dates.format_dates(opens, closes, "Asia/Jakarta", "id") == said
    assert dates.format_when(opens, closes, "Asia/Jakarta", "id") == said


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    """Midnight WIB is 17.00 UTC; telling it as 00.00 would send people to the next day."""
    start, end = datetime(2026, 12, 12, 15, tzinfo=UTC), datetime(2026, 12, 12, 17, tzinfo=UTC)
    said = dates.format_when(start, end, "Asia/Jakarta", "id")
    assert said == "Sabtu, 12 Desember 2026, pukul 22.00–24.00 WIB"


def test_over_midnight_both_moments_are_told() -> None:
    start, end = datetime(2026, 12, 12, 15, tzinfo=UTC), datetime(2026, 12, 12, 18, tzinfo=UTC)
    said = dates.format_when(start, end, "Asia/Jakarta", "id")
    assert said == "Sabtu, 12 Desember 2026, pukul 22.00 – Minggu, 13 Desember 2026, pukul 01.00 WIB"


def test_a_reader_in_another_zone_is_told_their_own_hours() -> None:
    def said(reader: str) -> str:
        return dates.format_when(MORNING, hours(2.5), "Asia/Jakarta", "id", reader_timezone=reader)

    told = "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB"
    assert said("Asia/Jakarta") == told
    assert said("Asia/Pontianak") == told
    assert said("Asia/Makassar") == told + " (10.00–12.30 WITA)"
    assert said("Asia/Jayapura") == told + " (11.00–13.30 WIT)"
    assert said("America/Los_Angeles") == told + " (Jumat, 11 Desember 2026, pukul 18.00–20.30 UTC−8)"


def test_single_moments_days_and_hours() -> None:
    assert dates.format_moment(MORNING, "Asia/Jakarta", "id") == "Sabtu, 12 Desember 2026, pukul 09.00 WIB"
    assert dates.format_moment(MORNING, "Asia/Jakarta", "en") == "Saturday, 12 December 2026, 09:00 WIB"
    assert dates.format_date(MORNING, "Asia/Jakarta", "id") == "Sabtu, 12 Desember 2026"
    assert dates.format_short_date(MORNING, "Asia/Jakarta", "en") == "12 December 2026"
    assert dates.format_time(MORNING, "Asia/Makassar", "id") == "10.00 WITA"
    assert dates.format_times(MORNING, hours(1), "Asia/Jakarta", "en") == "09:00–10:00 WIB"
