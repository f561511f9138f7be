"""What staff see of an event: the whole of it, with its parts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events.models import (
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    PartnerKind,
    Recording,
    RecordingState,
    SeatPool,
    Slot,
    Stage,
    Track,
)
from events.privacy.records import EventRecord
from events.storage import LocalizedText
from events.tags import Audience, audiences_of, topics_of


class OrganiserView(msgspec.Struct, frozen=True, kw_only=True):
    """A library, or a branch of one."""

    id: uuid.UUID
    parent_id: Annotated[uuid.UUID | None, Meta(description="The library whose branch it is.")]
    slug: str
    name: LocalizedText
    timezone: str
    locale: str
    email: str | None
    phone: str | None
    address: LocalizedText
    website: str | None
    brand: Annotated[
        dict[str, Any],
        Meta(description="The brand kit as it was set; see `BrandInput`. What a branch lacks is its parent's."),
    ]


class OrganiserList(msgspec.Struct, frozen=True, kw_only=True):
    """The organisers that the token's person sees."""

    items: list[OrganiserView]


class PoolView(msgspec.Struct, frozen=True, kw_only=True):
    """Seats, counted."""

    id: uuid.UUID
    capacity: int | None
    overbooking: int
    taken: int
    waiting: int
    open: bool


class SlotRecordView(msgspec.Struct, frozen=True, kw_only=True):
    """One visiting time with its seats."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    seats: PoolView


class ProgrammeItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the programme."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    title: LocalizedText
    room: LocalizedText
    speaker_id: uuid.UUID | None


class PartnerView(msgspec.Struct, frozen=True, kw_only=True):
    """A school, community, institution or speaker."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    kind: PartnerKind
    name: str
    affiliation: LocalizedText
    biography: LocalizedText
    contact_name: str | None
    email: str | None
    phone: str | None
    locale: str
    timezone: str
    created_at: datetime


class PartnerPageOfList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of partners."""

    items: list[PartnerView]
    next_cursor: str | None


class ParticipationView(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's part in an event."""

    id: uuid.UUID
    partner_id: uuid.UUID
    partner_name: str
    role: ParticipationRole
    topic: LocalizedText
    position: int
    answer: PartnerAnswer
    answered_at: datetime | None
    withdrawn_at: datetime | None


class ParticipationList(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part in an event; who was withdrawn comes last."""

    items: list[ParticipationView]


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A recording and how far it has come."""

    id: uuid.UUID
    state: RecordingState
    title: str
    visibility: str
    size: Annotated[int, Meta(description="Bytes of the file; 0 for a pasted link.")]
    sent_bytes: Annotated[int, Meta(description="Bytes that YouTube has.")]
    url: str | None
    last_error: str | None
    created_at: datetime
    published_at: datetime | None


class RecordingList(msgspec.Struct, frozen=True, kw_only=True):
    """The recordings of an event, the newest first; removed ones are left out."""

    items: list[RecordingView]


class StaffEventSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One event in the staff's list."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    slug: str
    kind: EventKind
    mode: EventMode
    stage: Stage
    title: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    version: Annotated[int, Meta(description="Grows with every change; also the ETag.")]
    updated_at: datetime


class StaffEventPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events."""

    items: list[StaffEventSummary]
    next_cursor: str | None


class StaffEvent(StaffEventSummary, frozen=True, kw_only=True):
    """An event with everything that staff wrote about it."""

    summary: LocalizedText
    description: LocalizedText
    audience: LocalizedText
    audiences: list[Audience]
    topics: list[LocalizedText]
    venue: LocalizedText
    reason: LocalizedText
    join_url: str | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    waitlist: bool
    offer_hours: int
    max_party_size: int
    start_code: str | None
    end_code: str | None
    attendance_rule: dict[str, Any]
    certificate: dict[str, Any]
    survey_url: str | None
    recording_track: Track
    certificate_track: Track
    survey_track: Track
    published_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    seats: Annotated[PoolView | None, Meta(description="Null for an exhibition: its seats belong to its slots.")]
    slots: list[SlotRecordView]
    programme: list[ProgrammeItemView]
    participations: list[ParticipationView]
    recordings: list[RecordingView]


def organiser_view(organiser: Organiser) -> OrganiserView:
    """Return an organiser."""
    return msgspec.convert(organiser, OrganiserView, from_attributes=True)


def partner_view(partner: Partner) -> PartnerView:
    """Return a partner."""
    return msgspec.convert(partner, PartnerView, from_attributes=True)


def recording_view(recording: Recording) -> RecordingView:
    """Return a recording."""
    return msgspec.convert(recording, RecordingView, from_attributes=True)


def participation_view(participation: Participation, partner: Partner) -> ParticipationView:
    """Return a partner's part in an event."""
    same = ("id", "partner_id", "role", "topic", "position", "answer", "answered_at", "withdrawn_at")
    fields = {name: getattr(participation, name) for name in same}
    return ParticipationView(partner_name=partner.name, **fields)


def slot_record_view(slot: Slot, pool: SeatPool) -> SlotRecordView:
    """Return a visiting time with its seats."""
    return SlotRecordView(id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, seats=pool_view(pool))


def pool_view(pool: SeatPool) -> PoolView:
    """Return seats."""
    return msgspec.convert(pool, PoolView, from_attributes=True)


def event_row(event: Event) -> StaffEventSummary:
    """Return one event of the staff's list."""
    return msgspec.convert(event, StaffEventSummary, from_attributes=True)


_PARTS = ("seats", "slots", "programme", "participations", "recordings")


def staff_event(record: EventRecord) -> StaffEvent:
    """Return an event with all its parts."""
    columns = [name for name in StaffEvent.__struct_fields__ if name not in (*_PARTS, "audiences", "topics")]
    return StaffEvent(
        **{name: getattr(record.event, name) for name in columns},
        audiences=list(audiences_of(record.event.audiences)),
        topics=[topic.name for topic in topics_of(record.event.topics)],
        seats=pool_view(record.pool) if record.pool else None,
        slots=[slot_record_view(row.slot, row.pool) for row in record.slots],
        programme=[msgspec.convert(item, ProgrammeItemView, from_attributes=True) for item in record.programme],
        participations=[participation_view(row.participation, row.partner) for row in record.participations],
        recordings=[recording_view(each) for each in record.recordings],
    )
