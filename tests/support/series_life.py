"""Series for tests, made as the pages make them."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

from events.days.recurrence_words import read_words
from events.models import EventKind, EventMode
from events.recurring import series
from events.recurring.series import SeriesDraft
from events.recurring.series_planning import ChosenDate, Timing
from events.storage import LocalizedText
from tests.support.life import STAFF, Life

FIRST_DAY = date(2026, 12, 2)
"""Wednesday, the day after the business time of tests."""


def timing(words: str, *, until: date | None = None, count: int | None = None, **changes: Any) -> Timing:
    """Return when a series in these words is: 15.00–16.30 WIB from `FIRST_DAY` on, unless `changes` say otherwise."""
    wanted: dict[str, Any] = {
        "starts_on": FIRST_DAY,
        "start_time": time(15),
        "minutes": 90,
        "timezone": "Asia/Jakarta",
    } | changes
    rule = read_words(words, start=wanted["starts_on"])
    return Timing(rule=rule.ending(until=until, count=count), **wanted)


def draft(life: Life, asked: Timing, **changes: Any) -> SeriesDraft:
    """Return a reading club that could be published at once."""
    fields: dict[str, Any] = {
        "title": LocalizedText("Klub Baca", "Reading Club"),
        "summary": LocalizedText("Membaca bersama.", "Reading together."),
        "venue": LocalizedText("Ruang Serbaguna", "Main hall"),
        "mode": EventMode.ONSITE,
        "waitlist": True,
    }
    wanted: dict[str, Any] = {"kind": EventKind.WEBINAR, "capacity": 20, "fields": fields} | changes
    return SeriesDraft(organiser_id=life.organiser_id, timing=asked, **wanted)


def make_series(life: Life, words: str, *, count: int, capacity: int | None = 20, **changes: Any) -> uuid.UUID:
    """Make a series with every date of its rule and return its id."""
    asked = timing(words, count=count)
    chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
    return life.do(series.create, draft(life, asked, capacity=capacity, **changes), chosen, by=STAFF)
