"""What came in by e-mail, as the API shows it: text only, and nothing that a machine would take for an address."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.models import PartnerAnswer
from notifications.inbox.listing import InboundRow
from notifications.models.inbound import InboundKind, InboundState


class InboundView(msgspec.Struct, frozen=True, kw_only=True):
    """One message: who wrote, what it says, what became of it and why."""

    id: uuid.UUID
    kind: InboundKind
    state: InboundState
    reason: Annotated[str, Meta(description="Why it waits or came too late, as a code; empty where nothing is wrong.")]
    sender: str
    sender_name: str
    subject: str
    text: Annotated[str, Meta(description="What the person wrote, without what they quoted.")]
    answer: Annotated[PartnerAnswer | None, Meta(description="The answer in it, as far as a machine can tell.")]
    proposed_starts_at: datetime | None
    event_id: uuid.UUID | None
    participation_id: uuid.UUID | None
    email_id: Annotated[uuid.UUID | None, Meta(description="The e-mail of yours that it is about.")]
    received_at: datetime
    decided_at: datetime | None


class InboundList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of messages."""

    items: Sequence[InboundView]
    more: Annotated[bool, Meta(description="Whether a next page follows.")]


def inbound_view(row: InboundRow) -> InboundView:
    """Return one message as the API shows it."""
    message = row.message
    return InboundView(
        id=message.id,
        kind=message.kind,
        state=message.state,
        reason=message.reason,
        sender=message.sender,
        sender_name=message.sender_name,
        subject=message.subject,
        text=message.text,
        answer=row.said,
        proposed_starts_at=row.proposed_starts_at,
        event_id=row.event.id if row.event is not None else None,
        participation_id=message.participation_id,
        email_id=message.email_id,
        received_at=message.received_at,
        decided_at=message.decided_at,
    )
