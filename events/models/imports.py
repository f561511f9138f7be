"""A list of people that staff bring in: what was sent, while it is looked at, and what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class RegistrationImport(Base):
    """One list. Its rows are kept while staff look at what would happen, at most a day; how people agreed stays."""

    __tablename__ = "registration_import"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(sa.String(200))
    headers: Mapped[list[Any]]
    rows: Mapped[list[Any]]
    """One list of texts a person, as long as `headers`; empty once they were brought in or forgotten. Personal."""
    numbers: Mapped[list[Any]]
    """The lines of the file in which the rows stand."""
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By column number: what it holds (``name``, ``answers.<question>`` …)."""
    consent: Mapped[str] = mapped_column(sa.String(1000), default="")
    """How these people agreed, in the words of who brought them in. Registrations name it: ``import-<id>``."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(sa.String(80))
    applied_at: Mapped[datetime | None]
    imported: Mapped[int] = mapped_column(default=0)
