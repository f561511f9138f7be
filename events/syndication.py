"""What goes out to be read elsewhere: entries for calendars that subscribe, addresses for search engines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from events.calendar import Entry, event_entry
from events.links import Links
from events.listing import PUBLIC
from events.models import Event, Organiser, Stage
from events.storage import ReadSession

KEPT_FOR = timedelta(days=31)
"""How long an event stays in the feed after its end; calendars take off what a feed no longer holds."""

MOST = 50_000
"""Addresses that one sitemap may hold (sitemaps.org protocol)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A public page and when what it tells last changed."""

    path: str
    changed_at: datetime


def feed_entries(
    session: ReadSession, *, now: datetime, locale: str, links: Links, organiser: str | None = None
) -> list[Entry]:
    """Return the entries of the public feed, the soonest first; what was called off stays, marked as cancelled.

    One query.
    """
    statement = (
        sa.select(Event, Organiser)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Event.stage.in_(PUBLIC), Event.ends_at > now - KEPT_FOR)
        .order_by(Event.starts_at, Event.id)
        .limit(500)
    )
    if organiser is not None:
        statement = statement.where(Organiser.slug == organiser)
    return [
        event_entry(event, owner, locale, url=links.event_url(owner.slug, event.slug))
        for event, owner in session.execute(statement)
    ]


def public_addresses(session: ReadSession) -> list[Address]:
    """Return the pages of all events that search engines may know, the latest first. One query."""
    rows = session.execute(
        sa.select(Organiser.slug, Event.slug, Event.updated_at)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Event.stage.in_(PUBLIC), Event.stage != Stage.CANCELLED)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST // 2)
    )
    return [Address(f"/events/{house}/{slug}", changed_at) for house, slug, changed_at in rows]
