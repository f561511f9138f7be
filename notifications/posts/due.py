"""Planned posts whose time to be written has come, and unsent ones whose time is over. Commits by itself."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import TryLater
from events.links import Links
from events.models import Event
from events.storage import ReadSession, Transactions
from notifications.channels.limits import LIMITS, Limits
from notifications.models.post import UNSENT, Post, PostState
from notifications.posts.following import follow
from notifications.posts.wording import withdraw_for, write

log = logging.getLogger(__name__)

DRAFT_AGAIN_AFTER = timedelta(minutes=5)


def draft_due(
    transactions: Transactions,
    *,
    now: datetime,
    links: Links,
    limits: Mapping[str, Limits] = LIMITS,
    limit: int = 50,
) -> int:
    """Write the planned posts whose time to be written has come, and withdraw those that nobody approved in time.

    Returns how many changed. Commits by itself, one transaction for each post: one that cannot be written is tried
    again after a while and keeps no other from being written.
    """
    to_write = sa.and_(Post.state == PostState.PLANNED, Post.draft_at <= now)
    too_late = sa.and_(Post.state.in_(UNSENT), Post.good_until <= now)

    def write_one(session: Session, post: Post) -> None:
        event = session.get_one(Event, post.event_id)
        follow(session, event, post, now=now, links=links, limits=limits)
        if post.state is PostState.PLANNED:
            write(session, event, post, now=now, links=links, limits=limits)

    def withdraw_one(session: Session, post: Post) -> None:
        withdraw_for(session, post, "too_late", now=now)

    return sum(
        _change(transactions, post_id, condition, change, now=now)
        for condition, change in ((to_write, write_one), (too_late, withdraw_one))
        for post_id in transactions.read(partial(_ids, condition=condition, limit=limit))
    )


def has_work(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether a planned post is to be written, or one withdrawn because its time is over."""
    to_write = sa.and_(Post.state == PostState.PLANNED, Post.draft_at <= now)
    too_late = sa.and_(Post.state.in_(UNSENT), Post.good_until <= now)
    return session.scalar(sa.select(Post.id).where(sa.or_(to_write, too_late)).limit(1)) is not None


def _ids(session: ReadSession, *, condition: sa.ColumnElement[bool], limit: int) -> Sequence[uuid.UUID]:
    return session.scalars(sa.select(Post.id).where(condition).order_by(Post.id).limit(limit)).all()


def _change(
    transactions: Transactions,
    post_id: uuid.UUID,
    condition: sa.ColumnElement[bool],
    change: Callable[[Session, Post], None],
    *,
    now: datetime,
) -> bool:
    """Change one post that still fulfils `condition` and that nobody else is changing; returns whether it was."""
    wanted = sa.select(Post).where(Post.id == post_id, condition).with_for_update(skip_locked=True)

    def use_case(session: Session) -> bool:
        post = session.scalar(wanted)
        if post is None:
            return False
        change(session, post)
        return True

    try:
        return transactions.write(use_case)
    except TryLater:
        raise
    except Exception as error:
        log.exception("a post could not be drafted or withdrawn", extra={"post_id": str(post_id)})
        later = sa.update(Post).where(Post.id == post_id, Post.state == PostState.PLANNED)
        values = {"draft_at": now + DRAFT_AGAIN_AFTER, "last_error": f"{type(error).__name__}: {error}"[:500]}
        transactions.write(lambda session: session.execute(later.values(values)))
        return False
