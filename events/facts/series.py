"""Series of events. Each date is an event of its own, with facts of its own."""

from __future__ import annotations

import uuid

from events.facts.fact import Fact


class SeriesCreated(Fact, frozen=True, kw_only=True):
    """Staff made a series of events; each of its dates is an event of its own."""

    series_id: uuid.UUID
    dates: int


class SeriesExtended(Fact, frozen=True, kw_only=True):
    """Dates were added to a series."""

    series_id: uuid.UUID
    dates: int


class SeriesEdited(Fact, frozen=True, kw_only=True):
    """A series was changed as a whole; `dates` of its events followed, `fields` names what changed."""

    series_id: uuid.UUID
    fields: tuple[str, ...]
    dates: int


class SeriesSplit(Fact, frozen=True, kw_only=True):
    """A series ends before one of its dates; from there on it is another series."""

    series_id: uuid.UUID
    next_series_id: uuid.UUID
    dates: int


class SeriesCalledOff(Fact, frozen=True, kw_only=True):
    """Dates of a series were called off together: published ones cancelled, drafts discarded."""

    series_id: uuid.UUID
    dates: int


class SeriesBooked(Fact, frozen=True, kw_only=True):
    """Somebody registered for all dates of a series at once; each date has its own `AttendeeRegistered`."""

    series_id: uuid.UUID
    booking_id: uuid.UUID
    dates: int
