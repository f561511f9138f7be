"""Stamps: what was made here, for this form, neither too young nor too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.limits.stamps import Age, Stamps

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
STAMPS = Stamps("s" * 32, at_least=2)
STAMP = STAMPS.make("register:1", real_now=NOW)


@pytest.mark.parametrize(
    ("after", "age"),
    [
        (timedelta(seconds=0), Age.TOO_YOUNG),
        (timedelta(seconds=1.999), Age.TOO_YOUNG),
        (timedelta(seconds=2), Age.FINE),
        (timedelta(hours=24), Age.FINE),
        (timedelta(hours=24, seconds=1), Age.TOO_OLD),
        (timedelta(seconds=-30), Age.TOO_YOUNG),
        (timedelta(hours=-1), Age.UNKNOWN),
    ],
)
def test_a_stamp_ages(after: timedelta, age: Age) -> None:
    assert STAMPS.judge(STAMP, "register:1", real_now=NOW + after) is age


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "x",
        STAMP[:-1],
        STAMP[:-1] + ("A" if STAMP[-1] != "A" else "B"),
        STAMP.replace(".", "0.", 1),
        STAMP.upper(),
        STAMP + "x" * 10_000,
        "\u0661" + STAMP[1:],
        STAMP.partition(".")[0] + ".",
        Stamps("t" * 32, at_least=2).make("register:1", real_now=NOW),
        STAMPS.make("register:2", real_now=NOW),
        STAMPS.make("series:1", real_now=NOW),
    ],
)
def test_what_was_not_made_for_this_form_says_nothing(forged: str) -> None:
    assert STAMPS.judge(forged, "register:1", real_now=NOW + timedelta(minutes=1)) is Age.UNKNOWN


def test_a_stamp_may_come_back_any_number_of_times() -> None:
    later = NOW + timedelta(hours=3)
    assert [STAMPS.judge(STAMP, "register:1", real_now=later) for _ in range(3)] == [Age.FINE] * 3


def test_a_ripe_stamp_counts_at_once() -> None:
    assert STAMPS.judge(STAMPS.make_ripe("mine", real_now=NOW), "mine", real_now=NOW) is Age.FINE


def test_a_form_that_was_open_while_the_key_changed_still_counts() -> None:
    """The old key reads; it makes nothing any more, and one that was struck off reads nothing either."""
    changed = Stamps("t" * 32, ["u" * 32, "s" * 32], at_least=2)
    soon = NOW + timedelta(minutes=1)
    assert changed.judge(STAMP, "register:1", real_now=soon) is Age.FINE
    assert changed.judge(STAMP, "register:2", real_now=soon) is Age.UNKNOWN
    assert changed.judge(STAMP, "register:1", real_now=NOW + timedelta(days=2)) is Age.TOO_OLD
    assert STAMPS.judge(changed.make("register:1", real_now=NOW), "register:1", real_now=soon) is Age.UNKNOWN
    struck_off = Stamps("t" * 32, ["u" * 32], at_least=2)
    assert struck_off.judge(STAMP, "register:1", real_now=soon) is Age.UNKNOWN
