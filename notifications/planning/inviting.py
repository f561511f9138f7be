"""Owing partners a new state of their calendar entry: of one event, or of all their dates of a series at once.

An entry for a series is sent whole, and once for each SEQUENCE that it has: however many facts speak of one change,
they find the same e-mail owed already. Which words it needs (an invitation, a change, an end) follows from what the
entry is now and from what was owed before. Idempotent; the caller commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Event, Participation, Partner, SeriesInvitation
from events.partnership import series_invitations
from notifications.models.email import Email, EmailKind, EmailState
from notifications.planning import email_rows, emails

GATHERED = timedelta(minutes=5)
"""How long the news of added dates waits, so that those added one by one are told together."""
OF_ENTRIES = (EmailKind.PARTNER_INVITATION, EmailKind.PARTNER_UPDATE, EmailKind.PARTNER_CANCELLATION)
"""Kinds that carry the entry."""


def tell(
    session: Session,
    kind: EmailKind,
    *,
    participation_id: uuid.UUID,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> uuid.UUID | None:
    """Owe one partner an e-mail with their entry as it is then; returns its id, or None like `emails.queue`."""
    part = session.get(Participation, participation_id)
    if part is None or part.series_invitation_id is None:
        return emails.queue_to_partner(
            session, kind, participation_id=participation_id, now=now, about=about, params=params
        )
    return _of_series(session, part, kind, now=now, again=about if kind is EmailKind.PARTNER_INVITATION else None)


def tell_all(
    session: Session,
    event_id: uuid.UUID,
    kind: EmailKind,
    *,
    now: datetime,
    about: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Owe every partner who takes part in the event such an e-mail (partners are few)."""
    statement = sa.select(Participation.id).where(
        Participation.event_id == event_id, Participation.withdrawn_at.is_(None)
    )
    for key in session.scalars(statement.order_by(Participation.position, Participation.id)).all():
        tell(session, kind, participation_id=key, now=now, about=about, params=params)


def follow_split(session: Session, series_id: uuid.UUID, next_series_id: uuid.UUID, *, now: datetime) -> None:
    """Owe partners both what became of their entry and the one that follows it, where a series was split."""
    statement = (
        sa.select(Participation)
        .join(SeriesInvitation, SeriesInvitation.id == Participation.series_invitation_id)
        .where(SeriesInvitation.series_id.in_((series_id, next_series_id)))
        .order_by(Participation.series_invitation_id, Participation.id)
    )
    for part in session.scalars(statement).all():
        _of_series(session, part, EmailKind.PARTNER_UPDATE, now=now)


def _of_series(
    session: Session, part: Participation, cause: EmailKind, *, now: datetime, again: str | None = None
) -> uuid.UUID | None:
    """Owe the entry for a whole series. `again` names a wish to have it once more, whatever was sent before."""
    partner = session.get_one(Partner, part.partner_id)
    event = session.get_one(Event, part.event_id)
    key = part.series_invitation_id
    if key is None or not partner.email:
        return None
    found = series_invitations.load(session, [key])[key]
    last = _last_owed(session, key)
    begun = last is not None and last is not EmailKind.PARTNER_CANCELLATION
    if not found.standing:
        if not begun:
            return None  # nobody was invited, or they have been told
        kind = EmailKind.PARTNER_CANCELLATION
    else:
        kind = EmailKind.PARTNER_UPDATE if begun and again is None else EmailKind.PARTNER_INVITATION
    added = cause is EmailKind.PARTNER_INVITATION and kind is EmailKind.PARTNER_UPDATE
    values = email_rows.values_for_partner(session, kind, event, part, partner, now=now)
    values["uid"] = str(key)
    values["dedupe_key"] = f"partner_series:{key}:{again or found.invitation.sequence}"
    values["due_at"] = now + GATHERED if added else now
    return email_rows.owe(session, values)


def _last_owed(session: Session, invitation_id: uuid.UUID) -> EmailKind | None:
    """Return the kind of the last e-mail that carried, or is to carry, the entry."""
    return session.scalar(
        sa.select(Email.kind)
        .where(Email.uid == str(invitation_id), Email.kind.in_(OF_ENTRIES), Email.state != EmailState.SUPERSEDED)
        .order_by(Email.created_at.desc(), Email.id.desc())
        .limit(1)
    )


def decline_proposal(
    session: Session,
    participation_id: uuid.UUID,
    *,
    now: datetime,
    proposed_starts_at: datetime,
    proposed_ends_at: datetime | None,
    comment: str,
) -> uuid.UUID | None:
    """Owe a partner the answer that the time they proposed is not possible (DECLINECOUNTER, RFC 5546 §3.2.8)."""
    part = session.get(Participation, participation_id)
    if part is None:
        return None
    partner = session.get_one(Partner, part.partner_id)
    event = session.get_one(Event, part.event_id)
    if not partner.email:
        return None
    kind = EmailKind.PARTNER_PROPOSAL_DECLINED
    params = {
        "proposed_starts_at": proposed_starts_at.isoformat(),
        "proposed_ends_at": proposed_ends_at.isoformat() if proposed_ends_at else None,
        "comment": comment,
    }
    values = email_rows.values_for_partner(session, kind, event, part, partner, now=now, params=params)
    values["uid"] = str(part.series_invitation_id or part.id)
    values["dedupe_key"] = f"{kind.value}:{part.id}:{now.isoformat()}"
    return email_rows.owe(session, values)
