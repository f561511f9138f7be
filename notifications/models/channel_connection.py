"""A connection: an account of an organiser on a network, and the sealed secret that opens it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class ConnectionState(enum.StrEnum):
    """Whether posts can go out by it."""

    CONNECTED = "connected"
    DEAD = "dead"
    """The network takes the secret no longer; posts wait until somebody connects the account again."""
    DISCONNECTED = "disconnected"
    """Somebody took it back; the secret is erased."""


class ChannelConnection(Base):
    """One organiser's account on one network; connecting another account takes its place."""

    __tablename__ = "channel_connection"
    __table_args__ = (sa.UniqueConstraint("organiser_id", "channel"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    channel: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[ConnectionState] = mapped_column(enum_type(ConnectionState))
    account_id: Mapped[str] = mapped_column(sa.String(200))
    """The network's own id of the account: a post whose fate is unknown is looked for in this account only."""
    account_name: Mapped[str] = mapped_column(sa.String(200))
    account_url: Mapped[str] = mapped_column(sa.String(500))
    place: Mapped[str] = mapped_column(sa.String(200))
    """What names the account beside the secret: a channel's name, a handle, a server's address."""
    sealed_secret: Mapped[str] = mapped_column(sa.Text)
    """Encrypted by the service; empty once disconnected."""
    serial: Mapped[int] = mapped_column(default=1)
    """Raised by each connecting: a late "dead" about a former secret leaves the present one alone."""
    connected_at: Mapped[datetime]
    connected_by: Mapped[str] = mapped_column(sa.String(80))
    last_used_at: Mapped[datetime | None]
    died_at: Mapped[datetime | None]
