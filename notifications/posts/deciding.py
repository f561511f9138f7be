"""What people do with posts: edit, approve, withdraw, take over by hand, try again. The caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.brand import brand_of
from events.errors import N_, Conflict, Invalid, NotFound
from events.models import Event, Organiser
from notifications.channels.limits import LIMITS, Limits
from notifications.channels.preview import faults
from notifications.models.post import Post, PostState
from notifications.posts.facts import PostApproved, PostPublished
from notifications.posts.timing import APPROVED, free_at, is_urgent, pace_of, taken_times
from notifications.posts.wording import touch, withdraw_for

EDITABLE = (PostState.DRAFT, PostState.QUEUED, PostState.FAILED)


def edit(
    session: Session,
    post_id: uuid.UUID,
    *,
    text: str,
    alt_text: str | None = None,
    now: datetime,
    version: int | None = None,
    limits: Mapping[str, Limits] = LIMITS,
) -> None:
    """Replace a post's text. One that was approved waits for approval again.

    Raises `Invalid` for what the channel would not take, `Conflict` if it is out, being sent, or was changed since
    the page with `version` was shown.
    """
    post = _lock(session, post_id, EDITABLE)
    if version is not None and version != post.version:
        raise Conflict
    text = text.replace("\r\n", "\n").strip()
    described = post.alt_text if alt_text is None else alt_text.strip()
    wrong = faults(text, described, limits[post.channel])
    if wrong:
        raise Invalid(wrong)
    if (text, described) == (post.text, post.alt_text):
        return
    post.text, post.alt_text, post.edited = text, described, True
    post.state, post.approved_by, post.approved_at, post.due_at = PostState.DRAFT, None, None, None
    post.reason = None
    touch(post, now)
    session.flush()


def approve(
    session: Session,
    post_id: uuid.UUID,
    *,
    now: datetime,
    by: str,
    version: int | None = None,
    limits: Mapping[str, Limits] = LIMITS,
) -> None:
    """Let a draft (or one that failed) go out when it is due, or as soon as may be if that moment has passed.

    It keeps its distance from the organiser's other approved posts on the channel, and waits for the morning.
    Approving twice changes nothing. Raises `Conflict` when its time is over or it was changed since it was shown.
    """
    post = _lock(session, post_id, (PostState.DRAFT, PostState.FAILED, PostState.QUEUED))
    if version is not None and version != post.version:
        raise Conflict
    if post.state is PostState.QUEUED:
        return
    if post.good_until is not None and post.good_until <= now:
        raise Conflict(N_("The time for this post has passed."))
    wrong = faults(post.text, post.alt_text, limits[post.channel])
    if wrong:
        raise Invalid(wrong)
    post.state, post.reason, post.last_error, post.attempts = PostState.QUEUED, None, None, 0
    post.approved_by, post.approved_at = by, now
    post.due_at = _due_at(session, post, now=now)
    touch(post, now)
    session.flush()
    fact = PostApproved(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id)
    outbox.record(session, fact, now=now, by=by)


def withdraw(session: Session, post_id: uuid.UUID, *, now: datetime, by: str, reason: str = "by_staff") -> None:
    """Decide that a post is not to go out; doing it twice changes nothing. What is out cannot be withdrawn here."""
    post = _lock(session, post_id, (PostState.PLANNED, *EDITABLE, PostState.WITHDRAWN))
    if post.state is not PostState.WITHDRAWN:
        withdraw_for(session, post, reason, now=now, by=by)


def mark_copied(session: Session, post_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Note that a person published an approved post by hand; doing it twice changes nothing."""
    post = _lock(session, post_id, (PostState.QUEUED, PostState.COPIED))
    if post.state is PostState.COPIED:
        return
    post.state, post.published_at, post.due_at = PostState.COPIED, now, None
    touch(post, now)
    session.flush()
    fact = PostPublished(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id, channel=post.channel)
    outbox.record(session, fact, now=now, by=by)


def _due_at(session: Session, post: Post, *, now: datetime) -> datetime:
    event = session.get_one(Event, post.event_id)
    organiser = session.get_one(Organiser, post.organiser_id)
    wanted = max(now, post.publish_at or now)
    return free_at(
        taken_times(session, organiser.id, post.channel, wanted, but=post.id, states=APPROVED),
        wanted,
        pace_of(brand_of(organiser.look)),
        timezone=event.timezone,
        until=post.good_until,
        urgent=is_urgent(post.moment, event, now=now),
    )


def _lock(session: Session, post_id: uuid.UUID, allowed: tuple[PostState, ...]) -> Post:
    post = session.scalar(
        sa.select(Post).where(Post.id == post_id).with_for_update().execution_options(populate_existing=True)
    )
    if post is None:
        raise NotFound
    if post.state not in allowed:
        raise Conflict(N_("This post is “%(state)s” and cannot be changed any more."), state=post.state.value)
    return post
