"""The door's two sides, alike for pages and API: the list that a device takes along, and what it brings back."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime

import msgspec

from events.doors import door, door_reading
from events.links import Links
from events.storage import ReadSession, Session
from service.inputs.door import DoorAnswers, DoorBatchInput, DoorList, answers_of, items_of


def listing(
    event_id: uuid.UUID, links: Links, *, since: datetime | None, now: datetime
) -> Callable[[ReadSession], DoorList]:
    """Return the query for the list, or for what changed on it `since`."""

    def query(session: ReadSession) -> DoorList:
        entries = door_reading.door_list(session, event_id, links, changed_since=since)
        return DoorList(as_of=now, entries=entries, count=door_reading.door_count(session, event_id))

    return query


def etag_of(found: DoorList) -> str:
    """Return the list's ETag: the same as long as nobody came, went or registered."""
    return f'"{hashlib.sha256(msgspec.json.encode((found.entries, found.count))).hexdigest()[:32]}"'


def taking_in(
    event_id: uuid.UUID, batch: DoorBatchInput, links: Links, *, now: datetime, by: str
) -> Callable[[Session], DoorAnswers]:
    """Return the use-case that takes a batch in and answers each of its items."""
    good, bad = items_of(batch)

    def use_case(session: Session) -> DoorAnswers:
        taken = door.take(session, event_id, good, links, now=now, by=by)
        session.flush()
        return answers_of(batch, taken, bad, door_reading.door_count(session, event_id))

    return use_case
