"""An e-mail to look at before it is sent: to a person of an event, or to an example.

Nothing here is written to the database, and whoever asks passes `events.links.Links` of another key, so that no link of
a preview opens anybody's page.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from events.drafts.materials import materials_for
from events.errors import NotFound
from events.models import (
    ContributionItem,
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PartnerKind,
    Registration,
    RegistrationState,
    ReviewState,
    Slot,
    Stage,
)
from events.seating.queue_reasons import Waiting, Why
from events.storage import LocalizedText, ReadSession, new_id
from notifications.contents.booking_material import BookingMaterial
from notifications.contents.material import OF_BOOKINGS, Loaded, Material, Told
from notifications.contents.partner_material import OF_COLLABORATION, PartnerWork
from notifications.contents.review_material import OF_REVIEWS, ReviewMaterial
from notifications.letters.news_samples import news_sample
from notifications.models.email import OF_NEWS, Email, EmailKind
from notifications.models.mail_template import OwnText

_TO_PARTNERS = (
    EmailKind.PARTNER_INVITATION,
    EmailKind.PARTNER_UPDATE,
    EmailKind.PARTNER_CANCELLATION,
    EmailKind.PARTNER_PROPOSAL_DECLINED,
    EmailKind.PARTNER_REMINDER,
    *OF_COLLABORATION,
)
_OF_GUARDIANS = (EmailKind.GUARDIAN_REQUEST, EmailKind.GUARDIAN_AWAITED, EmailKind.GUARDIAN_MISSING)
_MOVED = (EmailKind.EVENT_UPDATE, EmailKind.PARTNER_UPDATE)
_STATES = {
    EmailKind.REGISTRATION_RECEIVED: RegistrationState.REQUESTED,
    EmailKind.DECISION_UNDONE: RegistrationState.REQUESTED,
    EmailKind.GUARDIAN_REQUEST: RegistrationState.PENDING,
    EmailKind.GUARDIAN_AWAITED: RegistrationState.PENDING,
    EmailKind.WAITLISTED: RegistrationState.WAITLISTED,
    EmailKind.SEAT_OFFERED: RegistrationState.OFFERED,
}
_SOON = timedelta(days=3)


def sample(
    session: ReadSession,
    organiser: Organiser,
    kind: EmailKind,
    locale: str,
    *,
    own: OwnText | None,
    event_id: uuid.UUID | None = None,
    now: datetime,
) -> Loaded:
    """Return what an e-mail of this kind would be made of: for the event with its first registrant or partner, if told.

    What such a person would need besides (a guardian, a deadline) is made up. Raises `NotFound` for an event that there
    is not.
    """
    if kind in OF_NEWS:
        return news_sample(session, organiser, kind, locale, own=own, now=now)
    event = session.get(Event, event_id) if event_id is not None else example_event(organiser, now)
    if event is None:
        raise NotFound
    of_partner, of_colleague = kind in _TO_PARTNERS, kind in OF_REVIEWS
    of_registrant = not (of_partner or of_colleague)
    found = _first_confirmed(session, event) if event_id is not None and of_registrant else None
    registration = stand_in(event, kind, locale, found=found, now=now) if of_registrant else None
    to_partner = (event, organiser, locale)
    participation, partner = partner_or_example(session, *to_partner, event_id) if of_partner else (None, None)
    return Material(
        email=_email(organiser, event, kind, locale, event.starts_at),
        event=event,
        organiser=organiser,
        registration=registration,
        slot=session.get(Slot, registration.slot_id) if registration and registration.slot_id else None,
        participation=participation,
        partner=partner,
        recording_url="https://www.youtube.com/watch?v=contoh",
        waiting=Waiting(3, Why.HELD, 2, free=0, held=1, held_until=now + timedelta(hours=20)),
        told=Told(0, 1, invited=True),
        booking=_booking(event, registration, organiser) if registration and kind in OF_BOOKINGS else None,
        laid_out=_materials(session, event, event_id),
        own_text=own,
        work=_work(event) if of_partner else None,
        review=_review(kind) if of_colleague else None,
    )


def _email(organiser: Organiser, event: Event, kind: EmailKind, locale: str, starts_at: datetime) -> Email:
    params: dict[str, Any] = {}
    if kind in _MOVED:
        before = starts_at - timedelta(days=2)
        params = {"old_starts_at": before.isoformat(), "old_ends_at": (before + timedelta(hours=2)).isoformat()}
    if kind is EmailKind.CERTIFICATE:
        params = {"number": "012/XII/2026", "verify_url": "https://contoh.example/v/4Q7K9X2M"}
    if kind is EmailKind.OWN_EVENTS:
        params = {"own_events": str(new_id())}
    if kind is EmailKind.DECISION_UNDONE:
        params = {"undone": "approved"}
    if kind is EmailKind.PARTNER_PROPOSAL_DECLINED:
        params = {"proposed_starts_at": (starts_at + timedelta(days=1)).isoformat(), "comment": "Ruangannya terpakai."}
    attached = [{"key": "", "name": "", "type": ""}] if kind is EmailKind.CERTIFICATE else []
    return Email(
        id=new_id(),
        organiser_id=organiser.id,
        event_id=event.id,
        kind=kind,
        to_address="contoh@contoh.example",
        locale=locale,
        params=params,
        attachments=attached,
        event_version=1,
    )


def example_event(organiser: Organiser, now: datetime) -> Event:
    """Return a webinar that there is not, three days from `now`."""
    starts_at = (now + _SOON).replace(minute=0, second=0, microsecond=0)
    return Event(
        id=new_id(),
        organiser_id=organiser.id,
        slug="contoh",
        kind=EventKind.WEBINAR,
        stage=Stage.REGISTRATION_OPEN,
        mode=EventMode.ONLINE,
        title=LocalizedText("Menulis Cerita Anak: Dari Ide ke Buku", "Writing for Children: From Idea to Book"),
        summary=LocalizedText(
            "Belajar menulis cerita anak bersama penulis Batam.", "Learn to write for children with an author of Batam."
        ),
        description=LocalizedText(),
        venue=LocalizedText(),
        reason=LocalizedText("Narasumber berhalangan.", "The speaker cannot come."),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        timezone=organiser.timezone,
        join_url="https://rapat.example/contoh",
        version=1,
        calendar_sequence=0,
    )


def _first_confirmed(session: ReadSession, event: Event) -> Registration | None:
    first = sa.select(Registration).where(
        Registration.event_id == event.id, Registration.state == RegistrationState.CONFIRMED
    )
    return session.scalars(first.order_by(Registration.id).limit(1)).first()


def stand_in(event: Event, kind: EmailKind, locale: str, *, found: Registration | None, now: datetime) -> Registration:
    """Return whom to write to: a copy of `found` or somebody made up, so that nothing of the look is ever saved.

    Its id is nobody's.
    """
    of_guardian = kind in _OF_GUARDIANS
    return Registration(
        id=new_id(),
        event_id=event.id,
        slot_id=found.slot_id if found else None,
        state=_STATES.get(kind, RegistrationState.CONFIRMED),
        name=found.name if found else "Siti Rahmawati",
        email="contoh@contoh.example",
        party_size=found.party_size if found else 1,
        locale=locale,
        link_version=1,
        calendar_sequence=0,
        needs_guardian=of_guardian,
        guardian_name="Hj. Nuraini" if of_guardian else None,
        guardian_due_at=now + timedelta(days=1) if of_guardian else None,
        offer_expires_at=now + timedelta(days=1) if kind is EmailKind.SEAT_OFFERED else None,
        decision_reason="Kelas ini khusus untuk guru PAUD." if kind is EmailKind.REGISTRATION_DECLINED else None,
        created_at=now,
        updated_at=now,
    )


def partner_or_example(
    session: ReadSession, event: Event, organiser: Organiser, locale: str, event_id: uuid.UUID | None
) -> tuple[Participation, Partner]:
    """Return the first who takes part in the event, or somebody made up."""
    if event_id is not None:
        statement = (
            sa.select(Participation, Partner)
            .join(Partner, Partner.id == Participation.partner_id)
            .where(Participation.event_id == event_id)
            .order_by(Participation.position, Participation.id)
            .limit(1)
        )
        row = session.execute(statement).first()
        if row is not None:
            return row[0], row[1]
    partner = Partner(
        id=new_id(),
        organiser_id=organiser.id,
        kind=PartnerKind.SPEAKER,
        name="Dr. Siti Aminah, M.Pd.",
        email="contoh@contoh.example",
        locale=locale,
    )
    part = Participation(
        id=new_id(),
        event_id=event.id,
        partner_id=partner.id,
        role=ParticipationRole.SPEAKER,
        topic=LocalizedText("Dari gagasan menjadi cerita", "From an idea to a story"),
        link_version=1,
        calendar_sequence=0,
    )
    return part, partner


def _work(event: Event) -> PartnerWork:
    """Return what is arranged with a partner: seats half of which have a name, two things that are still missing."""
    return PartnerWork(
        seats=30,
        filled=12,
        release_at=event.starts_at - timedelta(days=1),
        missing=(ContributionItem.BIOGRAPHY, ContributionItem.PHOTO),
        due_at=event.starts_at - timedelta(days=2),
        came=10,
    )


def _review(kind: EmailKind) -> ReviewMaterial:
    states = {EmailKind.REVIEW_ASKED: ReviewState.SUBMITTED, EmailKind.REVIEW_RETURNED: ReviewState.RETURNED}
    return ReviewMaterial(
        addressee="Siti Rahmawati",
        sender="Budi Santoso",
        sender_address="contoh@contoh.example",
        state=states.get(kind, ReviewState.APPROVED),
        current=True,
        comment="" if kind is EmailKind.REVIEW_APPROVED else "Mohon periksa jam mulainya.",
    )


def _booking(event: Event, registration: Registration, organiser: Organiser) -> BookingMaterial:
    """Return three dates of a series, a week apart, of which the last is new."""
    title = LocalizedText("Klub Baca Sabtu", "Saturday Reading Club")
    later = [_later(event, organiser, weeks) for weeks in (1, 2)]
    return BookingMaterial(new_id(), 1, title, ((registration, event), (registration, later[0])), (later[1],))


def _later(event: Event, organiser: Organiser, weeks: int) -> Event:
    moved = example_event(organiser, event.starts_at)
    moved.starts_at = event.starts_at + timedelta(weeks=weeks)
    moved.ends_at = event.ends_at + timedelta(weeks=weeks)
    return moved


def _materials(session: ReadSession, event: Event, event_id: uuid.UUID | None) -> tuple[tuple[LocalizedText, str], ...]:
    if event_id is None:
        return ((LocalizedText("Salindia", "Slides"), "https://contoh.example/salindia.pdf"),)
    return tuple((each.title, each.url) for each in materials_for(session, event_id, event.stage))
