"""Coming in: the password's half, the second factor's half, and the session at the end of both.

A right password opens a session only for who has no second factor. For everybody else it opens a step (`steps`), which
is worth nothing but the chance to show the second factor.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, FieldError, Invalid
from service.accounts import (
    audit,
    factors,
    facts,
    one_time_codes,
    passkeys,
    recovery_codes,
    sessions,
    steps,
    throttling,
)
from service.accounts.audit import Origin
from service.accounts.factor_rows import Purpose, StaffPasskey
from service.accounts.models import Staff
from service.accounts.one_time_codes import Box

WRONG_CODE = N_("This code is not right, or was used already. Wait for the next one that the app shows.")


@dataclass(frozen=True, slots=True)
class Entered:
    """A cookie's secret: of a session, or (not `complete`) of the step at which the second factor is asked for."""

    secret: str
    complete: bool


def come_in(
    session: Session,
    member: Staff,
    *,
    now: datetime,
    real_now: datetime,
    origin: Origin | None = None,
    replacing: str | None = None,
) -> Entered:
    """Open a session for somebody whose password was right, or the step to their second factor. The caller commits.

    `replacing` is the cookie that the browser sent: whatever it was worth, it is worth nothing from now on.
    """
    if factors.factors_of(session, member.id).any:
        if replacing:
            sessions.close(session, replacing)
        return Entered(steps.begin(session, Purpose.SECOND, staff_id=member.id, real_now=real_now), complete=False)
    return Entered(
        _enter(session, member, now=now, real_now=real_now, origin=origin, replacing=replacing), complete=True
    )


def _enter(
    session: Session,
    member: Staff,
    *,
    now: datetime,
    real_now: datetime,
    origin: Origin | None,
    replacing: str | None,
) -> str:
    member.signed_in_at = real_now
    signed_in = facts.StaffSignedIn(organiser_id=facts.owner_of_fact(member.organiser_id), staff_id=member.id)
    outbox.record(session, signed_in, now=now, by=f"staff:{member.id}")
    if origin is not None:
        mine = origin.of(audit.SIGN_IN, by=f"staff:{member.id}", organiser_id=member.organiser_id)
        audit.note(session, mine, real_now=real_now)
    where = (origin.address, origin.device) if origin else ("", "")
    return sessions.open_session(session, member.id, real_now=real_now, replacing=replacing, where=where)


def begin_code(session: Session, secret: str | None, address: str, *, real_now: datetime) -> None:
    """Count a try of a code, before it is judged. The caller commits.

    Raises `StepOver`, or `TooManyAttempts` while this account or address has to wait.
    """
    step = steps.count_try(session, secret, Purpose.SECOND, real_now=real_now)
    throttling.count_attempt(session, _account(step), address, real_now=real_now, strict=True)


def finish_with_code(
    session: Session, secret: str | None, code: str, box: Box, *, now: datetime, real_now: datetime, origin: Origin
) -> str:
    """Open the session if `code` is one of the authenticator's or a recovery code, and return its secret.

    Raises `Invalid` for a wrong code, `StepOver`. The caller commits.
    """
    step = steps.end(session, secret, Purpose.SECOND, real_now=real_now)
    member = _member(session, step)
    _take_code(session, member.id, code, box, real_now=real_now)
    throttling.forgive(session, _account(step), origin.address)
    return _enter(session, member, now=now, real_now=real_now, origin=origin, replacing=None)


def show_second(session: Session, staff_id: uuid.UUID, code: str, box: Box, *, real_now: datetime) -> None:
    """Take the code of somebody who proves anew who they are; who has no second factor needs none.

    Raises `Invalid` for a wrong code. The caller has counted the attempt, and commits.
    """
    if factors.factors_of(session, staff_id).any:
        _take_code(session, staff_id, code, box, real_now=real_now)


def _take_code(session: Session, staff_id: uuid.UUID, code: str, box: Box, *, real_now: datetime) -> None:
    """Use up a code of the authenticator, or a recovery code."""
    right = one_time_codes.take_of(session, staff_id, code, box, real_now=real_now)
    if not right and not recovery_codes.take(session, staff_id, code):
        raise Invalid([FieldError("code", "wrong_code", WRONG_CODE)])


def finish_with_passkey(
    session: Session,
    passkey: StaffPasskey,
    sign_count: int,
    *,
    now: datetime,
    real_now: datetime,
    origin: Origin,
    step_secret: str | None,
    replacing: str | None = None,
) -> str:
    """Open the session of a passkey's person and return its secret. The caller has checked the answer, and commits.

    `step_secret` is that of the password's step, which the passkey has to be of the same person for.
    Raises `PasskeyRefused`, `StepOver`.
    """
    if step_secret is not None:
        step = steps.end(session, step_secret, Purpose.SECOND, real_now=real_now)
        if step.staff_id != passkey.staff_id:
            raise passkeys.PasskeyRefused
    passkeys.note_use(session, passkey, sign_count, real_now=real_now)
    member = session.get(Staff, passkey.staff_id)
    if member is None or member.disabled_at is not None:
        raise passkeys.PasskeyRefused
    return _enter(session, member, now=now, real_now=real_now, origin=origin, replacing=replacing)


def _member(session: Session, step: steps.Step) -> Staff:
    member = session.get(Staff, step.staff_id) if step.staff_id else None
    if member is None or member.disabled_at is not None:
        raise steps.StepOver
    return member


def _account(step: steps.Step) -> str:
    return f"second|{step.staff_id}"
