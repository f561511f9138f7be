"""The organiser: a library (or one of its branches) that holds events. One installation may serve several."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, new_id


class Organiser(Base):
    """Who organises, in which zone and language, and how its things look (`brand`, read by `events.brand`)."""

    __tablename__ = "organiser"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[LocalizedText]
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    address: Mapped[LocalizedText]
    website: Mapped[str | None] = mapped_column(sa.String(500))
    brand: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
