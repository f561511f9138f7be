"""One-time links: how the first owner, every colleague, and who forgot the password come in.

A link is shown to who makes it, to be handed over as they like (most libraries will use WhatsApp); nothing depends on
mail being set up. Opening it shows a page; only sending that page's form uses it up, because mail and chat scanners
open every link they see.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session, aliased

from events import outbox
from events.errors import N_, Conflict, FieldError, Gone, Invalid, NotAllowed, NotFound
from events.storage import ReadSession
from service.accounts import facts, passwords, sessions
from service.accounts.models import LinkPurpose, Role, Staff, StaffLink
from service.accounts.opaque import digest, new_secret
from service.accounts.permissions import Action, StaffIdentity, require

OPEN_FOR = timedelta(days=7)
STARTED_TOGETHER = timedelta(minutes=10)
"""Processes of one installation that start within this time count as one start."""
INSTALLATION = "installation"
"""By whom the links for the first owner are made."""
RESET_OPEN_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a living link says to who opens it."""

    purpose: LinkPurpose
    organiser_id: uuid.UUID | None
    role: Role
    email: str | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What a person fills in on the welcome page; the password is already hashed (`passwords.hash_password`)."""

    name: str
    email: str
    password_hash: str
    locale: str = "id"


def account_key(email: str) -> str:
    """Return an e-mail address in the one spelling that accounts are kept and found by."""
    return email.strip().casefold()


def invite_owner(session: Session, *, now: datetime, real_now: datetime) -> str | None:
    """Make the link for the first owner of an installation and return its token, or None if somebody is in already.

    Links of earlier starts die: they may have scrolled into somebody's log. Those of processes that started together
    all work, until somebody has come in by one of them. The caller commits.
    """
    if session.scalar(sa.select(Staff.id).limit(1)) is not None:
        return None
    _end_first_links(session, made_before=real_now - STARTED_TOGETHER, real_now=real_now)
    link = StaffLink(purpose=LinkPurpose.JOIN, role=Role.OWNER, created_by=INSTALLATION)
    return _make(session, link, OPEN_FOR, now=now, real_now=real_now)


def _end_first_links(session: Session, *, made_before: datetime, real_now: datetime) -> None:
    """Let the installation's own links that nobody has used, and that were made before then, die."""
    session.execute(
        sa.update(StaffLink)
        .where(
            StaffLink.used_at.is_(None),
            StaffLink.created_by == INSTALLATION,
            StaffLink.created_at < made_before,
            StaffLink.expires_at > real_now,
        )
        .values(expires_at=real_now)
        .execution_options(synchronize_session=False)
    )


def invite(
    session: Session,
    identity: StaffIdentity,
    *,
    email: str,
    role: Role,
    now: datetime,
    real_now: datetime,
    organiser_id: uuid.UUID | None = None,
) -> str:
    """Make a link by which a colleague joins `organiser_id` and return its token. The caller commits.

    Only the owner of the installation may invite to the installation itself (no organiser). Raises `NotFound`,
    `NotAllowed`, `Invalid` for a bad address and `Conflict` for one that already has an account.
    """
    require(identity, Action.MANAGE_STAFF, organiser_id)
    if organiser_id is None and (identity.organiser_id is not None or role is not Role.OWNER):
        raise NotAllowed
    address = _check_email(email)
    _refuse_known(session, address)
    link = StaffLink(
        purpose=LinkPurpose.JOIN, role=role, organiser_id=organiser_id, email=address, created_by=identity.by
    )
    return _make(session, link, OPEN_FOR, now=now, real_now=real_now)


def invite_back(
    session: Session, identity: StaffIdentity, staff_id: uuid.UUID, *, now: datetime, real_now: datetime
) -> str:
    """Make a link by which a colleague chooses a new password and return its token. The caller commits."""
    member = session.get(Staff, staff_id)
    if member is None:
        raise NotFound
    require(identity, Action.MANAGE_STAFF, facts.owner_of_fact(member.organiser_id))
    link = StaffLink(
        purpose=LinkPurpose.RESET,
        role=member.role,
        organiser_id=member.organiser_id,
        email=member.email,
        staff_id=member.id,
        created_by=identity.by,
    )
    return _make(session, link, RESET_OPEN_FOR, now=now, real_now=real_now)


def look(session: ReadSession, token: str, *, real_now: datetime) -> Welcome:
    """Return what a link offers, without using it up. Raises `Gone` for a used, revoked or expired one."""
    row = session.execute(
        sa.select(StaffLink, Staff.name)
        .outerjoin(Staff, Staff.id == StaffLink.staff_id)
        .where(StaffLink.token_hash == digest(token))
    ).first()
    if row is None:
        raise NotFound
    link, name = row
    if link.used_at is not None or link.expires_at <= real_now:
        raise Gone
    return Welcome(link.purpose, link.organiser_id, link.role, link.email, name)


def accept(session: Session, token: str, newcomer: Newcomer, *, now: datetime, real_now: datetime) -> StaffIdentity:
    """Use a link up: a new member of staff, or an old one with a new password. The caller commits.

    Two people who open the same link at once: one comes in, the other gets `Gone`. Raises `Invalid` for a bad address
    or an empty name and `Conflict` for an address that already has an account; the link then still works.
    """
    # Two who hold different links for the first owner queue up here, and the second finds theirs dead.
    session.execute(sa.select(StaffLink.id).where(_first_links(token)).order_by(StaffLink.id).with_for_update()).all()
    link = session.execute(
        sa.update(StaffLink)
        .where(StaffLink.token_hash == digest(token), StaffLink.used_at.is_(None), StaffLink.expires_at > real_now)
        .values(used_at=real_now)
        .returning(StaffLink)
    ).scalar_one_or_none()
    if link is None:
        raise Gone
    if link.purpose is LinkPurpose.RESET:
        return _reset(session, link, newcomer, now=now)
    email = link.email or _check_email(newcomer.email)
    name = newcomer.name.strip()
    if not name:
        raise Invalid([FieldError("name", "missing", N_("Please fill this in."))])
    _refuse_known(session, email)
    member = Staff(
        organiser_id=link.organiser_id,
        email=email,
        name=name[:200],
        role=link.role,
        locale=newcomer.locale,
        password_hash=newcomer.password_hash,
        created_at=real_now,
    )
    session.add(member)
    if link.created_by == INSTALLATION:
        _end_first_links(session, made_before=real_now + STARTED_TOGETHER, real_now=real_now)
    session.flush()
    joined = facts.StaffJoined(
        organiser_id=facts.owner_of_fact(link.organiser_id), staff_id=member.id, role=member.role.value
    )
    outbox.record(session, joined, now=now, by=f"staff:{member.id}")
    return sessions.identity_of(session, member)


def _first_links(token: str) -> sa.ColumnElement[bool]:
    """Select every link of the installation, if `token` is one of them."""
    own = aliased(StaffLink)
    is_one = sa.select(own.id).where(own.token_hash == digest(token), own.created_by == INSTALLATION)
    return sa.and_(StaffLink.created_by == INSTALLATION, is_one.exists())


def revoke(session: Session, identity: StaffIdentity, link_id: uuid.UUID, *, now: datetime, real_now: datetime) -> None:
    """Take back a link that nobody has used; doing it twice changes nothing. The caller commits."""
    link = session.get(StaffLink, link_id)
    if link is None:
        raise NotFound
    require(identity, Action.MANAGE_STAFF, facts.owner_of_fact(link.organiser_id))
    if link.used_at is not None or link.expires_at <= real_now:
        return
    link.expires_at = real_now
    revoked = facts.StaffInvitationRevoked(organiser_id=facts.owner_of_fact(link.organiser_id), link_id=link.id)
    outbox.record(session, revoked, now=now, by=identity.by)


def check_newcomer(welcome: Welcome, *, name: str, email: str, password: str, repeated: str) -> None:
    """Judge the welcome page's form before any hashing. Raises `Invalid` with every error at its field."""
    errors: list[FieldError] = []
    if welcome.purpose is LinkPurpose.JOIN:
        if not name.strip():
            errors.append(FieldError("name", "missing", N_("Please fill this in.")))
        if welcome.email is None:
            try:
                _check_email(email)
            except Invalid as refusal:
                errors += refusal.errors
    personal = (name, welcome.name or "", (welcome.email or email).partition("@")[0])
    errors += passwords.judge(password, personal=personal)
    if password != repeated:
        errors.append(FieldError("repeated", "different", N_("The two passwords are not the same.")))
    if errors:
        raise Invalid(errors)


def _reset(session: Session, link: StaffLink, newcomer: Newcomer, *, now: datetime) -> StaffIdentity:
    member = session.get(Staff, link.staff_id)
    if member is None or member.disabled_at is not None:
        raise Gone
    member.password_hash = newcomer.password_hash
    sessions.close_all(session, member.id)
    changed = facts.StaffPasswordChanged(organiser_id=facts.owner_of_fact(member.organiser_id), staff_id=member.id)
    outbox.record(session, changed, now=now, by=f"staff:{member.id}")
    return sessions.identity_of(session, member)


def _make(session: Session, link: StaffLink, open_for: timedelta, *, now: datetime, real_now: datetime) -> str:
    secret = new_secret()
    link.token_hash = digest(secret)
    link.created_at, link.expires_at = real_now, real_now + open_for
    session.add(link)
    session.flush()
    invited = facts.StaffInvited(
        organiser_id=facts.owner_of_fact(link.organiser_id),
        link_id=link.id,
        purpose=link.purpose.value,
        role=link.role.value,
    )
    outbox.record(session, invited, now=now, by=link.created_by)
    return secret


def _check_email(email: str) -> str:
    try:
        return account_key(validate_email(email.strip(), check_deliverability=False).normalized)
    except EmailNotValidError as error:
        message = N_("This does not look like an e-mail address.")
        raise Invalid([FieldError("email", "not_an_email", message)]) from error


def _refuse_known(session: ReadSession, email: str) -> None:
    if session.scalar(sa.select(Staff.id).where(Staff.email == email)) is not None:
        raise Conflict(N_("This address already has an account."), field="email")
