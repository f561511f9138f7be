"""Bearer tokens of the API. A token is shown once; the table keeps its hash."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, FieldError, Invalid, NotFound
from events.ownership import owned_by
from events.storage import ReadSession
from service.accounts import facts
from service.accounts.models import ApiToken, Staff
from service.accounts.opaque import digest, new_secret
from service.accounts.permissions import ROLES_OF, Action, StaffIdentity, require
from service.accounts.sessions import identity_of

PREFIX = "acara_"
"""Lets secret scanners recognise a token that somebody committed by mistake."""

_NOTE_USE_EVERY = timedelta(minutes=5)


def create(
    session: Session,
    identity: StaffIdentity,
    *,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    real_now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Make a token that acts for `identity` within `scopes` and return it, this once. The caller commits.

    Raises `Invalid` for an unknown scope or one beyond the person's role.
    """
    require(identity, Action.MANAGE_TOKENS)
    wanted = tuple(sorted(set(scopes)))
    allowed = {action.value for action, roles in ROLES_OF.items() if identity.role in roles}
    errors: list[FieldError] = []
    if not name.strip():
        errors.append(FieldError("name", "missing", N_("Please fill this in.")))
    if not wanted or not set(wanted) <= allowed:
        errors.append(FieldError("scopes", "choice", N_("Choose what the token may do.")))
    if errors:
        raise Invalid(errors)
    secret = PREFIX + new_secret()
    token = ApiToken(
        token_hash=digest(secret),
        staff_id=identity.staff_id,
        name=name.strip()[:100],
        scopes=list(wanted),
        created_at=real_now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    made = facts.ApiTokenMade(organiser_id=facts.owner_of_fact(identity.organiser_id), token_id=token.id, scopes=wanted)
    outbox.record(session, made, now=now, by=identity.by)
    return secret


def read(session: ReadSession, token: str, *, real_now: datetime) -> StaffIdentity | None:
    """Return whom `token` acts for, or None if it is unknown, revoked, expired, or its person disabled."""
    row = _living(session, token, real_now=real_now)
    return identity_of(session, row[1], frozenset(row[0].scopes), row[0].id) if row else None


def note_use(session: Session, token: str, *, real_now: datetime) -> None:
    """Note that a token was used, at most once in five minutes. The caller commits."""
    session.execute(
        sa.update(ApiToken)
        .where(
            ApiToken.token_hash == digest(token),
            sa.or_(ApiToken.used_at.is_(None), ApiToken.used_at < real_now - _NOTE_USE_EVERY),
        )
        .values(used_at=real_now)
    )


def revoke(
    session: Session, identity: StaffIdentity, token_id: uuid.UUID, *, now: datetime, real_now: datetime
) -> None:
    """End a token; ending it twice changes nothing. Raises `NotFound` for another organiser's. The caller commits."""
    row = session.execute(
        sa.select(ApiToken, Staff.organiser_id)
        .join(Staff, Staff.id == ApiToken.staff_id)
        .where(ApiToken.id == token_id)
    ).first()
    if row is None:
        raise NotFound
    token, organiser_id = row
    require(identity, Action.MANAGE_TOKENS, facts.owner_of_fact(organiser_id))
    if token.revoked_at is not None:
        return
    token.revoked_at = real_now
    revoked = facts.ApiTokenRevoked(organiser_id=facts.owner_of_fact(organiser_id), token_id=token.id)
    outbox.record(session, revoked, now=now, by=identity.by)


def list_tokens(session: ReadSession, identity: StaffIdentity) -> Sequence[tuple[ApiToken, str]]:
    """Return the tokens that `identity` may see, newest first, each with its person's name."""
    require(identity, Action.MANAGE_TOKENS)
    statement = (
        sa.select(ApiToken, Staff.name)
        .join(Staff, Staff.id == ApiToken.staff_id)
        .where(owned_by(Staff.organiser_id, identity.organiser_ids))
        .order_by(ApiToken.id.desc())
    )
    return [(token, name) for token, name in session.execute(statement)]


def _living(session: ReadSession, token: str, *, real_now: datetime) -> tuple[ApiToken, Staff] | None:
    row = session.execute(
        sa.select(ApiToken, Staff)
        .join(Staff, Staff.id == ApiToken.staff_id)
        .where(
            ApiToken.token_hash == digest(token),
            ApiToken.revoked_at.is_(None),
            sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > real_now),
            Staff.disabled_at.is_(None),
        )
    ).first()
    return (row[0], row[1]) if row else None
