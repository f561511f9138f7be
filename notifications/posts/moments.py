"""When each post is written, when it goes out, and until when what it says is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.models import Event, EventKind, Stage
from notifications.models.moment import AFTERWARDS, Moment

_MORNING, _FORENOON, _AFTERNOON, _EARLY = time(9), time(11), time(15), time(7)
_ANNOUNCEABLE = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED)
_TWO_DAYS = timedelta(days=2)
_TIME_TO_APPROVE: dict[Moment, timedelta] = dict.fromkeys(
    (Moment.H7, Moment.SPEAKER, Moment.PROGRAMME, Moment.WORK), _TWO_DAYS
)
_LAST_DAYS = timedelta(days=2)
_NEWS_LASTS = timedelta(days=14)
_SPEAKER_DAYS = (10, 9, 8, 6, 5, 4, 3)
"""Days before an event on which speakers are introduced, one a day; the seventh belongs to H-7."""
_PROGRAMME_DAYS = (5, 3, 2)
"""Days before an event on which its programme may be told: the first that is left."""
_WORKS_AT_LEAST_OPEN = timedelta(days=3)
USUAL_HOURS: dict[Moment, time] = {
    **dict.fromkeys((Moment.H7, Moment.H1, Moment.EXHIBITION_LAST_DAYS), _MORNING),
    **dict.fromkeys((Moment.SPEAKER, Moment.PROGRAMME), _FORENOON),
    Moment.WORK: _AFTERNOON,
}
"""Moments whose day is given and whose hour is free, with the hour that is usual."""

STAGES: dict[Moment, tuple[Stage, ...]] = {
    **dict.fromkeys(Moment, _ANNOUNCEABLE),
    Moment.REGISTRATION_OPEN: (Stage.REGISTRATION_OPEN,),
    Moment.FEW_SEATS: (Stage.REGISTRATION_OPEN, Stage.LIVE),
    Moment.WAITLIST: (Stage.REGISTRATION_OPEN,),
    Moment.LIVE: (Stage.LIVE,),
    Moment.EXHIBITION_OPENING: (*_ANNOUNCEABLE, Stage.LIVE),
    Moment.EXHIBITION_LAST_DAYS: (*_ANNOUNCEABLE, Stage.LIVE),
    Moment.WORK: (*_ANNOUNCEABLE, Stage.LIVE),
    **dict.fromkeys(AFTERWARDS, (Stage.ENDED, Stage.ARCHIVED)),
    Moment.POSTPONED: (Stage.POSTPONED,),
    Moment.CANCELLED: (Stage.CANCELLED,),
}
"""In which stages of the event each moment can be talked about."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a post is written, should be out, and stops being true."""

    draft_at: datetime
    publish_at: datetime
    good_until: datetime


def timed(event: Event) -> tuple[Moment, ...]:
    """Return the moments that hang on this event's time, without its speakers."""
    if event.kind is EventKind.EXHIBITION:
        return (Moment.H7, Moment.H1, Moment.EXHIBITION_OPENING, Moment.EXHIBITION_LAST_DAYS)
    return (Moment.H7, Moment.H1, Moment.TODAY)


def window(moment: Moment, event: Event, *, now: datetime, place: int = 0) -> Window | None:
    """Return when a post about `moment` has its time, or None when that is over (or never comes).

    `place` is the number of a speaker among the event's speakers, or of a work among the works. An event that is
    announced later than seven days before has no H-7.
    """
    if moment is Moment.SPEAKER:
        publish_at, good_until = _speaker_day(event, place, now=now)
    elif moment is Moment.WORK:
        publish_at, good_until = _work_day(event, place, now=now)
    else:
        publish_at, good_until = _times(moment, event, now=now)
    if publish_at is None or good_until <= now or publish_at < now:
        return None
    draft_at = publish_at - _TIME_TO_APPROVE.get(moment, timedelta(days=1))
    return Window(draft_at=max(now, draft_at), publish_at=publish_at, good_until=good_until)


def _at(event: Event, days: int, hour: time, *, of: datetime | None = None) -> datetime:
    """Return `hour` in the event's zone, `days` after its first day (or after the day of `of`)."""
    zone = ZoneInfo(event.timezone)
    day = (of or event.starts_at).astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, hour, tzinfo=zone)


def _speaker_day(event: Event, place: int, *, now: datetime) -> tuple[datetime | None, datetime]:
    def free() -> Iterator[datetime]:
        for days in _SPEAKER_DAYS:
            if (at := _at(event, -days, _FORENOON)) > now:
                yield at

    return dict(enumerate(free())).get(place), event.starts_at


def _work_day(event: Event, place: int, *, now: datetime) -> tuple[datetime | None, datetime]:
    """Return the n-th day of an exhibition that is neither its first nor among its last two, each with one work.

    A day that is over took its work with it: the next work has the next day.
    """
    if event.ends_at - event.starts_at < _WORKS_AT_LEAST_OPEN:
        return None, event.ends_at
    at = _at(event, place + 1, _AFTERNOON)
    last = _at(event, -2, _EARLY, of=event.ends_at - timedelta(microseconds=1))
    return (at if now <= at < last else None), min(at + timedelta(days=1), event.ends_at)


def _times(moment: Moment, event: Event, *, now: datetime) -> tuple[datetime | None, datetime]:
    midnight = time(0)
    before_start = event.starts_at - timedelta(hours=2)
    last_day = event.ends_at - timedelta(microseconds=1)
    match moment:
        case Moment.H7:
            return _at(event, -7, _MORNING), _at(event, -6, midnight)
        case Moment.H1:
            return _at(event, -1, _MORNING), _at(event, 0, midnight)
        case Moment.TODAY:
            return max(min(_at(event, 0, _EARLY), before_start), _at(event, 0, midnight)), event.starts_at
        case Moment.PROGRAMME:
            days = (_at(event, -days, _FORENOON) for days in _PROGRAMME_DAYS)
            return next((at for at in days if at > now), None), event.starts_at
        case Moment.EXHIBITION_OPENING:
            early = max(min(_at(event, 0, _EARLY), before_start), _at(event, 0, midnight))
            return early, min(_at(event, 1, midnight), event.ends_at)
        case Moment.EXHIBITION_LAST_DAYS:
            at = _at(event, -2, _MORNING, of=last_day)
            long_enough = at - event.starts_at >= _LAST_DAYS
            return (at if long_enough else None), event.ends_at
        case Moment.LIVE:
            return now, event.ends_at
        case Moment.FEW_SEATS | Moment.WAITLIST:
            return now, event.registration_closes_at or event.ends_at
        case Moment.POSTPONED | Moment.CANCELLED:
            return now, max(event.starts_at + timedelta(days=1), now + timedelta(days=1))
        case _ if moment in AFTERWARDS:
            return now, now + _NEWS_LASTS
        case _:
            return now, event.starts_at
