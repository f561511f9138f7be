"""The rows that are owed: one post per moment, channel and language, inserted once and written later."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.brand import brand_of
from events.errors import NotFound
from events.models import Event, Organiser
from events.storage import LOCALES, ReadSession, insert_unless_present, new_id
from notifications.models.moment import CHANGES, TIMED, Moment
from notifications.models.post import Post, PostState
from notifications.posts.moments import USUAL_HOURS, Window
from notifications.posts.timing import best_hour, free_at, is_urgent, pace_of, past_results, taken_times

_POST: sa.Table = Post.__table__  # type: ignore[assignment] # a declarative class's table is a Table


def lock_event(session: Session, event_id: uuid.UUID) -> Event:
    """Return the event, kept from changing until the commit. Raises `NotFound`."""
    event = session.scalar(sa.select(Event).where(Event.id == event_id).with_for_update(read=True))
    if event is None:
        raise NotFound
    return event


def sequence_of(event: Event, moment: Moment) -> int:
    """Return the number under which `moment` is told: anew after each move where it hangs on the time, else once."""
    return event.calendar_sequence if moment in CHANGES or moment in TIMED else 0


def insert_planned(
    session: Session,
    event: Event,
    moment: Moment,
    when: Window,
    *,
    subject: str,
    channels: Sequence[str],
    now: datetime,
) -> Iterator[uuid.UUID]:
    """Insert the planned posts of `moment` that there are not yet; yields the ids of the new ones."""
    organiser = session.get_one(Organiser, event.organiser_id)
    for locale in _locales(event, organiser):
        for channel in channels:
            post_id = new_id()
            values = {
                "id": post_id,
                "organiser_id": event.organiser_id,
                "event_id": event.id,
                "moment": moment,
                "subject": subject,
                "channel": channel,
                "locale": locale,
                "sequence": sequence_of(event, moment),
                "state": PostState.PLANNED,
                "draft_at": when.draft_at,
                "publish_at": publish_at(session, event, organiser, moment, when, channel=channel, now=now),
                "good_until": when.good_until,
                "request_id": session.info.get(outbox.REQUEST_ID),
                "created_at": now,
                "updated_at": now,
            }
            if insert_unless_present(session, _POST, values):
                yield post_id


def _locales(event: Event, organiser: Organiser) -> tuple[str, ...]:
    """Return the languages that the event is written in; the organiser's own always."""
    missing = event.title.missing()
    return tuple(locale for locale in LOCALES if locale not in missing or locale == organiser.locale)


def publish_at(
    session: ReadSession,
    event: Event,
    organiser: Organiser,
    moment: Moment,
    when: Window,
    *,
    channel: str,
    now: datetime,
) -> datetime:
    """Return when a post should be out: at the organiser's best hour where it is free, away from its other posts."""
    wanted = when.publish_at
    if wanted <= now:
        # News find their place among what is approved when somebody approves them; drafts do not stand in their way.
        return wanted
    usual = USUAL_HOURS.get(moment)
    if usual is not None:
        results = past_results(session, organiser.id, channel)
        advice = best_hour(results, timezone=event.timezone, usual=usual.hour)
        local = wanted.astimezone(ZoneInfo(event.timezone))
        wanted = (
            max(datetime.combine(local.date(), time(advice.hour), tzinfo=local.tzinfo), now) if advice.own else wanted
        )
    return free_at(
        taken_times(session, organiser.id, channel, wanted),
        wanted,
        pace_of(brand_of(organiser.look)),
        timezone=event.timezone,
        until=when.good_until,
        urgent=is_urgent(moment, event, now=now),
    )
