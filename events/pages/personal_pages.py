"""The read side of personal links: a person's own place, a partner's own part. For those whose link it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.catalogue.houses import House, house_of
from events.catalogue.listing import Card, card_of, video_id_of
from events.errors import NotFound
from events.links import Target
from events.models import (
    Attendance,
    Event,
    EventKind,
    EventMode,
    Evidence,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    Registration,
    RegistrationState,
    SeriesBooking,
    SeriesInvitation,
    Slot,
    Stage,
)
from events.presence import attendance
from events.registrations.applications import Guardian
from events.seating import queue_reasons, waitlist
from events.seating.queue_reasons import Waiting
from events.storage import LocalizedText, ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationPage:
    """One person's place, for the person's own page."""

    id: uuid.UUID
    house: House
    state: RegistrationState
    name: str
    email: str | None
    phone: str | None
    party_size: int
    is_visit: bool
    """Whether it is for a visiting time, which can be exchanged for another."""
    in_series: bool
    """Whether it is for a date of a series, which can be exchanged for another."""
    locale: str
    link_version: int
    offer_expires_at: datetime | None
    position: int | None
    """How many parties are served before this one, plus one; None unless it waits."""
    waiting: Waiting | None
    """Why it waits."""
    awaits_approval: bool
    needs_guardian: bool
    guardian_name: str | None
    guardian_email: str | None
    guardian_phone: str | None
    guardian_due_at: datetime | None
    guardian_consented_at: datetime | None
    decision_reason: str | None
    """Why it was declined, where staff declined it."""
    evidence: tuple[Evidence, ...]
    event_id: uuid.UUID
    event_slug: str
    kind: EventKind
    mode: EventMode
    stage: Stage
    title: LocalizedText
    venue: LocalizedText
    reason: LocalizedText
    starts_at: datetime
    ends_at: datetime
    """The event's times, or those of the visit."""
    timezone: str
    has_meeting: bool
    has_codes: bool
    counts_time: bool
    """Whether it matters how long people are there."""
    ended_at: datetime | None
    survey_url: str | None
    video_id: str | None
    series_booking: Target | None
    """The booking of a whole series that this place belongs to, and its `link_version`."""

    @property
    def event_path(self) -> str:
        """The path of the event's public page."""
        return f"/events/{self.house.slug}/{self.event_slug}"

    @property
    def guardian(self) -> Guardian | None:
        """Who consents for a minor."""
        if self.guardian_name is None:
            return None
        return Guardian(self.guardian_name, self.guardian_email, self.guardian_phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPage:
    """One partner's part in one event, for the partner's own page."""

    id: uuid.UUID
    house: House
    name: str
    timezone: str
    locale: str
    link_version: int
    role: ParticipationRole
    topic: LocalizedText
    answer: PartnerAnswer
    withdrawn: bool
    opened: bool
    """Whether a person has looked at the page before."""
    comment: str
    """What they wrote with their answer."""
    proposed_starts_at: datetime | None
    event_id: uuid.UUID
    join_url: str | None
    event: Card
    reason: LocalizedText
    series: Target | None
    """Their invitation to several dates of a series, and its `link_version`, where this is one of them."""


_OF_GUARDIAN = (
    "needs_guardian",
    "guardian_name",
    "guardian_email",
    "guardian_phone",
    "guardian_due_at",
    "guardian_consented_at",
)


def registration_page(
    session: ReadSession, registration_id: uuid.UUID, *, now: datetime | None = None
) -> RegistrationPage:
    """Return one person's place: three queries, some more for one that waits (why, as of `now`). Raises `NotFound`."""
    found = session.execute(
        sa.select(Registration, Event, Organiser, Slot, SeriesBooking)
        .join(Event, Event.id == Registration.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .outerjoin(SeriesBooking, SeriesBooking.id == Registration.series_booking_id)
        .where(Registration.id == registration_id)
    ).first()
    if found is None:
        raise NotFound
    registration, event, organiser, *_ = found
    slot: Slot | None = found[3]  # an outer join's other side may be missing
    booking: SeriesBooking | None = found[4]
    waits = registration.state is RegistrationState.WAITLISTED
    evidence = session.scalars(
        sa.select(Attendance.evidence)
        .where(Attendance.registration_id == registration_id)
        .order_by(Attendance.at, Attendance.id)
    )
    copied = ("id", "state", "name", "email", "phone", "party_size", "locale", "link_version", "offer_expires_at")
    told = ("kind", "mode", "stage", "title", "venue", "reason", "timezone", "ended_at", "survey_url")
    return RegistrationPage(
        **{name: getattr(registration, name) for name in copied},
        **{name: getattr(event, name) for name in told},
        house=house_of(organiser),
        position=waitlist.position(session, registration) if waits else None,
        waiting=queue_reasons.explain(session, registration, now=now) if waits and now else None,
        awaits_approval=registration.needs_approval,
        **{name: getattr(registration, name) for name in _OF_GUARDIAN},
        decision_reason=registration.decision_reason,
        evidence=tuple(evidence),
        is_visit=registration.slot_id is not None,
        in_series=event.series_id is not None,
        event_id=event.id,
        event_slug=event.slug,
        starts_at=slot.starts_at if slot else event.starts_at,
        ends_at=slot.ends_at if slot else event.ends_at,
        has_meeting=bool(event.join_url),
        has_codes=bool(event.start_code or event.end_code),
        counts_time=attendance.rule_of(event).times,
        video_id=video_id_of(session, event.id),
        series_booking=Target(booking.id, booking.link_version) if booking else None,
    )


def partner_page(session: ReadSession, participation_id: uuid.UUID) -> PartnerPage:
    """Return one partner's part. Three queries. Raises `NotFound`."""
    found = session.execute(
        sa.select(Participation, Partner, Event, Organiser)
        .join(Partner, Partner.id == Participation.partner_id)
        .join(Event, Event.id == Participation.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(Participation.id == participation_id)
    ).first()
    if found is None:
        raise NotFound
    part, partner, event, organiser = found
    invitation = session.get(SeriesInvitation, part.series_invitation_id) if part.series_invitation_id else None
    return PartnerPage(
        id=part.id,
        house=house_of(organiser),
        name=partner.name,
        timezone=partner.timezone,
        locale=partner.locale,
        link_version=part.link_version,
        role=part.role,
        topic=part.topic,
        answer=part.answer,
        withdrawn=part.withdrawn_at is not None,
        opened=part.opened_at is not None,
        comment=part.answer_comment,
        proposed_starts_at=part.proposed_starts_at,
        event_id=event.id,
        join_url=event.join_url,
        event=card_of(session, event, organiser),
        reason=event.reason,
        series=Target(invitation.id, invitation.link_version) if invitation else None,
    )
