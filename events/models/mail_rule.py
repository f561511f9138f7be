"""Rules by which e-mails are planned: to whom, when, and what; read by `notifications.rules`."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class Anchor(enum.StrEnum):
    """What a rule's time is counted from."""

    START = "start"
    """Of the event, or of the visit that was booked."""
    END = "end"
    REGISTRATION = "registration"
    CERTIFICATE = "certificate"
    """When the person's certificate was issued."""


class Audience(enum.StrEnum):
    """Who is written to."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PENDING = "pending"
    ATTENDED = "attended"
    MISSED = "missed"
    PARTNERS = "partners"
    SILENT_PARTNERS = "silent_partners"


class MailRule(Base):
    """One rule of an organiser, for all its events, or of one event.

    `key` says which rule it is: a rule of an event takes the place of its organiser's with the same key, that of a
    branch the place of its parent's, and an organiser's own the place of one that the house comes with.
    """

    __tablename__ = "mail_rule"
    __table_args__ = (sa.UniqueConstraint("scope_id", "key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    """None: for all events of the organiser."""
    scope_id: Mapped[uuid.UUID]
    """The event, or else the organiser: within it a key is unique."""
    key: Mapped[str] = mapped_column(sa.String(40))
    anchor: Mapped[Anchor] = mapped_column(enum_type(Anchor))
    offset_minutes: Mapped[int]
    """How long after the anchor; negative: before it."""
    audience: Mapped[Audience] = mapped_column(enum_type(Audience))
    modes: Mapped[list[Any]] = mapped_column(default=list)
    """Values of `EventMode` that it is for; empty: all."""
    sends: Mapped[str] = mapped_column(sa.String(32))
    """The kind of e-mail (`notifications.models.email.EmailKind`): one of the house's, or ``rule`` with own words."""
    subject: Mapped[LocalizedText]
    body: Mapped[LocalizedText]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
