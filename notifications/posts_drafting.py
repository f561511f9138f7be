"""Posts come to be: drafted when something happens, planned for the event's time, rewritten when it changes.

Everything here converges: it reads the event as it is now and brings its posts in line, so it may be called twice, late
or out of order. The caller commits.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import NotFound, TryLater
from events.links import Links
from events.models import Event, EventKind, Organiser, Recording, RecordingState, Stage
from events.storage import LOCALES, ReadSession, Transactions, insert_unless_present, new_id
from notifications.channels.limits import CHANNELS, LIMITS, Limits
from notifications.models.moment import CHANGES, TIMED, Moment
from notifications.models.post import OUT, UNSENT, Post, PostState
from notifications.post_facts import PostDrafted, PostRewritten, PostWithdrawn
from notifications.posters import follow_event, request_poster
from notifications.posts_moments import STAGES, Window, timed, window
from notifications.writing import compose, seed_of
from notifications.writing_details import Details, details_of, marker, seats_left, seats_under, speakers_of

log = logging.getLogger(__name__)

_POST: sa.Table = Post.__table__  # type: ignore[assignment] # a declarative class's table is a Table
DRAFT_AGAIN_AFTER = timedelta(minutes=5)
CLOCK = "clock"
WORKER = "worker"


def draft_for(
    session: Session,
    event_id: uuid.UUID,
    moment: Moment,
    *,
    now: datetime,
    links: Links,
    subject: str = "",
    channels: Sequence[str] = CHANNELS,
    limits: Mapping[str, Limits] = LIMITS,
) -> list[uuid.UUID]:
    """Draft the posts about `moment`, one per channel and language, and return the ids of the new ones.

    What was drafted before is not drafted again, and a moment that cannot be talked about (any more) gives none: the
    event has moved on, seats are not few, registration opened together with the announcement.
    """
    event = _lock(session, event_id)
    when = window(moment, event, now=now)
    if when is None or not _worth_saying(session, event, moment):
        return []
    if moment in CHANGES:
        _withdraw_superseded(session, event, now=now)
    drafted: list[uuid.UUID] = []
    for post_id in _insert(session, event, moment, when, subject=subject, channels=channels, now=now):
        post = session.get_one(Post, post_id)
        _write(session, event, post, now=now, links=links, limits=limits)
        drafted.append(post_id)
    return drafted


def plan(
    session: Session, event_id: uuid.UUID, *, now: datetime, channels: Sequence[str] = CHANNELS
) -> list[uuid.UUID]:
    """Plan the posts that hang on the event's time (speakers, H-7, H-1, today …) and return the ids of the new ones.

    They are written when their `draft_at` comes (`draft_due`). After a move they are planned for the new time; a
    moment that is out already is not told a second time for the same day.
    """
    event = _lock(session, event_id)
    if event.stage not in (*STAGES[Moment.H7], Stage.LIVE):
        return []
    wanted: list[tuple[Moment, str, Window | None]] = [
        (each, "", window(each, event, now=now)) for each in timed(event)
    ]
    if event.kind is EventKind.WEBINAR:
        wanted += [
            (Moment.SPEAKER, str(speaker.participation_id), window(Moment.SPEAKER, event, now=now, place=place))
            for place, speaker in enumerate(speakers_of(session, event.id, "id"))
        ]
    planned: list[uuid.UUID] = []
    for moment, subject, when in wanted:
        if when is not None and not _told(session, event, moment, subject, when):
            planned += _insert(session, event, moment, when, subject=subject, channels=channels, now=now)
    return planned


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

    def write(session: Session, post: Post) -> None:
        event = session.get_one(Event, post.event_id)
        follow(session, event, post, now=now, links=links, limits=limits)
        if post.state is PostState.PLANNED:
            _write(session, event, post, now=now, links=links, limits=limits)

    def withdraw(session: Session, post: Post) -> None:
        withdraw_for(session, post, "too_late", now=now)

    return sum(
        _change(transactions, post_id, condition, change, now=now)
        for condition, change in ((to_write, write), (too_late, withdraw))
        for post_id in transactions.read(partial(_ids, condition=condition, limit=limit))
    )


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


def is_drafted(session: ReadSession, event_id: uuid.UUID, moment: Moment) -> bool:
    """Tell whether posts about `moment` have been drafted before."""
    statement = sa.select(Post.id).where(Post.event_id == event_id, Post.moment == moment).limit(1)
    return session.scalar(statement) is not None


def has_work(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether a planned post is to be written, or one withdrawn because its time is over."""
    to_write = sa.and_(Post.state == PostState.PLANNED, Post.draft_at <= now)
    too_late = sa.and_(Post.state.in_(UNSENT), Post.good_until <= now)
    return session.scalar(sa.select(Post.id).where(sa.or_(to_write, too_late)).limit(1)) is not None


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
    event = _lock(session, event_id)
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
    if post.digest != _details(session, event, post, links).digest():
        _write(session, event, post, now=now, links=links, limits=limits)
        return False
    return True


def _untrue(session: ReadSession, event: Event, post: Post, *, now: datetime) -> str:
    """Return why the event makes a post pointless, or an empty text."""
    if event.stage not in STAGES[post.moment]:
        return "stage_over"
    if post.good_until is not None and post.good_until <= now:
        return "too_late"
    if post.sequence != _sequence(event, post.moment):
        return "superseded"
    speakers = {str(speaker.participation_id) for speaker in speakers_of(session, event.id, post.locale)}
    if post.subject and post.subject not in speakers:
        return "speaker_gone"
    if post.moment is Moment.FEW_SEATS and not 0 < seats_left(session, event.id) < post.seats_under:
        return "seats_changed"
    return ""


def mark_if_outdated(session: Session, event: Event, post: Post, *, links: Links) -> None:
    """Note that a post which is out says what is not so any more, or says it again."""
    post.outdated = post.digest != _details(session, event, post, links).digest()


def withdraw_for(session: Session, post: Post, reason: str, *, now: datetime, by: str = WORKER) -> None:
    """Take an unsent post out of the way and record why; of one that was only planned nobody knew."""
    planned = post.state is PostState.PLANNED
    post.state = PostState.WITHDRAWN
    post.reason = reason
    post.due_at = None
    _touch(post, now)
    session.flush()
    if planned:
        return
    fact = PostWithdrawn(organiser_id=post.organiser_id, event_id=post.event_id, post_id=post.id, reason=reason)
    outbox.record(session, fact, now=now, by=by)


# ---------------------------------------------------------------- inside
def _lock(session: Session, event_id: uuid.UUID) -> Event:
    event = session.scalar(sa.select(Event).where(Event.id == event_id).with_for_update(read=True))
    if event is None:
        raise NotFound
    return event


def _sequence(event: Event, moment: Moment) -> int:
    return event.calendar_sequence if moment in CHANGES or moment in TIMED else 0


def _locales(event: Event, organiser: Organiser) -> tuple[str, ...]:
    """Return the languages that the event is written in; the organiser's own always."""
    missing = event.title.missing()
    return tuple(locale for locale in LOCALES if locale not in missing or locale == organiser.locale)


def _insert(
    session: Session,
    event: Event,
    moment: Moment,
    when: Window,
    *,
    subject: str,
    channels: Sequence[str],
    now: datetime,
) -> Iterator[uuid.UUID]:
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
                "sequence": _sequence(event, moment),
                "state": PostState.PLANNED,
                "draft_at": when.draft_at,
                "publish_at": when.publish_at,
                "good_until": when.good_until,
                "request_id": session.info.get(outbox.REQUEST_ID),
                "created_at": now,
                "updated_at": now,
            }
            if insert_unless_present(session, _POST, values):
                yield post_id


def _details(session: ReadSession, event: Event, post: Post, links: Links) -> Details:
    return details_of(
        session, event, post.moment, locale=post.locale, links=links, subject=post.subject, code=marker(post.id)
    )


def _write(
    session: Session, event: Event, post: Post, *, now: datetime, links: Links, limits: Mapping[str, Limits]
) -> None:
    """Write a post's text from the event as it is and let it wait for approval."""
    details = _details(session, event, post, links)
    draft = compose(post.moment, details, limits[post.channel], seed=seed_of(event.id))
    first = post.state is PostState.PLANNED
    if not first and draft.text != post.text and (post.edited or post.approved_at is not None):
        post.previous_text = post.text
    post.text, post.alt_text, post.digest = draft.text, draft.alt_text, details.digest()
    post.seats_under = details.seats_under
    post.state, post.edited = PostState.DRAFT, False
    post.approved_by = post.approved_at = post.due_at = post.reason = None
    post.poster_id = request_poster(session, event, details, post.moment, now=now)
    _touch(post, now)
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


def _touch(post: Post, now: datetime) -> None:
    post.updated_at = now
    post.version += 1


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
        case Moment.CERTIFICATES:
            return bool(event.certificate)
        case Moment.RESCHEDULED | Moment.POSTPONED | Moment.CANCELLED:
            return event.calendar_sequence > 0
        case _:
            return True


def _withdraw_superseded(session: Session, event: Event, *, now: datetime) -> None:
    """Withdraw what would have told of an earlier change: two quick moves are told once."""
    older = sa.select(Post).where(
        Post.event_id == event.id,
        Post.moment.in_(CHANGES),
        Post.sequence < event.calendar_sequence,
        Post.state.in_(UNSENT),
    )
    for post in session.scalars(older).all():
        withdraw_for(session, post, "superseded", now=now)


def _told(session: ReadSession, event: Event, moment: Moment, subject: str, when: Window) -> bool:
    """Tell whether this moment is out already for (nearly) the same time: an hour's move needs no second H-7."""
    told = session.scalar(
        sa.select(sa.func.count()).where(
            Post.event_id == event.id,
            Post.moment == moment,
            Post.subject == subject,
            Post.state.in_((*OUT, PostState.SENDING, PostState.UNKNOWN)),
            Post.sequence < event.calendar_sequence,
            # A speaker is introduced once, whenever the event is.
            sa.true() if moment is Moment.SPEAKER else _POST.c.publish_at > when.publish_at - timedelta(days=1),
        )
    )
    return bool(told)
