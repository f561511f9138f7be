"""Steps on the way to a session: what was begun, kept on our side, for minutes, and gone with its first use.

The cookie of a step is no session: it stands in another table under another name, and nothing but the next step asks
for it. What is begun inside a session is bound to that session.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import N_, Refused
from events.storage import ReadSession
from service.accounts.factor_rows import Purpose, SignInStep
from service.accounts.opaque import digest, new_secret

OPEN_FOR = timedelta(minutes=10)
TRIES = 5
"""Codes that may be wrong before the password is asked again."""


class StepOver(Refused):
    """There is no such step (any more): it ran out, was used, or never was."""

    code = "step_over"
    default = N_("This took too long, or was tried too often. Please sign in again.")


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is open."""

    staff_id: uuid.UUID | None
    challenge: bytes | None


def begin(
    session: Session,
    purpose: Purpose,
    *,
    real_now: datetime,
    staff_id: uuid.UUID | None = None,
    challenge: bytes | None = None,
    within: str | None = None,
) -> str:
    """Begin a step and return its secret; `within` a session (its secret) it replaces what was begun there before."""
    secret = within or new_secret()
    id_hash = _hash(secret, purpose)
    session.execute(sa.delete(SignInStep).where(SignInStep.id_hash == id_hash))
    session.add(
        SignInStep(
            id_hash=id_hash, purpose=purpose, staff_id=staff_id, challenge=challenge, expires_at=real_now + OPEN_FOR
        )
    )
    session.flush()
    return secret


def look(session: ReadSession, secret: str | None, purpose: Purpose, *, real_now: datetime) -> Step:
    """Return an open step without using it up. Raises `StepOver`."""
    row = session.execute(
        sa.select(SignInStep.staff_id, SignInStep.challenge).where(*_open(secret, purpose, real_now))
    ).first()
    if row is None:
        raise StepOver
    return Step(row.staff_id, row.challenge)


def count_try(session: Session, secret: str | None, purpose: Purpose, *, real_now: datetime) -> Step:
    """Count a try before it is judged, and return the step. Raises `StepOver` after too many. The caller commits."""
    row = session.execute(
        sa.update(SignInStep)
        .where(*_open(secret, purpose, real_now))
        .values(tries=SignInStep.tries + 1)
        .returning(SignInStep.staff_id, SignInStep.challenge)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise StepOver
    return Step(row.staff_id, row.challenge)


def challenge(session: Session, secret: str | None, purpose: Purpose, value: bytes, *, real_now: datetime) -> Step:
    """Put a new challenge to an open step. Raises `StepOver`. The caller commits."""
    row = session.execute(
        sa.update(SignInStep)
        .where(*_open(secret, purpose, real_now))
        .values(challenge=value)
        .returning(SignInStep.staff_id)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise StepOver
    return Step(row.staff_id, value)


def answer(session: Session, secret: str | None, purpose: Purpose, *, real_now: datetime) -> Step:
    """Take a step's challenge, which is gone by that, right or wrong. Raises `StepOver`. The caller commits."""
    step = count_try(session, secret, purpose, real_now=real_now)
    if step.challenge is None:
        raise StepOver
    session.execute(
        sa.update(SignInStep)
        .where(SignInStep.id_hash == _hash(secret or "", purpose))
        .values(challenge=None)
        .execution_options(synchronize_session=False)
    )
    return step


def end(session: Session, secret: str | None, purpose: Purpose, *, real_now: datetime) -> Step:
    """Use a step up: of two at once one gets it, the other `StepOver`. The caller commits."""
    row = session.execute(
        sa.delete(SignInStep)
        .where(
            SignInStep.id_hash == _hash(secret or "", purpose),
            SignInStep.purpose == purpose,
            SignInStep.expires_at > real_now,
        )
        .returning(SignInStep.staff_id, SignInStep.challenge)
    ).first()
    if row is None:
        raise StepOver
    return Step(row.staff_id, row.challenge)


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop steps that ran out. The caller commits."""
    session.execute(sa.delete(SignInStep).where(SignInStep.expires_at <= real_now))


def _open(secret: str | None, purpose: Purpose, real_now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SignInStep.id_hash == _hash(secret or "", purpose),
        SignInStep.purpose == purpose,
        SignInStep.expires_at > real_now,
        SignInStep.tries < TRIES,
    )


def _hash(secret: str, purpose: Purpose) -> str:
    return digest(f"{purpose.value}|{secret}")
