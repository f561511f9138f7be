"""The event's life: the stages it reaches, and the moves of its time."""

from __future__ import annotations

from datetime import datetime

from events.facts.fact import Fact


class EventPublished(Fact, frozen=True, kw_only=True):
    """The event can be seen by everybody."""


class RegistrationOpened(Fact, frozen=True, kw_only=True):
    """People can register."""


class RegistrationClosed(Fact, frozen=True, kw_only=True):
    """People cannot register any more."""


class EventStarted(Fact, frozen=True, kw_only=True):
    """The event is live."""


class EventEnded(Fact, frozen=True, kw_only=True):
    """The event is over; its tracks (recording, certificates, survey) begin."""


class EventArchived(Fact, frozen=True, kw_only=True):
    """Nothing more will happen to the event."""


class EventRescheduled(Fact, frozen=True, kw_only=True):
    """The event moved. `sequence` is the iCalendar SEQUENCE (RFC 5546 §2.1.4) from now on."""

    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime
    sequence: int


class EventPostponed(Fact, frozen=True, kw_only=True):
    """The event will not be at its time; no new time is known yet."""

    old_starts_at: datetime
    sequence: int


class EventCancelled(Fact, frozen=True, kw_only=True):
    """The event will not be."""

    sequence: int
