"""A post's text: written from its event as it is, or taken out of the way because there is nothing to say any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.links import Links
from events.models import Event
from events.storage import ReadSession
from notifications.channels.limits import Limits
from notifications.models.moment import CHANGES
from notifications.models.post import UNSENT, Post, PostState
from notifications.posters.asking import request_poster
from notifications.posts.facts import PostDrafted, PostRewritten, PostWithdrawn
from notifications.writing.composing import compose, seed_of
from notifications.writing.details import Details, details_of, marker

WORKER = "worker"
REMEMBERED_OPENINGS = 24


def write(
    session: Session, event: Event, post: Post, *, now: datetime, links: Links, limits: Mapping[str, Limits]
) -> None:
    """Write a post's text from the event as it is and let it wait for approval."""
    details = details_of_post(session, event, post, links)
    seed = seed_of(event.id, post.moment, post.subject, post.channel, post.locale)
    draft = compose(
        post.moment, details, limits[post.channel], seed=seed, avoid=_openings(session, post), keep=post.opening
    )
    first = post.state is PostState.PLANNED
    if not first and draft.text != post.text and (post.edited or post.approved_at is not None):
        post.previous_text = post.text
    post.text, post.alt_text, post.digest = draft.text, draft.alt_text, details.digest()
    post.seats_under, post.opening = details.seats_under, draft.opening
    post.state, post.edited = PostState.DRAFT, False
    post.approved_by = post.approved_at = post.due_at = post.reason = None
    post.poster_id = request_poster(session, event, details, post.moment, now=now)
    touch(post, now)
    session.flush()
    said = (
        PostDrafted(
            organiser_id=post.organiser_id,
            event_id=post.event_id,
            post_id=post.id,
            moment=post.moment.value,
            channel=post.channel,
            locale=post.locale,
        )
        if first
        else PostRewritten(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id)
    )
    outbox.record(session, said, now=now, by=WORKER)


def details_of_post(session: ReadSession, event: Event, post: Post, links: Links) -> Details:
    """Gather what one post may say about its event now."""
    return details_of(
        session, event, post.moment, locale=post.locale, links=links, subject=post.subject, code=marker(post.id)
    )


def _openings(session: ReadSession, post: Post) -> list[str]:
    """Return with what the organiser's other posts about the same moment began lately, the latest first."""
    said = sa.select(Post.opening).where(
        Post.organiser_id == post.organiser_id,
        Post.moment == post.moment,
        Post.locale == post.locale,
        Post.opening != "",
        Post.id != post.id,
    )
    return list(session.scalars(said.order_by(Post.created_at.desc(), Post.id.desc()).limit(REMEMBERED_OPENINGS)))


def withdraw_for(session: Session, post: Post, reason: str, *, now: datetime, by: str = WORKER) -> None:
    """Take an unsent post out of the way and record why; of one that was only planned nobody knew."""
    planned = post.state is PostState.PLANNED
    post.state = PostState.WITHDRAWN
    post.reason = reason
    post.due_at = None
    touch(post, now)
    session.flush()
    if planned:
        return
    fact = PostWithdrawn(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id, reason=reason)
    outbox.record(session, fact, now=now, by=by)


def withdraw_superseded(session: Session, event: Event, *, now: datetime) -> None:
    """Withdraw what would have told of an earlier change: two quick moves are told once."""
    older = sa.select(Post).where(
        Post.event_id == event.id,
        Post.moment.in_(CHANGES),
        Post.sequence < event.calendar_sequence,
        Post.state.in_(UNSENT),
    )
    for post in session.scalars(older).all():
        withdraw_for(session, post, "superseded", now=now)


def touch(post: Post, now: datetime) -> None:
    """Note that a post was changed."""
    post.updated_at = now
    post.version += 1
