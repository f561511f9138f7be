"""What an organiser has to tell: what is newly announced, and what comes next. The read side of its newsletter."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.listing import COMING
from events.models import Event, Organiser
from events.storage import LocalizedText, ReadSession
from events.tags import audiences_of, topics_of

MOST_READ = 300
"""Events of one library that are looked at, the earliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """One event that is ahead."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    organiser_slug: str
    organiser: LocalizedText
    slug: str
    title: LocalizedText
    summary: LocalizedText
    online: bool
    venue: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    announced_at: datetime
    audiences: frozenset[str]
    topics: frozenset[str]
    series_id: uuid.UUID | None
    further: int = 0
    """How many more dates of the same series are ahead."""

    def suits(self, audiences: Collection[str], topics: Collection[str]) -> bool:
        """Tell whether it is what somebody wants to hear of; no wish is every wish.

        What is for everyone, or says nothing of for whom it is, suits every audience.
        """
        for_them = not audiences or not self.audiences or "everyone" in self.audiences
        return (for_them or bool(self.audiences & set(audiences))) and (not topics or bool(self.topics & set(topics)))


def upcoming(session: ReadSession, organiser_id: uuid.UUID, *, now: datetime) -> Sequence[Upcoming]:
    """Return what is ahead of an organiser and its branches, the earliest first. One query."""
    rows = session.execute(
        sa.select(Event, Organiser)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(
            sa.or_(Organiser.id == organiser_id, Organiser.parent_id == organiser_id),
            Event.stage.in_(COMING),
            Event.starts_at > now,
            Event.published_at.is_not(None),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_READ)
    )
    return [_upcoming(event, organiser) for event, organiser in rows]


def _upcoming(event: Event, organiser: Organiser) -> Upcoming:
    copied = ("id", "organiser_id", "slug", "title", "summary", "venue", "starts_at", "ends_at", "timezone")
    return Upcoming(
        **{name: getattr(event, name) for name in (*copied, "series_id")},
        organiser_slug=organiser.slug,
        organiser=organiser.name,
        online=event.mode.value != "onsite",
        announced_at=event.published_at or event.created_at,
        audiences=frozenset(each.value for each in audiences_of(event.audiences)),
        topics=frozenset(each.code for each in topics_of(event.topics)),
    )
