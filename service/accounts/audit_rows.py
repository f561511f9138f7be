"""The audit trail's tables: one row an act of staff, numbered and chained off the way of those who act.

A row is written in the transaction of its act, without a number. `sealing` numbers it a moment later; from then on a
change to it, or its absence, shows.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class AuditEntry(Base):
    """Who did what, to which things, when (real time) and from where."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index(None, "organiser_id", "id"),
        sa.Index(None, "event_id", "id"),
        sa.Index(
            "ix_audit_entry_unsealed",
            "id",
            sqlite_where=sa.text("number IS NULL"),
            postgresql_where=sa.text("number IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(80))
    """As facts name people: ``staff:<id>``; ``nobody`` where somebody failed to be anybody."""
    token_id: Mapped[uuid.UUID | None]
    """The API token that was used, if one was."""
    address: Mapped[str] = mapped_column(sa.String(45))
    device: Mapped[str] = mapped_column(sa.String(40))
    action: Mapped[str] = mapped_column(sa.String(40))
    """An `Action` by its value, or one of `audit`'s own kinds (``sign_in`` …)."""
    act: Mapped[str] = mapped_column(sa.String(120))
    """Method and route, without what stands for its parameters."""
    organiser_id: Mapped[uuid.UUID | None]
    event_id: Mapped[uuid.UUID | None]
    things: Mapped[dict[str, Any]]
    """The route's parameters by name: ids, never a secret."""
    facts: Mapped[list[Any]]
    """Ids of what was recorded in the same transaction; the fact log says what it was."""
    request_id: Mapped[str | None] = mapped_column(sa.String(64))
    number: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    """Its place in the chain, from 1 without a gap; empty until it is sealed."""
    hash: Mapped[str | None] = mapped_column(sa.String(64))
    """Keyed: it takes the installation's secret key, which is not in the database, to make it."""


class AuditChain(Base):
    """The chain's end, one row, signed itself: without it the latest entries could be cut off unseen."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(sa.String(64))
    covered: Mapped[uuid.UUID]
    """The latest fact that the chain covers."""
    signature: Mapped[str] = mapped_column(sa.String(64))
