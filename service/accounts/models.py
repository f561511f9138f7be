"""Tables of the staff side: people, their sessions, one-time links, API tokens and failed sign-ins.

Every secret that opens a door (session id, link, token) is kept as its SHA-256 only: a stolen database opens none.
All times here are real time; the demonstration's clock never lengthens a session.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class Role(enum.StrEnum):
    """What a member of staff is there for; `service.accounts.permissions` says what each may do."""

    OWNER = "owner"
    EDITOR = "editor"
    APPROVER = "approver"
    DOOR = "door"
    VIEWER = "viewer"


class Staff(Base):
    """One person who may sign in. Without an organiser they belong to the installation and see all of them."""

    __tablename__ = "staff"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organiser.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    """In the one spelling that `staff.account_key` gives; people sign in with it."""
    name: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """One browser that is signed in."""

    __tablename__ = "staff_session"

    id_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True, default=new_id)
    """What its owner ends it by; it stays when the secret is replaced."""
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(sa.String(45), default="")
    device: Mapped[str] = mapped_column(sa.String(40), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    """When the person last proved who they are, by password or passkey."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """The absolute end, however busy the browser is."""


class LinkPurpose(enum.StrEnum):
    """What a one-time link is for."""

    JOIN = "join"
    RESET = "reset"


class StaffLink(Base):
    """A one-time link: an invitation to join the staff, or a way back in for who forgot the password."""

    __tablename__ = "staff_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose))
    organiser_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organiser.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    """Whom it is meant for; empty for the first owner, who says it on the page."""
    staff_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token of the API: it acts for one member of staff, within its scopes."""

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    scopes: Mapped[list[Any]]
    """Names of `permissions.Action`; the person's role still has to allow each."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInAttempts(Base):
    """How often signing in failed lately for one account at one address, one account, or one address."""

    __tablename__ = "sign_in_attempts"

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """A hash, so that the table tells nobody who works here or from where."""
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]
