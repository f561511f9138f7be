"""What search engines may know: the addresses of the public pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.listing import PUBLIC
from events.models import Event, Organiser, Stage
from events.storage import ReadSession

MOST = 50_000
"""Addresses that one sitemap may hold (sitemaps.org protocol)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A public page and when what it tells last changed."""

    path: str
    changed_at: datetime


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
