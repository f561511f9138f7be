"""Fact → what we do about it: the story of the system on one page.

A reaction only writes rows, in the transaction that settles its fact; it touches no network and no file. Most of them
*converge*: they read the event as it is now and bring rows in line with it, so that the order in which two facts are
reacted to does not matter. One that writes thousands of rows returns where to go on, and is called again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from events import facts, outbox
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

REACTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    facts.EventPublished: (),
}

FACTS: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__subclasses__()}


def react(context: Context, fact_id: uuid.UUID, *, real_now: datetime) -> bool:
    """Write everything that follows from one fact and settle it, once; returns False if that was done before.

    The caller commits. A reaction that wants to go on leaves the fact unsettled with its cursor, and the fact is
    handed out again after the commit.
    """
    row = outbox.take(context.session, fact_id, now=real_now)
    if row is None:
        return False
    kind = FACTS[row.name]
    fact = msgspec.convert(row.payload, kind)
    progress = row.progress or {"reaction": 0, "cursor": None}
    reactions = REACTIONS.get(kind, ())
    for number in range(progress["reaction"], len(reactions)):
        cursor = progress["cursor"] if number == progress["reaction"] else None
        further = reactions[number](context, fact, cursor)
        if further is not None:
            outbox.suspend(context.session, fact_id, progress={"reaction": number, "cursor": further})
            return True
    return True
