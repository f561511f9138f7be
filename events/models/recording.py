"""The recording: a video of the event on its way to YouTube."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import Claimable
from events.storage import Base, enum_type, new_id


class RecordingState(enum.StrEnum):
    """How far the video has come. The claim's own words (`queued`, `sending`) are two of these."""

    RECEIVING = "receiving"
    QUEUED = "queued"
    SENDING = "sending"
    PUBLISHED = "published"
    FAILED = "failed"
    REMOVED = "removed"


class Recording(Claimable, Base):
    """One video of one event, either a file that is uploaded for the staff or a link that they pasted."""

    __tablename__ = "recording"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"), index=True)
    state: Mapped[RecordingState] = mapped_column(enum_type(RecordingState))
    title: Mapped[str] = mapped_column(sa.String(100))
    visibility: Mapped[str] = mapped_column(sa.String(10), default="unlisted")
    """``public``, ``unlisted`` or ``private``: always sent, because YouTube's default is public."""
    storage_key: Mapped[str | None] = mapped_column(sa.String(200))
    content_type: Mapped[str] = mapped_column(sa.String(100), default="video/mp4")
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    session_uri: Mapped[str | None] = mapped_column(sa.Text)
    """YouTube's resumable session, encrypted: whoever holds it can finish the upload."""
    sent_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    video_id: Mapped[str | None] = mapped_column(sa.String(20))
    thumbnail_set: Mapped[bool] = mapped_column(default=False)
    playlist_done: Mapped[bool] = mapped_column(default=False)
    url: Mapped[str | None] = mapped_column(sa.String(500))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
