"""Taking turns at the seats of an event (PostgreSQL), so that no two transactions wait for each other.

Whoever changes who sits, waits or is decided upon claims the event first: one advisory lock until the commit, before
the first row is written. Behind it a transaction meets nobody, in whatever order it goes through pools, registrations,
invitees and keys. Several events are claimed at once and in one order; `service.database.transactions` does that for a
whole commit. No seat needs a claim to be safe: that is the conditional UPDATE (`events.seating.seats`). SQLite has one
writer, and nothing to claim.

The lock is PostgreSQL's `pg_advisory_xact_lock` (its manual, 13.3.5). What a savepoint claimed and gave back may be
taken for claimed still: then the database settles a meeting, as it did before.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

CLAIMED: Final = "claimed_events"
"""Key of `Session.info`: the set of events that the transaction has claimed."""

_CLAIM = sa.text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def claim(session: Session, *event_ids: uuid.UUID) -> None:
    """Have the seats of these events for oneself until the commit. Claiming again costs nothing.

    To be called before anything is written, and once for all events that one use-case changes.
    """
    claimed: set[uuid.UUID] = session.info.setdefault(CLAIMED, set())
    wanted = set(event_ids) - claimed
    if wanted:
        claim_on(session.connection(), wanted)
        claimed |= wanted


def claim_on(connection: sa.Connection, event_ids: Collection[uuid.UUID]) -> None:
    """Claim events on a connection, in the order that everybody keeps."""
    if event_ids and connection.dialect.name == "postgresql":
        connection.execute(_CLAIM, {"keys": sorted(_key(event_id) for event_id in event_ids)})


def _key(event_id: uuid.UUID) -> int:
    """Return the half of an id that is chance, as the lock's number. Two events that share one only take turns."""
    return int.from_bytes(event_id.bytes[8:], signed=True)
