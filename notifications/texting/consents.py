"""Agreeing to text messages, and taking it back. Every function leaves the commit to its caller."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.models import Event, Registration
from events.storage import ReadSession
from notifications.facts import TextsAgreed, TextsStopped
from notifications.models.text_message import TextChannel, TextConsent, TextMessage, TextPurpose, TextState

WORDS = "2026-11"
"""Version of the words that people agree to (the pages' own)."""


def give(
    session: Session,
    registration_id: uuid.UUID,
    channel: TextChannel,
    address: str,
    *,
    now: datetime,
    by: str,
    purpose: TextPurpose = TextPurpose.REGISTRATION,
) -> TextConsent:
    """Note that who registered wants messages there; said twice it is noted once, at another address the newer counts.

    `by` says whose word it is: ``person:<registration>`` on a page, ``telegram`` in a chat, never in whose.
    """
    consent = session.scalar(
        sa.select(TextConsent).where(
            TextConsent.registration_id == registration_id,
            TextConsent.channel == channel,
            TextConsent.purpose == purpose,
        )
    )
    if consent is not None and consent.withdrawn_at is None and consent.address == address:
        return consent
    organiser_id, event_id = _whose(session, registration_id)
    if consent is None:
        consent = TextConsent(
            organiser_id=organiser_id, registration_id=registration_id, channel=channel, purpose=purpose
        )
        session.add(consent)
    else:
        _drop_queued(session, [registration_id], channel)  # what waits is for the former address
    consent.address, consent.words, consent.given_at, consent.given_by = address, WORDS, now, by
    consent.withdrawn_at = consent.withdrawn_by = None
    session.flush()
    _drop_told_by_hand(session, registration_id)
    fact = TextsAgreed(
        organiser_id=organiser_id, event_id=event_id, registration_id=registration_id, channel=channel.value
    )
    outbox.record(session, fact, now=now, by=by)
    return consent


def _whose(session: Session, registration_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    row = session.execute(
        sa.select(Event.organiser_id, Event.id)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.id == registration_id)
    ).one()
    return row[0], row[1]


def withdraw(
    session: Session, registration_id: uuid.UUID, channel: TextChannel, *, now: datetime, by: str
) -> Sequence[uuid.UUID]:
    """Take back what was agreed to for one registration on a channel; returns the registrations concerned."""
    return _withdraw(session, TextConsent.registration_id == registration_id, channel, now=now, by=by)


def withdraw_address(
    session: Session, channel: TextChannel, address: str, *, now: datetime, by: str
) -> Sequence[uuid.UUID]:
    """Take back everything that was agreed to for an address: its owner wrote STOP, or blocked us."""
    return _withdraw(session, TextConsent.address == address, channel, now=now, by=by)


def _withdraw(
    session: Session, which: sa.ColumnElement[bool], channel: TextChannel, *, now: datetime, by: str
) -> Sequence[uuid.UUID]:
    given = session.scalars(
        sa.select(TextConsent).where(which, TextConsent.channel == channel, TextConsent.withdrawn_at.is_(None))
    ).all()
    for consent in given:
        consent.address, consent.withdrawn_at, consent.withdrawn_by = None, now, by
    concerned = sorted({consent.registration_id for consent in given})
    for registration_id in concerned:
        organiser_id, event_id = _whose(session, registration_id)
        fact = TextsStopped(
            organiser_id=organiser_id, event_id=event_id, registration_id=registration_id, channel=channel.value
        )
        outbox.record(session, fact, now=now, by=by)
    _drop_queued(session, concerned, channel)
    session.flush()
    return concerned


def of_registration(session: ReadSession, registration_id: uuid.UUID) -> Sequence[TextConsent]:
    """Return what is agreed to at present for one registration."""
    return session.scalars(
        sa.select(TextConsent)
        .where(TextConsent.registration_id == registration_id, TextConsent.withdrawn_at.is_(None))
        .order_by(TextConsent.channel, TextConsent.purpose)
    ).all()


def _drop_queued(session: Session, registrations: Sequence[uuid.UUID], channel: TextChannel) -> None:
    if registrations:
        session.execute(
            sa.update(TextMessage)
            .where(
                TextMessage.registration_id.in_(registrations),
                TextMessage.channel == channel,
                TextMessage.state == TextState.QUEUED,
            )
            .values(state=TextState.SUPERSEDED, last_error="withdrawn")
        )


def _drop_told_by_hand(session: Session, registration_id: uuid.UUID) -> None:
    """Take the reminders from staff that go to the channel from now on; what has happened already they still tell."""
    session.execute(
        sa.update(TextMessage)
        .where(
            TextMessage.registration_id == registration_id,
            TextMessage.state == TextState.TO_TELL,
            TextMessage.about_start.is_not(None),
        )
        .values(state=TextState.SUPERSEDED, last_error="agreed")
    )
