"""What happens on the staff side, for the audit trail. Facts carry ids, never names or addresses.

A fact of the installation itself, which belongs to no organiser, carries the nil UUID (RFC 9562 §5.9).
"""

from __future__ import annotations

import uuid

from events.facts import Fact

INSTALLATION = uuid.UUID(int=0)


def owner_of_fact(organiser_id: uuid.UUID | None) -> uuid.UUID:
    """Return whose fact it is: the organiser's, or the installation's."""
    return organiser_id or INSTALLATION


class StaffInvited(Fact, frozen=True, kw_only=True):
    """A one-time link was made; `purpose` is ``join`` or ``reset``."""

    link_id: uuid.UUID
    purpose: str
    role: str


class StaffInvitationRevoked(Fact, frozen=True, kw_only=True):
    """A one-time link that nobody had used was taken back."""

    link_id: uuid.UUID


class StaffJoined(Fact, frozen=True, kw_only=True):
    """Somebody used their invitation."""

    staff_id: uuid.UUID
    role: str


class StaffSignedIn(Fact, frozen=True, kw_only=True):
    """Somebody signed in."""

    staff_id: uuid.UUID


class StaffPasswordChanged(Fact, frozen=True, kw_only=True):
    """Somebody chose a new password."""

    staff_id: uuid.UUID


class StaffRoleChanged(Fact, frozen=True, kw_only=True):
    """Somebody's role is another one now."""

    staff_id: uuid.UUID
    role: str


class StaffMoved(Fact, frozen=True, kw_only=True):
    """Somebody works at another library or branch now: the one whose fact this is."""

    staff_id: uuid.UUID
    from_organiser_id: uuid.UUID


class StaffDisabled(Fact, frozen=True, kw_only=True):
    """Somebody may not sign in any more."""

    staff_id: uuid.UUID


class StaffEnabled(Fact, frozen=True, kw_only=True):
    """Somebody may sign in again."""

    staff_id: uuid.UUID


class SecondFactorAdded(Fact, frozen=True, kw_only=True):
    """Somebody set up an ``authenticator``, a ``passkey`` or new ``recovery_codes`` (`kind`)."""

    staff_id: uuid.UUID
    kind: str


class SecondFactorRemoved(Fact, frozen=True, kw_only=True):
    """Somebody took away a second factor of their own."""

    staff_id: uuid.UUID
    kind: str


class SecondFactorReset(Fact, frozen=True, kw_only=True):
    """Somebody who lost theirs had every second factor taken away by an owner."""

    staff_id: uuid.UUID


class SecondFactorRuled(Fact, frozen=True, kw_only=True):
    """It was decided whether the staff need a second factor."""

    required: bool


class ApiTokenMade(Fact, frozen=True, kw_only=True):
    """An API token was made."""

    token_id: uuid.UUID
    scopes: tuple[str, ...]


class ApiTokenRevoked(Fact, frozen=True, kw_only=True):
    """An API token works no more."""

    token_id: uuid.UUID
