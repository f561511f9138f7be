"""Examples of accounts on networks, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from notifications.models.channel_connection import ConnectionState
from service.api.resources import networks

_ACCOUNT = networks.NetworkView(
    organiser_id=uuid.UUID("01937a52-0000-7abc-8def-0123456789ab"),
    channel="telegram",
    state=ConnectionState.CONNECTED,
    account="Perpustakaan Kota Batam",
    url="https://t.me/perpusbatam",
    connected_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    connected_by="staff:01937a52-1111-7abc-8def-0123456789ab",
    last_used_at=datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
    died_at=None,
    waiting=2,
)
NETWORKS: dict[str, Any] = {"NetworkView": _ACCOUNT, "NetworkList": networks.NetworkList(items=[_ACCOUNT])}
