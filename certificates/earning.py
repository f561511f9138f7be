"""Who has earned a certificate: participants by the event's attendance rule, those on stage by their part in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from certificates.models import CertificateRole
from certificates.settings import CertificateSettings
from events.models import Event, Participation, ParticipationRole, Partner, PartnerAnswer, Registration
from events.presence import attendance
from events.storage import ReadSession

_ON_STAGE = {
    CertificateRole.SPEAKER: ParticipationRole.SPEAKER,
    CertificateRole.MODERATOR: ParticipationRole.MODERATOR,
}


@dataclass(frozen=True, slots=True)
class Earned:
    """One certificate that somebody has earned: exactly one of the two ids is set."""

    role: CertificateRole
    name: str
    locale: str
    registration_id: uuid.UUID | None = None
    participation_id: uuid.UUID | None = None

    @property
    def key(self) -> tuple[CertificateRole, uuid.UUID | None, uuid.UUID | None]:
        """Return what makes it one and the same certificate, however its name is corrected."""
        return self.role, self.registration_id, self.participation_id


def earned(session: ReadSession, event: Event, settings: CertificateSettings) -> list[Earned]:
    """Return everything that has been earned at `event` so far, in a stable order: the stage first, then the hall."""
    found: list[Earned] = []
    for role in settings.roles:
        if role in _ON_STAGE:
            found += _on_stage(session, event, role)
    if CertificateRole.PARTICIPANT in settings.roles:
        found += _participants(session, attendance.attended(session, event))
    return found


def earned_by(
    session: ReadSession, event: Event, settings: CertificateSettings, registration_id: uuid.UUID
) -> Earned | None:
    """Return what one registration has earned as a participant, or None if not (yet)."""
    if CertificateRole.PARTICIPANT not in settings.roles:
        return None
    if registration_id not in attendance.attended(session, event):
        return None
    return next(iter(_participants(session, [registration_id])), None)


def _participants(session: ReadSession, registration_ids: list[uuid.UUID]) -> list[Earned]:
    found: dict[uuid.UUID, Earned] = {}
    for start in range(0, len(registration_ids), 500):  # SQLite takes a limited number of parameters
        rows = session.execute(
            sa.select(Registration.id, Registration.name, Registration.locale).where(
                Registration.id.in_(registration_ids[start : start + 500]), Registration.erased_at.is_(None)
            )
        )
        for registration_id, name, locale in rows:
            found[registration_id] = Earned(CertificateRole.PARTICIPANT, name, locale, registration_id=registration_id)
    return [found[each] for each in registration_ids if each in found]


def _on_stage(session: ReadSession, event: Event, role: CertificateRole) -> list[Earned]:
    rows = session.execute(
        sa.select(Participation.id, Partner.name, Partner.locale)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(
            Participation.event_id == event.id,
            Participation.role == _ON_STAGE[role],
            Participation.withdrawn_at.is_(None),
            Participation.answer != PartnerAnswer.DECLINED,
        )
        .order_by(Participation.position, Participation.id)
    )
    return [Earned(role, name, locale, participation_id=key) for key, name, locale in rows]
