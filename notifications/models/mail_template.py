"""An e-mail's text as staff wrote it for their library: one row a version, the newest counts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, enum_type, new_id
from notifications.models.email import EmailKind


@dataclass(frozen=True, slots=True)
class OwnText:
    """Subject and body in the markup of e-mails, instead of the house's."""

    subject: str
    body: str


class MailTemplate(Base):
    """One version of the text for one kind in one language. Versions are added, never changed.

    A version without subject and body goes back to the house's own text (for a branch: to its library's).
    """

    __tablename__ = "mail_template"
    __table_args__ = (sa.UniqueConstraint("organiser_id", "kind", "locale", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    kind: Mapped[EmailKind] = mapped_column(enum_type(EmailKind))
    locale: Mapped[str] = mapped_column(sa.String(5))
    version: Mapped[int]
    """From 1 on, without gaps."""
    subject: Mapped[str | None] = mapped_column(sa.String(200))
    body: Mapped[str | None] = mapped_column(sa.Text)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(sa.String(64))
    """Who wrote it, as the fact log names people: ``staff:…``, ``api:…``."""

    @property
    def own(self) -> OwnText | None:
        """What it says; None for a version that goes back to the house's text."""
        if self.subject is None or self.body is None:
            return None
        return OwnText(self.subject, self.body)
