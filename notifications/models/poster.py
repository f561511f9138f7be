"""A poster: the pictures of one event at one moment, in one language, on their way to storage."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import Claimable
from events.storage import Base, enum_type, new_id
from notifications.models.moment import Moment


class PosterState(enum.StrEnum):
    """Whether the pictures are there. The claim's own words (`queued`, `sending`) are two of these."""

    QUEUED = "queued"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


class Poster(Claimable, Base):
    """One design in every format. All channels share it; a change of the event sends it back to `queued`."""

    __tablename__ = "poster"
    __table_args__ = (sa.UniqueConstraint("event_id", "moment", "subject", "locale"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    moment: Mapped[Moment] = mapped_column(enum_type(Moment))
    subject: Mapped[str] = mapped_column(sa.String(36), default="")
    """The participation that a speaker's poster is about; empty otherwise."""
    locale: Mapped[str] = mapped_column(sa.String(5))
    state: Mapped[PosterState] = mapped_column(enum_type(PosterState), default=PosterState.QUEUED)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    """SHA-256 of everything drawn; part of the files' keys, so that a picture is drawn once."""
    square_key: Mapped[str | None] = mapped_column(sa.String(200))
    portrait_key: Mapped[str | None] = mapped_column(sa.String(200))
    story_key: Mapped[str | None] = mapped_column(sa.String(200))
    print_key: Mapped[str | None] = mapped_column(sa.String(200))
    """The A3 PDF for the notice board."""
    leaves: Mapped[int] = mapped_column(default=0)
    """How many pictures there are to leaf through after this one: a speaker or a work each."""
    created_at: Mapped[datetime]
