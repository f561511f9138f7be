"""The read side: certificates as pages, mails and the API show them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certificates.models import Certificate, CertificateRole, CertificateState
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class CertificateView:
    """One version of a certificate."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    event_id: uuid.UUID
    registration_id: uuid.UUID | None
    participation_id: uuid.UUID | None
    role: CertificateRole
    version: int
    name: str
    locale: str
    number: str
    code: str
    state: CertificateState
    replaced_by: uuid.UUID | None
    revoked_at: datetime | None
    revoked_reason: str | None
    file_key: str | None
    issued_at: datetime | None
    attempts: int
    last_error: str | None

    @property
    def file_name(self) -> str:
        """Return a name for the download, safe on every system: ``sertifikat-0042-PERPUS-BTM-XII-2026.pdf``."""
        number = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in self.number)
        return f"sertifikat-{number.strip('-')}.pdf"


_COLUMNS: tuple[Any, ...] = tuple(getattr(Certificate, name) for name in CertificateView.__dataclass_fields__)


def certificate(session: ReadSession, certificate_id: uuid.UUID) -> CertificateView | None:
    """Return one certificate, or None."""
    return next(iter(_select(session, Certificate.id == certificate_id, limit=1)), None)


def of_event(
    session: ReadSession,
    event_id: uuid.UUID,
    *,
    state: CertificateState | None = None,
    search: str = "",
    offset: int = 0,
    limit: int = 100,
) -> Sequence[CertificateView]:
    """Return an event's certificates by number, newest version first; `search` looks into names and numbers."""
    return _select(session, *_filters(event_id, state, search), offset=offset, limit=limit)


def count_of_event(
    session: ReadSession, event_id: uuid.UUID, *, state: CertificateState | None = None, search: str = ""
) -> int:
    """Return how many `of_event` would return without a limit."""
    counted = sa.select(sa.func.count()).select_from(Certificate).where(*_filters(event_id, state, search))
    return session.scalar(counted) or 0


def states_of_event(session: ReadSession, event_id: uuid.UUID) -> dict[CertificateState, int]:
    """Return how many of an event's certificates are in each state that occurs."""
    rows = session.execute(
        sa.select(Certificate.state, sa.func.count())
        .where(Certificate.event_id == event_id)
        .group_by(Certificate.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - a Row is not quite a tuple to the type checker


def of_registration(session: ReadSession, registration_id: uuid.UUID) -> Sequence[CertificateView]:
    """Return what the person may download on their own page: what is issued, by role."""
    return of_registrations(session, [registration_id]).get(registration_id, ())


def of_registrations(
    session: ReadSession, registration_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[CertificateView]]:
    """Return `of_registration` for many at once, in one query; who has none is left out."""
    wanted = Certificate.registration_id.in_(registration_ids)
    found: dict[uuid.UUID, list[CertificateView]] = {}
    # The state is looked at here: asked of SQLite, it would look for it among all certificates that were ever issued.
    for each in _select(session, wanted, limit=20 * len(registration_ids)):
        if each.registration_id is not None and each.state is CertificateState.ISSUED:
            found.setdefault(each.registration_id, []).append(each)
    return found


def of_participation(session: ReadSession, participation_id: uuid.UUID) -> Sequence[CertificateView]:
    """Return what a partner may download on their own page: what is issued, by role."""
    every = _select(session, Certificate.participation_id == participation_id, limit=20)
    return [each for each in every if each.state is CertificateState.ISSUED]


def history(session: ReadSession, certificate_id: uuid.UUID) -> Sequence[CertificateView]:
    """Return every version of a certificate, the newest first."""
    this = certificate(session, certificate_id)
    if this is None:
        return []
    return _select(session, Certificate.organiser_id == this.organiser_id, Certificate.number == this.number, limit=100)


def _filters(event_id: uuid.UUID, state: CertificateState | None, search: str) -> list[sa.ColumnElement[bool]]:
    filters: list[sa.ColumnElement[bool]] = [Certificate.event_id == event_id]
    if state is not None:
        filters.append(Certificate.state == state)
    if search.strip():
        wanted = search.strip()
        filters.append(
            sa.or_(
                Certificate.name.icontains(wanted, autoescape=True),
                Certificate.number.icontains(wanted, autoescape=True),
            )
        )
    return filters


def _select(
    session: ReadSession, *conditions: sa.ColumnElement[bool], offset: int = 0, limit: int
) -> Sequence[CertificateView]:
    rows = session.execute(
        sa.select(*_COLUMNS)
        .where(*conditions)
        .order_by(Certificate.number, Certificate.version.desc(), Certificate.id)
        .offset(offset)
        .limit(limit)
    )
    return [CertificateView(*row) for row in rows]
