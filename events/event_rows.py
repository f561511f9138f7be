"""One event's row, held by the transaction that is going to change it."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from events.errors import NotFound
from events.models import Event


def hold_event(session: Session, event_id: uuid.UUID) -> Event:
    """Return the event as it is now, and keep others from changing it until the commit. Raises `NotFound`.

    The row is read anew even where this session has it already: what was read before it was held may be old by now.
    What merely refers to the event (registrations) is not kept waiting.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    if event is None:
        raise NotFound
    return event
