"""The place that somebody asks for, an event or a slot, and every reason why it cannot be had."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import N_, Closed, FieldError, Invalid, NotFound
from events.models import Event, PoolPurpose, SeatPool, Slot, Stage

_CLOSED_REASONS = {
    Stage.PUBLISHED: N_("Registration has not opened yet."),
    Stage.CANCELLED: N_("This event was cancelled."),
    Stage.POSTPONED: N_("This event was postponed; its new time is not known yet."),
    Stage.ENDED: N_("This event is over."),
    Stage.ARCHIVED: N_("This event is over."),
}


FILLED_IN = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.LIVE)
"""While a partner can fill the seats that they were given."""


@dataclass(frozen=True, slots=True)
class Place:
    """What registering needs to know of an event or slot."""

    organiser_id: uuid.UUID
    pool_id: uuid.UUID
    max_party_size: int
    waitlist: bool
    form_revision: int
    approval: Mapping[str, Any]
    reserved: int
    minors: bool
    """Whether minors may register, with a guardian's consent."""
    starts_at: datetime
    """When it begins: the visit, or the event."""


_PLACE_COLUMNS = (
    Event.organiser_id,
    Event.stage,
    Event.max_party_size,
    Event.waitlist,
    Event.form_revision,
    Event.approval,
    Event.guardian_consent,
    SeatPool.id,
    SeatPool.open,
    SeatPool.reserved,
    SeatPool.capacity + SeatPool.overbooking,
)
_PLACE_OF_EVENT = (
    sa.select(*_PLACE_COLUMNS, Event.starts_at)
    .join(SeatPool, sa.and_(SeatPool.event_id == Event.id, SeatPool.purpose == PoolPurpose.EVENT))
    .where(Event.id == sa.bindparam("event"))
)
_PLACE_OF_SLOT = (
    sa.select(*_PLACE_COLUMNS, Slot.starts_at)
    .join(Slot, Slot.event_id == Event.id)
    .join(SeatPool, SeatPool.id == Slot.pool_id)
    .where(Event.id == sa.bindparam("event"), Slot.id == sa.bindparam("slot"))
)
"""Built once: building a statement costs more than SQLite takes to run it."""


def find_place(
    session: Session, event_id: uuid.UUID, slot_id: uuid.UUID | None, *, now: datetime, allotted: bool = False
) -> Place:
    """Find the pool that the person asks for. Raises `NotFound`, `Closed` with the reason, or `Invalid`.

    `allotted`: it is for seats that are kept already, which are filled whether others can register or not.
    """
    asked = {"event": event_id}
    if slot_id is None:
        row = session.connection().execute(_PLACE_OF_EVENT, asked).first()
    else:
        row = session.connection().execute(_PLACE_OF_SLOT, asked | {"slot": slot_id}).first()
    if row is None:
        if slot_id is None and session.get(Event, event_id) is not None:
            raise Invalid([FieldError("slot_id", "missing", N_("Choose a visiting time."))])
        raise NotFound
    organiser_id, stage, max_party_size, may_wait, revision, approval, minors = row[:7]
    pool_id, is_open, reserved, room, starts_at = cast("tuple[uuid.UUID, bool, int, int | None, datetime]", row[7:])
    if stage is Stage.DRAFT:
        raise NotFound
    if allotted and stage not in FILLED_IN:
        raise Closed(_CLOSED_REASONS.get(stage))
    if not allotted and (stage not in (Stage.REGISTRATION_OPEN, Stage.LIVE) or not is_open):
        raise Closed(_CLOSED_REASONS.get(stage))
    if slot_id is not None and starts_at <= now:
        raise Closed(N_("This visiting time has already begun."))
    # A party larger than the room would wait for ever, and everybody else behind it; so would anybody who queued up
    # for what has begun, because from then on nothing is offered.
    may_wait = may_wait and (stage is Stage.REGISTRATION_OPEN or slot_id is not None)
    limit = max_party_size if room is None else min(max_party_size, room)
    return Place(organiser_id, pool_id, limit, may_wait, revision, approval, reserved, minors, starts_at)
