"""Sessions of staff: the id is made here, never taken from a browser, and replaced whenever somebody signs in.

The framework's own server-side sessions accept an id that the client chose, which lets an attacker fix it beforehand
(session fixation, ASVS 7.2.4). Here the browser holds 256 random bits and the table their hash. Times are real time.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import NotFound
from events.models import Organiser
from events.storage import ReadSession
from service.accounts.factor_rows import SignInStep, StaffPasskey, StaffPolicy, StaffTotp
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
    session_id: uuid.UUID
    proved_at: datetime
    stale: bool


def open_session(
    session: Session,
    staff_id: uuid.UUID,
    *,
    real_now: datetime,
    replacing: str | None = None,
    where: tuple[str, str] = ("", ""),
) -> str:
    """Begin a session and return the secret for the cookie; the one in `replacing` dies. The caller commits.

    `where` is the network address and the device in plain words, for the list of one's own sessions.
    """
    if replacing:
        close(session, replacing)
    secret = new_secret()
    session.add(
        StaffSession(
            id_hash=digest(secret),
            staff_id=staff_id,
            address=where[0][:45],
            device=where[1][:40],
            created_at=real_now,
            seen_at=real_now,
            proved_at=real_now,
            expires_at=real_now + ABSOLUTE,
        )
    )
    session.flush()
    return secret


def read(session: ReadSession, secret: str, *, real_now: datetime) -> Signed | None:
    """Return the session behind a cookie, or None if there is none (any more)."""
    id_hash = digest(secret)
    row = session.execute(
        sa.select(Staff, StaffSession.seen_at, StaffSession.id, StaffSession.proved_at)
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
    staff, seen_at, session_id, proved_at = row
    stale = seen_at < real_now - TOUCH_EVERY
    return Signed(identity_of(session, staff), id_hash, session_id, proved_at, stale)


def identity_of(
    session: ReadSession, staff: Staff, scopes: frozenset[str] | None = None, token_id: uuid.UUID | None = None
) -> StaffIdentity:
    """Return who this is, as pages and API know them: two queries, for branches and for the rule of the house."""
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
        must_enrol=_must_enrol(session, staff),
    )


def _must_enrol(session: ReadSession, staff: Staff) -> bool:
    """Tell whether the organiser, or the library whose branch it is, asks for a second factor that is not there."""
    parent = sa.select(Organiser.parent_id).where(Organiser.id == staff.organiser_id).scalar_subquery()
    ruled = sa.select(StaffPolicy.organiser_id).where(
        sa.or_(
            StaffPolicy.organiser_id == (staff.organiser_id or uuid.UUID(int=0)), StaffPolicy.organiser_id == parent
        ),
        StaffPolicy.require_second_factor,
    )
    if session.scalar(ruled.limit(1)) is None:
        return False
    app = sa.select(StaffTotp.staff_id).where(StaffTotp.staff_id == staff.id, StaffTotp.confirmed_at.is_not(None))
    key = sa.select(StaffPasskey.staff_id).where(StaffPasskey.staff_id == staff.id)
    return session.scalar(sa.union_all(app, key).limit(1)) is None  # type: ignore[arg-type] # a union is a SELECT too


def renew(session: Session, secret: str, *, real_now: datetime) -> str | None:
    """Replace the secret of a session whose person has just proved who they are, and return the new one.

    The old one is worth nothing from the commit on: whoever had a copy of it gains no privilege. None if it ended.
    """
    fresh = new_secret()
    renewed = session.execute(
        sa.update(StaffSession)
        .where(StaffSession.id_hash == digest(secret))
        .values(id_hash=digest(fresh), proved_at=real_now, seen_at=real_now)
        .returning(StaffSession.id)
        .execution_options(synchronize_session=False)
    ).first()
    return fresh if renewed else None


def list_own(session: ReadSession, identity: StaffIdentity, *, real_now: datetime) -> Sequence[StaffSession]:
    """Return one's own living sessions, the latest used first."""
    return session.scalars(
        sa.select(StaffSession)
        .where(
            StaffSession.staff_id == identity.staff_id,
            StaffSession.expires_at > real_now,
            StaffSession.seen_at > real_now - IDLE,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id)
    ).all()


def end_own(session: Session, identity: StaffIdentity, session_id: uuid.UUID) -> None:
    """End one of one's own sessions. Raises `NotFound` for one that has ended or is somebody else's. Caller commits."""
    ended = session.execute(
        sa.delete(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.staff_id == identity.staff_id)
        .returning(StaffSession.id)
    ).first()
    if ended is None:
        raise NotFound


def end_others(session: Session, identity: StaffIdentity, *, keep: uuid.UUID) -> None:
    """End every session of one's own but one. The caller commits."""
    session.execute(sa.delete(StaffSession).where(StaffSession.staff_id == identity.staff_id, StaffSession.id != keep))


def touch(session: Session, id_hash: str, *, real_now: datetime) -> None:
    """Note that the browser is in use. The caller commits."""
    session.execute(sa.update(StaffSession).where(StaffSession.id_hash == id_hash).values(seen_at=real_now))


def close(session: Session, secret: str) -> None:
    """End the session behind a cookie; the cookie is worthless from the commit on."""
    session.execute(sa.delete(StaffSession).where(StaffSession.id_hash == digest(secret)))


def close_all(session: Session, staff_id: uuid.UUID) -> None:
    """End every session of one person, and what they began: their password, role or access changed. The caller commits.

    Who has a right password that was changed since must not have half a way in.
    """
    session.execute(sa.delete(StaffSession).where(StaffSession.staff_id == staff_id))
    session.execute(sa.delete(SignInStep).where(SignInStep.staff_id == staff_id))


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop sessions that have ended by themselves. The caller commits."""
    session.execute(
        sa.delete(StaffSession).where(
            sa.or_(StaffSession.expires_at <= real_now, StaffSession.seen_at <= real_now - IDLE)
        )
    )
