"""Links by which a person sees everything that is theirs, whatever event it belongs to."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class OwnEventsLink(Base):
    """One link to "my events and certificates". The row holds no secret: the link itself is signed.

    All times here are real time, like those of sessions.
    """

    __tablename__ = "own_events_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_key: Mapped[str] = mapped_column(sa.String(520), index=True)
    """Whose it is, as in `Registration.person_key`; personal."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
