"""Accounts of organisers on networks, as programs see them: never what opens them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from notifications.models.channel_connection import ChannelConnection, ConnectionState


class NetworkView(msgspec.Struct, frozen=True, kw_only=True):
    """One account that was connected."""

    organiser_id: uuid.UUID
    channel: str
    state: Annotated[ConnectionState, Meta(description="`dead`: posts wait until staff connect it again.")]
    account: Annotated[str, Meta(description="As the network names it.")]
    url: str
    connected_at: datetime
    connected_by: str
    last_used_at: datetime | None
    died_at: datetime | None
    waiting: Annotated[int, Meta(description="Approved posts that are not out.")]


class NetworkList(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of one organiser."""

    items: list[NetworkView]


def network_list(found: Sequence[ChannelConnection], waiting: Mapping[str, int]) -> NetworkList:
    """Describe connections, and how many posts wait for each."""
    return NetworkList(
        items=[
            NetworkView(
                organiser_id=each.organiser_id,
                channel=each.channel,
                state=each.state,
                account=each.account_name,
                url=each.account_url,
                connected_at=each.connected_at,
                connected_by=each.connected_by,
                last_used_at=each.last_used_at,
                died_at=each.died_at,
                waiting=waiting.get(each.channel, 0),
            )
            for each in found
        ]
    )
