"""What mails and text messages hold about somebody who is erased, or whose event was long ago. No function commits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Event, Registration
from events.ownership import Owners, owned_by
from events.seating.people_search import contains
from events.storage import ReadSession
from notifications.models.email import Email, EmailState
from notifications.models.email_attempt import EmailAttempt
from notifications.models.inbound import InboundMessage, InboundState
from notifications.models.news import NewsEnd, NewsSubscription
from notifications.models.suppression import SoftBounce, Suppression
from notifications.models.text_message import TextConsent, TextMessage, TextState
from notifications.suppression import news_ending
from notifications.suppression.suppressing import normalised

CHUNK = 200
"""Events that one transaction looks after."""
_UNSENT = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)
_UNSENT_TEXTS = (TextState.TO_TELL, TextState.QUEUED, TextState.SENDING, TextState.UNCLEAR)
_SILENT = {"synchronize_session": False}


def count_held(session: ReadSession, registrations: Collection[uuid.UUID]) -> dict[uuid.UUID | None, int]:
    """Return how many e-mails and text messages each registration was owed. Two queries."""
    found: dict[uuid.UUID | None, int] = {}
    for model in (Email, TextMessage):
        rows = session.execute(
            sa.select(model.registration_id, sa.func.count())
            .where(model.registration_id.in_(registrations))
            .group_by(model.registration_id)
        )
        for key, count in rows:
            found[key] = found.get(key, 0) + count
    return found


def list_news(session: ReadSession, owners: Owners, text: str, *, most: int) -> Sequence[NewsSubscription]:
    """Return the subscriptions that are not over and whose address holds `text`; none for no text. One query."""
    wanted = text.strip()
    if not wanted:
        return []
    statement = sa.select(NewsSubscription).where(
        owned_by(NewsSubscription.organiser_id, owners),
        NewsSubscription.ended_at.is_(None),
        sa.or_(contains(NewsSubscription.address, wanted), contains(NewsSubscription.email, wanted)),
    )
    return session.scalars(statement.order_by(NewsSubscription.address, NewsSubscription.id).limit(most)).all()


def count_news(session: ReadSession, owners: Owners, addresses: Collection[str]) -> dict[str, int]:
    """Return how many subscriptions to news each address has, which is written as it was given. One query."""
    normal = {each: normalised(each) for each in addresses}
    rows = session.execute(
        sa.select(NewsSubscription.address, sa.func.count())
        .where(owned_by(NewsSubscription.organiser_id, owners), NewsSubscription.address.in_(set(normal.values())))
        .group_by(NewsSubscription.address)
    )
    counts = {row[0]: row[1] for row in rows}
    return {each: counts.get(address, 0) for each, address in normal.items()}


def erase(
    session: Session,
    owners: Owners,
    registrations: Collection[uuid.UUID],
    contacts: Collection[str],
    *,
    now: datetime,
    by: str,
) -> None:
    """Empty what names them in mails, attempts, text messages, consents, letters and lists of addresses.

    `contacts` are addresses and numbers that belong to nobody else. That something was sent, and when, stays. What
    waits is superseded; a worker that holds it can no longer settle it.
    """
    addresses = {normalised(each) for each in contacts if "@" in each}
    ids = session.scalars(
        sa.select(Email.id).where(
            sa.or_(
                Email.registration_id.in_(registrations),
                sa.and_(
                    owned_by(Email.organiser_id, owners),
                    Email.participation_id.is_(None),
                    sa.func.lower(Email.to_address).in_(addresses),
                ),
            )
        )
    ).all()
    _erase_letters(session, owners, ids, addresses, now=now)
    _erase_emails(session, ids)
    _erase_standing(session, owners, ids, addresses)
    erase_news(session, owners, addresses, now=now, by=by)
    erase_texts(session, TextMessage.registration_id.in_(registrations))
    erase_consents(session, TextConsent.registration_id.in_(registrations), now=now, by=by)
    session.flush()


def _erase_emails(session: Session, ids: Sequence[uuid.UUID]) -> None:
    state = sa.case((Email.state.in_(_UNSENT), EmailState.SUPERSEDED), else_=Email.state)
    session.execute(
        sa.update(Email)
        .where(Email.id.in_(ids))
        .values(to_address="", params={}, last_error=None, state=state, lease_token=None, lease_until=None),
        execution_options=_SILENT,
    )
    session.execute(
        sa.update(EmailAttempt).where(EmailAttempt.email_id.in_(ids)).values(text=""), execution_options=_SILENT
    )


def _erase_letters(
    session: Session, owners: Owners, ids: Sequence[uuid.UUID], addresses: Collection[str], *, now: datetime
) -> None:
    theirs = sa.or_(
        InboundMessage.email_id.in_(ids),
        sa.and_(
            sa.or_(owned_by(InboundMessage.organiser_id, owners), InboundMessage.organiser_id.is_(None)),
            sa.func.lower(InboundMessage.sender).in_(addresses),
        ),
    )
    waited = sa.case((InboundMessage.state == InboundState.WAITING, InboundState.DISMISSED), else_=InboundMessage.state)
    session.execute(
        sa.update(InboundMessage)
        .where(theirs, InboundMessage.forgotten_at.is_(None))
        .values(sender="", sender_name="", subject="", text="", said={}, state=waited, forgotten_at=now),
        execution_options=_SILENT,
    )


def _erase_standing(session: Session, owners: Owners, ids: Sequence[uuid.UUID], addresses: Collection[str]) -> None:
    """Forget that an address bounced or wanted no news: who is erased is written to no more, so it guards nothing."""
    mine = sa.or_(owned_by(Suppression.organiser_id, owners), Suppression.organiser_id.is_(None))
    session.execute(sa.delete(Suppression).where(mine, Suppression.address.in_(addresses)), execution_options=_SILENT)
    session.execute(
        sa.delete(SoftBounce).where(sa.or_(SoftBounce.email_id.in_(ids), SoftBounce.address.in_(addresses))),
        execution_options=_SILENT,
    )


def erase_news(session: Session, owners: Owners, addresses: Collection[str], *, now: datetime, by: str) -> int:
    """End the subscriptions of addresses and empty the e-mails that they were sent; returns how many they were.

    The addresses are as `normalised` writes them.
    """
    mine = owned_by(NewsSubscription.organiser_id, owners)
    found = session.scalars(sa.select(NewsSubscription).where(mine, NewsSubscription.address.in_(addresses))).all()
    news_ending.end(session, found, NewsEnd.ERASED, now=now, by=by)
    sent = sa.select(Email.id).where(Email.news_subscription_id.in_([each.id for each in found]))
    _erase_emails(session, session.scalars(sent).all())
    return len(found)


def erase_texts(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Empty text messages of whom they went to and what they said; one that waits is superseded."""
    state = sa.case((TextMessage.state.in_(_UNSENT_TEXTS), TextState.SUPERSEDED), else_=TextMessage.state)
    session.execute(
        sa.update(TextMessage)
        .where(which)
        .values(
            address="", params={}, remote_id=None, last_error=None, state=state, lease_token=None, lease_until=None
        ),
        execution_options=_SILENT,
    )


def erase_consents(session: Session, which: sa.ColumnElement[bool], *, now: datetime, by: str) -> None:
    """Empty consents to text messages of where those went; that they were given and are over stays as proof."""
    session.execute(
        sa.update(TextConsent)
        .where(which, TextConsent.address.is_not(None))
        .values(address=None, withdrawn_at=now, withdrawn_by=by),
        execution_options=_SILENT,
    )


# ---------------------------------------------------------------- when its time is over
def forget_texts(session: Session, *, ended_before: datetime, now: datetime) -> int:
    """Empty text messages and consents of events that ended before that; returns of how many events, 0 when done.

    A consent was for one event's messages, so it is over with it. Safe to repeat. The caller commits, and calls again.
    """
    messages = sa.exists().where(TextMessage.event_id == Event.id, TextMessage.address != "")
    consents = sa.exists().where(TextConsent.registration_id == Registration.id, TextConsent.address.is_not(None))
    agreed = sa.exists().where(Registration.event_id == Event.id, consents)
    ids = session.scalars(
        sa.select(Event.id)
        .where(Event.ends_at < ended_before, sa.or_(messages, agreed))
        .order_by(Event.ends_at)
        .limit(CHUNK)
    ).all()
    if ids:
        mine: Any = sa.select(Registration.id).where(Registration.event_id.in_(ids))
        erase_texts(session, TextMessage.event_id.in_(ids))
        erase_consents(session, TextConsent.registration_id.in_(mine), now=now, by="clock")
    return len(ids)
