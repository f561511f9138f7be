"""Reminding partners who have not answered: never more often than people can bear."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import NotFound
from events.models import AHEAD, Event, Participation, Partner, PartnerAnswer
from events.storage import ReadSession

QUIET = timedelta(days=2)
"""How long nobody is reminded again who was reminded, whichever way."""


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
    session: Session, event_id: uuid.UUID, *, now: datetime, by: str, spared: Collection[uuid.UUID] = ()
) -> int:
    """Remind those who have not answered and return how many, but for `spared` and who was reminded within `QUIET`.

    Safe to repeat. Raises `NotFound`. The caller commits; the mail follows from the fact.
    `notifications.partner_reminding` knows whom rules have reminded.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True})
    if event is None:
        raise NotFound
    count = 0
    for part in silent(session, event_id):
        if part.id in spared or not _note_reminded(session, part, now):
            continue
        count += 1
        fact = facts.PartnerReminded(
            organiser_id=event.organiser_id, event_id=event_id, participation_id=part.id, count=part.reminders
        )
        outbox.record(session, fact, now=now, by=by)
    session.flush()
    return count


def _note_reminded(session: Session, part: Participation, now: datetime) -> bool:
    """Count a reminder; of two who press at once one is told that it is done already."""
    lately = sa.and_(Participation.reminded_at.is_not(None), Participation.reminded_at > now - QUIET)
    noted = session.execute(
        sa.update(Participation)
        .where(Participation.id == part.id, sa.not_(sa.func.coalesce(lately, sa.false())))
        .values(reminded_at=now, reminders=Participation.reminders + 1)
        .returning(Participation.reminders)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(part, ["reminded_at", "reminders"])
    return noted is not None
