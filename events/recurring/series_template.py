"""What every date of a series says: the event's fields as they are kept in `Series.template`, and back.

A date that says something else was changed by hand, through whatever page or program: comparing finds that out, so
nothing has to be noted when somebody edits a single event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from events.models import Event, EventKind, EventMode, Series
from events.storage import LocalizedText

TEXTS = ("title", "summary", "description", "audience", "venue")
SETTINGS = (
    "audiences",
    "topics",
    "mode",
    "join_url",
    "waitlist",
    "offer_hours",
    "max_party_size",
    "attendance_rule",
    "certificate",
    "survey_url",
)
FIELDS = (*TEXTS, *SETTINGS)
"""What dates have in common. Code words and deadlines are each date's own."""


def pack(*, kind: EventKind, capacity: int | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template as it is kept: plain values only. `fields` are any of `FIELDS`; others stay behind."""
    template: dict[str, Any] = {"kind": kind.value, "capacity": capacity}
    for name in FIELDS:
        if name in fields:
            template[name] = _plain(fields[name])
    return template


def _plain(value: Any) -> Any:
    if isinstance(value, LocalizedText):
        return {"id": value.id, "en": value.en}
    return value.value if isinstance(value, EventMode) else value


def fields_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's fields that a template holds."""
    fields: dict[str, Any] = {}
    for name in FIELDS:
        if name not in template:
            continue
        value = template[name]
        if name in TEXTS:
            fields[name] = LocalizedText(**cast("dict[str, str]", value))
        else:
            fields[name] = EventMode(value) if name == "mode" else value
    return fields


def kind_of(template: Mapping[str, Any]) -> EventKind:
    """Return what kind of event the dates are."""
    return EventKind(template["kind"])


def capacity_of(template: Mapping[str, Any]) -> int | None:
    """Return how many seats each date has; None is no limit."""
    return cast("int | None", template.get("capacity"))


def zone(timezone: str) -> ZoneInfo:
    """Return the zone of a series."""
    return ZoneInfo(timezone)


def times_on(day: date, start_time: time, minutes: int, timezone: str) -> tuple[datetime, datetime]:
    """Return when a date on `day` begins and ends: the wall clock's time, however the clocks went meanwhile."""
    starts_at = datetime.combine(day, start_time, zone(timezone))
    return starts_at, starts_at + timedelta(minutes=minutes)


def expected_times(series: Series, day: date) -> tuple[datetime, datetime]:
    """Return when the series' date of `day` is, if nobody moved it."""
    return times_on(day, series.start_time, series.minutes, series.timezone)


def changed_by_hand(series: Series, event: Event, capacity: int | None) -> frozenset[str]:
    """Return what of this date is not as the series has it: names of `FIELDS`, ``times`` and ``capacity``."""
    found = {name for name, value in fields_of(series.template).items() if getattr(event, name) != value}
    if event.series_date is None or (event.starts_at, event.ends_at) != expected_times(series, event.series_date):
        found.add("times")
    if capacity != capacity_of(series.template):
        found.add("capacity")
    return frozenset(found)
