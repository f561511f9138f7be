"""What everybody may see: events, visiting times, one's own place."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events.catalogue.listing import Card, EventPage, SeatsLeft, VisitTime
from events.links import JOIN, MANAGE, Links
from events.models import EventKind, EventMode, Evidence, ParticipationRole, PartnerAnswer, RegistrationState, Stage
from events.pages.personal_pages import PartnerPage, RegistrationPage
from events.storage import LocalizedText
from events.tags import Audience

Url = Annotated[str, Meta(description="Absolute address.", extra_json_schema={"format": "uri"})]


class OrganiserName(msgspec.Struct, frozen=True, kw_only=True):
    """Who organises."""

    id: uuid.UUID
    slug: str
    name: LocalizedText


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """What an event is about."""

    code: Annotated[str, Meta(description="What `topic` takes when events are listed.")]
    name: LocalizedText


class Seats(msgspec.Struct, frozen=True, kw_only=True):
    """Seats that a newcomer could take."""

    left: Annotated[int | None, Meta(description="Null: no limit. 0: newcomers wait, where waiting is possible.")]
    capacity: Annotated[int | None, Meta(description="Null: no limit.")]
    waiting: Annotated[int, Meta(description="Parties on the waitlist.")]
    open: Annotated[bool, Meta(description="Whether registrations are taken now.")]


class EventSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a list."""

    id: uuid.UUID
    url: Url
    organiser: OrganiserName
    kind: EventKind
    mode: EventMode
    stage: Stage
    title: LocalizedText
    summary: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: Annotated[str, Meta(description="IANA zone in which people are told the time.")]
    venue: LocalizedText
    audiences: Annotated[list[Audience], Meta(description="For whom, in fixed words.")]
    topics: list[TopicView]
    seats: Seats
    updated_at: datetime


class EventPageOfList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events."""

    items: list[EventSummary]
    next_cursor: Annotated[str | None, Meta(description="Null on the last page.")]


class SpeakerView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes part."""

    name: str
    role: ParticipationRole
    topic: LocalizedText
    affiliation: LocalizedText
    biography: LocalizedText
    photo_url: Annotated[str | None, Meta(description="A square of 192 pixels, as WebP.")]


class ProgrammeLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the programme."""

    starts_at: datetime
    ends_at: datetime
    title: LocalizedText
    room: LocalizedText
    speaker: str | None


class SlotView(msgspec.Struct, frozen=True, kw_only=True):
    """One visiting time of an exhibition."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    seats: Seats


class SlotList(msgspec.Struct, frozen=True, kw_only=True):
    """All visiting times of an exhibition, the earliest first; none for a webinar."""

    items: list[SlotView]


class EventDetail(EventSummary, frozen=True, kw_only=True):
    """One event with everything that its page tells."""

    description: LocalizedText
    audience: LocalizedText
    reason: Annotated[LocalizedText, Meta(description="Why it was last moved, postponed or cancelled.")]
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    waitlist: Annotated[bool, Meta(description="Whether people may wait for a seat.")]
    max_party_size: int
    certificate: Annotated[bool, Meta(description="Whether who attends gets a certificate.")]
    survey_url: str | None
    speakers: list[SpeakerView]
    programme: list[ProgrammeLineView]
    recording_url: Annotated[str | None, Meta(description="Where the recording can be watched.")]


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A new registration and its personal link."""

    id: uuid.UUID
    state: RegistrationState
    token: Annotated[str, Meta(description="Opens `/api/v1/my/registrations/{token}`. As secret as a password.")]
    manage_url: Url
    join_url: Url
    quiet: Annotated[
        bool, Meta(description="Whether no confirmation is sent, because the address has had very many mails of late.")
    ] = False


class OwnRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """One's own place."""

    id: uuid.UUID
    state: RegistrationState
    name: str
    email: str | None
    phone: str | None
    party_size: int
    offer_expires_at: datetime | None
    position: Annotated[int | None, Meta(description="Place on the waitlist, 1 being the next; null unless waiting.")]
    evidence: Annotated[list[Evidence], Meta(description="How we know that the person was there.")]
    event_id: uuid.UUID
    event_url: Url
    event_title: LocalizedText
    event_stage: Stage
    reason: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    venue: LocalizedText
    manage_url: Url
    join_url: Annotated[str | None, Meta(description="Personal; leads into the meeting. Null where there is none.")]


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The way into the meeting."""

    meeting_url: Annotated[str | None, Meta(description="Null while it is too early: ask again nearer the start.")]


class CodeTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A code word that was right."""

    evidence: Evidence


class OwnInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's own invitation to take part."""

    id: uuid.UUID
    name: str
    role: ParticipationRole
    topic: LocalizedText
    answer: PartnerAnswer
    withdrawn: bool
    join_url: str | None
    event: EventSummary


def seats_view(seats: SeatsLeft) -> Seats:
    """Return seats as the API shows them."""
    return Seats(left=seats.left, capacity=seats.total, waiting=seats.waiting, open=seats.open)


def _summary_fields(card: Card, links: Links) -> dict[str, Any]:
    house = card.house
    same = ("id", "kind", "mode", "stage", "title", "summary", "starts_at", "ends_at", "timezone", "venue")
    return {name: getattr(card, name) for name in (*same, "updated_at")} | {
        "url": links.url(card.path),
        "organiser": OrganiserName(id=house.id, slug=house.slug, name=house.name),
        "audiences": list(card.audiences),
        "topics": [TopicView(code=each.code, name=each.name) for each in card.topics],
        "seats": seats_view(card.seats),
    }


def event_summary(card: Card, links: Links) -> EventSummary:
    """Return one event of a list."""
    return msgspec.convert(_summary_fields(card, links), EventSummary)


def slot_view(visit: VisitTime) -> SlotView:
    """Return one visiting time."""
    return SlotView(id=visit.id, starts_at=visit.starts_at, ends_at=visit.ends_at, seats=seats_view(visit.seats))


def event_detail(page: EventPage, links: Links) -> EventDetail:
    """Return one event with everything that its page tells."""
    speakers = [
        SpeakerView(
            name=each.name,
            role=each.role,
            topic=each.topic,
            affiliation=each.affiliation,
            biography=each.biography,
            photo_url=links.url(f"{page.path}/speakers/{each.photo}.webp") if each.photo else None,
        )
        for each in page.speakers
    ]
    programme = [
        ProgrammeLineView(
            starts_at=each.starts_at, ends_at=each.ends_at, title=each.title, room=each.room, speaker=each.speaker
        )
        for each in page.programme
    ]
    same = ("description", "audience", "reason", "registration_opens_at", "registration_closes_at", "waitlist")
    fields = {name: getattr(page, name) for name in (*same, "max_party_size", "certificate", "survey_url")}
    more = {"speakers": speakers, "programme": programme, "recording_url": watch_url(page.video_id)}
    return msgspec.convert(_summary_fields(page, links) | fields | more, EventDetail)


def watch_url(video_id: str | None) -> str | None:
    """Return where a video can be watched."""
    return f"https://www.youtube.com/watch?v={video_id}" if video_id else None


def registered_view(
    registration_id: uuid.UUID, state: RegistrationState, version: int, links: Links, *, quiet: bool = False
) -> Registered:
    """Return a new registration with its links."""
    return Registered(
        id=registration_id,
        state=state,
        token=links.token(MANAGE, registration_id, version),
        manage_url=links.manage_url(registration_id, version),
        join_url=links.join_url(registration_id, version),
        quiet=quiet,
    )


def own_registration(page: RegistrationPage, links: Links) -> OwnRegistration:
    """Return one's own place."""
    same = ("id", "state", "name", "email", "phone", "party_size", "offer_expires_at", "position", "event_id")
    told = ("reason", "starts_at", "ends_at", "timezone", "venue")
    fields: dict[str, object] = {name: getattr(page, name) for name in (*same, *told)}
    join_url = links.url(f"j/{links.token(JOIN, page.id, page.link_version)}") if page.has_meeting else None
    return msgspec.convert(
        fields
        | {
            "evidence": list(page.evidence),
            "event_url": links.url(page.event_path),
            "event_title": page.title,
            "event_stage": page.stage,
            "manage_url": links.manage_url(page.id, page.link_version),
            "join_url": join_url,
        },
        OwnRegistration,
    )


def own_invitation(page: PartnerPage, links: Links) -> OwnInvitation:
    """Return a partner's invitation."""
    same = ("id", "name", "role", "topic", "answer", "withdrawn", "join_url")
    fields: dict[str, object] = {name: getattr(page, name) for name in same}
    return msgspec.convert(fields | {"event": event_summary(page.event, links)}, OwnInvitation)
