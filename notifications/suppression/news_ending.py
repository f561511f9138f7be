"""Ending subscriptions to news, whoever or whatever ends them. No function commits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from notifications.facts import NewsEnded
from notifications.models.news import NewsEnd, NewsSubscription


def end(session: Session, found: Sequence[NewsSubscription], because: NewsEnd, *, now: datetime, by: str) -> None:
    """End subscriptions: what says whose they were goes, when they were given and taken back stays.

    Those that were over before stay as they are. What is queued for them is found superseded when it is to be sent.
    """
    for each in found:
        if each.ended_at is not None:
            continue
        each.email, each.address, each.audiences, each.topics = None, None, [], []
        each.ended_at, each.ended_because = now, because
        fact = NewsEnded(organiser_id=each.organiser_id, subscription_id=each.id, reason=because.value)
        outbox.record(session, fact, now=now, by=by)
    session.flush()


def end_for(
    session: Session, address: str, because: NewsEnd, *, organiser_id: uuid.UUID | None, now: datetime, by: str
) -> None:
    """End what goes to an address (as `suppressing.normalised` writes it): an organiser's news, or (None) all."""
    statement = sa.select(NewsSubscription).where(NewsSubscription.address == address)
    if organiser_id is not None:
        statement = statement.where(NewsSubscription.organiser_id == organiser_id)
    end(session, session.scalars(statement).all(), because, now=now, by=by)
