"""Staff: signing in, and who of them is what.

Hashing a password holds the CPU for tens of milliseconds, so it happens between two short transactions, never inside
one: `begin_sign_in` → `passwords.verify` → `finish_sign_in`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotAllowed, NotFound
from events.facts import Fact
from events.models import Organiser
from events.ownership import owned_by
from events.storage import ReadSession
from service.accounts import audit, factors, facts, invitations, sessions, steps, throttling
from service.accounts.audit import Origin
from service.accounts.entering import Entered, come_in
from service.accounts.invitations import Newcomer, account_key
from service.accounts.models import Role, Staff, StaffLink
from service.accounts.permissions import Action, StaffIdentity, require

DIFFERENT = N_("The two passwords are not the same.")
WRONG_PASSWORD = N_("This is not your password.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in is judged by; `staff_id` and `password_hash` are None where no such account may sign in."""

    account: str
    address: str
    staff_id: uuid.UUID | None
    password_hash: str | None


class WrongCredentials(Invalid):
    """Unknown account, disabled account or wrong password: one answer for all three (ASVS 6.3.8)."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        message = N_("E-mail address or password is not right.")
        super().__init__([FieldError("password", "wrong_credentials", message)])


def begin_sign_in(session: Session, email: str, address: str, *, real_now: datetime) -> Credentials:
    """Count an attempt from network `address` and return what to verify the password against. The caller commits.

    Raises `throttling.TooManyAttempts` while this account or address has to wait.
    """
    account = account_key(email)
    throttling.count_attempt(session, account, address, real_now=real_now)
    row = session.execute(
        sa.select(Staff.id, Staff.password_hash).where(Staff.email == account, Staff.disabled_at.is_(None))
    ).first()
    return Credentials(account, address, row[0] if row else None, row[1] if row else None)


def finish_sign_in(
    session: Session,
    credentials: Credentials,
    *,
    right: bool,
    now: datetime,
    real_now: datetime,
    replacing: str | None = None,
    new_hash: str | None = None,
    origin: Origin | None = None,
) -> Entered:
    """Let somebody in whose password was `right`, as far as it leads (`entering.come_in`). The caller commits.

    `new_hash` replaces one made with weaker parameters. Raises `WrongCredentials`.
    """
    if not right or credentials.staff_id is None:
        raise WrongCredentials
    member = session.get(Staff, credentials.staff_id)
    if member is None or member.disabled_at is not None or member.password_hash != credentials.password_hash:
        raise WrongCredentials
    if new_hash:
        member.password_hash = new_hash
    throttling.forgive(session, credentials.account, credentials.address)
    return come_in(session, member, now=now, real_now=real_now, origin=origin, replacing=replacing)


def join(
    session: Session,
    token: str,
    newcomer: Newcomer,
    *,
    now: datetime,
    real_now: datetime,
    origin: Origin | None = None,
    replacing: str | None = None,
) -> Entered:
    """Use a one-time link up (`invitations.accept`) and let its person in, past their second factor if there is one."""
    identity = invitations.accept(session, token, newcomer, now=now, real_now=real_now)
    member = session.get_one(Staff, identity.staff_id)
    return come_in(session, member, now=now, real_now=real_now, origin=origin, replacing=replacing)


def note_failure(session: Session, credentials: Credentials, origin: Origin, *, real_now: datetime) -> None:
    """Leave a row of a sign-in that failed: whose account it was, if there is one, never what was typed."""
    member = session.get(Staff, credentials.staff_id) if credentials.staff_id else None
    by = f"staff:{member.id}" if member else audit.NOBODY
    failed = origin.of(audit.SIGN_IN_FAILED, by=by, organiser_id=member.organiser_id if member else None)
    audit.note(session, failed, real_now=real_now)


def change_password(
    session: Session,
    identity: StaffIdentity,
    *,
    old_hash: str,
    new_hash: str,
    now: datetime,
    real_now: datetime,
    where: tuple[str, str] = ("", ""),
) -> str:
    """Set one's own new password, end every session of one's own, and return the secret of a new one.

    `old_hash` is what the old password was verified against; if it changed meanwhile, `WrongCredentials` is raised.
    """
    member = session.get(Staff, identity.staff_id)
    if member is None or member.password_hash != old_hash:
        raise WrongCredentials
    member.password_hash = new_hash
    sessions.close_all(session, member.id)
    _note(session, member, facts.StaffPasswordChanged, now=now, by=identity.by)
    return sessions.open_session(session, member.id, real_now=real_now, where=where)


def password_hash_of(session: ReadSession, identity: StaffIdentity) -> str | None:
    """Return what one's own password is verified against."""
    found: str | None = session.scalar(sa.select(Staff.password_hash).where(Staff.id == identity.staff_id))
    return found


def change_locale(session: Session, identity: StaffIdentity, locale: str) -> None:
    """Choose the language of one's own pages. The caller commits."""
    session.execute(sa.update(Staff).where(Staff.id == identity.staff_id).values(locale=locale))


def change_role(session: Session, identity: StaffIdentity, staff_id: uuid.UUID, role: Role, *, now: datetime) -> None:
    """Give a colleague another role; their sessions end, so that the next one begins with it. The caller commits."""
    member = _colleague(session, identity, staff_id)
    if member.role is role:
        return
    if member.organiser_id is None:
        raise NotAllowed(N_("The owner of the installation stays an owner."))
    member.role = role
    sessions.close_all(session, member.id)
    session.flush()
    changed = facts.StaffRoleChanged(
        organiser_id=facts.owner_of_fact(member.organiser_id), staff_id=member.id, role=role.value
    )
    outbox.record(session, changed, now=now, by=identity.by)


def move(
    session: Session, identity: StaffIdentity, staff_id: uuid.UUID, organiser_id: uuid.UUID, *, now: datetime
) -> None:
    """Have a colleague work at another library or branch; their sessions end. The caller commits.

    Both places have to be the mover's own: `NotFound` otherwise. The owner of the installation has no place to leave.
    """
    member = _colleague(session, identity, staff_id)
    require(identity, Action.MANAGE_STAFF, organiser_id)
    if member.organiser_id is None:
        raise NotAllowed(N_("The owner of the installation stays an owner."))
    if member.organiser_id == organiser_id:
        return
    if session.get(Organiser, organiser_id) is None:
        raise NotFound
    before, member.organiser_id = member.organiser_id, organiser_id
    sessions.close_all(session, member.id)
    session.flush()
    moved = facts.StaffMoved(organiser_id=organiser_id, staff_id=member.id, from_organiser_id=before)
    outbox.record(session, moved, now=now, by=identity.by)


def reset_factors(session: Session, identity: StaffIdentity, staff_id: uuid.UUID, *, now: datetime) -> None:
    """Take every second factor from a colleague who lost theirs, and end their sessions. The caller commits."""
    factors.reset(session, _colleague(session, identity, staff_id), now=now, by=identity.by)


def disable(
    session: Session, identity: StaffIdentity, staff_id: uuid.UUID, *, now: datetime, real_now: datetime
) -> None:
    """Shut a colleague out at once: sessions and tokens stop working. Doing it twice changes nothing."""
    member = _colleague(session, identity, staff_id)
    if member.disabled_at is not None:
        return
    member.disabled_at = real_now
    sessions.close_all(session, member.id)
    _note(session, member, facts.StaffDisabled, now=now, by=identity.by)


def enable(session: Session, identity: StaffIdentity, staff_id: uuid.UUID, *, now: datetime) -> None:
    """Let a colleague sign in again. The caller commits."""
    member = _colleague(session, identity, staff_id)
    if member.disabled_at is None:
        return
    member.disabled_at = None
    _note(session, member, facts.StaffEnabled, now=now, by=identity.by)


def list_staff(session: ReadSession, identity: StaffIdentity) -> Sequence[Staff]:
    """Return the colleagues that `identity` manages, by name."""
    require(identity, Action.MANAGE_STAFF)
    statement = sa.select(Staff).where(owned_by(Staff.organiser_id, identity.organiser_ids))
    return session.scalars(statement.order_by(Staff.disabled_at.is_not(None), Staff.name, Staff.id)).all()


def list_invitations(session: ReadSession, identity: StaffIdentity, *, real_now: datetime) -> Sequence[StaffLink]:
    """Return the links that somebody may still use, newest first."""
    require(identity, Action.MANAGE_STAFF)
    statement = sa.select(StaffLink).where(
        StaffLink.used_at.is_(None),
        StaffLink.expires_at > real_now,
        owned_by(StaffLink.organiser_id, identity.organiser_ids),
    )
    return session.scalars(statement.order_by(StaffLink.id.desc())).all()


def names(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names behind ``staff:<id>``, for timelines."""
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {row.id: row.name for row in rows}


def prune(session: Session, *, real_now: datetime) -> None:
    """Drop sessions and failure counts that no longer count. The caller (a daily tick) commits."""
    sessions.prune(session, real_now=real_now)
    throttling.prune(session, real_now=real_now)
    steps.prune(session, real_now=real_now)


def _colleague(session: Session, identity: StaffIdentity, staff_id: uuid.UUID) -> Staff:
    member = session.get(Staff, staff_id)
    if member is None:
        raise NotFound
    require(identity, Action.MANAGE_STAFF, facts.owner_of_fact(member.organiser_id) if member.organiser_id else None)
    if member.organiser_id is None and identity.organiser_id is not None:
        raise NotFound
    if member.id == identity.staff_id:
        raise Conflict(N_("Ask another owner to change your own account."))
    return member


def _note(
    session: Session,
    member: Staff,
    fact: type[facts.StaffDisabled | facts.StaffEnabled | facts.StaffPasswordChanged],
    *,
    now: datetime,
    by: str,
) -> None:
    session.flush()
    happened: Fact = fact(organiser_id=facts.owner_of_fact(member.organiser_id), staff_id=member.id)
    outbox.record(session, happened, now=now, by=by)
