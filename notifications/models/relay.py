"""What all processes that send know together: whether the relay works, how much of its day is used, how fast to go.

Times here are real ones (decision 5): providers live by the real clock, whatever a demonstration shows.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, new_id


class RelayState(Base):
    """One relay that did not work, or did not let us in. A relay that never failed has no row."""

    __tablename__ = "relay_state"

    name: Mapped[str] = mapped_column(sa.String(260), primary_key=True)
    """Host and port; never a user or password."""
    paused_until: Mapped[datetime | None]
    """Nothing is sent before; then one worker tries with one e-mail. None: it works."""
    probed_until: Mapped[datetime | None]
    """Until then one worker is trying, and the others wait for what it finds."""
    since: Mapped[datetime | None]
    """Since when it has not worked."""
    failures: Mapped[int] = mapped_column(default=0)
    """Pauses in a row; each is longer than the one before."""
    reason: Mapped[str | None] = mapped_column(sa.String(20))
    """A code of `notifications.transport.answers`."""
    said: Mapped[str] = mapped_column(sa.String(500), default="")
    """The server's own words, or the network's."""


class RelayCount(Base):
    """How many e-mails were handed to a relay within one hour; kept only for relays that count."""

    __tablename__ = "relay_count"

    name: Mapped[str] = mapped_column(sa.String(260), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """The beginning of the hour."""
    taken: Mapped[int] = mapped_column(default=0)


class MailPace(Base):
    """How fast mail goes to one provider of mailboxes: a token bucket (GCRA), shared by all processes."""

    __tablename__ = "mail_pace"

    domain: Mapped[str] = mapped_column(sa.String(253), primary_key=True)
    full_at: Mapped[datetime]
    """When the bucket will be full again if nothing more is sent; the theoretical arrival time of GCRA."""
    slowed_until: Mapped[datetime | None]
    slowed_to: Mapped[int | None]
    """E-mails a minute until then, because the provider asked for it."""


class MailHold(Base):
    """Staff have the mails of one event wait, or all of an organiser's, until they are released."""

    __tablename__ = "mail_hold"
    __table_args__ = (
        sa.UniqueConstraint("event_id"),
        sa.Index(
            "uq_mail_hold_organiser_id",
            "organiser_id",
            unique=True,
            sqlite_where=sa.text("event_id IS NULL"),
            postgresql_where=sa.text("event_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event.id"))
    """None: all mails of the organiser."""
    held_at: Mapped[datetime]
    held_by: Mapped[str] = mapped_column(sa.String(80))
