"""The read side: what visitors' pages, feeds and the API show of events. Frozen structs, a fixed number of queries.

Texts stay in both languages, so that one read serves every visitor. Nothing here names an attendee.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, cast

import sqlalchemy as sa

from events.catalogue.houses import House, house_of
from events.errors import NotFound
from events.models import (
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    PartyKind,
    PoolPurpose,
    ProgrammeItem,
    Recording,
    RecordingState,
    SeatPool,
    Slot,
    Stage,
    Track,
)
from events.storage import LocalizedText, ReadSession
from events.tags import Audience, Topic, audiences_of, topics_of

COMING = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.LIVE)
PUBLIC = (*COMING, Stage.ENDED, Stage.ARCHIVED, Stage.POSTPONED, Stage.CANCELLED)
"""Every stage but the draft: an address that was told once keeps answering."""


@dataclass(frozen=True, slots=True)
class SeatsLeft:
    """Seats that a newcomer could take; `left` is None where there is no limit."""

    left: int | None
    total: int | None
    waiting: int = 0
    open: bool = False

    @property
    def full(self) -> bool:
        """Whether a newcomer would have to wait."""
        return self.left == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One event in a list."""

    id: uuid.UUID
    house: House
    slug: str
    kind: EventKind
    mode: EventMode
    stage: Stage
    title: LocalizedText
    summary: LocalizedText
    starts_at: datetime
    ends_at: datetime
    timezone: str
    venue: LocalizedText
    seats: SeatsLeft
    updated_at: datetime
    waitlist: bool
    """Whether people may wait for a seat where all are taken."""
    audiences: tuple[Audience, ...] = ()
    topics: tuple[Topic, ...] = ()
    recorded: bool = False
    """Whether it can be watched."""

    @property
    def path(self) -> str:
        """The path of its public page."""
        return f"/events/{self.house.slug}/{self.slug}"

    @property
    def takes_registrations(self) -> bool:
        """Whether people can register, or wait, now."""
        return self.stage in (Stage.REGISTRATION_OPEN, Stage.LIVE) and self.seats.open


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who takes part, as posters name them."""

    name: str
    role: ParticipationRole
    topic: LocalizedText
    affiliation: LocalizedText
    biography: LocalizedText
    photo_key: str | None

    @property
    def photo(self) -> str | None:
        """What addresses call the photo: drawn at random for each that was sent in, so that it may be kept."""
        return PurePosixPath(self.photo_key).stem if self.photo_key else None


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """One line of the programme."""

    starts_at: datetime
    ends_at: datetime
    title: LocalizedText
    room: LocalizedText
    speaker: str | None


@dataclass(frozen=True, slots=True)
class VisitTime:
    """One visiting time of an exhibition."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    seats: SeatsLeft


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage(Card):
    """One event with everything that its page tells."""

    description: LocalizedText
    audience: LocalizedText
    reason: LocalizedText
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    max_party_size: int
    party_kind: PartyKind
    form_revision: int
    guardian_consent: bool
    """Whether minors may register, with the consent of a guardian."""
    certificate: bool
    survey_url: str | None
    speakers: tuple[Speaker, ...]
    programme: tuple[ProgrammeLine, ...]
    visits: tuple[VisitTime, ...]
    video_id: str | None
    series_id: uuid.UUID | None = None

    def visit(self, slot_id: uuid.UUID) -> VisitTime | None:
        """Return one of the visiting times."""
        return next((visit for visit in self.visits if visit.id == slot_id), None)


# ---------------------------------------------------------------- lists
def cards(session: ReadSession, statement: sa.Select[Event, Organiser]) -> tuple[Card, ...]:
    """Return the events that `statement` selects, each with its organiser, as lists show them. Two queries."""
    found = [(event, owner) for event, owner in session.execute(statement)]
    seats = _seats_of_events(session, [event.id for event, _ in found])
    return tuple(Card(**_card(event, owner, seats.get(event.id, _NO_SEATS))) for event, owner in found)


def card_of(session: ReadSession, event: Event, organiser: Organiser) -> Card:
    """Return one event as lists show it. One query."""
    seats = _seats_of_events(session, [event.id])
    return Card(**_card(event, organiser, seats.get(event.id, _NO_SEATS)))


_NO_SEATS = SeatsLeft(0, 0)


def _card(event: Event, organiser: Organiser, seats: SeatsLeft) -> dict[str, Any]:
    copied = ("id", "slug", "kind", "mode", "stage", "title", "summary", "starts_at", "ends_at", "timezone", "venue")
    values = {name: getattr(event, name) for name in (*copied, "updated_at", "waitlist")}
    tagged: dict[str, Any] = {"audiences": audiences_of(event.audiences), "topics": topics_of(event.topics)}
    tagged["recorded"] = event.recording_track is Track.DONE
    return {**values, **tagged, "house": house_of(organiser), "seats": seats}


def _seats_of_events(session: ReadSession, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, SeatsLeft]:
    pools = session.scalars(
        sa.select(SeatPool).where(SeatPool.event_id.in_(event_ids), SeatPool.purpose != PoolPurpose.CHOICE)
    )
    by_event: dict[uuid.UUID, list[SeatPool]] = {}
    for pool in pools:
        by_event.setdefault(pool.event_id, []).append(pool)
    return {event_id: _sum(map(_left, held)) for event_id, held in by_event.items()}


def _left(pool: SeatPool) -> SeatsLeft:
    """Return a pool's seats as a newcomer finds them: without those that are kept for invitees.

    Seats that are free while somebody waits are seats that nobody who waits could use.
    """
    if pool.sellable >= SeatPool.UNLIMITED:
        return SeatsLeft(None, None, pool.waiting, pool.open)
    left = max(0, pool.sellable - pool.taken - pool.reserved)
    return SeatsLeft(left, pool.capacity, pool.waiting, pool.open)


def _sum(pools: Iterable[SeatsLeft]) -> SeatsLeft:
    held = list(pools)
    limited = all(seats.left is not None for seats in held)
    return SeatsLeft(
        left=sum(seats.left or 0 for seats in held) if limited else None,
        total=sum(seats.total or 0 for seats in held) if limited else None,
        waiting=sum(seats.waiting for seats in held),
        open=any(seats.open for seats in held),
    )


# ---------------------------------------------------------------- one event
def event_page(session: ReadSession, organiser: str, slug: str) -> EventPage:
    """Return one public event. Five queries. Raises `NotFound`, for drafts too."""
    found = session.execute(
        sa.select(Event, Organiser)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Organiser.slug == organiser, Event.slug == slug, Event.stage.in_(PUBLIC))
    ).first()
    if found is None:
        raise NotFound
    return _event_page(session, found[0], found[1])


def event_page_by_id(session: ReadSession, event_id: uuid.UUID, *, drafts: bool = False) -> EventPage:
    """Return one event by its key; `drafts` too for a preview. Five queries. Raises `NotFound`."""
    found = session.execute(
        sa.select(Event, Organiser).join(Organiser, Organiser.id == Event.organiser_id).where(Event.id == event_id)
    ).first()
    if found is None or (found[0].stage is Stage.DRAFT and not drafts):
        raise NotFound
    return _event_page(session, found[0], found[1])


def _event_page(session: ReadSession, event: Event, organiser: Organiser) -> EventPage:
    visits, seats = _visits(session, event.id)
    return EventPage(
        **_card(event, organiser, seats),
        description=event.description,
        audience=event.audience,
        reason=event.reason,
        registration_opens_at=event.registration_opens_at,
        registration_closes_at=event.registration_closes_at,
        max_party_size=event.max_party_size,
        party_kind=event.party_kind,
        form_revision=event.form_revision,
        guardian_consent=event.guardian_consent,
        certificate=bool(event.certificate),
        survey_url=event.survey_url,
        speakers=_speakers(session, event.id),
        programme=_programme(session, event.id),
        visits=visits,
        video_id=video_id_of(session, event.id),
        series_id=event.series_id,
    )


def _speakers(session: ReadSession, event_id: uuid.UUID) -> tuple[Speaker, ...]:
    shown = (ParticipationRole.SPEAKER, ParticipationRole.MODERATOR, ParticipationRole.CO_ORGANISER)
    rows = session.execute(
        sa.select(Participation, Partner)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(
            Participation.event_id == event_id,
            Participation.withdrawn_at.is_(None),
            Participation.role.in_(shown),
            Participation.answer != PartnerAnswer.DECLINED,
        )
        .order_by(Participation.position, Participation.id)
    )
    return tuple(
        Speaker(partner.name, part.role, part.topic, partner.affiliation, partner.biography, partner.photo_key)
        for part, partner in rows
    )


def _programme(session: ReadSession, event_id: uuid.UUID) -> tuple[ProgrammeLine, ...]:
    rows = session.execute(
        sa.select(ProgrammeItem, Partner.name)
        .outerjoin(Partner, Partner.id == ProgrammeItem.speaker_id)
        .where(ProgrammeItem.event_id == event_id)
        .order_by(ProgrammeItem.starts_at, ProgrammeItem.id)
    )
    return tuple(ProgrammeLine(item.starts_at, item.ends_at, item.title, item.room, name) for item, name in rows)


def _visits(session: ReadSession, event_id: uuid.UUID) -> tuple[tuple[VisitTime, ...], SeatsLeft]:
    """Return the visiting times, and the seats of the whole event, from one query."""
    rows = session.execute(
        sa.select(SeatPool, Slot)
        .outerjoin(Slot, Slot.pool_id == SeatPool.id)
        .where(SeatPool.event_id == event_id, SeatPool.purpose != PoolPurpose.CHOICE)
        .order_by(Slot.starts_at, SeatPool.id)
    )
    held = [(pool, cast("Slot | None", slot)) for pool, slot in rows]
    visits = tuple(
        VisitTime(slot.id, slot.starts_at, slot.ends_at, _left(pool)) for pool, slot in held if slot is not None
    )
    # Slots that share a pool bring it several times.
    pools = {pool.id: pool for pool, _ in held}
    return visits, _sum(_left(pool) for pool in pools.values()) if held else _NO_SEATS


def video_id_of(session: ReadSession, event_id: uuid.UUID) -> str | None:
    """Return the video of the event; a private one cannot be watched by link and is not shown."""
    found: str | None = session.scalar(
        sa.select(Recording.video_id)
        .where(
            Recording.event_id == event_id,
            Recording.state == RecordingState.PUBLISHED,
            Recording.visibility != "private",
        )
        .order_by(Recording.published_at.desc(), Recording.id.desc())
        .limit(1)
    )
    return found
