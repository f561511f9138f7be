"""Registering once for a whole series: one transaction, one registration for each date that takes any.

Each date answers for itself: a seat, a place in the queue, or a reason why not. Pools are touched in the order of their
ids, as by everybody who touches several (`events.seating.seats`), so that a crowd that wants all dates never locks
itself up.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import (
    N_,
    AlreadyRegistered,
    ChoiceFull,
    Closed,
    Conflict,
    FieldError,
    Full,
    Invalid,
    NotFound,
    Refused,
)
from events.models import (
    ACTIVE_STATES,
    Additions,
    Event,
    PoolPurpose,
    Registration,
    RegistrationState,
    SeatPool,
    Series,
    SeriesBooking,
    Stage,
)
from events.questions.answers import Answers
from events.registrations import registration
from events.registrations.applications import Application, Guardian
from events.seating import claims
from events.storage import ReadSession

_NO_ANSWERS: Mapping[uuid.UUID, Answers] = {}
_ALONE = N_("This date asks questions of its own: please register for it by itself.")
_NOT_THIS_DATE = (AlreadyRegistered, Full, Closed)
"""Refusals of one date that leave the others as they are; anything else is wrong with the person's answers."""


@dataclass(frozen=True, slots=True)
class DateOutcome:
    """What came of one date: a registration in some state, or the refusal."""

    event_id: uuid.UUID
    registration_id: uuid.UUID | None
    state: RegistrationState | None
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of registering for a series; `outcomes` are in the order of the dates' pools."""

    booking_id: uuid.UUID
    link_version: int
    outcomes: tuple[DateOutcome, ...]

    @property
    def registrations(self) -> list[uuid.UUID]:
        """The registrations that were made."""
        return [each.registration_id for each in self.outcomes if each.registration_id is not None]


def book(
    session: Session,
    series_id: uuid.UUID,
    person: Application,
    *,
    now: datetime,
    by: str = "person",
    answers: Mapping[uuid.UUID, Answers] = _NO_ANSWERS,
) -> Booked:
    """Register a person for every date that takes registrations now. The caller commits.

    `person.event_id` is not looked at; `answers` are those to what dates ask, by date. A date that asks and was not
    answered is left out. A minor's guardian is asked once, for all dates, where one of them asks for a guardian.
    Raises `NotFound`, `Invalid` for wrong answers or a guardian whom no date asks for, `FormReplaced` or
    `ChoiceFull` for a date that was answered, and, where not one date could be had, the refusal of the first:
    `AlreadyRegistered`, `Full` or `Closed`. Then nothing is left behind.
    """
    series = session.get(Series, series_id)
    if series is None:
        raise NotFound
    asking = open_dates(session, series_id, now=now, asking=True)
    alone = [event_id for event_id in asking if event_id not in answers]
    wanted = [*open_dates(session, series_id, now=now), *(each for each in asking if each in answers)]
    person = _with_guardian(session, person, wanted)
    claims.claim(session, *wanted)
    booking = SeriesBooking(series_id=series_id, created_at=now)
    session.add(booking)
    session.flush()
    people = [_application(person, event_id, answers.get(event_id)) for event_id in wanted]
    outcomes = _register(session, booking.id, people, now=now, by=by)
    outcomes += tuple(DateOutcome(event_id, None, None, Conflict(_ALONE)) for event_id in alone)
    booked = Booked(booking.id, booking.link_version, outcomes)
    if not booked.registrations:
        raise _why_none(outcomes)
    fact = facts.SeriesBooked(
        organiser_id=series.organiser_id,
        event_id=next(each.event_id for each in outcomes if each.registration_id),
        series_id=series.id,
        booking_id=booking.id,
        dates=len(booked.registrations),
    )
    outbox.record(session, fact, now=now, by=f"person:{booked.registrations[0]}" if by == "person" else by)
    return booked


def _with_guardian(session: ReadSession, person: Application, wanted: Sequence[uuid.UUID]) -> Application:
    if person.guardian is None:
        return person
    if wanted and not asks_guardians(session, wanted):
        message = N_("Minors cannot register for this event by themselves.")
        raise Invalid([FieldError("guardian", "unknown", message)])
    return replace(person, guardian_of_series=True)


def asks_guardians(session: ReadSession, event_ids: Collection[uuid.UUID]) -> bool:
    """Say whether one of these dates asks minors for a guardian: then all of them wait for the guardian's answer."""
    statement = sa.select(Event.id).where(Event.id.in_(event_ids), Event.guardian_consent)
    return session.scalar(statement.limit(1)) is not None


def _why_none(outcomes: Sequence[DateOutcome]) -> Refused:
    refusals = [each.refusal for each in outcomes if each.refusal is not None]
    fullness = next((refusal for refusal in refusals if not isinstance(refusal, AlreadyRegistered)), None)
    return fullness or next(iter(refusals), Closed(N_("No date of this series takes registrations now.")))


def open_dates(session: ReadSession, series_id: uuid.UUID, *, now: datetime, asking: bool = False) -> list[uuid.UUID]:
    """Return the events of a series that take registrations, in the order in which their seats are taken.

    Dates that ask questions of their own are left out, because nobody can answer those once for all; with `asking` only
    these are returned.
    """
    statement = (
        sa.select(Event.id)
        .join(SeatPool, sa.and_(SeatPool.event_id == Event.id, SeatPool.purpose == PoolPurpose.EVENT))
        .where(
            Event.series_id == series_id,
            Event.stage == Stage.REGISTRATION_OPEN,
            Event.starts_at > now,
            Event.form_revision > 0 if asking else Event.form_revision == 0,
        )
        .order_by(SeatPool.id)
    )
    return list(session.scalars(statement))


def _application(person: Application, event_id: uuid.UUID, answers: Answers | None) -> Application:
    return replace(person, event_id=event_id, **(answers.fields() if answers is not None else {}))


def _register(
    session: Session,
    booking_id: uuid.UUID,
    people: Sequence[Application],
    *,
    now: datetime,
    by: str,
) -> tuple[DateOutcome, ...]:
    outcomes: list[DateOutcome] = []
    for person in people:
        event_id = person.event_id
        try:
            with session.begin_nested():
                made = registration.register(session, person, now=now, by=by)
                session.execute(
                    sa.update(Registration)
                    .where(Registration.id == made.registration_id)
                    .values(series_booking_id=booking_id)
                )
        except ChoiceFull:  # they can choose another one
            raise
        except _NOT_THIS_DATE as refusal:
            outcomes.append(DateOutcome(event_id, None, None, refusal))
        else:
            outcomes.append(DateOutcome(event_id, made.registration_id, made.state, None))
    return tuple(outcomes)


# ---------------------------------------------------------------- dates that are added later
def take_added(session: Session, booking_id: uuid.UUID, *, now: datetime, by: str) -> tuple[DateOutcome, ...]:
    """Register who holds a booking for the open dates of their series that they have not. The caller commits.

    Dates that they gave back stay given back. Raises `NotFound` for a booking that holds nothing any more.
    """
    held = session.scalar(
        sa.select(Registration)
        .where(Registration.series_booking_id == booking_id, Registration.state.in_(ACTIVE_STATES))
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(1)
    )
    if held is None:
        raise NotFound
    known = set(session.scalars(sa.select(Registration.event_id).where(Registration.series_booking_id == booking_id)))
    series_id = session.get_one(Event, held.event_id).series_id
    wanted = [key for key in open_dates(session, series_id, now=now) if key not in known] if series_id else []
    claims.claim(session, *wanted)
    people = [_application(application_of(held), event_id, None) for event_id in wanted]
    return _register(session, booking_id, people, now=now, by=by)


def application_of(held: Registration) -> Application:
    """Return what a person would fill in once more for another date of the series."""
    return Application(
        event_id=held.event_id,
        name=held.name,
        email=held.email,
        phone=held.phone,
        party_size=held.party_size,
        locale=held.locale,
        institution=held.institution,
        sign_language=held.sign_language,
        wheelchair=held.wheelchair,
        access_needs=held.access_needs,
        consent_version=held.consent_version,
        guardian=guardian_of(held),
        guardian_of_series=held.series_booking_id is not None,
    )


def guardian_of(held: Registration) -> Guardian | None:
    """Return who has to consent, or has consented, to a minor's registration."""
    if held.guardian_name is None:
        return None
    return Guardian(held.guardian_name, held.guardian_email, held.guardian_phone)


def bookings_before(session: ReadSession, event: Event, *, limit: int, after: uuid.UUID | None) -> list[uuid.UUID]:
    """Return who registered for all of the event's series before this date was added, and still holds a place.

    In the order of their ids, from the one `after`; at most `limit`.
    """
    statement = (
        sa.select(SeriesBooking.id)
        .join(Registration, Registration.series_booking_id == SeriesBooking.id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.series_id == event.series_id,
            Registration.state.in_(ACTIVE_STATES),
            SeriesBooking.created_at < event.created_at,
        )
        .group_by(SeriesBooking.id)
        .order_by(SeriesBooking.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(SeriesBooking.id > after)
    return list(session.scalars(statement))


def adds_by_itself(session: ReadSession, event: Event) -> bool:
    """Say whether people with all dates are registered for added ones without being asked."""
    series = session.get(Series, event.series_id) if event.series_id is not None else None
    return series is not None and series.additions is Additions.REGISTER


# ---------------------------------------------------------------- giving back
def cancel_all(session: Session, booking_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Give back every date of a booking that is still to come; returns how many. The caller commits.

    What it held is offered to those who wait. Doing it twice changes nothing.
    """
    rows = session.execute(
        sa.select(Registration.id, Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.series_booking_id == booking_id,
            Registration.state.in_(ACTIVE_STATES),
            Event.stage.not_in((Stage.LIVE, Stage.ENDED, Stage.ARCHIVED)),
        )
        .order_by(Registration.pool_id)
    ).all()
    claims.claim(session, *(event_id for _, event_id in rows))
    for registration_id, _ in rows:
        registration.cancel(session, registration_id, now=now, by=by)
    return len(rows)
