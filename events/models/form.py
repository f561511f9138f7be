"""An event's own questions, and the files that people answer with."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class FormRevision(Base):
    """One wording of an event's questions, as a document; written once, never changed.

    Who answered keeps the number of the revision they saw (`Registration.form_revision`), so that an old answer is
    still read beside its own question. `Event.form_revision` names the one that is asked now; 0 is a form without
    questions of its own and has no row.
    """

    __tablename__ = "form_revision"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fields: Mapped[list[Any]]
    """The questions in their order (`events.questions.form_document.Question`)."""
    retention_days: Mapped[int | None]
    """The longest time that an answer to one of them may be kept beyond the event's end, where one has such a time."""
    purged_days: Mapped[int | None]
    """For how many of these days what had to go is gone; the one column that changes, see
    `events.privacy.retention`."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(sa.String(80))


class AnswerFile(Base):
    """A file that somebody answered with. It lies in storage under a name of ours and is only ever sent as attachment.

    A file comes before the registration that it belongs to (`registration_id` None); what stays without one is removed.
    """

    __tablename__ = "answer_file"
    __table_args__ = (sa.Index(None, "registration_id", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"), index=True)
    registration_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id", ondelete="CASCADE"))
    question_id: Mapped[str] = mapped_column(sa.String(20))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    filename: Mapped[str] = mapped_column(sa.String(200))
    """What the person called it, without folders; shown, never used as a path."""
    content_type: Mapped[str] = mapped_column(sa.String(100))
    """What its bytes are, whatever it was called."""
    size: Mapped[int]
    created_at: Mapped[datetime]
