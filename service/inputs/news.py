"""What staff say of their library's news, checked once for pages and API alike."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from pydantic import Field

from notifications.quiet_hours import FIRST, LAST
from service.inputs.checking import Input

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order in which the core counts them: 0 is Monday."""


class NewsScheduleInput(Input):
    """Whether the news goes out, and when."""

    active: bool = Field(description="Whether any news is sent; who asked for it stays subscribed meanwhile.")
    weekday: Weekday = Field(description="In the organiser's time zone.")
    hour: int = Field(ge=FIRST, lt=LAST, description="The full hour in the organiser's time zone, never at night.")
