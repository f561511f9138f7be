"""Posts follow their event: rewritten or withdrawn while they are not out, marked as outdated when they are.

Everything here converges: it reads the event as it is now and brings its posts in line, so it may be called twice, late
or out of order. The caller commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.drafts.works import works_of
from events.links import Links
from events.models import Event, Stage
from events.storage import ReadSession
from notifications.channels.limits import LIMITS, Limits
from notifications.models.moment import Moment
from notifications.models.post import OUT, UNSENT, Post, PostState
from notifications.posters.asking import follow_event
from notifications.posts.moments import STAGES
from notifications.posts.owing import lock_event, sequence_of
from notifications.posts.planning import plan
from notifications.posts.wording import details_of_post, withdraw_for, write
from notifications.writing.details import has_programme, seats_left, speakers_of


def on_event_changed(
    session: Session,
    event_id: uuid.UUID,
    *,
    now: datetime,
    links: Links,
    limits: Mapping[str, Limits] = LIMITS,
) -> None:
    """Bring every post in line with the event as it is now.

    What is not out is rewritten (and waits for approval again) or withdrawn; what is out stays, marked as outdated
    where it says what is not so any more; what hangs on the time is planned anew.
    """
    event = lock_event(session, event_id)
    if event.stage is Stage.DRAFT:
        return
    # Locked, so that none of them is claimed while it is being rewritten.
    concerned = sa.select(Post).where(Post.event_id == event.id, Post.state.in_((*UNSENT, *OUT))).order_by(Post.id)
    for post in session.scalars(concerned.with_for_update().execution_options(populate_existing=True)).all():
        if post.state in OUT:
            mark_if_outdated(session, event, post, links=links)
        else:
            follow(session, event, post, now=now, links=links, limits=limits)
    session.flush()
    follow_event(session, event, now=now, links=links)
    plan(session, event.id, now=now)


def follow(
    session: Session,
    event: Event,
    post: Post,
    *,
    now: datetime,
    links: Links,
    limits: Mapping[str, Limits] = LIMITS,
) -> bool:
    """Withdraw or rewrite one unsent post if its event says otherwise now; returns True if it stands as it is."""
    reason = _untrue(session, event, post, now=now)
    if reason:
        withdraw_for(session, post, reason, now=now)
        return False
    if post.state is PostState.PLANNED:
        return True
    if post.digest != details_of_post(session, event, post, links).digest():
        write(session, event, post, now=now, links=links, limits=limits)
        return False
    return True


def _untrue(session: ReadSession, event: Event, post: Post, *, now: datetime) -> str:
    """Return why the event makes a post pointless, or an empty text."""
    if event.stage not in STAGES[post.moment]:
        return "stage_over"
    if post.good_until is not None and post.good_until <= now:
        return "too_late"
    if post.sequence != sequence_of(event, post.moment):
        return "superseded"
    speakers = {str(speaker.participation_id) for speaker in speakers_of(session, event.id, post.locale)}
    if post.moment is Moment.SPEAKER and post.subject not in speakers:
        return "speaker_gone"
    if post.moment is Moment.WORK and post.subject not in {work.code for work in works_of(event.works)}:
        return "work_gone"
    if post.moment is Moment.PROGRAMME and not has_programme(session, event.id):
        return "programme_gone"
    if post.moment is Moment.FEW_SEATS and not 0 < seats_left(session, event.id) < post.seats_under:
        return "seats_changed"
    return ""


def mark_if_outdated(session: Session, event: Event, post: Post, *, links: Links) -> None:
    """Note that a post which is out says what is not so any more, or says it again."""
    post.outdated = post.digest != details_of_post(session, event, post, links).digest()
