"""Posts come to be when something happens: drafted once for every channel and language. The caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.links import Links
from events.models import Event, EventKind, Recording, RecordingState
from events.storage import ReadSession
from notifications.channels.limits import LIMITS, Limits
from notifications.models.moment import CHANGES, Moment
from notifications.models.post import Post
from notifications.posts.connecting import channels_of
from notifications.posts.moments import STAGES, window
from notifications.posts.owing import insert_planned, lock_event
from notifications.posts.wording import withdraw_superseded, write
from notifications.writing.details import seats_under


def draft_for(
    session: Session,
    event_id: uuid.UUID,
    moment: Moment,
    *,
    now: datetime,
    links: Links,
    subject: str = "",
    channels: Sequence[str] | None = None,
    limits: Mapping[str, Limits] = LIMITS,
) -> list[uuid.UUID]:
    """Draft the posts about `moment`, one per channel and language, and return the ids of the new ones.

    What was drafted before is not drafted again, and a moment that cannot be talked about (any more) gives none: the
    event has moved on, seats are not few, registration opened together with the announcement.
    """
    event = lock_event(session, event_id)
    when = window(moment, event, now=now)
    if when is None or not _worth_saying(session, event, moment):
        return []
    if channels is None:
        channels = channels_of(session, event.organiser_id)
    if moment in CHANGES:
        withdraw_superseded(session, event, now=now)
    drafted: list[uuid.UUID] = []
    for post_id in insert_planned(session, event, moment, when, subject=subject, channels=channels, now=now):
        post = session.get_one(Post, post_id)
        write(session, event, post, now=now, links=links, limits=limits)
        drafted.append(post_id)
    return drafted


def is_drafted(session: ReadSession, event_id: uuid.UUID, moment: Moment) -> bool:
    """Tell whether posts about `moment` have been drafted before."""
    statement = sa.select(Post.id).where(Post.event_id == event_id, Post.moment == moment).limit(1)
    return session.scalar(statement) is not None


def _worth_saying(session: ReadSession, event: Event, moment: Moment) -> bool:
    if event.stage not in STAGES[moment]:
        return False
    match moment:
        case Moment.REGISTRATION_OPEN:
            opens_at, published_at = event.registration_opens_at, event.published_at
            return opens_at is not None and published_at is not None and opens_at > published_at
        case Moment.FEW_SEATS:
            return seats_under(session, event.id) > 0
        case Moment.RECORDING:
            published = sa.and_(Recording.event_id == event.id, Recording.state == RecordingState.PUBLISHED)
            public = session.scalar(sa.select(sa.func.count()).where(published, Recording.visibility != "private"))
            return bool(public)
        case Moment.LIVE:
            # An exhibition has its opening; "live" would say the same a second time.
            return event.kind is EventKind.WEBINAR
        case Moment.CERTIFICATES:
            return bool(event.certificate)
        case Moment.RESCHEDULED | Moment.POSTPONED | Moment.CANCELLED:
            return event.calendar_sequence > 0
        case _:
            return True
