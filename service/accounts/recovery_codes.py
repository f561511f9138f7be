"""Recovery codes: ten, shown once, each good for one sign-in without the phone."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.accounts import factors
from service.accounts.factor_rows import StaffRecoveryCode
from service.accounts.opaque import digest
from service.accounts.permissions import StaffIdentity

COUNT = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that is taken for something else when it is read from paper."""
_LENGTH = 16
"""79 random bits: too many to be guessed from a stolen hash."""


def make(session: Session, identity: StaffIdentity, *, now: datetime) -> list[str]:
    """Make ten new codes and return them, this once; the old ones die. The caller commits."""
    session.execute(sa.delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == identity.staff_id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(COUNT)]
    session.add_all(
        StaffRecoveryCode(code_hash=_hash(identity.staff_id, code), staff_id=identity.staff_id) for code in codes
    )
    factors.note_added(session, identity, "recovery_codes", now=now)
    return ["-".join(code[start : start + 4] for start in range(0, _LENGTH, 4)) for code in codes]


def take(session: Session, staff_id: uuid.UUID, code: str) -> bool:
    """Tell whether `code` is one of theirs, and use it up: of two at once one is."""
    given = "".join(letter for letter in code.casefold() if letter.isalnum())
    if len(given) != _LENGTH:
        return False
    used = session.execute(
        sa.delete(StaffRecoveryCode)
        .where(StaffRecoveryCode.code_hash == _hash(staff_id, given), StaffRecoveryCode.staff_id == staff_id)
        .returning(StaffRecoveryCode.staff_id)
    ).first()
    return used is not None


def _hash(staff_id: uuid.UUID, code: str) -> str:
    return digest(f"{staff_id}|{code}")
