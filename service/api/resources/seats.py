"""What the API tells staff of who gets a seat."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from events.models import PartyKind, RegistrationState
from events.registrations.decisions import DecisionRow, can_be_undone


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


class DecisionView(Struct, frozen=True):
    """One registration that was, or is to be, decided upon."""

    registration_id: uuid.UUID
    state: RegistrationState
    name: str
    email: str | None
    phone: str | None
    institution: str | None
    party_size: int
    slot_starts_at: datetime | None
    invited: bool
    came_before: bool
    created_at: datetime
    decided_at: datetime | None
    decided_by: Annotated[str | None, Meta(description="`rule:…`, or who of the staff.")]
    can_be_undone: bool


class DecisionList(Struct, frozen=True):
    """Who awaits a decision, who asked first at the head; or what was decided, the latest first."""

    items: tuple[DecisionView, ...]
    undecided_parties: Annotated[int, Meta(description="How many await a decision and are meant by the filter.")]
    undecided_people: int


class ReservedSeats(Struct, frozen=True):
    """Seats of a pool that are kept for invitees."""

    pool_id: uuid.UUID
    reserved: int
    until: datetime | None


class SharedPool(Struct, frozen=True):
    """The pool that visiting times share."""

    pool_id: uuid.UUID


def decision_view(row: DecisionRow) -> DecisionView:
    """Return a row of the list of decisions, as the API shows it."""
    own = row.registration
    return DecisionView(
        registration_id=own.id,
        state=own.state,
        name=own.name,
        email=own.email,
        phone=own.phone,
        institution=own.institution,
        party_size=own.party_size,
        slot_starts_at=row.slot_starts_at,
        invited=row.invited,
        came_before=row.came_before,
        created_at=own.created_at,
        decided_at=own.decided_at,
        decided_by=own.decided_by,
        can_be_undone=can_be_undone(own),
    )
