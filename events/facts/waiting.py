"""What a registration waits for, and what came of it: a seat, a decision of staff, a guardian's word."""

from __future__ import annotations

import uuid
from datetime import datetime

from events.facts.fact import Fact


class SeatOffered(Fact, frozen=True, kw_only=True):
    """A waiting person was offered a seat, held for them until `expires_at`."""

    registration_id: uuid.UUID
    expires_at: datetime


class OfferAccepted(Fact, frozen=True, kw_only=True):
    """A waiting person took the seat they were offered."""

    registration_id: uuid.UUID


class OfferExpired(Fact, frozen=True, kw_only=True):
    """A waiting person did not answer in time."""

    registration_id: uuid.UUID


class RegistrationApproved(Fact, frozen=True, kw_only=True):
    """Staff let somebody in; `state` says whether they hold a seat now, or wait (for a seat, or a guardian)."""

    registration_id: uuid.UUID
    state: str


class RegistrationDeclined(Fact, frozen=True, kw_only=True):
    """Staff declined somebody; the reason stands with the registration, because it may speak of the person."""

    registration_id: uuid.UUID
    held_seat: bool


class DecisionUndone(Fact, frozen=True, kw_only=True):
    """Staff took a decision (approved, declined) back; the registration awaits one again, in `state`."""

    registration_id: uuid.UUID
    decision: str
    state: str


class OfferExtended(Fact, frozen=True, kw_only=True):
    """Staff gave somebody more time to take the seat they were offered."""

    registration_id: uuid.UUID
    expires_at: datetime


class WaitlistReordered(Fact, frozen=True, kw_only=True):
    """Staff gave somebody who waits another priority; why stands with the registration."""

    registration_id: uuid.UUID
    priority: int


class WaitingEnded(Fact, frozen=True, kw_only=True):
    """What somebody waited for has begun without them."""

    registration_id: uuid.UUID


class GuardianConsented(Fact, frozen=True, kw_only=True):
    """A guardian agreed that a minor takes part; `state` says what the registration is worth now."""

    registration_id: uuid.UUID
    state: str


class GuardianRefused(Fact, frozen=True, kw_only=True):
    """A guardian did not agree that a minor takes part."""

    registration_id: uuid.UUID


class GuardianAsked(Fact, frozen=True, kw_only=True):
    """Staff had a minor's guardian asked once more."""

    registration_id: uuid.UUID


class GuardianSilent(Fact, frozen=True, kw_only=True):
    """A guardian did not answer in time."""

    registration_id: uuid.UUID
