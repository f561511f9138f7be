"""Reminding partners who have not answered: by a button, or by a rule; never more often than people can bear."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import NotFound
from events.lifecycle import AHEAD
from events.models import Event, Participation, Partner, PartnerAnswer
from events.storage import ReadSession

QUIET = timedelta(days=2)
"""How long nobody is reminded again who was invited or reminded, unless a person presses the button."""


def silent(session: ReadSession, event_id: uuid.UUID) -> list[Participation]:
    """Return who was asked, can be written to, and has not answered."""
    rows = session.scalars(
        sa.select(Participation)
        .join(Partner, Partner.id == Participation.partner_id)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Participation.event_id == event_id,
            Participation.withdrawn_at.is_(None),
            Participation.answer == PartnerAnswer.NEEDS_ACTION,
            Partner.email.is_not(None),
            Event.stage.in_(AHEAD),
        )
        .order_by(Participation.position, Participation.id)
    )
    return list(rows)


def remind_silent(
    session: Session,
    event_id: uuid.UUID,
    *,
    now: datetime,
    by: str,
    pressed: bool = False,
    only: Collection[uuid.UUID] | None = None,
) -> int:
    """Remind those who have not answered and return how many. `only`: none but these participations.

    By a rule (`pressed` false) who was invited or reminded within two days is left in peace. Safe to repeat. Raises
    `NotFound`. The caller commits; the mail follows from the fact.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True})
    if event is None:
        raise NotFound
    count = 0
    for part in silent(session, event_id):
        asked = max(filter(None, (part.reminded_at, part.invited_at, event.published_at)), default=None)
        if (only is not None and part.id not in only) or (not pressed and asked is not None and asked > now - QUIET):
            continue
        part.reminded_at = now
        part.reminders += 1
        count += 1
        fact = facts.PartnerReminded(
            organiser_id=event.organiser_id, event_id=event_id, participation_id=part.id, count=part.reminders
        )
        outbox.record(session, fact, now=now, by=by)
    session.flush()
    return count
