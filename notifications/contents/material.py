"""What an e-mail is composed from, loaded for a whole batch in a handful of queries."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from events.drafts.materials import materials_for
from events.models import Event, Organiser, Participation, Partner, Registration, RegistrationState, Slot
from events.partnership import series_invitations
from events.partnership.series_invitations import InvitedDates
from events.recordings import recording
from events.seating import queue_reasons
from events.seating.queue_reasons import Waiting
from events.storage import LocalizedText, ReadSession
from notifications.contents.booking_material import BookingMaterial, load_bookings
from notifications.contents.gathering import PersonInSeries, load_dates
from notifications.contents.news_material import NewsMaterial, load_news
from notifications.contents.own_texts import Newest, counting, newest
from notifications.contents.partner_material import OF_COLLABORATION, PartnerWork, load_work
from notifications.contents.review_material import ReviewMaterial, load_reviews
from notifications.contents.rule_material import RuleMaterial, load_rules
from notifications.models.announcement import Announcement
from notifications.models.email import OF_NEWS, Email, EmailKind, EmailState
from notifications.models.mail_template import OwnText
from notifications.suppression import suppressing

INVITING = (
    EmailKind.CONFIRMATION,
    EmailKind.EVENT_UPDATE,
    EmailKind.PARTNER_INVITATION,
    EmailKind.PARTNER_UPDATE,
)
"""Kinds that put an entry into a calendar, or move it there."""

OF_BOOKINGS = (EmailKind.SERIES_BOOKED, EmailKind.SERIES_CHANGED, EmailKind.SERIES_ADDED)
"""Kinds about all dates of a series that a person registered for."""

_WITH_BOOKINGS = (*OF_BOOKINGS, EmailKind.GUARDIAN_REQUEST, EmailKind.GUARDIAN_MISSING)
"""Kinds that are about all dates where a person registered for several at once."""

_WITH_MATERIALS = (
    EmailKind.REMINDER_1D,
    EmailKind.CERTIFICATE,
    EmailKind.RECORDING_AVAILABLE,
    EmailKind.RULE,
    EmailKind.ANNOUNCEMENT,
)
"""Kinds that name, or may name, what is laid out for those who are registered: to bring along, to read afterwards."""

_WITH_RECORDING = (
    EmailKind.RECORDING_AVAILABLE,
    EmailKind.PARTNER_REPORT,
    EmailKind.RULE,
    EmailKind.ANNOUNCEMENT,
)
"""Kinds that lead, or may lead, to the recording."""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Told:
    """What the owner of a calendar entry has been sent before."""

    sequence: int = -1
    event_version: int = -1
    invited: bool = False
    """Whether an entry may be in their calendar: counted from the first attempt, since an acceptance can get lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One e-mail and everything that it may speak of, as it is now."""

    email: Email
    event: Event
    organiser: Organiser
    registration: Registration | None
    slot: Slot | None
    participation: Participation | None
    partner: Partner | None
    recording_url: str | None
    waiting: Waiting | None
    """Where somebody who waits stands in the queue, and why."""
    told: Told
    work: PartnerWork | None = None
    """What is arranged with the partner, where the e-mail is about it."""
    booking: BookingMaterial | None = None
    """All dates of the series that the person registered for, where the e-mail is about them."""
    invited_dates: InvitedDates | None = None
    """All dates of a series that the partner is invited to, where the e-mail carries the entry for them."""
    review: ReviewMaterial | None = None
    """Where the event's review stands, where the e-mail is about it, to one of the staff."""
    suppressed: str | None = None
    """Why nothing (or nothing of this kind) is sent to the address, if so."""
    planned_by: RuleMaterial | None = None
    """The rule that planned it, as it counts now; None where it no longer does, or never did."""
    announcement: Announcement | None = None
    """What staff wrote, where the e-mail is that."""
    laid_out: tuple[tuple[LocalizedText, str], ...] = ()
    """Titles and addresses of the event's materials, where the e-mail names them."""
    own_text: OwnText | None = None
    """What staff wrote for this kind and language; None where the house's text counts."""

    @property
    def staff_words(self) -> tuple[LocalizedText, LocalizedText] | None:
        """Subject and body of an e-mail that is the staff's as a whole; None for the house's own kinds."""
        if self.announcement is not None:
            return self.announcement.subject, self.announcement.body
        if self.email.kind is EmailKind.RULE and self.planned_by is not None:
            return self.planned_by.rule.subject, self.planned_by.rule.body
        return None

    @property
    def addressee(self) -> str:
        """The name of whoever the mail is to."""
        if self.registration is not None:
            if self.email.kind is EmailKind.GUARDIAN_REQUEST or self.email.params.get("to_guardian"):
                return self.registration.guardian_name or ""
            return self.registration.name
        if self.review is not None:
            return self.review.addressee
        partner = self.partner
        return (partner.contact_name or partner.name) if partner is not None else ""

    @property
    def event_version(self) -> int:
        """The version of the event that it tells of."""
        return self.event.version

    @property
    def sequence(self) -> int:
        """The SEQUENCE of the recipient's calendar entry (RFC 5546 §2.1.4): grows with every part it is made of."""
        if self.invited_dates is not None:
            return self.invited_dates.invitation.sequence
        parts = (self.event, self.slot, self.registration, self.participation)
        return sum(part.calendar_sequence for part in parts if part is not None)


Loaded = Material | NewsMaterial
"""What any e-mail is composed from."""


def load(session: ReadSession, ids: Sequence[uuid.UUID], *, now: datetime) -> list[Loaded]:
    """Return the material of these e-mails as of `now`: those about an event in the order of `ids`, then the news."""
    emails = _by_id(session, Email, ids)
    of_news = [emails[key] for key in ids if key in emails and emails[key].kind in OF_NEWS]
    others = {key: emails[key] for key in ids if key in emails and emails[key].kind not in OF_NEWS}
    return [*_load(session, others, now=now), *load_news(session, of_news, now=now)]


def _load(session: ReadSession, emails: Mapping[uuid.UUID, Email], *, now: datetime) -> list[Material]:
    if not emails:
        return []
    registrations = _by_id(session, Registration, {e.registration_id for e in emails.values()})
    slots = _by_id(session, Slot, {r.slot_id for r in registrations.values()})
    participations = _by_id(session, Participation, {e.participation_id for e in emails.values()})
    partners = _by_id(session, Partner, {p.partner_id for p in participations.values()})
    events = _by_id(session, Event, {e.about for e in emails.values()})
    organisers = _by_id(session, Organiser, {e.organiser_id for e in events.values()})
    recordings = _recordings(session, emails.values())
    told, invited = _told(session, emails.values()), _invited(session, emails.values())
    collaborating = (e.participation_id for e in emails.values() if e.kind in OF_COLLABORATION)
    work = load_work(session, {key for key in collaborating if key is not None})
    bookings = load_bookings(session, _of_bookings(emails.values(), registrations))
    one_by_one = load_dates(session, _with_dates(emails.values(), registrations, events))
    laid_out = _laid_out(session, emails.values(), events)
    reviews = load_reviews(session, emails.values())
    suppressed = suppressing.suppressed(session, emails.values(), now=now)
    own_texts = _own_texts(session, organisers.values(), emails.values())
    rules = load_rules(session, emails.values(), events)
    announced = _by_id(session, Announcement, {e.announcement_id for e in emails.values()})
    found: list[Material] = []
    for email in emails.values():
        registration = registrations.get(email.registration_id) if email.registration_id else None
        participation = participations.get(email.participation_id) if email.participation_id else None
        event = events[email.about]
        found.append(
            Material(
                email=email,
                event=event,
                organiser=organisers[event.organiser_id],
                registration=registration,
                slot=slots.get(registration.slot_id) if registration and registration.slot_id else None,
                participation=participation,
                partner=partners.get(participation.partner_id) if participation else None,
                recording_url=recordings.get(event.id),
                work=work.get(participation.id) if participation and email.kind in OF_COLLABORATION else None,
                waiting=_waiting(session, email, registration, now=now),
                suppressed=suppressed.get(email.id),
                told=_with_booking(told.get(email.uid or "", Told()), registration),
                booking=_booking(email, registration, bookings) or _dates(email, registration, event, one_by_one),
                invited_dates=invited.get(email.id),
                review=reviews.get(email.id),
                planned_by=rules.get(email.id),
                announcement=announced.get(email.announcement_id) if email.announcement_id else None,
                laid_out=laid_out.get(event.id, ()) if registration and email.kind in _WITH_MATERIALS else (),
                own_text=counting(
                    own_texts,
                    event.organiser_id,
                    organisers[event.organiser_id].parent_id,
                    email.kind,
                    "en" if email.locale == "en" else "id",
                ),
            )
        )
    return found


def _invited(session: ReadSession, emails: Iterable[Email]) -> dict[uuid.UUID, InvitedDates]:
    """Return the dates that each e-mail's entry for a series is of."""
    wanted = {email.id: key for email in emails if (key := _entry_of_series(email))}
    found = series_invitations.load(session, set(wanted.values()))
    return {email_id: found[key] for email_id, key in wanted.items() if key in found}


def _entry_of_series(email: Email) -> uuid.UUID | None:
    """Return the invitation to several dates that the e-mail's entry is of; one to a single date has its own UID."""
    if email.participation_id is None or email.uid is None or email.uid == str(email.participation_id):
        return None
    return uuid.UUID(email.uid)


def _own_texts(session: ReadSession, organisers: Iterable[Organiser], emails: Iterable[Email]) -> Newest:
    houses = {key for each in organisers for key in (each.id, each.parent_id) if key}
    return newest(session, houses, {email.kind for email in emails})


def _by_id(session: ReadSession, model: type[_Row], ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, _Row]:
    wanted = [key for key in ids if key is not None]
    if not wanted:
        return {}
    column: Any = sa.inspect(model).mapper.primary_key[0]
    return {row.id: row for row in session.scalars(sa.select(model).where(column.in_(wanted)))}


def _recordings(session: ReadSession, emails: Iterable[Email]) -> dict[uuid.UUID, str]:
    """Return the address of each event's recording, where an e-mail is about one."""
    wanted = {email.about for email in emails if email.kind in _WITH_RECORDING}
    return recording.urls_of(session, wanted) if wanted else {}


def _laid_out(
    session: ReadSession, emails: Iterable[Email], events: Mapping[uuid.UUID, Event]
) -> dict[uuid.UUID, tuple[tuple[LocalizedText, str], ...]]:
    """Return each event's materials, where an e-mail names them. One query for each such event, none without."""
    wanted = {email.about for email in emails if email.kind in _WITH_MATERIALS}
    return {
        key: tuple((each.title, each.url) for each in materials_for(session, key, events[key].stage)) for key in wanted
    }


def _told(session: ReadSession, emails: Iterable[Email]) -> dict[str, Told]:
    """Return what was sent before about each calendar entry; the e-mails themselves do not count."""
    kept = list(emails)
    uids = {email.uid for email in kept if email.uid}
    if not uids:
        return {}
    sent = Email.state == EmailState.SENT
    # A superseded one was claimed once without being sent; claimed twice, the first time may have been an acceptance
    # whose answer was lost.
    tried = Email.attempts > sa.case((Email.state == EmailState.SUPERSEDED, 1), else_=0)
    rows = session.execute(
        sa.select(
            Email.uid,
            sa.func.max(sa.case((sent, Email.sequence))),
            sa.func.max(sa.case((sent, Email.event_version))),
            sa.func.max(sa.case((sa.and_(Email.kind.in_(INVITING), tried), 1), else_=0)),
        )
        .where(
            Email.uid.in_(uids),
            Email.id.not_in([email.id for email in kept]),
            Email.kind != EmailKind.PARTNER_PROPOSAL_DECLINED,  # says nothing of the entry
        )
        .group_by(Email.uid)
    )
    return {
        uid: Told(-1 if sequence is None else sequence, -1 if version is None else version, bool(invited))
        for uid, sequence, version, invited in rows
        if uid
    }


def _of_bookings(emails: Iterable[Email], registrations: Mapping[uuid.UUID, Registration]) -> list[Registration]:
    """Return the registrations whose bookings the e-mails are about."""
    return [
        registrations[each.registration_id] for each in emails if each.kind in _WITH_BOOKINGS and each.registration_id
    ]


def _booking(
    email: Email, registration: Registration | None, bookings: Mapping[uuid.UUID, BookingMaterial]
) -> BookingMaterial | None:
    if registration is None or registration.series_booking_id is None or email.kind not in _WITH_BOOKINGS:
        return None
    return bookings.get(registration.series_booking_id)


def _dates(
    email: Email, registration: Registration | None, event: Event, dates: Mapping[PersonInSeries, BookingMaterial]
) -> BookingMaterial | None:
    """Return what somebody holds who registered date by date, where the e-mail is about several of the dates."""
    if registration is None or event.series_id is None or email.kind is not EmailKind.SERIES_CHANGED:
        return None
    return dates.get((event.series_id, registration.person_key))


def _with_dates(
    emails: Iterable[Email],
    registrations: Mapping[uuid.UUID, Registration],
    events: Mapping[uuid.UUID, Event],
) -> Iterator[PersonInSeries]:
    for email in emails:
        held = registrations.get(email.registration_id) if email.registration_id else None
        series_id = events[email.about].series_id
        if email.kind is EmailKind.SERIES_CHANGED and held and series_id and held.series_booking_id is None:
            yield series_id, held.person_key


def _with_booking(told: Told, registration: Registration | None) -> Told:
    """Count the file with all dates as an invitation: what is called off is taken back from who may have it."""
    if registration is None or registration.series_booking_id is None or told.invited:
        return told
    return replace(told, invited=True)


def _waiting(session: ReadSession, email: Email, registration: Registration | None, *, now: datetime) -> Waiting | None:
    if registration is None or email.kind is not EmailKind.WAITLISTED:
        return None
    if registration.state is not RegistrationState.WAITLISTED:
        return None
    return queue_reasons.explain(session, registration, now=now)
