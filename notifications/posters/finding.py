"""Where the pictures of a poster that was drawn are kept."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from events.models import Event, Stage
from events.storage import ReadSession
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from notifications.posters.design import key_of
from notifications.posters.web import WEB_FORMATS

KEPT_IN_ROWS = {"square": "jpg", "portrait": "jpg", "story": "jpg", "print": "pdf"}
FORMATS = {**KEPT_IN_ROWS, "landscape": "jpg", "slide": "jpg", "press": "pdf", **WEB_FORMATS}
"""Everything that is drawn of a poster, and the suffix of its file."""


def picture_key(poster: Poster, picture_format: str) -> str | None:
    """Return the file key of a poster in one of `FORMATS`; None until it is drawn."""
    kept = {
        "square": poster.square_key,
        "portrait": poster.portrait_key,
        "story": poster.story_key,
        "print": poster.print_key,
    }
    if poster.state is not PosterState.DONE:
        return None
    if picture_format in kept:
        return kept[picture_format]
    return key_of(poster.digest, picture_format, FORMATS[picture_format])


def leaf_name(number: int) -> str:
    """Return the format's name of one picture to leaf through, from 1."""
    return f"leaf-{number}"


def carousel_keys(poster: Poster) -> list[str]:
    """Return the file keys of the poster and of the pictures to leaf through, in order; none where there is no row."""
    if poster.state is not PosterState.DONE or not poster.leaves or poster.portrait_key is None:
        return []
    leaves = (key_of(poster.digest, leaf_name(number), "jpg") for number in range(1, poster.leaves + 1))
    return [poster.portrait_key, *leaves]


def web_key(poster: Poster, name: str) -> str:
    """Return the file key of a drawn poster as pages show it; `name` is one of `web.WEB_FORMATS`."""
    return key_of(poster.digest, name, WEB_FORMATS[name])


def poster_of(session: ReadSession, event_id: uuid.UUID, locale: str) -> Poster | None:
    """Return the poster that the event's page shows: of its announcement, in `locale` or the other language.

    None for an event that was called off or has no date: its announcement invites to what does not take place.
    """
    found = session.scalars(
        sa.select(Poster)
        .join(Event, Event.id == Poster.event_id)
        .where(
            Poster.event_id == event_id,
            Poster.moment == Moment.ANNOUNCED,
            Poster.state == PosterState.DONE,
            Event.stage.not_in((Stage.CANCELLED, Stage.POSTPONED)),
        )
        .order_by(sa.case((Poster.locale == locale, 0), else_=1))
        .limit(1)
    )
    return found.first()
