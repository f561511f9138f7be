"""Sending an e-mail once more because staff ask for it, and noting that one came back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.errors import N_, Conflict, NotFound
from events.models import Event, Participation, Partner, Registration
from events.storage import new_id
from notifications.facts import EmailBounced, EmailResent
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.email_attempt import AttemptVerdict, EmailAttempt
from notifications.planning.email_rows import QUEUE

_WAITING = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)


class StillWaiting(Conflict):
    """The e-mail has not gone out yet: a second one would only double it."""

    code = "still_waiting"
    default = N_("This e-mail has not gone out yet; it needs no second one.")


def resend(session: Session, email_id: uuid.UUID, *, now: datetime, by: str) -> uuid.UUID:
    """Owe the same e-mail once more, to the address as it is now; returns the new one's id. The caller commits.

    It says what is so when it is sent, has a Message-ID of its own, and is superseded like any other where it would
    say nothing true any more. Raises `NotFound`, or `StillWaiting`.
    """
    old = session.get(Email, email_id)
    if old is None:
        raise NotFound
    if old.state in _WAITING:
        raise StillWaiting
    key = new_id()
    session.add(
        Email(
            id=key,
            organiser_id=old.organiser_id,
            event_id=old.event_id,
            news_subscription_id=old.news_subscription_id,
            kind=old.kind,
            registration_id=old.registration_id,
            participation_id=old.participation_id,
            to_address=_present_address(session, old),
            locale=old.locale,
            params=dict(old.params),
            state=EmailState.QUEUED,
            priority=min(old.priority, 2),  # somebody waits for it
            dedupe_key=f"resent:{key}",
            event_version=session.get_one(Event, old.event_id).version if old.event_id else 0,
            about_start=old.about_start,
            uid=old.uid,
            attachments=list(old.attachments),
            due_at=now,
            created_at=now,
            resent_of=old.id,
            request_id=session.info.get(outbox.REQUEST_ID),
        )
    )
    fact = EmailResent(
        organiser_id=old.organiser_id, event_id=old.event_id, email_id=key, resent_of=old.id, kind=old.kind.value
    )
    outbox.record(session, fact, now=now, by=by)
    session.flush()
    deliveries.ring(session, QUEUE)
    return key


def _present_address(session: Session, email: Email) -> str:
    """Return where the person is written to now: the address may have been mended since."""
    if email.registration_id is not None:
        person = session.get_one(Registration, email.registration_id)
        asked = email.kind is EmailKind.GUARDIAN_REQUEST
        return (person.guardian_email if asked else person.email) or email.to_address
    if email.participation_id is not None:
        of_partner = sa.select(Partner.email).join(Participation, Participation.partner_id == Partner.id)
        return session.scalar(of_partner.where(Participation.id == email.participation_id)) or email.to_address
    return email.to_address


def note_bounce(
    session: Session, email_id: uuid.UUID, *, reason: str, code: str, said: str, permanent: bool, now: datetime
) -> None:
    """Note that a mail which was taken came back; one that did so for good is *bounced*. The caller commits.

    `reason` is a code of `notifications.transport.answers.Answer`, `code` the status in the notice (RFC 3463), `said`
    the
    server's words. Idempotent: a notice that comes twice leaves one line of history and one fact.
    """
    email = session.get(Email, email_id)
    if email is None:
        raise NotFound
    line: dict[str, Any] = {"verdict": AttemptVerdict.BOUNCED, "reason": reason[:20], "code": code[:20]}
    same = (EmailAttempt.email_id == email.id, *(getattr(EmailAttempt, name) == value for name, value in line.items()))
    if session.scalar(sa.select(EmailAttempt.id).where(*same).limit(1)) is not None:
        return
    session.add(EmailAttempt(id=new_id(), email_id=email.id, at=now, text=said[:500], **line))
    if permanent and email.state is EmailState.SENT:
        email.state, email.reason, email.last_error = EmailState.BOUNCED, reason[:20], said[:500]
        fact = EmailBounced(
            organiser_id=email.organiser_id,
            event_id=email.event_id,
            email_id=email.id,
            kind=email.kind.value,
            reason=reason[:20],
        )
        outbox.record(session, fact, now=now, by="worker")
    session.flush()
