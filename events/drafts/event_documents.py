"""An event as one JSON document: what templates keep, and what the review compares.

Moments are seconds from the event's start, so that a document stands for the event whenever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from events import event_rules
from events.models import Event, PoolPurpose, ProgrammeItem, SeatPool, Slot
from events.storage import LocalizedText, LocalizedTextType, ReadSession

_DEADLINES = frozenset({"registration_opens_at", "registration_closes_at"})

Document = dict[str, Any]


def document_of(session: ReadSession, event: Event) -> Document:
    """Return everything that staff wrote about `event`, its programme, seats and visiting times. Three queries."""
    items = session.scalars(
        sa.select(ProgrammeItem)
        .where(ProgrammeItem.event_id == event.id)
        .order_by(ProgrammeItem.starts_at, ProgrammeItem.id)
    )
    slots = session.execute(
        sa.select(Slot, SeatPool)
        .join(SeatPool, SeatPool.id == Slot.pool_id)
        .where(Slot.event_id == event.id)
        .order_by(Slot.starts_at, Slot.id)
    )
    visits = [{**_span(event, slot), "capacity": pool.capacity} for slot, pool in slots]
    capacity = session.scalar(
        sa.select(SeatPool.capacity).where(SeatPool.event_id == event.id, SeatPool.purpose == PoolPurpose.EVENT)
    )
    return {
        "kind": event.kind.value,
        "length": _seconds(event.ends_at - event.starts_at),
        "fields": {name: _written(event, name) for name in sorted(event_rules.EDITABLE)},
        "programme": [
            {
                **_span(event, item),
                "title": _both(item.title),
                "room": _both(item.room),
                "speaker_id": str(item.speaker_id) if item.speaker_id else None,
            }
            for item in items
        ],
        "visits": visits,
        "capacity": capacity,
    }


def fields_of(document: Mapping[str, Any], starts_at: datetime) -> dict[str, Any]:
    """Return a document's fields as `events.drafts.authoring.draft_event` takes them, for an event that begins then.

    What the house no longer knows is left out: a template may be older than the fields that there are.
    """
    written: Mapping[str, Any] = document.get("fields", {})
    return {name: _read(name, value, starts_at) for name, value in written.items() if name in event_rules.EDITABLE}


def _written(event: Event, name: str) -> Any:
    value = getattr(event, name)
    if isinstance(value, LocalizedText):
        return _both(value)
    if isinstance(value, datetime):
        return _seconds(value - event.starts_at)
    return value


def _read(name: str, value: Any, starts_at: datetime) -> Any:
    if name in _DEADLINES:
        return None if value is None else starts_at + timedelta(seconds=value)
    if isinstance(getattr(Event, name).type, LocalizedTextType):
        return LocalizedText(**value)
    return value


def _both(text: LocalizedText) -> dict[str, str]:
    return {"id": text.id, "en": text.en}


def _span(event: Event, part: ProgrammeItem | Slot) -> dict[str, int]:
    return {
        "starts": _seconds(part.starts_at - event.starts_at),
        "ends": _seconds(part.ends_at - event.starts_at),
    }


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
