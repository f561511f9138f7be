"""What staff write before an event is public: templates, reviews and their comments, unsaved text, links for a preview.

Who did it is kept as facts name people (``staff:<id>``): accounts live in another room.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.models.event import EventKind
from events.storage import Base, LocalizedText, enum_type, new_id


class EventTemplate(Base):
    """What events of one sort have in common; `document` is written and read by `events.drafts.event_documents`."""

    __tablename__ = "event_template"
    __table_args__ = (sa.UniqueConstraint("organiser_id", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    document: Mapped[dict[str, Any]]
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime]


class ReviewState(enum.StrEnum):
    """How far the review of a draft has come."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class EventReview(Base):
    """The review of one draft: who asked for approval, with which text, and who decided."""

    __tablename__ = "event_review"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[ReviewState] = mapped_column(enum_type(ReviewState))
    submitted_by: Mapped[str] = mapped_column(sa.String(80))
    submitted_at: Mapped[datetime]
    submitted_fact: Mapped[uuid.UUID]
    """The fact of the submission: what came after it in the log was changed after it."""
    submitted: Mapped[dict[str, Any]]
    """The event as it was submitted, so that the approver sees what was changed since."""
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))
    decided_at: Mapped[datetime | None]


class CommentKind(enum.StrEnum):
    """What a comment came with."""

    REMARK = "remark"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class EventComment(Base):
    """What staff say to each other about an event; never shown to anybody else."""

    __tablename__ = "event_comment"
    __table_args__ = (sa.Index(None, "event_id", "written_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[CommentKind] = mapped_column(enum_type(CommentKind))
    text: Mapped[str] = mapped_column(sa.String(2000))
    written_by: Mapped[str] = mapped_column(sa.String(80))
    written_at: Mapped[datetime]


class WorkingCopy(Base):
    """What one person has typed into an event's form and not saved yet; nobody else sees it.

    `subject` is the event's id, or says which empty form it is; `base` is what the form held when the person began
    (at version `based_on` of the event), so that what others saved meanwhile can be told from what this person typed.
    """

    __tablename__ = "event_working_copy"
    __table_args__ = (sa.UniqueConstraint("staff_id", "subject"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[uuid.UUID]
    subject: Mapped[str] = mapped_column(sa.String(100))
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    organiser_id: Mapped[uuid.UUID]
    fields: Mapped[dict[str, Any]]
    base: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    saved_at: Mapped[datetime]


class PreviewLink(Base):
    """A link that shows the event, a draft too, to who has it: it expires, and can be revoked."""

    __tablename__ = "preview_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(sa.String(100))
    """For whom it is, as staff remember it."""
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class MaterialTime(enum.StrEnum):
    """When people get to see something."""

    BEFORE = "before"
    AFTER = "after"


class Material(Base):
    """Something for those who are registered, by its link: slides, a reading list, a worksheet."""

    __tablename__ = "material"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    title: Mapped[LocalizedText]
    url: Mapped[str] = mapped_column(sa.String(1000))
    shown: Mapped[MaterialTime] = mapped_column(enum_type(MaterialTime))
    """From the registration on, or only once the event is over."""
    created_at: Mapped[datetime]
