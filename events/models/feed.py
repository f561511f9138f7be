"""Addresses of personal calendar feeds: who has one, and which of them counts."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id


class FeedOf(enum.StrEnum):
    """Whose events a personal feed tells."""

    PERSON = "person"
    """Everything that one contact registered for; the address is given to who reads its mail."""
    REGISTRATION = "registration"
    PARTNER = "partner"
    STAFF = "staff"


class CalendarFeed(Base):
    """The one address of somebody's feed that counts. It holds no secret: the address is this row's key, signed.

    Another address is another key, so the old one leads to no row any more. All times here are real time.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (sa.UniqueConstraint("of", "subject"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    of: Mapped[FeedOf] = mapped_column(enum_type(FeedOf))
    subject: Mapped[str] = mapped_column(sa.String(520))
    """Whose it is: a person's key as in `Registration.person_key` (personal), or the id of a row."""
    link_version: Mapped[int] = mapped_column(default=0)
    """That of the personal link by which the address was asked for; revoking the link revokes the address."""
    made_at: Mapped[datetime]
