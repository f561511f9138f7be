"""Tables of the second factor: secrets are sealed, codes and steps hashed, keys public. A stolen one opens nothing."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class StaffTotp(Base):
    """One person's authenticator app (RFC 6238)."""

    __tablename__ = "staff_totp"

    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.String(300))
    """The shared secret under the installation's key (`service.secrets.SecretBox`)."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """Empty until the first code was right; before that it is no factor."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The time step of the last code that was taken: a code works once (RFC 6238 §5.2)."""


class StaffPasskey(Base):
    """One passkey (W3C Web Authentication, Level 3)."""

    __tablename__ = "staff_passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(2048))
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffRecoveryCode(Base):
    """One code for the day when the phone is lost."""

    __tablename__ = "staff_recovery_code"

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)


class Purpose(enum.StrEnum):
    """What a step is on the way to."""

    SECOND = "second"
    """The password was right; the second factor is still to come."""
    PASSKEY = "passkey"
    """Signing in with a passkey alone."""
    REGISTER = "register"
    """Adding a passkey to one's account."""
    CONFIRM = "confirm"
    """Proving anew that it is oneself."""


class SignInStep(Base):
    """Something begun and not finished: it opens nothing, lives for minutes and ends with its first use."""

    __tablename__ = "sign_in_step"

    id_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    challenge: Mapped[bytes | None] = mapped_column(sa.LargeBinary(64))
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StaffPolicy(Base):
    """What an organiser asks of its staff; the nil UUID stands for the installation's own."""

    __tablename__ = "staff_policy"

    organiser_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    require_second_factor: Mapped[bool] = mapped_column(default=False)
