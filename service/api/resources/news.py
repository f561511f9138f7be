"""An organiser's news by e-mail as the API shows it: numbers of readers, never their addresses."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.catalogue.news import Upcoming
from events.storage import LocalizedText
from notifications.news.overview import Look, NextIssue, Overview, PastIssue, Readers
from service.inputs.news import WEEKDAYS, Weekday


class NewsScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the news goes out, and when."""

    active: bool
    weekday: Weekday
    hour: Annotated[int, Meta(description="The full hour in `timezone`.")]
    timezone: str


class NewsReadersView(msgspec.Struct, frozen=True, kw_only=True):
    """How many want the news. Whoever wants to hear of two topics counts for both."""

    count: int
    unconfirmed: Annotated[int, Meta(description="Were mailed the link and have not agreed yet; they get nothing.")]
    by_locale: Annotated[dict[str, int], Meta(description="By language, `id` or `en`.")]
    by_audience: Annotated[dict[str, int], Meta(description="By the audience that they want to hear of.")]
    any_audience: Annotated[int, Meta(description="Want to hear of whatever, whoever it is for.")]
    by_topic: Annotated[dict[str, int], Meta(description="By the code of the topic that they want to hear of.")]
    any_topic: Annotated[int, Meta(description="Want to hear of whatever, whatever it is about.")]


class NewsEventView(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the news tells of."""

    id: uuid.UUID
    title: LocalizedText
    starts_at: datetime
    further: Annotated[int, Meta(description="How many more dates of the same series it stands for.")]


class NextNewsView(msgspec.Struct, frozen=True, kw_only=True):
    """What the next issue would tell if nothing more were published. Where `new` is empty, nobody is written to."""

    at: Annotated[datetime | None, Meta(description="Null while the news is off, or nobody has ever asked for it.")]
    since: Annotated[datetime, Meta(description="What was published after this moment is new.")]
    new: list[NewsEventView]
    missed: Annotated[list[NewsEventView], Meta(description="New, but begun by then: told by no issue.")]
    recipients: Annotated[int, Meta(description="Readers for whom something of it is; nobody else is written to.")]


class NewsIssueView(msgspec.Struct, frozen=True, kw_only=True):
    """One issue that has begun, counted in e-mails."""

    id: uuid.UUID
    at: datetime
    owed: Annotated[int, Meta(description="Readers for whom there was something; 0: nobody was written to.")]
    sent: int
    waiting: int
    lost: Annotated[int, Meta(description="Not delivered, or returned.")]
    dropped: Annotated[int, Meta(description="Not sent: what it told of was called off, or its reader had left.")]
    left: Annotated[int, Meta(description="Readers who wanted no more of it, from then until the next issue.")]


class NewsView(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's news."""

    schedule: NewsScheduleView
    readers: NewsReadersView
    next: NextNewsView
    past: Annotated[list[NewsIssueView], Meta(description="The last twelve, the latest first.")]


class NewsPreviewView(msgspec.Struct, frozen=True, kw_only=True):
    """The next issue as a reader without wishes would read it; its links lead nowhere."""

    example: Annotated[bool, Meta(description="Whether there is nothing new, so that this shows other events.")]
    subject: str
    text: str
    html: str


def news_view(found: Overview) -> NewsView:
    """Return an organiser's news as it is shown."""
    return NewsView(
        schedule=NewsScheduleView(
            active=found.schedule.active,
            weekday=WEEKDAYS[found.schedule.weekday],
            hour=found.schedule.hour,
            timezone=found.timezone,
        ),
        readers=_readers_view(found.readers),
        next=_next_view(found.next),
        past=[_issue_view(each) for each in found.past],
    )


def _readers_view(readers: Readers) -> NewsReadersView:
    return NewsReadersView(
        count=readers.count,
        unconfirmed=readers.unconfirmed,
        by_locale=dict(readers.by_locale),
        by_audience=dict(readers.by_audience),
        any_audience=readers.any_audience,
        by_topic=dict(readers.by_topic),
        any_topic=readers.any_topic,
    )


def _next_view(issue: NextIssue) -> NextNewsView:
    return NextNewsView(
        at=issue.at,
        since=issue.since,
        new=[_event_view(each) for each in issue.new],
        missed=[_event_view(each) for each in issue.missed],
        recipients=issue.recipients,
    )


def _event_view(event: Upcoming) -> NewsEventView:
    return NewsEventView(id=event.id, title=event.title, starts_at=event.starts_at, further=event.further)


def _issue_view(issue: PastIssue) -> NewsIssueView:
    return NewsIssueView(
        id=issue.id,
        at=issue.at,
        owed=issue.owed,
        sent=issue.sent,
        waiting=issue.waiting,
        lost=issue.lost,
        dropped=issue.dropped,
        left=issue.left,
    )


def news_preview_view(look: Look) -> NewsPreviewView:
    """Return the next issue's words as they are shown."""
    words = look.words
    return NewsPreviewView(example=look.example, subject=words.subject, text=words.text, html=words.html)
