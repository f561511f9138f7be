"""What every reaction is given and gives back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events.facts import Fact
from events.links import Links


@dataclass(frozen=True, slots=True)
class Context:
    """What a reaction may use: the session, business time, the makers of links, and who did what it reacts to."""

    session: Session
    now: datetime
    links: Links
    by: str


Cursor = dict[str, Any]
Reaction = Callable[[Context, Any, Cursor | None], Cursor | None]
"""Takes the context, the fact and where to go on; returns where to go on next, or None when it is done."""


def event_of(fact: Fact) -> uuid.UUID:
    """Return the event that a fact of an event is about."""
    if fact.event_id is None:
        raise ValueError(f"{type(fact).__name__} without its event")
    return fact.event_id
