"""The audit trail as the API shows it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from service.accounts.audit import Line
from service.api.resources.people import FactView, fact_view


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One act of staff: who, when, from where, on which things."""

    id: uuid.UUID
    at: datetime
    by: str
    token_id: uuid.UUID | None
    address: str
    device: str
    action: str
    act: str
    organiser_id: uuid.UUID | None
    event_id: uuid.UUID | None
    things: dict[str, Any]
    facts: list[FactView]
    number: Annotated[int | None, Meta(description="Its place in the chain; empty for a moment after the act.")]
    hash: str | None


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Acts, the latest first."""

    items: list[AuditView]
    next_cursor: str | None


def audit_view(line: Line) -> AuditView:
    """Return one act of the trail."""
    own = [name for name in AuditView.__struct_fields__ if name != "facts"]
    return AuditView(
        facts=[fact_view(each) for each in line.facts], **{name: getattr(line.entry, name) for name in own}
    )
