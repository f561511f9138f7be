"""What an event's posters are drawn with: a picture of a work or a book, and the layout that staff chose."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy.orm import Session

from events.errors import NotFound
from events.models import Event
from events.storage import ReadSession

PictureKind = Literal["portrait", "cover", "work"]


class Artwork(msgspec.Struct, frozen=True, kw_only=True):
    """Read from the event's `artwork` column; empty means that Acara chooses."""

    family: str = ""
    """One of `notifications.posters.choosing.CHOICES`, or empty: varied."""
    picture_key: str | None = None
    picture_kind: PictureKind = "work"
    """A portrait may be cut to shape; a cover or a work is shown whole."""


def artwork_of(settings: Mapping[str, Any]) -> Artwork:
    """Read an event's `artwork` column."""
    return msgspec.convert(dict(settings), Artwork)


def read_artwork(session: ReadSession, event_id: uuid.UUID) -> Artwork:
    """Return what the posters of an event are drawn with. Raises `NotFound`."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    return artwork_of(event.artwork)


def set_artwork(session: Session, event_id: uuid.UUID, artwork: Artwork, *, now: datetime) -> None:
    """Keep what the posters of an event are drawn with. Raises `NotFound`. The caller commits, and has them drawn."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    event.artwork = msgspec.to_builtins(artwork)
    event.updated_at = now
    session.flush()
