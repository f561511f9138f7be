"""Sending text messages that are due: claim a few, send each, settle each.

Networks take no idempotency key for messages to people. So where an answer was lost, or a worker died in between, the
message is *unclear*: a report of the network settles it, and without one it is sent again after `UNCLEAR_FOR`. Rarely
somebody is told twice; nobody is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.deliveries import Claim
from events.links import Links
from events.models import (
    Event,
    Registration,
    Slot,
)
from events.storage import ReadSession, Transactions
from notifications.channels.protocol import NotSent, Rejected, Unclear
from notifications.facts import TextFailed
from notifications.models.text_message import TextChannel, TextMessage, TextState
from notifications.texting import consents
from notifications.texting.composing import compose
from notifications.texting.protocol import Text, Texter

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=10)
UNCLEAR_FOR = timedelta(minutes=15)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
BLOCKED = "blocked"
"""Reason of a `Rejected`: the person wants nothing from us there."""


def send_due(
    transactions: Transactions,
    texters: Mapping[TextChannel, Texter],
    *,
    links: Links,
    now: datetime,
    real_now: datetime,
    limit: int = BATCH,
) -> int:
    """Send up to `limit` messages that are due at `now` on connected networks; returns how many were claimed.

    Safe to call from any number of threads and processes at once. `now` is business time, `real_now` the real one.
    """
    if not texters:
        return 0
    if transactions.read(lambda session: deliveries.has_lost(session, TextMessage, real_now=real_now)):
        transactions.write(lambda session: _release_lost(session, now=now, real_now=real_now))
    claimed = 0
    for state in (TextState.QUEUED, TextState.UNCLEAR):
        take = partial(_claim, tuple(texters), state, now=now, real_now=real_now, limit=limit)
        claim = transactions.write(take)
        claimed += len(claim.ids)
        _send(transactions, texters, claim, links=links, now=now)
    return claimed


def _claim(
    channels: Sequence[TextChannel],
    state: TextState,
    session: Session,
    *,
    now: datetime,
    real_now: datetime,
    limit: int,
) -> Claim:
    only = [TextMessage.channel.in_(channels)]
    return deliveries.claim(
        session, TextMessage, now=now, real_now=real_now, limit=limit, lease=LEASE, only=only, state=state
    )


def has_work(session: ReadSession, texters: Collection[TextChannel], *, now: datetime, real_now: datetime) -> bool:
    """Tell whether something is due on connected networks, waits to be sent again, or is held by the dead."""
    waiting = (TextState.QUEUED, TextState.UNCLEAR)
    due = sa.select(TextMessage.id).where(
        TextMessage.state.in_(waiting), TextMessage.due_at <= now, TextMessage.channel.in_(tuple(texters))
    )
    return session.scalar(due.limit(1)) is not None or deliveries.has_lost(session, TextMessage, real_now=real_now)


def _release_lost(session: Session, *, now: datetime, real_now: datetime) -> None:
    """Take back what dead workers held: whether it went out is unclear."""
    session.execute(
        sa.update(TextMessage)
        .where(TextMessage.state == TextState.SENDING, TextMessage.lease_until < real_now)
        .values(
            state=TextState.UNCLEAR,
            due_at=now + UNCLEAR_FOR,
            lease_token=None,
            lease_until=None,
            lease_holder=None,
            last_error="lost",
        )
    )


def _send(
    transactions: Transactions, texters: Mapping[TextChannel, Texter], claim: Claim, *, links: Links, now: datetime
) -> None:
    if not claim.ids:
        return
    for owed in transactions.read(lambda session: _load(session, claim, links=links, now=now)):
        done = _hand_over(texters[owed.message.channel], owed, now=now)
        transactions.write(partial(_settle, claim=claim, owed=owed, done=done, now=now))


@dataclass(frozen=True, slots=True)
class _Owed:
    """A message with what is to be handed over; None where it says nothing true or new any more."""

    message: TextMessage
    text: Text | None


@dataclass(frozen=True, slots=True)
class _Settlement:
    """The columns to write, and why the message was given up, if it was."""

    values: Mapping[str, object]
    failed: str | None = None


def _load(session: ReadSession, claim: Claim, *, links: Links, now: datetime) -> Sequence[_Owed]:
    rows = session.execute(
        sa.select(TextMessage, Registration, Event, Slot)
        .join(Registration, Registration.id == TextMessage.registration_id)
        .join(Event, Event.id == TextMessage.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(TextMessage.id.in_(claim.ids))
        .order_by(TextMessage.due_at, TextMessage.id)
    ).all()
    found: list[_Owed] = []
    for message, registration, event, slot in rows:
        found.append(_Owed(message, compose(session, message, registration, event, slot, links=links, now=now)))
    return found


def _hand_over(texter: Texter, owed: _Owed, *, now: datetime) -> _Settlement:
    """Send one message and return what to write about it."""
    message = owed.message
    if owed.text is None:
        return _Settlement({"state": TextState.SUPERSEDED, "last_error": "changed"})
    try:
        remote_id = texter.send(owed.text)
    except Rejected as refusal:
        return _Settlement({"state": TextState.FAILED, "last_error": str(refusal)[:500]}, failed=refusal.reason)
    except Unclear as unclear:
        if message.attempts > len(BACK_OFF):
            return _Settlement({"state": TextState.FAILED, "last_error": str(unclear)[:500]}, failed="unclear")
        return _Settlement({"state": TextState.UNCLEAR, "due_at": now + UNCLEAR_FOR, "last_error": str(unclear)[:500]})
    except NotSent as refusal:
        if message.attempts > len(BACK_OFF):
            return _Settlement({"state": TextState.FAILED, "last_error": refusal.reason[:500]}, failed="not_sent")
        pause = max(refusal.retry_after or timedelta(), BACK_OFF[message.attempts - 1])
        return _Settlement({"state": TextState.QUEUED, "due_at": now + pause, "last_error": refusal.reason[:500]})
    return _Settlement({"state": TextState.SENT, "sent_at": now, "remote_id": remote_id, "last_error": None})


def _settle(session: Session, *, claim: Claim, owed: _Owed, done: _Settlement, now: datetime) -> None:
    message = owed.message
    if not deliveries.settle(session, TextMessage, claim.token, [message.id], **done.values) or done.failed is None:
        return
    if done.failed == BLOCKED:
        consents.withdraw_address(session, message.channel, message.address, now=now, by=message.channel.value)
    fact = TextFailed(
        organiser_id=message.organiser_id,
        event_id=message.event_id,
        message_id=message.id,
        channel=message.channel.value,
        kind=message.kind.value,
        reason=done.failed,
    )
    outbox.record(session, fact, now=now, by="worker")
