"""Examples of what came in by e-mail."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from events.models import PartnerAnswer
from notifications.models.inbound import InboundKind, InboundState
from service.api.resources import inbound

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_BEFORE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_INBOUND = inbound.InboundView(
    id=_ID,
    kind=InboundKind.ANSWER,
    state=InboundState.WAITING,
    reason="other_sender",
    sender="pribadi@example.org",
    sender_name="Siti Aminah",
    subject="Diterima: Menulis Cerita Anak",
    text="Saya hadir.",
    answer=PartnerAnswer.ACCEPTED,
    proposed_starts_at=None,
    event_id=_ID,
    participation_id=_ID,
    email_id=None,
    received_at=_BEFORE,
    decided_at=None,
)

INBOUND: dict[str, Any] = {
    "InboundView": _INBOUND,
    "InboundList": inbound.InboundList(items=[_INBOUND], more=False),
}
