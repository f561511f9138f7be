"""What tests of posts do again and again: draft, look, move."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from events import outbox
from events.drafts import lifecycle
from notifications.models.moment import Moment
from notifications.models.post import Post
from notifications.posts.drafting import draft_for
from notifications.posts.following import on_event_changed
from tests.support.life import NOW, STAFF, Life
from tests.support.programme import LINKS

DAY = timedelta(days=1)


def draft(life: Life, event_id: uuid.UUID, moment: Moment, *, now: datetime = NOW) -> list[Post]:
    ids = life.database.write(lambda s: draft_for(s, event_id, moment, now=now, links=LINKS))
    return [post for post in all_posts(life, event_id) if post.id in ids]


def all_posts(life: Life, event_id: uuid.UUID) -> Sequence[Post]:
    statement = sa.select(Post).where(Post.event_id == event_id).order_by(Post.id)
    return life.database.read(lambda session: session.scalars(statement).all())


def states(life: Life, event_id: uuid.UUID, moment: Moment) -> Counter[str]:
    return Counter(post.state.value for post in all_posts(life, event_id) if post.moment is moment)


def changed(life: Life, event_id: uuid.UUID, *, now: datetime = NOW) -> None:
    life.database.write(lambda s: on_event_changed(s, event_id, now=now, links=LINKS))


def fact_names(life: Life, event_id: uuid.UUID) -> Counter[str]:
    rows = life.database.read(lambda session: outbox.timeline(session, event_id))
    return Counter(row.name for row in rows if row.name.startswith("Post"))


def move(life: Life, event_id: uuid.UUID, by: timedelta, *, now: datetime = NOW) -> None:
    event = life.event(event_id)
    life.database.write(
        lambda s: lifecycle.reschedule(
            s,
            event_id,
            starts_at=event.starts_at + by,
            ends_at=event.ends_at + by,
            now=now,
            by=STAFF,
        )
    )
