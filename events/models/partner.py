"""Partners: schools, communities, institutions and speakers that take part."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class PartnerKind(enum.StrEnum):
    """What a partner is. A speaker is a partner who speaks: one record, one address, one calendar."""

    SPEAKER = "speaker"
    SCHOOL = "school"
    COMMUNITY = "community"
    INSTITUTION = "institution"


class ParticipationRole(enum.StrEnum):
    """What a partner does at one event."""

    SPEAKER = "speaker"
    MODERATOR = "moderator"
    HOST = "host"
    CO_ORGANISER = "co_organiser"
    GUEST = "guest"


class PartnerAnswer(enum.StrEnum):
    """The partner's PARTSTAT (RFC 5545 §3.2.12), lower case."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Partner(Base):
    """A school, community, institution or speaker, kept across events."""

    __tablename__ = "partner"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"), index=True)
    kind: Mapped[PartnerKind] = mapped_column(enum_type(PartnerKind))
    name: Mapped[str] = mapped_column(sa.String(200))
    """As it is written on posters, with titles: ``Dr. Hj. Siti Aminah, S.Pd., M.M.``"""
    affiliation: Mapped[LocalizedText]
    biography: Mapped[LocalizedText]
    contact_name: Mapped[str | None] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    locale: Mapped[str] = mapped_column(sa.String(5), default="id")
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    photo_key: Mapped[str | None] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]
    """When what is personal was removed (`events.partner_retention`); the name stays on what they took part in."""


class Participation(Base):
    """One partner's part in one event: the role, and what they answered to the invitation."""

    __tablename__ = "participation"
    __table_args__ = (sa.UniqueConstraint("event_id", "partner_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    partner_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("partner.id"))
    role: Mapped[ParticipationRole] = mapped_column(enum_type(ParticipationRole))
    topic: Mapped[LocalizedText]
    position: Mapped[int] = mapped_column(default=0)
    answer: Mapped[PartnerAnswer] = mapped_column(enum_type(PartnerAnswer), default=PartnerAnswer.NEEDS_ACTION)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(sa.String(80))
    """Whose word it is: ``partner:<id>`` on the page, ``mail:<message>`` from a calendar, ``staff:<id>`` for them."""
    answer_comment: Mapped[str] = mapped_column(sa.String(2000), default="")
    answer_stamp: Mapped[datetime | None]
    """DTSTAMP of the last answer by mail that counted; one that is not later is old (RFC 5546 §2.1.5)."""
    proposed_starts_at: Mapped[datetime | None]
    """Another time that the partner proposed (COUNTER), until they answer without one or the event moves."""
    proposed_ends_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    """When they were asked: with the publication, or later; None while the event is a draft."""
    opened_at: Mapped[datetime | None]
    """When a person first looked at the partner's page."""
    reminded_at: Mapped[datetime | None]
    """When they were last reminded that they have not answered."""
    reminders: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[datetime | None]
    link_version: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    series_invitation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("series_invitation.id"), index=True)
    """The calendar entry that this date is a part of; None: the event is of no series, and has an entry of its own."""
    asked_sequence: Mapped[int] = mapped_column(default=0)
    """The invitation's SEQUENCE in which this date was asked about last: an answer to an older one is none to it."""


class SeriesInvitation(Base):
    """One partner's calendar entry for all their dates of one series; its id is the UID, for life.

    What they do at each date, and what they answered for it, stands in the `Participation` of that date.
    """

    __tablename__ = "series_invitation"
    __table_args__ = (sa.UniqueConstraint("series_id", "partner_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    series_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("series.id"))
    partner_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    """iCalendar SEQUENCE of the whole object: grows with every change of any of its dates, never shrinks."""
    link_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When the set of its dates, or one of them, was last changed: no DTSTAMP is older."""
