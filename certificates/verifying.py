"""What the public page says about a code: valid, replaced, revoked or unknown, and what was certified. Nothing else."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certificates.codes import normalise
from certificates.models import Certificate, CertificateRole, CertificateState
from certificates.settings import CertificateSettings, read_settings
from events.errors import Invalid
from events.models import Event, Organiser
from events.storage import LocalizedText, ReadSession


class Standing(enum.StrEnum):
    """What a certificate is worth today."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


_STANDINGS = {
    CertificateState.ISSUED: Standing.VALID,
    CertificateState.REPLACED: Standing.REPLACED,
    CertificateState.REVOKED: Standing.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Certified:
    """What was certified, as issued. No address, no phone number, no other event of the person."""

    organiser_id: uuid.UUID
    organiser: LocalizedText
    event_title: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    role: CertificateRole
    name: str
    number: str
    hours: int | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to a code. `certified` is there unless the code is unknown."""

    standing: Standing
    certified: Certified | None = None


def verify(session: ReadSession, code: str) -> Verification:
    """Say what the certificate with `code` is worth. Case, hyphens, spaces and look-alikes (O, I, L) are forgiven.

    A code that is malformed, was never given out, or whose certificate was never issued is *unknown*, alike.
    """
    plain = normalise(code)
    if plain is None:
        return Verification(Standing.UNKNOWN)
    row = session.execute(
        sa.select(Certificate, Event, Organiser)
        .join(Event, Event.id == Certificate.event_id)
        .join(Organiser, Organiser.id == Certificate.organiser_id)
        .where(Certificate.code == plain)
    ).first()
    if row is None:
        return Verification(Standing.UNKNOWN)
    certificate: Certificate = row[0]
    event: Event = row[1]
    organiser: Organiser = row[2]
    standing = _STANDINGS.get(certificate.state)
    if standing is None or certificate.issued_at is None:
        return Verification(Standing.UNKNOWN)
    settings = _settings(event)
    return Verification(
        standing,
        Certified(
            organiser_id=organiser.id,
            organiser=organiser.name,
            event_title=LocalizedText(
                id=settings.title.get("id") or event.title.id, en=settings.title.get("en") or event.title.en
            ),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            timezone=event.timezone,
            role=certificate.role,
            name=certificate.name,
            number=certificate.number,
            hours=settings.hours,
            issued_at=certificate.issued_at,
        ),
    )


def find_code(session: ReadSession, sha256: str) -> str | None:
    """Return the code of the certificate whose file has this digest (64 hexadecimal digits), or None.

    A file that has it is the one that was issued, byte for byte; what it is worth today is `verify`'s to say.
    """
    found = sa.select(Certificate.code).where(Certificate.sha256 == sha256, Certificate.issued_at.is_not(None))
    code: str | None = session.scalar(found.order_by(Certificate.version.desc()).limit(1))
    return code


def _settings(event: Event) -> CertificateSettings:
    try:
        return read_settings(event.certificate)
    except Invalid:  # changed since into something that cannot be read: the certificate stands nevertheless
        return CertificateSettings()
