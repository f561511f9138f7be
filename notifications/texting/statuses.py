"""What networks report about messages that were sent: delivered, read, or failed after all.

Reports come in any order and more than once; a message only goes forward.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models.text_message import TextChannel, TextMessage, TextState

_ORDER = (
    TextState.QUEUED,
    TextState.SENDING,
    TextState.UNCLEAR,
    TextState.SENT,
    TextState.DELIVERED,
    TextState.READ,
)
_WAITING = (TextState.QUEUED, TextState.SENDING, TextState.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Report:
    """One report: which message by the network's name or by ours, and what became of it."""

    channel: TextChannel
    remote_id: str
    key: uuid.UUID | None
    state: TextState
    """`SENT`, `DELIVERED`, `READ` or `FAILED`."""
    reason: str | None
    at: datetime


def note(session: Session, report: Report) -> bool:
    """Write what a network reported; returns False where the message is not ours or knows it already.

    One whose answer was lost is settled by it, also while it waits to be sent again.
    """
    which = TextMessage.remote_id == report.remote_id
    if report.key is not None:
        which = sa.or_(which, TextMessage.id == report.key)
    message = session.scalar(
        sa.select(TextMessage).where(TextMessage.channel == report.channel, which).with_for_update()
    )
    if message is None or message.state is TextState.FAILED:
        return False
    failed = report.state is TextState.FAILED
    if not failed and message.state in _ORDER and _ORDER.index(report.state) <= _ORDER.index(message.state):
        return False
    if message.state in _WAITING:
        message.sent_at = report.at
        message.lease_token = message.lease_until = message.lease_holder = None
    message.state, message.seen_at, message.remote_id = report.state, report.at, report.remote_id
    message.last_error = report.reason[:500] if failed and report.reason else None
    session.flush()
    return True
