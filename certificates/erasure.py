"""Certificates of somebody who is erased: revoked and without a name. Numbers, codes and counts stay as they were."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates import issuing
from certificates.models import Certificate, CertificateState
from events.errors import N_, Conflict
from events.storage import ReadSession

REASON = "Dihapus atas permintaan pemiliknya · erased at the holder's request"
"""For the staff, in both languages: it is kept with the certificate."""
_OVER = (CertificateState.REVOKED, CertificateState.REPLACED)


def numbers_of(session: ReadSession, registrations: Collection[uuid.UUID]) -> dict[uuid.UUID | None, list[str]]:
    """Return the numbers of the certificates of each registration. One query."""
    found: dict[uuid.UUID | None, list[str]] = {}
    rows = session.execute(
        sa.select(Certificate.registration_id, Certificate.number)
        .where(Certificate.registration_id.in_(registrations))
        .distinct()
        .order_by(Certificate.number)
    )
    for key, number in rows:
        found.setdefault(key, []).append(number)
    return found


def list_file_keys(session: ReadSession, registrations: Collection[uuid.UUID]) -> list[str]:
    """Return the keys in storage of their certificates. The bytes go before the rows are emptied.

    Raises `Conflict` while one is being drawn: its file would come after we have looked.
    """
    drawn = sa.select(Certificate.id).where(
        Certificate.registration_id.in_(registrations), Certificate.state == CertificateState.SENDING
    )
    if session.scalar(drawn.limit(1)) is not None:
        raise Conflict(N_("A certificate of this person is being drawn. Please try again in a minute."))
    statement = sa.select(Certificate.file_key).where(
        Certificate.registration_id.in_(registrations), Certificate.file_key.is_not(None)
    )
    return [key for key in session.scalars(statement.order_by(Certificate.id)) if key]


def erase(session: Session, registrations: Collection[uuid.UUID], *, nameless: str, now: datetime, by: str) -> None:
    """Revoke every certificate of those registrations and empty it of the name and the file.

    Safe to repeat. The caller commits.
    """
    rows = session.scalars(
        sa.select(Certificate).where(Certificate.registration_id.in_(registrations)).order_by(Certificate.id)
    ).all()
    for row in rows:
        if row.state not in _OVER:
            issuing.revoke(session, row.id, reason=REASON, now=now, by=by)
        row.name, row.file_key, row.sha256, row.last_error = nameless, None, None, None
        if row.state is CertificateState.REVOKED:
            row.revoked_reason = REASON
    session.flush()
