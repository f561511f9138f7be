"""What pages read of one public event, through the memory of the last 2 seconds."""

from __future__ import annotations

import uuid

from events import listing
from events.listing import EventPage
from events.storage import ReadSession
from notifications.posters import picture_key, poster_of
from service.web.pages import Pages


async def load_event(pages: Pages, organiser: str, slug: str) -> EventPage:
    """Return the event, read at most 2 seconds ago. Raises `NotFound`."""
    return await pages.recent.get(
        ("event", organiser, slug),
        lambda: pages.runtime.database.aread(lambda session: listing.event_page(session, organiser, slug)),
    )


async def load_poster_key(pages: Pages, event: EventPage, locale: str) -> str | None:
    """Return the file key of the event's poster, read at most 2 seconds ago; None until it is drawn."""
    return await pages.recent.get(
        ("poster", event.id, locale),
        lambda: pages.runtime.database.aread(lambda session: read_poster_key(session, event.id, locale)),
    )


def read_poster_key(session: ReadSession, event_id: uuid.UUID, locale: str) -> str | None:
    """Return the file key of an event's poster; None until it is drawn. One query."""
    poster = poster_of(session, event_id, locale)
    return picture_key(poster, "portrait") if poster is not None else None
