"""The moments of an event's life at which it is talked about."""

from __future__ import annotations

import enum


class Moment(enum.StrEnum):
    """What a post is about. `H7` and `H1` are the usual Indonesian names of "seven days" and "one day before"."""

    ANNOUNCED = "announced"
    REGISTRATION_OPEN = "registration_open"
    SPEAKER = "speaker"
    PROGRAMME = "programme"
    FEW_SEATS = "few_seats"
    WAITLIST = "waitlist"
    H7 = "h7"
    H1 = "h1"
    TODAY = "today"
    LIVE = "live"
    EXHIBITION_OPENING = "exhibition_opening"
    EXHIBITION_LAST_DAYS = "exhibition_last_days"
    WORK = "work"
    """The work of the day: one piece of an exhibition."""
    THANKS = "thanks"
    RECORDING = "recording"
    CERTIFICATES = "certificates"
    SURVEY = "survey"
    RESCHEDULED = "rescheduled"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


TIMED = (
    Moment.SPEAKER,
    Moment.PROGRAMME,
    Moment.H7,
    Moment.H1,
    Moment.TODAY,
    Moment.EXHIBITION_OPENING,
    Moment.WORK,
    Moment.EXHIBITION_LAST_DAYS,
)
"""Moments that hang on the event's time: they are planned when it is published and planned anew when it moves."""

CHANGES = (Moment.RESCHEDULED, Moment.POSTPONED, Moment.CANCELLED)
"""Moments that tell of a change; each change is told once."""

AFTERWARDS = (Moment.THANKS, Moment.RECORDING, Moment.CERTIFICATES, Moment.SURVEY)
"""Moments of an event that is over."""
