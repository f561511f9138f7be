"""An e-mail: one mail to one person, from the moment it is owed until it is sent, superseded or given up."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.deliveries import QUEUED, SENDING, Claimable
from events.storage import Base, enum_type, new_id


class EmailKind(enum.StrEnum):
    """What an e-mail is for; also the name of its folder of templates."""

    CONFIRMATION = "confirmation"
    REGISTRATION_RECEIVED = "registration_received"
    REGISTRATION_DECLINED = "registration_declined"
    DECISION_UNDONE = "decision_undone"
    WAITLISTED = "waitlisted"
    WAITING_ENDED = "waiting_ended"
    SEAT_OFFERED = "seat_offered"
    OFFER_EXPIRED = "offer_expired"
    REGISTRATION_CANCELLED = "registration_cancelled"
    EVENT_UPDATE = "event_update"
    EVENT_POSTPONED = "event_postponed"
    EVENT_CANCELLED = "event_cancelled"
    REMINDER_7D = "reminder_7d"
    REMINDER_1D = "reminder_1d"
    REMINDER_1H = "reminder_1h"
    RULE = "rule"
    ANNOUNCEMENT = "announcement"
    RECORDING_AVAILABLE = "recording_available"
    CERTIFICATE = "certificate"
    OWN_EVENTS = "own_events"
    GUARDIAN_REQUEST = "guardian_request"
    GUARDIAN_AWAITED = "guardian_awaited"
    GUARDIAN_MISSING = "guardian_missing"
    SERIES_BOOKED = "series_booked"
    SERIES_CHANGED = "series_changed"
    SERIES_ADDED = "series_added"
    PARTNER_INVITATION = "partner_invitation"
    PARTNER_UPDATE = "partner_update"
    PARTNER_CANCELLATION = "partner_cancellation"
    PARTNER_PROPOSAL_DECLINED = "partner_proposal_declined"
    PARTNER_REMINDER = "partner_reminder"
    PARTNER_SEATS = "partner_seats"
    PARTNER_MATERIALS = "partner_materials"
    PARTNER_REPORT = "partner_report"
    REVIEW_ASKED = "review_asked"
    REVIEW_RETURNED = "review_returned"
    REVIEW_APPROVED = "review_approved"
    NEWS_ASKED = "news_asked"
    NEWS = "news"


PROMOTIONAL = frozenset({EmailKind.SERIES_ADDED, EmailKind.NEWS})
"""Kinds that ask for more than the person has asked for; only these can be unsubscribed from (RFC 8058).

Everything else answers something that the person did or holds, and goes to them whatever they unsubscribed from.
"""

OF_NEWS = frozenset({EmailKind.NEWS_ASKED, EmailKind.NEWS})
"""Kinds that are about a subscription to the library's news, and about no event."""


class EmailState(enum.StrEnum):
    """How far an e-mail has come. The claim's own words (`queued`, `sending`) are two of these.

    *Superseded*: the world changed before it was sent, so that it would have told something old, or nothing new.
    *Suppressed*: its address is one that nothing more is sent to. *Held*: staff have it wait until they release it.
    *Failed*: no server took it. *Bounced*: one took it, and it came back. One that is *deferred* is queued, with the
    `reason` why it was not taken yet.
    """

    QUEUED = QUEUED
    SENDING = SENDING
    HELD = "held"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"


class WaitsFor(enum.StrEnum):
    """What a queued e-mail waits for that is not its time."""

    QUOTA = "quota"
    """The relay's next day: today's mails are used up, or kept for what is more urgent."""
    PACE = "pace"
    """Its turn: the recipient's provider takes only so many a minute."""


class Email(Claimable, Base):
    """One e-mail. Its content is composed when it is sent, so the row holds none: no secret and no stale date.

    `to_address` is the personal column.
    """

    __tablename__ = "email"
    __table_args__ = (
        sa.CheckConstraint("(event_id IS NULL) <> (news_subscription_id IS NULL)", name="about_one_thing"),
        # Down to the id: a thousand reminders are due at one moment, and every claim would sort them all.
        sa.Index(None, "state", "priority", "due_at", "id"),
        sa.Index(None, "event_id", "kind"),
        sa.Index(
            "uq_email_uid_sending",
            "uid",
            unique=True,
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        ),
        sa.Index(None, "uid", "state"),
        sa.Index(None, "sent_at"),
        sa.Index(
            None,
            "announcement_id",
            "state",
            sqlite_where=sa.text("announcement_id IS NOT NULL"),
            postgresql_where=sa.text("announcement_id IS NOT NULL"),
        ),
        sa.Index(
            None,
            "waits_for",
            "priority",
            sqlite_where=sa.text("waits_for IS NOT NULL"),
            postgresql_where=sa.text("waits_for IS NOT NULL"),
        ),
        sa.Index(
            None,
            "hold_id",
            sqlite_where=sa.text("hold_id IS NOT NULL"),
            postgresql_where=sa.text("hold_id IS NOT NULL"),
        ),
        sa.Index(
            None,
            "news_subscription_id",
            sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
            postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
        ),
        # What became of the last issues of the news, however many e-mails there ever were.
        sa.Index(
            "ix_email_news_created_at",
            "organiser_id",
            "created_at",
            sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
            postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    """Also the left part of the Message-ID, so that every attempt to send it carries the same."""
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("event.id"))
    """The event that it is about; None for news, which is about many or none."""
    news_subscription_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("news_subscription.id"))
    """The subscription that it is owed to; exactly one of the two is there."""
    kind: Mapped[EmailKind] = mapped_column(enum_type(EmailKind))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("registration.id"), index=True)
    participation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("participation.id"), index=True)
    to_address: Mapped[str] = mapped_column(sa.String(254))
    locale: Mapped[str] = mapped_column(sa.String(5))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the templates need beside the event as it is when sending, such as the old time; in e-mails among staff
    their names. Never a secret."""
    state: Mapped[EmailState] = mapped_column(enum_type(EmailState), default=EmailState.QUEUED)
    priority: Mapped[int] = mapped_column(default=5)
    """Lower goes first: a person waits for a confirmation, nobody for the announcement of a recording."""
    dedupe_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    """What the e-mail is about, in one line; a second one with the same key is not written."""
    event_version: Mapped[int]
    """`Event.version` that made the e-mail due and, once sent, the version that it told."""
    about_start: Mapped[datetime | None]
    """The moment that a rule counted from, such as a start; the e-mail is stale once that is another one."""
    rule: Mapped[str | None] = mapped_column(sa.String(60))
    """The rule that it was planned by: ``key@offset``, so that what is planned for another time is known as stale."""
    announcement_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("announcement.id"))
    uid: Mapped[str | None] = mapped_column(sa.String(40))
    """The calendar entry that it carries. One entry has one writer at a time: at most one row of a UID is *sending*."""
    sequence: Mapped[int | None]
    """The SEQUENCE that was sent."""
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    """File keys with names and types: ``{"key": …, "name": …, "type": …}``."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(sa.String(20))
    """Why it is not there yet, or never will be: a code of `notifications.transport.answers`; None where all is
    well."""
    waits_for: Mapped[WaitsFor | None] = mapped_column(enum_type(WaitsFor))
    hold_id: Mapped[uuid.UUID | None]
    """The `MailHold` that it was held under; None where it was held by itself."""
    resent_of: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("email.id", ondelete="SET NULL"))
    """The e-mail that staff had sent once more as this one; it says what is so now, told before or not."""

    @property
    def about(self) -> uuid.UUID:
        """The event that it is about. Raises `ValueError` for news."""
        if self.event_id is None:
            raise ValueError(f"an e-mail of the kind {self.kind} is about no event")
        return self.event_id
