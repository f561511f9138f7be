"""Codes of authenticator apps (TOTP, RFC 6238): six digits, thirty seconds, each taken once."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from pyotp import random_base32
from pyotp.hotp import HOTP
from pyotp.totp import TOTP
from sqlalchemy.orm import Session

from events.errors import N_, Conflict, FieldError, Invalid
from events.storage import ReadSession
from service.accounts import factors
from service.accounts.factor_rows import StaffTotp
from service.accounts.permissions import StaffIdentity

STEP = 30
"""Seconds that one code lives."""
DRIFT = 1
"""Steps that a phone's clock may be off, either way."""
PENDING_FOR = timedelta(minutes=15)
"""How long a secret waits to be confirmed: it was made on a fresh proof of who asked, and lasts no longer than that."""
ISSUER = "Acara"
WRONG = N_("This code is not right. Use the newest one that the app shows.")


class Box(Protocol):
    """Keeps secrets under a key that is not in the database (`service.secrets.SecretBox`)."""

    def seal(self, secret: str) -> str:
        """Return the secret encrypted."""
        ...

    def unseal(self, sealed: str) -> str | None:
        """Return the secret, or None if it cannot be read any more."""
        ...


def begin(session: Session, identity: StaffIdentity, box: Box, *, real_now: datetime) -> None:
    """Make a new shared secret; it counts once `confirm` has seen a code of it. The caller commits.

    Raises `Conflict` while an authenticator is in use: that one is removed first.
    """
    held = session.get(StaffTotp, identity.staff_id)
    if held is not None and held.confirmed_at is not None:
        raise Conflict(N_("An authenticator app is set up already."))
    row = held or StaffTotp(staff_id=identity.staff_id)
    row.sealed, row.created_at, row.last_step = box.seal(random_base32(32)), real_now, 0
    session.add(row)


def pending(session: ReadSession, identity: StaffIdentity, box: Box, *, real_now: datetime) -> tuple[str, str] | None:
    """Return the secret that waits to be confirmed, and its ``otpauth:`` address for the QR code."""
    row = session.get(StaffTotp, identity.staff_id)
    secret = box.unseal(row.sealed) if row is not None and _waits(row, real_now) else None
    if secret is None:
        return None
    return secret, TOTP(secret).provisioning_uri(name=identity.email, issuer_name=ISSUER)


def confirm(
    session: Session, identity: StaffIdentity, code: str, box: Box, *, now: datetime, real_now: datetime
) -> None:
    """Take the authenticator into use, if `code` is one of its. The caller commits.

    Raises `Invalid`, also for a secret that waited too long: whoever finds this session open later must not finish.
    """
    row = session.get(StaffTotp, identity.staff_id)
    if row is None or not _waits(row, real_now) or not take(session, row, code, box, real_now=real_now):
        raise Invalid([FieldError("code", "wrong_code", WRONG)])
    row.confirmed_at = real_now
    factors.note_added(session, identity, "authenticator", now=now)


def _waits(row: StaffTotp, real_now: datetime) -> bool:
    return row.confirmed_at is None and row.created_at > real_now - PENDING_FOR


def remove(session: Session, identity: StaffIdentity, *, now: datetime) -> None:
    """Take the authenticator out of use; doing it twice changes nothing. The caller commits."""
    row = session.get(StaffTotp, identity.staff_id)
    if row is None:
        return
    session.delete(row)
    if row.confirmed_at is not None:
        factors.note_removed(session, identity, "authenticator", now=now)


def take_of(session: Session, staff_id: uuid.UUID, code: str, box: Box, *, real_now: datetime) -> bool:
    """Tell whether `code` is a fresh one of somebody's authenticator, and use it up."""
    row = session.get(StaffTotp, staff_id)
    return row is not None and row.confirmed_at is not None and take(session, row, code, box, real_now=real_now)


def take(session: Session, row: StaffTotp, code: str, box: Box, *, real_now: datetime) -> bool:
    """Tell whether `code` is right now, and newer than the last one that was taken: of two at once one is."""
    secret = box.unseal(row.sealed)
    given = "".join(code.split())
    if secret is None or len(given) != 6 or not given.isascii() or not given.isdigit():
        return False
    step = _step_of(secret, given, int(real_now.timestamp()) // STEP)
    if step is None:
        return False
    taken = session.execute(
        sa.update(StaffTotp)
        .where(StaffTotp.staff_id == row.staff_id, StaffTotp.sealed == row.sealed, StaffTotp.last_step < step)
        .values(last_step=step)
        .returning(StaffTotp.staff_id)
        .execution_options(synchronize_session=False)
    ).first()
    return taken is not None


def _step_of(secret: str, code: str, current: int) -> int | None:
    """Return the step whose code this is; all are compared, so that the time taken tells nothing."""
    hotp = HOTP(secret)
    fits = [step for step in range(current - DRIFT, current + DRIFT + 1) if hmac.compare_digest(hotp.at(step), code)]
    return fits[-1] if fits else None
