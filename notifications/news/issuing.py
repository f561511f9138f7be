"""A week's news: begun by the clock, owed to its readers in small parts, and to nobody when there is nothing new.

Two processes at once begin an issue once (a conditional UPDATE moves the schedule on), and owe nobody two
(the key of an e-mail names the issue). Every function leaves the commit to its caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.catalogue import news
from events.catalogue.news import Upcoming
from events.models import Organiser
from events.storage import ReadSession, new_id
from notifications.facts import NewsIssued
from notifications.models.email import EmailKind
from notifications.models.news import NewsIssue, NewsSchedule, NewsSubscription
from notifications.news import schedules
from notifications.planning import email_rows
from notifications.quiet_hours import waking

CHUNK = 150
"""Readers that one transaction looks at: some tens of milliseconds, so that no registration waits for it."""
_WEEK = timedelta(days=7)


def has_due(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether an issue is to begin, or one that has begun is not owed to everybody yet."""
    due = sa.select(NewsSchedule.organiser_id).where(NewsSchedule.next_at <= now).limit(1)
    begun = sa.select(NewsIssue.id).where(NewsIssue.planned_at.is_(None)).limit(1)
    return session.scalar(due) is not None or session.scalar(begun) is not None


def begin(session: Session, *, now: datetime) -> int:
    """Begin the issues whose moment has come; returns how many."""
    due = session.execute(
        sa.select(NewsSchedule, Organiser)
        .join(Organiser, Organiser.id == NewsSchedule.organiser_id)
        .where(NewsSchedule.next_at <= now)
        .order_by(NewsSchedule.organiser_id)
    ).all()
    return sum(_begin(session, schedule, organiser, now=now) for schedule, organiser in due)


def _begin(session: Session, schedule: NewsSchedule, organiser: Organiser, *, now: datetime) -> bool:
    due_at = schedule.next_at
    following = schedules.following(now, organiser.timezone, schedule.weekday, schedule.hour)
    ours = session.execute(
        sa.update(NewsSchedule)
        .where(NewsSchedule.organiser_id == organiser.id, NewsSchedule.next_at == due_at)
        .values(next_at=following)
        .returning(NewsSchedule.organiser_id),
        execution_options={"synchronize_session": False},
    ).first()
    session.expire(schedule)
    if ours is None or due_at is None:
        return False
    since = begins_after(session, organiser, due_at=due_at)
    session.add(NewsIssue(id=new_id(), organiser_id=organiser.id, due_at=due_at, since=since, until=now, count=0))
    session.flush()
    return True


def begins_after(session: ReadSession, organiser: Organiser, *, due_at: datetime) -> datetime:
    """Return the moment after which what is announced is new to the readers of the next issue."""
    last: datetime | None = session.scalar(
        sa.select(sa.func.max(NewsIssue.until)).where(NewsIssue.organiser_id == organiser.id)
    )
    # Who has not been told anything for months does not hear of months at once.
    return max(last, due_at - 4 * _WEEK) if last is not None else due_at - _WEEK


def plan_chunk(session: Session, *, now: datetime) -> bool:
    """Owe an issue that has begun to some of its readers; returns whether there is more to do."""
    statement = sa.select(NewsIssue).where(NewsIssue.planned_at.is_(None)).order_by(NewsIssue.id).limit(1)
    issue = session.scalars(statement.with_for_update(skip_locked=True)).first()
    if issue is None:
        return False
    new = [
        each
        for each in news.upcoming(session, issue.organiser_id, now=now)
        if issue.since < each.announced_at <= issue.until
    ]
    readers = list(_readers(session, issue)) if new else list[NewsSubscription]()
    _owe(session, issue, readers, new, now=now)
    if len(readers) < CHUNK:
        issue.planned_at = now
        fact = NewsIssued(organiser_id=issue.organiser_id, issue_id=issue.id, events=len(new), count=issue.count)
        outbox.record(session, fact, now=now, by="clock")
    else:
        issue.last_id = readers[-1].id
    session.flush()
    return True


def _readers(session: Session, issue: NewsIssue) -> Sequence[NewsSubscription]:
    statement = sa.select(NewsSubscription).where(
        NewsSubscription.organiser_id == issue.organiser_id,
        NewsSubscription.confirmed_at.is_not(None),
        NewsSubscription.ended_at.is_(None),
    )
    if issue.last_id is not None:
        statement = statement.where(NewsSubscription.id > issue.last_id)
    return session.scalars(statement.order_by(NewsSubscription.id).limit(CHUNK)).all()


def _owe(
    session: Session,
    issue: NewsIssue,
    readers: Sequence[NewsSubscription],
    new: Sequence[Upcoming],
    *,
    now: datetime,
) -> None:
    """Owe the e-mail to those of the readers for whom something of it is."""
    concerned = [each for each in readers if any(event.suits(each.audiences, each.topics) for event in new)]
    if not concerned:
        return
    zone = session.scalars(sa.select(Organiser.timezone).where(Organiser.id == issue.organiser_id)).one()
    params = {"since": issue.since.isoformat(), "until": issue.until.isoformat()}
    about, due_at = str(issue.id), waking(now, zone)
    rows = [
        email_rows.values_of_news(session, EmailKind.NEWS, each, about=about, now=now, due_at=due_at, params=params)
        for each in concerned
    ]
    email_rows.insert_missing(session, rows)
    deliveries.ring(session, email_rows.QUEUE)
    issue.count += len(rows)
