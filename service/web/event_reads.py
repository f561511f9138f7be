"""What pages read of one public event, through the memory of the last 2 seconds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from events.catalogue import listing
from events.catalogue.listing import EventPage
from events.storage import ReadSession
from notifications.posters.finding import picture_key, poster_of, web_key
from notifications.posters.web import WEB_FORMATS
from service.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Pictures:
    """A drawn poster: the file keys of its formats."""

    digest: str
    """What its addresses say, so that they may be kept for ever: another drawing has another."""
    keys: Mapping[str, str]


async def load_event(pages: Pages, organiser: str, slug: str) -> EventPage:
    """Return the event, read at most 2 seconds ago. Raises `NotFound`."""
    return await pages.recent.get(
        ("event", organiser, slug),
        lambda: pages.runtime.database.aread(lambda session: listing.event_page(session, organiser, slug)),
    )


async def load_pictures(pages: Pages, event: EventPage, locale: str) -> Pictures | None:
    """Return the event's poster, read at most 2 seconds ago; None until it is drawn."""
    return await pages.recent.get(
        ("poster", event.id, locale),
        lambda: pages.runtime.database.aread(lambda session: read_pictures(session, event.id, locale)),
    )


def read_pictures(session: ReadSession, event_id: uuid.UUID, locale: str) -> Pictures | None:
    """Return an event's poster; None until it is drawn. One query."""
    poster = poster_of(session, event_id, locale)
    portrait = picture_key(poster, "portrait") if poster is not None else None
    if poster is None or portrait is None:
        return None
    return Pictures(poster.digest[:12], {"jpg": portrait} | {name: web_key(poster, name) for name in WEB_FORMATS})
