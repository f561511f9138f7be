"""A post: a public announcement of one event, at one moment, on one channel, in one language."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import Claimable
from events.storage import Base, enum_type, new_id
from notifications.models.moment import Moment


class PostState(enum.StrEnum):
    """What has become of a post. `QUEUED` is an approved one, `SENDING` one being published (the claim's words).

    planned → draft → queued → sending → published | failed | unknown → published | queued | failed
    A channel that has no interface ends in `copied`: a person took text and picture over by hand.
    """

    PLANNED = "planned"
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PUBLISHED = "published"
    COPIED = "copied"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


UNSENT = (PostState.PLANNED, PostState.DRAFT, PostState.QUEUED, PostState.FAILED)
"""Not out, and nobody is trying at this moment: these follow the event when it changes."""

OUT = (PostState.PUBLISHED, PostState.COPIED)
"""Out in the world: these stay listed as they are."""


class Post(Claimable, Base):
    """One announcement. Its key (event, moment, subject, channel, locale, sequence) is unique: it is drafted once."""

    __tablename__ = "post"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "moment", "subject", "channel", "locale", "sequence"),
        sa.Index(None, "organiser_id", "state"),
        sa.Index(None, "state", "draft_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Also the Idempotency-Key under which it is published, and the seed of its phrasing."""
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id"))
    moment: Mapped[Moment] = mapped_column(enum_type(Moment))
    subject: Mapped[str] = mapped_column(sa.String(36), default="")
    """The participation that a speaker's post is about; empty otherwise."""
    channel: Mapped[str] = mapped_column(sa.String(20))
    locale: Mapped[str] = mapped_column(sa.String(5))
    sequence: Mapped[int] = mapped_column(default=0)
    """The event's calendar sequence for what is told anew after a move, 0 for what is told once in a life."""
    state: Mapped[PostState] = mapped_column(enum_type(PostState))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    alt_text: Mapped[str] = mapped_column(sa.String(1500), default="")
    previous_text: Mapped[str | None] = mapped_column(sa.Text)
    """What a person had written or approved before a change of the event replaced it."""
    edited: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    """SHA-256 of what the text says about the event; when the event says otherwise, the post is out of date."""
    seats_under: Mapped[int] = mapped_column(default=0)
    """The round number of seats that the text says fewer are left than."""
    outdated: Mapped[bool] = mapped_column(default=False)
    """It is out and says what is not true any more."""
    opening: Mapped[str] = mapped_column(sa.String(16), default="")
    """The key of the phrasing that it begins with; the organiser's next posts begin otherwise."""
    responses: Mapped[int | None]
    """How many people reacted (likes, comments, shares) when the network was asked last; None: never asked."""
    poster_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("poster.id"))
    draft_at: Mapped[datetime | None]
    """When a planned post is to be written, early enough for a person to approve it."""
    publish_at: Mapped[datetime | None]
    """When it should be out; approving sets `due_at` to the first free moment from then on, or from now."""
    chosen: Mapped[bool] = mapped_column(default=False)
    """A person chose `publish_at`, and was told what speaks against it: approving keeps it, if it is still to come."""
    good_until: Mapped[datetime | None]
    """From here on it says what is not true any more ("tomorrow" on the day itself) and is withdrawn."""
    remote_id: Mapped[str | None] = mapped_column(sa.String(100))
    remote_url: Mapped[str | None] = mapped_column(sa.String(500))
    approved_by: Mapped[str | None] = mapped_column(sa.String(80))
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    first_sent_at: Mapped[datetime | None]
    """Real time of the first attempt: a network is asked about nothing older."""
    sent_as: Mapped[str] = mapped_column(sa.String(200), default="")
    """The network's id of the connected account that it was handed over as; empty: the installation's."""
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    """Why it was withdrawn or has failed, as a code."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
