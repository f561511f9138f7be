"""Who has a second factor, who has to have one, and what owners may do about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.storage import ReadSession
from service.accounts import facts, sessions
from service.accounts.factor_rows import StaffPasskey, StaffPolicy, StaffRecoveryCode, StaffTotp
from service.accounts.models import Staff
from service.accounts.permissions import Action, StaffIdentity, require

NO_ORGANISER = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Factors:
    """What stands behind one person's password."""

    authenticator: bool
    passkeys: Sequence[StaffPasskey]
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all; recovery codes alone are none."""
        return self.authenticator or bool(self.passkeys)


def factors_of(session: ReadSession, staff_id: uuid.UUID) -> Factors:
    """Return what somebody has set up."""
    passkeys = session.scalars(
        sa.select(StaffPasskey).where(StaffPasskey.staff_id == staff_id).order_by(StaffPasskey.id)
    ).all()
    codes = sa.select(sa.func.count()).where(StaffRecoveryCode.staff_id == staff_id)
    return Factors(bool(session.scalar(_authenticator(staff_id))), passkeys, session.scalar(codes) or 0)


def _authenticator(staff_id: uuid.UUID) -> sa.Select[Any]:
    return sa.select(StaffTotp.staff_id).where(StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_not(None))


def protected(session: ReadSession, staff_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return who of these has a second factor."""
    wanted = list(staff_ids)
    apps = sa.select(StaffTotp.staff_id).where(StaffTotp.staff_id.in_(wanted), StaffTotp.confirmed_at.is_not(None))
    keys = sa.select(StaffPasskey.staff_id).where(StaffPasskey.staff_id.in_(wanted))
    return {*session.scalars(apps), *session.scalars(keys)}


def note_added(session: Session, identity: StaffIdentity, kind: str, *, now: datetime) -> None:
    """Record that somebody added a factor of a `kind`: ``authenticator``, ``passkey`` or ``recovery_codes``."""
    session.flush()
    owner = facts.owner_of_fact(identity.organiser_id)
    added = facts.SecondFactorAdded(organiser_id=owner, staff_id=identity.staff_id, kind=kind)
    outbox.record(session, added, now=now, by=identity.by)


def note_removed(session: Session, identity: StaffIdentity, kind: str, *, now: datetime) -> None:
    """Record that somebody removed a factor; who has none left has no use for recovery codes either."""
    session.flush()
    if not factors_of(session, identity.staff_id).any:
        session.execute(sa.delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == identity.staff_id))
    owner = facts.owner_of_fact(identity.organiser_id)
    removed = facts.SecondFactorRemoved(organiser_id=owner, staff_id=identity.staff_id, kind=kind)
    outbox.record(session, removed, now=now, by=identity.by)


def reset(session: Session, member: Staff, *, now: datetime, by: str) -> None:
    """Take every factor from somebody who lost theirs, and end their sessions. The caller has asked who may."""
    for table in (StaffTotp, StaffPasskey, StaffRecoveryCode):
        session.execute(sa.delete(table).where(table.staff_id == member.id))
    sessions.close_all(session, member.id)
    owner = facts.owner_of_fact(member.organiser_id)
    outbox.record(session, facts.SecondFactorReset(organiser_id=owner, staff_id=member.id), now=now, by=by)


# ---------------------------------------------------------------- the rule of the house
def set_rule(
    session: Session, identity: StaffIdentity, organiser_id: uuid.UUID | None, *, required: bool, now: datetime
) -> None:
    """Say whether the staff of an organiser and its branches need a second factor (None: the installation's owners).

    Who has none is led to set one up after signing in, and can do nothing else. The caller commits.
    """
    # A library is there for its own and the installation's owners; the installation's own rule for the latter only.
    require(identity, Action.MANAGE_STAFF, organiser_id or NO_ORGANISER)
    key = organiser_id or NO_ORGANISER
    policy = session.get(StaffPolicy, key) or StaffPolicy(organiser_id=key)
    if bool(policy.require_second_factor) == required:
        return
    policy.require_second_factor = required
    session.add(policy)
    session.flush()
    outbox.record(session, facts.SecondFactorRuled(organiser_id=key, required=required), now=now, by=identity.by)


def rules(session: ReadSession, identity: StaffIdentity) -> dict[uuid.UUID | None, bool]:
    """Return, for each organiser that `identity` sees (None: the installation), whether it asks for a second factor."""
    found = {
        policy.organiser_id: policy.require_second_factor
        for policy in session.scalars(sa.select(StaffPolicy))
        if identity.sees(policy.organiser_id)
    }
    return {(key if key.int else None): required for key, required in found.items()}
