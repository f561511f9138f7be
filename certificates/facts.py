"""What happens to certificates. Ids and non-personal values only, as everywhere in the log."""

from __future__ import annotations

import uuid

from events.facts import Fact


class CertificateIssued(Fact, frozen=True, kw_only=True):
    """A certificate is drawn, signed and stored. `version` is above 1 for a corrected one."""

    certificate_id: uuid.UUID
    registration_id: uuid.UUID | None
    participation_id: uuid.UUID | None
    role: str
    version: int


class CertificateReplaced(Fact, frozen=True, kw_only=True):
    """A certificate gave way to a corrected one, which is issued in a moment."""

    certificate_id: uuid.UUID
    replacement_id: uuid.UUID


class CertificateRevoked(Fact, frozen=True, kw_only=True):
    """A certificate is worth nothing any more. The reason is kept with it, for the staff."""

    certificate_id: uuid.UUID


class CertificateFailed(Fact, frozen=True, kw_only=True):
    """A certificate could not be drawn after several attempts; `reason` is a code, never a person's words."""

    certificate_id: uuid.UUID
    reason: str
