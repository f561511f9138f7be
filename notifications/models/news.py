"""News by opt-in: who wants to hear what the library does, when it is sent, and how far one week's has come."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class NewsEnd(enum.StrEnum):
    """Why a subscription is over."""

    STOPPED = "stopped"
    """Its owner said so: on their page, by one press in the mail program, or by mail."""
    COMPLAINED = "complained"
    """They called a mail of ours spam."""
    UNREACHABLE = "unreachable"
    """There is no such address (any more)."""
    EXPIRED = "expired"
    """It was asked for, and the mailed link was never pressed."""
    ERASED = "erased"


class NewsSubscription(Base):
    """That somebody asked for an organiser's news, and confirmed it from their mailbox.

    Personal columns: `email`, `address`, and the wishes. One that is over keeps when and how it was given and taken
    back, as proof of both, and loses everything that says whose it was.
    """

    __tablename__ = "news_subscription"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "address"),
        sa.Index(
            "ix_news_subscription_running",
            "organiser_id",
            "id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        ),
        sa.Index(
            "ix_news_subscription_unconfirmed",
            "asked_at",
            sqlite_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
        ),
        sa.Index(None, "address"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    """The address as it was typed."""
    address: Mapped[str | None] = mapped_column(sa.String(320))
    """The same as `notifications.suppression.suppressing.normalised` writes it: what makes a subscription one
    person's."""
    locale: Mapped[str] = mapped_column(sa.String(5))
    audiences: Mapped[list[Any]] = mapped_column(default=list)
    """Codes of `events.tags.Audience`; none: whoever it is for."""
    topics: Mapped[list[Any]] = mapped_column(default=list)
    """Codes of topics; none: whatever it is about."""
    words: Mapped[str] = mapped_column(sa.String(40))
    """The version of the words that were agreed to."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(sa.String(80))
    """Where it was asked for: ``page``, or ``person:<registration>`` from the form or the page of a registration."""
    mailed_at: Mapped[datetime]
    """When the link was mailed last."""
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[NewsEnd | None] = mapped_column(enum_type(NewsEnd))


class NewsSchedule(Base):
    """On which day and hour an organiser's news goes out. A row is written when the first person asks for them."""

    __tablename__ = "news_schedule"

    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    weekday: Mapped[int]
    """0 is Monday, in the organiser's zone."""
    hour: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next issue begins; None while there are to be none."""


class NewsIssue(Base):
    """One week's news of one organiser: what it tells of, and how far owing it has come."""

    __tablename__ = "news_issue"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "due_at"),
        sa.Index(
            "ix_news_issue_unplanned",
            "id",
            sqlite_where=sa.text("planned_at IS NULL"),
            postgresql_where=sa.text("planned_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    due_at: Mapped[datetime]
    since: Mapped[datetime]
    """What was announced after this moment is new …"""
    until: Mapped[datetime]
    """… up to this one, where the next issue goes on."""
    last_id: Mapped[uuid.UUID | None]
    """The subscription that was looked at last: who confirms meanwhile is met or waits a week."""
    count: Mapped[int] = mapped_column(default=0)
    """To how many it is owed."""
    planned_at: Mapped[datetime | None]
    """When everybody had been looked at."""
