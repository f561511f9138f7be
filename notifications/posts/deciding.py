"""What people do with posts: edit, approve, withdraw, take over by hand, try again. The caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.brand import brand_of
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import Event, Organiser
from notifications.channels.limits import LIMITS, Limits
from notifications.channels.preview import faults
from notifications.models.post import Post, PostState
from notifications.posts.facts import PostApproved, PostMoved, PostPublished
from notifications.posts.timing import APPROVED, free_at, is_urgent, near, pace_of, taken_times
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

    It keeps its distance from the organiser's other approved posts on the channel, and waits for the morning; a moment
    that a person chose (`move`) is kept as it is.
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


def move(
    session: Session,
    post_id: uuid.UUID,
    *,
    to: datetime,
    now: datetime,
    by: str,
    anyway: bool = False,
    version: int | None = None,
) -> None:
    """Give a post that is not out another moment. What is approved stays approved.

    Raises `Invalid` (field ``publish_at``) for a moment that is past, too late for what the post says, or within the
    hours at which the organiser posts nothing; and for one within an hour of another post on the channel, which
    `anyway` allows. Raises `Conflict` if it is out, being sent, or was changed since the page with `version`.
    """
    post = _lock(session, post_id, (PostState.PLANNED, *EDITABLE))
    if version is not None and version != post.version:
        raise Conflict
    if to == (post.due_at or post.publish_at):
        return
    _check_moment(session, post, to, now=now, anyway=anyway)
    post.publish_at, post.chosen = to, True
    if post.state is PostState.QUEUED:
        post.due_at = to
    elif post.state is PostState.PLANNED and post.draft_at is not None:
        # A person needs time to read it: it is written a day before it goes out.
        post.draft_at = min(post.draft_at, max(now, to - timedelta(days=1)))
    touch(post, now)
    session.flush()
    fact = PostMoved(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id)
    outbox.record(session, fact, now=now, by=by)


def _check_moment(session: Session, post: Post, to: datetime, *, now: datetime, anyway: bool) -> None:
    event = session.get_one(Event, post.event_id)
    pace, zone = pace_of(brand_of(session.get_one(Organiser, post.organiser_id).look)), ZoneInfo(event.timezone)
    if to <= now:
        raise _not_then("past", N_("This moment has passed. Choose a later one."))
    if post.good_until is not None and to >= post.good_until:
        last = post.good_until.astimezone(zone)
        raise _not_then(
            "too_late", N_("What it says is true until %(last)s only. Choose an earlier moment."), last=last
        )
    if not is_urgent(post.moment, event, now=now) and pace.after_quiet(to, event.timezone) != to:
        hours = {"start": time(pace.quiet_from), "end": time(pace.quiet_until)}
        message = N_(
            "Nothing is posted from %(start)s to %(end)s. Choose another hour, or change this on the brand page."
        )
        raise _not_then("quiet", message, **hours)
    if not anyway and (others := near(session, post, to)):
        at = others[0].at.astimezone(zone).time()
        message = N_("At %(at)s this channel has another post (%(title)s), less than an hour away.")
        raise _not_then("near", message, at=at, title=others[0].event_title)


def _not_then(code: str, message: str, **params: Any) -> Invalid:
    return Invalid([FieldError("publish_at", code, message, params)])


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
    if post.chosen and post.publish_at is not None and post.publish_at > now:
        return post.publish_at
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
