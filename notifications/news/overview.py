"""What staff see of the news: who gets it (numbers only), what the next issue tells, what became of earlier ones.

Nothing is written. Links in a preview are signed with a key of nobody's, so that none opens anybody's page.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue import news
from events.catalogue.news import Upcoming
from events.errors import NotFound
from events.links import Links
from events.models import Organiser
from events.storage import ReadSession
from notifications.contents import own_texts
from notifications.contents.news_material import one_of_each_series
from notifications.letters import rendering
from notifications.letters.news_samples import news_sample
from notifications.letters.rendering import Words
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.news import NewsEnd, NewsIssue, NewsSubscription
from notifications.news import issuing, schedules
from notifications.news.schedules import Schedule

ISSUES_SHOWN = 12
"""Past issues that are counted: a quarter of a year."""
_RUNNING = (NewsSubscription.confirmed_at.is_not(None), NewsSubscription.ended_at.is_(None))
_WAITING = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)
_LOST = (EmailState.BOUNCED, EmailState.FAILED)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What some of the readers want to hear of, and how many they are."""

    locale: str
    audiences: frozenset[str]
    topics: frozenset[str]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How many want the news. Whoever wants to hear of two topics counts for both."""

    count: int
    unconfirmed: int
    """Were mailed the link and have not agreed yet."""
    by_locale: Mapping[str, int]
    by_audience: Mapping[str, int]
    """By the codes of `events.tags.Audience`; the most frequent first."""
    any_audience: int
    """Want to hear of whatever, whoever it is for."""
    by_topic: Mapping[str, int]
    """By the codes of topics; the most frequent first."""
    any_topic: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIssue:
    """What the next issue would tell if nothing more were published."""

    at: datetime | None
    """When it begins; None while the news is off, or nobody has ever asked for it."""
    since: datetime
    """What was published after this moment is new."""
    new: Sequence[Upcoming]
    """The earliest first, one of each series."""
    missed: Sequence[Upcoming]
    """New, but begun by then: told by no issue."""
    recipients: int
    """Readers for whom something of it is; nobody else is written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIssue:
    """One issue that has begun, counted in e-mails."""

    id: uuid.UUID
    at: datetime
    owed: int
    sent: int
    waiting: int
    lost: int
    """Not delivered, or returned."""
    dropped: int
    """Not sent: what it told of was called off, or its reader had left."""
    left: int
    """Readers who said that they want no more, or called a mail spam, from then until the next issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An organiser's news as its staff see it."""

    timezone: str
    schedule: Schedule
    readers: Readers
    next: NextIssue
    past: Sequence[PastIssue]
    """The latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The next issue as a reader without wishes would read it."""

    words: Words
    example: bool
    """Whether it tells of events that are not new, or made up, because there is nothing new."""
    sender: str


def overview(session: ReadSession, organiser_id: uuid.UUID, *, now: datetime) -> Overview:
    """Return what there is to know of an organiser's news. Raises `NotFound`."""
    organiser = _organiser(session, organiser_id)
    schedule, wishes = schedules.schedule_of(session, organiser_id), _wishes(session, organiser_id)
    return Overview(
        timezone=organiser.timezone,
        schedule=schedule,
        readers=_readers(session, organiser_id, wishes),
        next=_next(session, organiser, schedule, wishes, now=now),
        past=_past(session, organiser_id),
    )


def look(session: ReadSession, organiser_id: uuid.UUID, locale: str, *, base_url: str, now: datetime) -> Look:
    """Return the next issue's words in one language, or an example's where there is nothing new. Raises `NotFound`."""
    organiser = _organiser(session, organiser_id)
    schedule = schedules.schedule_of(session, organiser_id)
    at, since = _window(session, organiser, schedule, now=now)
    new, _ = _new(session, organiser_id, at=at, since=since, now=now)
    houses = [key for key in (organiser.id, organiser.parent_id) if key]
    texts = own_texts.newest(session, houses, [EmailKind.NEWS])
    own = own_texts.counting(texts, organiser.id, organiser.parent_id, EmailKind.NEWS, locale)
    material = news_sample(session, organiser, EmailKind.NEWS, locale, own=own, now=at, since=since)
    words = rendering.render(material, Links(secrets.token_hex(16), base_url), now=at)
    return Look(words=words, example=not new, sender=organiser.name.to(locale))


def _organiser(session: ReadSession, organiser_id: uuid.UUID) -> Organiser:
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    return organiser


# ------------------------------------------------------------ who gets it
def _wishes(session: ReadSession, organiser_id: uuid.UUID) -> Sequence[_Wish]:
    """Return the readers by what they want: few different wishes, however many readers."""
    audiences, topics = (sa.cast(each, sa.Text) for each in (NewsSubscription.audiences, NewsSubscription.topics))
    rows = session.execute(
        sa.select(NewsSubscription.locale, audiences, topics, sa.func.count())
        .where(NewsSubscription.organiser_id == organiser_id, *_RUNNING)
        .group_by(NewsSubscription.locale, audiences, topics)
    )
    return [_Wish(row[0], frozenset(json.loads(row[1])), frozenset(json.loads(row[2])), row[3]) for row in rows]


def _readers(session: ReadSession, organiser_id: uuid.UUID, wishes: Sequence[_Wish]) -> Readers:
    unconfirmed = session.scalar(
        sa.select(sa.func.count()).where(
            NewsSubscription.organiser_id == organiser_id,
            NewsSubscription.confirmed_at.is_(None),
            NewsSubscription.ended_at.is_(None),
        )
    )
    locales, audiences, topics = Counter[str](), Counter[str](), Counter[str]()
    for wish in wishes:
        locales[wish.locale] += wish.count
        audiences.update(dict.fromkeys(wish.audiences, wish.count))
        topics.update(dict.fromkeys(wish.topics, wish.count))
    return Readers(
        count=sum(wish.count for wish in wishes),
        unconfirmed=unconfirmed or 0,
        by_locale=_ranked(locales),
        by_audience=_ranked(audiences),
        any_audience=sum(wish.count for wish in wishes if not wish.audiences),
        by_topic=_ranked(topics),
        any_topic=sum(wish.count for wish in wishes if not wish.topics),
    )


def _ranked(counted: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


# ------------------------------------------------------------ what comes
def _window(
    session: ReadSession, organiser: Organiser, schedule: Schedule, *, now: datetime
) -> tuple[datetime, datetime]:
    """Return the moment as of which the next issue is written, now where none is planned, and since when is new."""
    at = max(schedule.next_at, now) if schedule.active and schedule.next_at is not None else now
    return at, issuing.begins_after(session, organiser, due_at=at)


def _new(
    session: ReadSession, organiser_id: uuid.UUID, *, at: datetime, since: datetime, now: datetime
) -> tuple[Sequence[Upcoming], Sequence[Upcoming]]:
    """Return what is new, and what of it has begun by then; of a series that goes on the later dates are told."""
    found = [each for each in news.upcoming(session, organiser_id, now=now) if since < each.announced_at <= at]
    new = [each for each in found if each.starts_at > at]
    told = {each.series_id for each in new if each.series_id}
    return new, [each for each in found if each.starts_at <= at and each.series_id not in told]


def _next(
    session: ReadSession, organiser: Organiser, schedule: Schedule, wishes: Sequence[_Wish], *, now: datetime
) -> NextIssue:
    at, since = _window(session, organiser, schedule, now=now)
    new, missed = _new(session, organiser.id, at=at, since=since, now=now)
    return NextIssue(
        at=at if schedule.active and schedule.next_at is not None else None,
        since=since,
        new=one_of_each_series(new),
        missed=one_of_each_series(missed),
        recipients=sum(wish.count for wish in wishes if any(event.suits(wish.audiences, wish.topics) for event in new)),
    )


# ------------------------------------------------------------ what was
def _past(session: ReadSession, organiser_id: uuid.UUID) -> Sequence[PastIssue]:
    issues = session.scalars(
        sa.select(NewsIssue)
        .where(NewsIssue.organiser_id == organiser_id)
        .order_by(NewsIssue.due_at.desc())
        .limit(ISSUES_SHOWN)
    ).all()
    if not issues:
        return []
    mails, left = _mails(session, issues), _left(session, issues)
    return [
        PastIssue(
            id=each.id,
            at=each.due_at,
            owed=each.count,
            sent=mails[each.id, EmailState.SENT],
            waiting=sum(mails[each.id, state] for state in _WAITING),
            lost=sum(mails[each.id, state] for state in _LOST),
            dropped=mails[each.id, EmailState.SUPERSEDED] + mails[each.id, EmailState.SUPPRESSED],
            left=left[each.id],
        )
        for each in issues
    ]


def _issue_at(issues: Sequence[NewsIssue], moment: datetime) -> uuid.UUID | None:
    """Return the issue that had begun last at that moment."""
    return next((each.id for each in issues if each.until <= moment), None)


def _mails(session: ReadSession, issues: Sequence[NewsIssue]) -> Counter[tuple[uuid.UUID | None, EmailState]]:
    """Return how far the e-mails of each issue have come; all that were owed in one transaction have one moment."""
    rows = session.execute(
        sa.select(Email.created_at, Email.state, sa.func.count())
        .where(
            Email.organiser_id == issues[-1].organiser_id,
            Email.news_subscription_id.is_not(None),
            Email.created_at >= issues[-1].until,
            Email.kind == EmailKind.NEWS,
            # One that staff had sent once more is the same reader's.
            Email.resent_of.is_(None),
        )
        .group_by(Email.created_at, Email.state)
    )
    found = Counter[tuple[uuid.UUID | None, EmailState]]()
    for created_at, state, count in rows:
        found[_issue_at(issues, created_at), state] += count
    return found


def _left(session: ReadSession, issues: Sequence[NewsIssue]) -> Counter[uuid.UUID | None]:
    rows = session.execute(
        sa.select(NewsSubscription.ended_at, sa.func.count())
        .where(
            NewsSubscription.organiser_id == issues[-1].organiser_id,
            NewsSubscription.confirmed_at.is_not(None),
            NewsSubscription.ended_at >= issues[-1].until,
            NewsSubscription.ended_because.in_((NewsEnd.STOPPED, NewsEnd.COMPLAINED)),
        )
        .group_by(NewsSubscription.ended_at)
    )
    found = Counter[uuid.UUID | None]()
    for ended_at, count in rows:
        if ended_at is not None:
            found[_issue_at(issues, ended_at)] += count
    return found
