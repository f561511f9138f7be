"""Posts by the day and hour at which they go out: those planned, waiting, approved, out or failed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.models import Event
from events.ownership import Owners, owned_by
from events.storage import ReadSession
from notifications.models.post import Post, PostState


@dataclass(frozen=True, slots=True)
class Slot:
    """One post at its place in the calendar."""

    id: uuid.UUID
    event_id: uuid.UUID
    event_title: str
    organiser_id: uuid.UUID
    moment: str
    channel: str
    locale: str
    state: str
    at: datetime
    """When it went out; else when it is due, or is meant to go out."""
    version: int


def posts_between(
    session: ReadSession,
    starts: datetime,
    ends: datetime,
    *,
    owners: Owners,
    channel: str | None = None,
    event_id: uuid.UUID | None = None,
) -> list[Slot]:
    """Return the posts from `starts` (inclusive) to `ends` (exclusive), the earliest first. One query.

    What was withdrawn is left out, and what has no moment.
    """
    at = sa.func.coalesce(Post.published_at, Post.due_at, Post.publish_at)
    statement = (
        sa.select(Post, Event.title, at)
        .join(Event, Event.id == Post.event_id)
        .where(owned_by(Post.organiser_id, owners), Post.state != PostState.WITHDRAWN, at >= starts, at < ends)
        .order_by(at, Post.channel, Post.locale, Post.id)
    )
    if channel is not None:
        statement = statement.where(Post.channel == channel)
    if event_id is not None:
        statement = statement.where(Post.event_id == event_id)
    return [
        Slot(
            id=post.id,
            event_id=post.event_id,
            event_title=title.to(post.locale),
            organiser_id=post.organiser_id,
            moment=post.moment.value,
            channel=post.channel,
            locale=post.locale,
            state=post.state.value,
            at=moment,
            version=post.version,
        )
        for post, title, moment in session.execute(statement)
    ]
