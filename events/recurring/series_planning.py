"""Planning a series: the dates that a rule gives, each with what speaks against it, before anything is made."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from events.days.public_holidays import Holiday, holiday_on
from events.days.recurrence import MOST, Rule, days_of
from events.errors import N_, FieldError, Invalid
from events.models import Event, EventMode, Stage
from events.recurring.series_template import times_on
from events.storage import LocalizedText, ReadSession

LONGEST = 24 * 60 - 1
"""Minutes: what lasts for days is an exhibition, and those have visiting times instead of dates."""
_NOT_THERE = (Stage.CANCELLED, Stage.POSTPONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a series is: its rule from a first day on, and the time of day in its zone."""

    rule: Rule
    starts_on: date
    start_time: time
    minutes: int
    timezone: str
    after: date | None = None
    """Only later days: those that are added to a series which has dates until then."""

    def days(self) -> list[date]:
        """Return the days of the rule, at most `MOST`. Raises `Invalid` if there are none, or more than that."""
        if not 1 <= self.minutes <= LONGEST:
            raise Invalid([FieldError("ends", "order", N_("The end must come after the start."))])
        if not 2000 <= self.starts_on.year <= 2090:  # a rule runs on for years, and events end with 2100
            raise Invalid([FieldError("starts_on", "moment", N_("Give a date and a time."))])
        days = days_of(self.rule, self.starts_on, limit=MOST + 1, after=self.after)
        if not days:
            raise Invalid([FieldError("rule", "no_dates", N_("This rule gives no date."))])
        if len(days) > MOST or days[-1].year > 2100:
            if self.rule.until is None:
                return [day for day in days[:MOST] if day.year <= 2100]
            message = N_("A series has at most %(limit)s dates.")
            raise Invalid([FieldError("until", "too_many", message, {"limit": MOST})])
        return days

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return when the date of `day` begins and ends."""
        return times_on(day, self.start_time, self.minutes, self.timezone)


@dataclass(frozen=True, slots=True)
class Clash:
    """Another event of the organiser at the same time; in the same place only one of them can be."""

    event_id: uuid.UUID
    title: LocalizedText
    starts_at: datetime
    ends_at: datetime
    same_venue: bool


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """One date of the preview, with what speaks against it."""

    day: date
    starts_at: datetime
    ends_at: datetime
    holiday: Holiday | None
    weekend: bool
    past: bool
    clashes: tuple[Clash, ...]

    @property
    def advised(self) -> bool:
        """Whether the preview proposes it: it lies ahead, on a day that is no holiday."""
        return not self.past and self.holiday is None


@dataclass(frozen=True, slots=True)
class ChosenDate:
    """A date to be made: the rule's day, and when it really is (moved or not)."""

    day: date
    starts_at: datetime
    ends_at: datetime


def plan(
    session: ReadSession,
    organiser_id: uuid.UUID,
    timing: Timing,
    *,
    mode: EventMode,
    venue: LocalizedText,
    locale: str,
    now: datetime,
) -> list[PlannedDate]:
    """Return the dates that `timing` gives. One query. Raises `Invalid` for a rule without dates or with too many."""
    spans = {day: timing.on(day) for day in timing.days()}
    clashes = clashes_with(session, organiser_id, list(spans.values()), mode=mode, venue=venue)
    return [
        PlannedDate(
            day,
            starts_at,
            ends_at,
            holiday=holiday_on(day, locale),
            weekend=day.weekday() >= 5,
            past=starts_at <= now,
            clashes=clashes[starts_at],
        )
        for day, (starts_at, ends_at) in spans.items()
    ]


def clashes_with(
    session: ReadSession,
    organiser_id: uuid.UUID,
    spans: Sequence[tuple[datetime, datetime]],
    *,
    mode: EventMode,
    venue: LocalizedText,
    apart_from: Iterable[uuid.UUID] = (),
) -> dict[datetime, tuple[Clash, ...]]:
    """Return, by their start, which events of the organiser each of `spans` overlaps. One query."""
    found = session.execute(
        sa.select(Event.id, Event.title, Event.starts_at, Event.ends_at, Event.mode, Event.venue)
        .where(
            Event.organiser_id == organiser_id,
            Event.stage.not_in(_NOT_THERE),
            Event.starts_at < max(end for _, end in spans),
            Event.ends_at > min(start for start, _ in spans),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()
    left_out = set(apart_from)
    clashes: dict[datetime, tuple[Clash, ...]] = {}
    for start, end in spans:
        clashes[start] = tuple(
            Clash(key, title, starts_at, ends_at, _same_venue(mode, venue, other_mode, other_venue))
            for key, title, starts_at, ends_at, other_mode, other_venue in found
            if starts_at < end and ends_at > start and key not in left_out
        )
    return clashes


def _same_venue(mode: EventMode, venue: LocalizedText, other_mode: EventMode, other: LocalizedText) -> bool:
    if EventMode.ONLINE in (mode, other_mode):
        return False
    ours, theirs = (venue.to("id").casefold().strip(), other.to("id").casefold().strip())
    return bool(ours) and ours == theirs
