"""Certificates, and the counters that number them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import Claimable
from events.storage import Base, enum_type, new_id


class CertificateState(enum.StrEnum):
    """Where a certificate is in its life. `queued` and `sending` are what every delivery calls waiting and at work."""

    QUEUED = "queued"
    SENDING = "sending"
    ISSUED = "issued"
    REPLACED = "replaced"
    REVOKED = "revoked"
    FAILED = "failed"


WAITING_STATES = (CertificateState.QUEUED, CertificateState.SENDING)


class CertificateRole(enum.StrEnum):
    """What the person did at the event."""

    PARTICIPANT = "participant"
    SPEAKER = "speaker"
    MODERATOR = "moderator"


class Certificate(Claimable, Base):
    """One version of one person's certificate. The personal column is `name`, as issued.

    A correction is a new row with the same number and the next `version`; the old one answers "replaced". The unique
    keys make doing it twice harmless: there is one row per person, role and version, whoever planned it how often.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "number", "version"),
        sa.UniqueConstraint("registration_id", "role", "version"),
        sa.UniqueConstraint("participation_id", "role", "version"),
        sa.CheckConstraint(
            "(registration_id IS NULL) OR (participation_id IS NULL)",
            name="one_person",
        ),
        sa.Index(None, "event_id", "state"),
        sa.Index(None, "state", "due_at"),
        sa.Index(None, "sha256"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id", ondelete="SET NULL"))
    participation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("participation.id", ondelete="SET NULL"))
    role: Mapped[CertificateRole] = mapped_column(enum_type(CertificateRole))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(sa.String(200))
    locale: Mapped[str] = mapped_column(sa.String(5))
    number: Mapped[str] = mapped_column(sa.String(120))
    """As printed: ``0042/PERPUS-BTM/XII/2026``."""
    code: Mapped[str] = mapped_column(sa.String(26), unique=True)
    """128 random bits in Crockford's base32: whoever knows it may see the certificate at ``/v/<code>``."""
    state: Mapped[CertificateState] = mapped_column(enum_type(CertificateState), default=CertificateState.QUEUED)
    replaced_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("certificate.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(sa.String(500))
    """For the staff; the public page says only that it was revoked."""
    file_key: Mapped[str | None] = mapped_column(sa.String(120))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]


class CertificateCounter(Base):
    """The last number given out by one organiser in one year; updated in the transaction that gives it out."""

    __tablename__ = "certificate_counter"

    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
