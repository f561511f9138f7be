"""How many seats there are, for whom they are kept, and by which rules people get in."""

from __future__ import annotations

import uuid
from datetime import datetime

from events.facts.fact import Fact


class CapacityChanged(Fact, frozen=True, kw_only=True):
    """The number of seats of the event, or of one slot, was changed."""

    pool_id: uuid.UUID
    capacity: int | None


class SeatsReserved(Fact, frozen=True, kw_only=True):
    """Seats of a pool are kept for invitees, until a moment or until they are taken; 0: no longer."""

    pool_id: uuid.UUID
    count: int
    until: datetime | None


class InviteesAdded(Fact, frozen=True, kw_only=True):
    """People were put on the event's list of invitees."""

    count: int


class InviteeRemoved(Fact, frozen=True, kw_only=True):
    """Somebody was taken off the event's list of invitees."""


class RegistrationRulesChanged(Fact, frozen=True, kw_only=True):
    """Staff changed how people get in: approval, waitlist, overbooking; `fields` names what."""

    fields: tuple[str, ...]


class PoolShared(Fact, frozen=True, kw_only=True):
    """`slots` visiting times draw from one pool of seats now."""

    pool_id: uuid.UUID
    slots: int


class SeatsRanLow(Fact, frozen=True, kw_only=True):
    """Few seats are left. Happens at most once in an event's life."""

    left: int
