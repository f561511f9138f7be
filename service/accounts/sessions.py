"""Sessions of staff: the id is made here, never taken from a browser, and replaced whenever somebody signs in.

The framework's own server-side sessions accept an id that the client chose, which lets an attacker fix it beforehand
(session fixation, ASVS 7.2.4). Here the browser holds 256 random bits and the table their hash. Times are real time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Organiser
from events.storage import ReadSession
from service.accounts.models import Staff, StaffSession
from service.accounts.opaque import digest, new_secret
from service.accounts.permissions import StaffIdentity

IDLE = timedelta(hours=8)
"""How long a browser may rest: a working day at the desk."""
ABSOLUTE = timedelta(days=7)
"""After this everybody signs in again."""
TOUCH_EVERY = timedelta(minutes=2)
"""How stale `seen_at` may be: not every page view is worth a write."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A living session: whose it is, and whether it is time to `touch` it."""

    identity: StaffIdentity
    id_hash: str
    stale: bool


def open_session(session: Session, staff_id: uuid.UUID, *, real_now: datetime, replacing: str | None = None) -> str:
    """Begin a session and return the secret for the cookie; the one in `replacing` dies. The caller commits."""
    if replacing:
        close(session, replacing)
    secret = new_secret()
    session.add(
        StaffSession(
            id_hash=digest(secret),
            staff_id=staff_id,
            created_at=real_now,
            seen_at=real_now,
            expires_at=real_now + ABSOLUTE,
        )
    )
    session.flush()
    return secret


def read(session: ReadSession, secret: str, *, real_now: datetime) -> Signed | None:
    """Return the session behind a cookie, or None if there is none (any more)."""
    id_hash = digest(secret)
    row = session.execute(
        sa.select(Staff, StaffSession.seen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.id_hash == id_hash,
            StaffSession.expires_at > real_now,
            StaffSession.seen_at > real_now - IDLE,
            Staff.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    staff, seen_at = row
    return Signed(identity_of(session, staff), id_hash, stale=seen_at < real_now - TOUCH_EVERY)


def identity_of(
    session: ReadSession, staff: Staff, scopes: frozenset[str] | None = None, token_id: uuid.UUID | None = None
) -> StaffIdentity:
    """Return who this is, as pages and API know them. One query, for the branches of their organiser."""
    branches: frozenset[uuid.UUID] = frozenset()
    if staff.organiser_id is not None:
        branches = frozenset(session.scalars(sa.select(Organiser.id).where(Organiser.parent_id == staff.organiser_id)))
    return StaffIdentity(
        staff_id=staff.id,
        organiser_id=staff.organiser_id,
        role=staff.role,
        name=staff.name,
        email=staff.email,
        locale=staff.locale,
        scopes=scopes,
        branch_ids=branches,
        token_id=token_id,
    )


def touch(session: Session, id_hash: str, *, real_now: datetime) -> None:
    """Note that the browser is in use. The caller commits."""
    session.execute(sa.update(StaffSession).where(StaffSession.id_hash == id_hash).values(seen_at=real_now))


def close(session: Session, secret: str) -> None:
    """End the session behind a cookie; the cookie is worthless from the commit on."""
    session.execute(sa.delete(StaffSession).where(StaffSession.id_hash == digest(secret)))


def close_all(session: Session, staff_id: uuid.UUID) -> None:
    """End every session of one person: their password, role or access changed. The caller commits."""
    session.execute(sa.delete(StaffSession).where(StaffSession.staff_id == staff_id))


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop sessions that have ended by themselves. The caller commits."""
    session.execute(
        sa.delete(StaffSession).where(
            sa.or_(StaffSession.expires_at <= real_now, StaffSession.seen_at <= real_now - IDLE)
        )
    )
