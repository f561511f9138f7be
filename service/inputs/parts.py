"""What staff send us about the parts of an event: seats, visiting times, the programme."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from events.models import ProgrammeItem
from events.storage import LocalizedText
from service.inputs.checking import Input, refuse
from service.inputs.types import Capacity, LineInput, Moment


class CapacityInput(Input):
    """How many seats there are."""

    capacity: Capacity | None = Field(description="Null: no limit.")
    overbooking: int = Field(0, ge=0, le=10_000, description="Seats given out beyond that, because some stay away.")


class SlotTimes(Input):
    """One visiting time."""

    starts_at: Moment
    ends_at: Moment


def _day(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise refuse("moment")
    return day


class OpeningHoursInput(Input):
    """Regular visiting times between two days, both included, in the event's zone."""

    first: Annotated[date, AfterValidator(_day)]
    last: Annotated[date, AfterValidator(_day)]
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        min_length=1, max_length=7, description="Monday is 0.", examples=[[5, 6]]
    )
    opens: time
    closes: time
    minutes: int = Field(ge=5, le=1440, description="Length of one visit.")

    @field_validator("last")
    @classmethod
    def _within_a_year(cls, last: date, info: ValidationInfo) -> date:
        """Refuse a range that would be counted for minutes only to be refused afterwards."""
        first = info.data.get("first")
        if isinstance(first, date) and last - first > timedelta(days=366):
            raise refuse("moment")
        return last


class SlotsInput(Input):
    """Visiting times to add to an exhibition: single ones, regular ones, or both."""

    times: list[SlotTimes] = Field(default_factory=list[SlotTimes], max_length=1000)
    hours: OpeningHoursInput | None = None
    capacity: Capacity = Field(description="Seats of each visiting time.")


class ProgrammeItemInput(Input):
    """One line of the programme."""

    starts_at: Moment
    ends_at: Moment
    title: LineInput
    room: LineInput | None = None
    speaker_id: uuid.UUID | None = Field(None, description="A partner who takes part in the event.")

    def stored(self) -> ProgrammeItem:
        """Return the line as a row that belongs to no event yet."""
        return ProgrammeItem(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            title=self.title.stored(),
            room=self.room.stored() if self.room else LocalizedText(),
            speaker_id=self.speaker_id,
        )


class ProgrammeInput(Input):
    """The whole programme; it replaces the one before."""

    items: list[ProgrammeItemInput] = Field(max_length=200)
