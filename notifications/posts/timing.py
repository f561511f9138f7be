"""When posts go out: apart from each other, not at night, and at the hours at which people have answered before."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from events.brand import Brand
from events.models import Event
from events.storage import ReadSession
from notifications.models.moment import CHANGES, Moment
from notifications.models.post import OUT, Post, PostState

SAME_MINUTE = timedelta(minutes=1)
SOON = timedelta(hours=36)
"""News of an event that begins within this time are told at night as well."""
WAITING = (PostState.PLANNED, PostState.DRAFT, PostState.QUEUED, PostState.SENDING, PostState.UNKNOWN)
APPROVED = (PostState.QUEUED, PostState.SENDING, PostState.UNKNOWN)
ENOUGH_POSTS = 12
ENOUGH_AT_ONE_HOUR = 3
CLEARLY_BETTER = 1.2
_PRIOR = 3
"""As many average posts are added to every hour: one lucky post makes no best hour."""
_REMEMBERED = 200
_LOOK_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pace:
    """How an organiser wants its posts spaced. Hours are local; the same hour twice means that no hour is quiet."""

    gap: timedelta
    quiet_from: int
    quiet_until: int

    def after_quiet(self, at: datetime, timezone: str) -> datetime:
        """Return `at`, or the end of the quiet hours that it falls into."""
        if self.quiet_from == self.quiet_until:
            return at
        local = at.astimezone(ZoneInfo(timezone))
        over_midnight = self.quiet_from > self.quiet_until
        late, early = local.hour >= self.quiet_from, local.hour < self.quiet_until
        if not ((late or early) if over_midnight else (late and early)):
            return at
        morning = datetime.combine(local.date(), time(self.quiet_until), tzinfo=local.tzinfo)
        return morning + timedelta(days=1) if over_midnight and late else morning


def pace_of(brand: Brand) -> Pace:
    """Return the pace that a brand kit sets."""
    return Pace(timedelta(minutes=brand.post_gap), brand.quiet_from, brand.quiet_until)


def is_urgent(moment: Moment, event: Event, *, now: datetime) -> bool:
    """Tell whether news cannot wait for the morning: it is on, or it is soon and changed."""
    return moment is Moment.LIVE or (moment in CHANGES and event.starts_at - now < SOON)


def free_at(
    taken: Collection[datetime],
    wanted: datetime,
    pace: Pace,
    *,
    timezone: str,
    until: datetime | None = None,
    urgent: bool = False,
) -> datetime:
    """Return the first moment from `wanted` on that is not quiet and keeps its distance from every one of `taken`.

    Where that would be too late (`until`), first the night is given up, then the distance, down to one minute.
    """
    night_off = Pace(pace.gap, 0, 0)
    close = Pace(SAME_MINUTE, 0, 0)
    for tried in ((night_off if urgent else pace), night_off, close):
        at = _free(sorted(taken), wanted, tried, timezone)
        if until is None or at < until:
            return at
    return wanted


def _free(taken: Sequence[datetime], wanted: datetime, pace: Pace, timezone: str) -> datetime:
    at = pace.after_quiet(wanted, timezone)
    for other in taken:
        if abs(other - at) < pace.gap:
            at = pace.after_quiet(other + pace.gap, timezone)
    return at


def _moment_of(*columns: InstrumentedAttribute[datetime | None]) -> sa.ColumnElement[datetime]:
    return cast("sa.ColumnElement[datetime]", sa.func.coalesce(*columns))


def taken_times(
    session: ReadSession,
    organiser_id: uuid.UUID,
    channel: str,
    around: datetime,
    *,
    but: uuid.UUID | None = None,
    states: Collection[PostState] = WAITING,
) -> list[datetime]:
    """Return when an organiser's other posts on `channel` go out, or went out, from a day before `around`."""
    at = _moment_of(Post.published_at, Post.due_at, Post.publish_at)
    statement = sa.select(at).where(
        Post.organiser_id == organiser_id,
        Post.channel == channel,
        Post.state.in_((*states, *OUT)),
        at.between(around - timedelta(days=1), around + _LOOK_AHEAD),
    )
    if but is not None:
        statement = statement.where(Post.id != but)
    return list(session.scalars(statement.order_by(at)))


@dataclass(frozen=True, slots=True)
class Result:
    """A post that is out, and how many people reacted to it."""

    published_at: datetime
    responses: int


@dataclass(frozen=True, slots=True)
class HourAdvice:
    """The hour (0 to 23, local) at which a post is best out, and on how much that rests."""

    hour: int
    posts: int
    """How many posts the advice was drawn from."""
    own: bool
    """Whether the organiser's own past says so; if not, it is what libraries usually do."""


def best_hour(results: Sequence[Result], *, timezone: str, usual: int) -> HourAdvice:
    """Return at which hour posts were answered most, or `usual` where the past is too little or too even to tell.

    Told is only what rests on at least twelve posts, at least three of them at that hour, and is better than the
    average by a fifth after three average posts were added to each hour.
    """
    by_hour: dict[int, list[int]] = defaultdict(list)
    for result in results:
        by_hour[result.published_at.astimezone(ZoneInfo(timezone)).hour].append(result.responses)
    average = sum(result.responses for result in results) / len(results) if results else 0.0
    rated = {
        hour: (sum(answers) + _PRIOR * average) / (len(answers) + _PRIOR)
        for hour, answers in by_hour.items()
        if len(answers) >= ENOUGH_AT_ONE_HOUR
    }
    best = max(rated, key=lambda hour: (rated[hour], -hour), default=None)
    if len(results) < ENOUGH_POSTS or best is None or rated[best] < CLEARLY_BETTER * average:
        return HourAdvice(usual, len(results), own=False)
    return HourAdvice(best, len(results), own=True)


def past_results(session: ReadSession, organiser_id: uuid.UUID, channel: str) -> list[Result]:
    """Return the organiser's latest posts on `channel` whose numbers are known."""
    rows = session.execute(
        sa.select(Post.published_at, Post.responses)
        .where(
            Post.organiser_id == organiser_id,
            Post.channel == channel,
            Post.published_at.is_not(None),
            Post.responses.is_not(None),
        )
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(_REMEMBERED)
    )
    return [Result(at, responses) for at, responses in rows if at is not None and responses is not None]


@dataclass(frozen=True, slots=True)
class Clash:
    """Another event's post on the same channel within the hour."""

    event_id: uuid.UUID
    event_title: str
    at: datetime


def near(session: ReadSession, post: Post, at: datetime) -> list[Clash]:
    """Return the organiser's other posts on this post's channel less than an hour from `at`, the earliest first."""
    hour = timedelta(hours=1)
    moment = _moment_of(Post.published_at, Post.due_at, Post.publish_at)
    rows = session.execute(
        sa.select(Post.event_id, moment, Event.title)
        .join(Event, Event.id == Post.event_id)
        .where(
            Post.id != post.id,
            Post.organiser_id == post.organiser_id,
            Post.channel == post.channel,
            Post.state.in_((*WAITING, *OUT)),
            moment > at - hour,
            moment < at + hour,
        )
        .order_by(moment, Post.id)
    )
    return [Clash(event_id, title.to(post.locale), when) for event_id, when, title in rows]


def clashes(session: ReadSession, posts: Sequence[Post]) -> Mapping[uuid.UUID, tuple[Clash, ...]]:
    """Return for each post that is not out which other events speak on its channel in the same hour. One query."""
    hour = timedelta(hours=1)
    going = {post.id: when for post in posts if post.state in WAITING and (when := post.due_at or post.publish_at)}
    if not going:
        return {}
    at = _moment_of(Post.due_at, Post.publish_at)
    rows = session.execute(
        sa.select(Post.organiser_id, Post.channel, Post.event_id, at, Event.title)
        .join(Event, Event.id == Post.event_id)
        .where(
            Post.organiser_id.in_({post.organiser_id for post in posts}),
            Post.state.in_(WAITING),
            at.between(min(going.values()) - hour, max(going.values()) + hour),
        )
        .order_by(at, Post.id)
    ).all()
    found: dict[uuid.UUID, tuple[Clash, ...]] = {}
    for post in posts:
        if post.id not in going:
            continue
        near = {
            event_id: Clash(event_id, title.to(post.locale), other)
            for organiser_id, channel, event_id, other, title in rows
            if (organiser_id, channel) == (post.organiser_id, post.channel)
            and event_id != post.event_id
            and abs(other - going[post.id]) < hour
        }
        found[post.id] = tuple(near.values())
    return found
