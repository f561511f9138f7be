"""What the API tells staff of who gets a seat."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from events.models import PartyKind


class RegistrationRules(Struct, frozen=True):
    """How people get into an event."""

    required: bool
    pending_holds_seats: bool
    domains: tuple[str, ...]
    invited: bool
    returning: bool
    invited_first: bool
    waitlist: bool
    offer_hours: int
    guardian_consent: bool
    party_kind: PartyKind
    no_show_percent: int
    network_limit: Annotated[int | None, Meta(description="Registrations of one network in an hour; 0: any number.")]
    observed_no_show_percent: Annotated[int | None, Meta(description="At past events like this one; null: unknown.")]


class WaitingParty(Struct, frozen=True):
    """One party that waits, and why."""

    registration_id: uuid.UUID
    pool_id: uuid.UUID
    position: int
    party_size: int
    priority: int
    waiting_since: datetime | None
    why: Annotated[str, Meta(description="held, full, too_large, choice_full, suspended, over or next.")]
    free: Annotated[int, Meta(description="Free seats, without those kept for invitees.")]
    held: Annotated[int, Meta(description="Seats held for people who were offered one.")]
    held_until: datetime | None


class Waitlist(Struct, frozen=True):
    """Who waits for an event, pool by pool, in their order."""

    parties: tuple[WaitingParty, ...]


class InviteeView(Struct, frozen=True):
    """Somebody for whom seats are kept."""

    id: uuid.UUID
    contact: str
    name: str | None
    seats: int
    state: Annotated[str | None, Meta(description="Of their registration; null: none yet.")]


class InviteeList(Struct, frozen=True):
    """The invitees of an event."""

    invitees: tuple[InviteeView, ...]


class Decided(Struct, frozen=True):
    """How many registrations were decided upon."""

    count: int


class ReservedSeats(Struct, frozen=True):
    """Seats of a pool that are kept for invitees."""

    pool_id: uuid.UUID
    reserved: int
    until: datetime | None


class SharedPool(Struct, frozen=True):
    """The pool that visiting times share."""

    pool_id: uuid.UUID
