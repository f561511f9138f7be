"""The event and its programme."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from events.storage import Base, LocalizedText, enum_type, new_id


class EventKind(enum.StrEnum):
    """What is organised. Exhibitions have visit slots; webinars have a join link."""

    WEBINAR = "webinar"
    EXHIBITION = "exhibition"


class PartyKind(enum.StrEnum):
    """Who comes together with one registration, as the form words it."""

    GROUP = "group"
    FAMILY = "family"
    CLASS = "class"


class EventMode(enum.StrEnum):
    """Where people meet."""

    ONLINE = "online"
    ONSITE = "onsite"
    HYBRID = "hybrid"


class Stage(enum.StrEnum):
    """Where an event is in its life; `events.drafts.lifecycle` holds the moves between them."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REGISTRATION_OPEN = "registration_open"
    REGISTRATION_CLOSED = "registration_closed"
    LIVE = "live"
    ENDED = "ended"
    ARCHIVED = "archived"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


AHEAD = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED)
"""The stages in which an event is known and has not begun."""


class Track(enum.StrEnum):
    """How far one parallel track of an ended event (recording, certificates, survey) has come."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TagKind(enum.StrEnum):
    """What a tag says of an event: for whom it is, or what it is about."""

    AUDIENCE = "audience"
    TOPIC = "topic"


class Event(Base):
    """One webinar or exhibition. Seats are counted in `SeatPool`, never here."""

    __tablename__ = "event"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "slug"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index(None, "stage", "starts_at"),
        sa.Index(None, "starts_at", "id"),
        # What calendar feeds tell of is a window of time: of all, or of a library and its branches.
        sa.Index(None, "ends_at"),
        sa.Index(None, "organiser_id", "ends_at"),
        sa.Index(None, "recording_track", "starts_at", "id"),
        sa.Index(None, "series_id", "series_date", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    slug: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    mode: Mapped[EventMode] = mapped_column(enum_type(EventMode))
    stage: Mapped[Stage] = mapped_column(enum_type(Stage), default=Stage.DRAFT)
    title: Mapped[LocalizedText]
    summary: Mapped[LocalizedText]
    description: Mapped[LocalizedText]
    """Plain text with blank lines between paragraphs; never HTML."""
    audience: Mapped[LocalizedText]
    audiences: Mapped[list[Any]] = mapped_column(default=list)
    """Codes of `events.tags.Audience`, to filter by; `audience` says the same in words."""
    topics: Mapped[list[Any]] = mapped_column(default=list)
    """Names in both languages, as `events.tags.stored_topics` writes them."""
    works: Mapped[list[Any]] = mapped_column(default=list)
    """What an exhibition shows, as `events.drafts.works.set_works` writes it."""
    search_text: Mapped[str] = mapped_column(sa.Text, default="", deferred=True)
    """Every word that the event can be found by, written by `events.search_index`; too long to be loaded unasked."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    venue: Mapped[LocalizedText]
    join_url: Mapped[str | None] = mapped_column(sa.String(1000))
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    waitlist: Mapped[bool] = mapped_column(default=True)
    offer_hours: Mapped[int] = mapped_column(default=24)
    """How long an offered seat is held, in hours; never past the start."""
    max_party_size: Mapped[int] = mapped_column(default=1)
    party_kind: Mapped[PartyKind] = mapped_column(enum_type(PartyKind), default=PartyKind.GROUP)
    """What those who come together are called; changes words only."""
    form_revision: Mapped[int] = mapped_column(default=0)
    """The revision of the form that is asked now; 0: no questions of its own."""
    answers_editable_until: Mapped[datetime | None]
    """Until when people may change what they answered; None: until the event starts."""
    approval: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Who is let in by whom; empty: everybody at once. Read by `events.registrations.approval`."""
    guardian_consent: Mapped[bool] = mapped_column(default=False)
    """Whether minors may register, with the consent of a guardian."""
    no_show_percent: Mapped[int] = mapped_column(default=0)
    """How many of a hundred seated people are expected not to come: what overbooking is planned by."""
    network_limit: Mapped[int | None]
    """How many registrations may come from one network in an hour; None: what the installation says; 0: any number."""
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    """iCalendar SEQUENCE: grows with every move, postponement and cancellation, never shrinks."""
    series_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("series.id"))
    series_date: Mapped[date | None]
    """The day that the series' rule gave it (as RFC 5545 RECURRENCE-ID): how a date that was moved is known."""
    series_version: Mapped[int | None]
    """The `version` in which the last change of the whole series left this event."""
    postponed_from: Mapped[Stage | None] = mapped_column(enum_type(Stage))
    reason: Mapped[LocalizedText]
    """Why the event was last moved, postponed or cancelled, as people are told."""
    start_code: Mapped[str | None] = mapped_column(sa.String(40))
    end_code: Mapped[str | None] = mapped_column(sa.String(40))
    attendance_rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    certificate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Settings of the certificate; empty means that none is issued. Read by `certificates`."""
    certificates_due_at: Mapped[datetime | None]
    artwork: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The picture and the layout of its posters; empty: as Acara chooses. Read by `events.media.artwork`."""
    survey_url: Mapped[str | None] = mapped_column(sa.String(1000))
    recording_track: Mapped[Track] = mapped_column(enum_type(Track), default=Track.NONE)
    certificate_track: Mapped[Track] = mapped_column(enum_type(Track), default=Track.NONE)
    survey_track: Mapped[Track] = mapped_column(enum_type(Track), default=Track.NONE)
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change; pages send it back, so that two editors never overwrite each other."""


class EventTag(Base):
    """One audience or topic of an event, to filter by. Follows from the event's columns: see `events.search_index`."""

    __tablename__ = "event_tag"
    __table_args__ = (sa.Index(None, "kind", "code"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[TagKind] = mapped_column(enum_type(TagKind), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    name: Mapped[LocalizedText]
    """A topic's name; empty for an audience, which is named by its code."""


class ProgrammeItem(Base):
    """One line of the programme: a talk, an opening, a break."""

    __tablename__ = "programme_item"
    __table_args__ = (sa.Index(None, "event_id", "starts_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[LocalizedText]
    room: Mapped[LocalizedText]
    speaker_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("partner.id"))
