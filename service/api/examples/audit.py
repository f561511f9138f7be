"""Examples of the audit trail's answers; a test checks each against its schema."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from service.accounts.permissions import Action
from service.api.resources import audit, people

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_BEFORE = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_BY = f"staff:{_OTHER}"

AUDIT: dict[str, Any] = {
    "AuditPage": audit.AuditPage(
        items=[
            audit.AuditView(
                id=_ID,
                at=_BEFORE,
                by=_BY,
                token_id=None,
                address="203.0.113.7",
                device="Chrome · Android",
                action=Action.PUBLISH_EVENTS.value,
                act="POST /staff/events/{event_id}/publish",
                organiser_id=_OTHER,
                event_id=_ID,
                things={"event_id": str(_ID)},
                facts=[people.FactView(id=_ID, fact="EventPublished", at=_BEFORE, by=_BY, details={}, settled=True)],
                number=412,
                hash="5f2b6c0d9e8a7f1b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3",
            )
        ],
        next_cursor=None,
    ),
}
