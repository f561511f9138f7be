"""What programs send about series, checked once; times of day are on the wall clock of the series' zone."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from events.days.recurrence import Rule, from_text, make_rule
from events.days.recurrence_words import LONGEST as LONGEST_RULE
from events.days.recurrence_words import read_words
from events.errors import N_, FieldError, Invalid
from events.models import Additions, EventKind
from events.recurring.series import SeriesDraft
from events.recurring.series_editing import Changes, Scope
from events.recurring.series_planning import LONGEST, Timing
from events.recurring.series_template import FIELDS
from service.inputs.checking import Input
from service.inputs.events import EventFields
from service.inputs.types import Capacity, LineInput, ParagraphInput, Zone

Minutes = Annotated[int, Field(ge=1, le=LONGEST)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_RULE)]


class EndInput(Input):
    """How far a rule is followed: until a day or for a number of dates; neither: as far as a series can be."""

    until: date | None = Field(None, ge=date(2000, 1, 1), le=date(2100, 12, 31))
    count: int | None = Field(None, ge=1, le=104)
    skip_holidays: bool = Field(True, description="Leave out public holidays and days of joint leave of Indonesia.")

    def ending(self, rule: Rule) -> Rule:
        """Return `rule` with this end, or with its own where none is said. Raises `Invalid` for two ends."""
        if self.until is None and self.count is None:
            return rule
        if self.until is not None and self.count is not None:
            raise Invalid([FieldError("until", "two_ends", N_("Say until when or how many dates, not both."))])
        return make_rule(rule.ending(until=self.until, count=self.count))


class SeriesInput(EndInput, EventFields):
    """A new series: its rule in words or as RFC 5545 RRULE, and what every date says."""

    title: LineInput
    words: Words | None = Field(None, examples=["setiap Rabu ketiga"])
    rule: Words | None = Field(None, description="Instead of `words`.", examples=["FREQ=MONTHLY;BYDAY=3WE"])
    starts_on: date
    start_time: time
    minutes: Minutes = Field(description="How long each date lasts.")
    timezone: Zone = "Asia/Jakarta"
    capacity: Capacity | None = Field(None, description="Seats of each date; null: no limit.")
    additions: Additions = Additions.ASK

    def timing(self) -> Timing:
        """Return when the series is. Raises `Invalid` for a rule that is none."""
        if (self.words is None) == (self.rule is None):
            raise Invalid([FieldError("words", "missing", N_("Give the rule in words, or as an RRULE."))])
        rule = read_words(self.words, start=self.starts_on) if self.words else from_text(self.rule or "")
        return Timing(
            rule=self.ending(rule),
            starts_on=self.starts_on,
            start_time=self.start_time.replace(tzinfo=None, second=0, microsecond=0),
            minutes=self.minutes,
            timezone=self.timezone,
        )

    def draft(self, organiser_id: uuid.UUID) -> SeriesDraft:
        """Return the series as the core takes it. Raises `Invalid`."""
        fields: dict[str, Any] = {"title": self.title.stored()} | common_fields(self)
        return SeriesDraft(
            organiser_id=organiser_id,
            timing=self.timing(),
            kind=EventKind.WEBINAR,
            capacity=self.capacity,
            fields=fields,
            additions=self.additions,
        )


def common_fields(given: EventFields) -> dict[str, Any]:
    """Return what dates have in common. Raises `Invalid` for fields of which every date has its own."""
    fields = given.fields()
    alone = sorted(fields.keys() - set(FIELDS))
    if alone:
        message = N_("Each date has its own: set it at the event.")
        raise Invalid([FieldError(name, "not_common", message) for name in alone])
    return fields


class AdditionsInput(Input):
    """What happens for people with all dates when dates are added."""

    additions: Additions


class SeriesChangeInput(EventFields):
    """A change of several dates; what is left out stays."""

    scope: Scope
    title: LineInput | None = None
    start_time: time | None = None
    minutes: Minutes | None = None
    capacity: Capacity | None = Field(None, description="Null: no limit. Left out: the seats stay.")
    override: bool = Field(False, description="Also change what was changed by hand on single dates.")
    reason: ParagraphInput | None = None

    def changes(self) -> Changes:
        """Return the change as the core takes it. Raises `Invalid` for half a time, and for a title taken away."""
        if (self.start_time is None) != (self.minutes is None):
            raise Invalid([FieldError("minutes", "missing", N_("Say when it begins and how long it lasts."))])
        if "title" in self.model_fields_set and self.title is None:
            raise Invalid([FieldError("title", "missing", N_("Give the event a title."))])
        times = (
            (self.start_time.replace(tzinfo=None, second=0, microsecond=0), self.minutes)
            if self.start_time is not None and self.minutes is not None
            else None
        )
        return Changes(
            fields=common_fields(self),
            times=times,
            capacity=(self.capacity,) if "capacity" in self.model_fields_set else None,
            override=self.override,
            reason=self.reason.stored() if self.reason else None,
        )


class CallOffInput(Input):
    """Which dates are called off, and why."""

    scope: Scope
    reason: ParagraphInput | None = None
