"""A minor's registration waits for the consent of a guardian, given by a link of the guardian's own.

Until then the registration holds its seats (*pending*). UU 27/2022 Pasal 25 asks for a guardian's consent before a
child's data are used; without it in time, or refused, the registration is declined and its seats go on.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, Gone, NotFound, WrongStage
from events.event_rows import hold_event
from events.facts import Fact
from events.models import ACTIVE_STATES, Registration, RegistrationState, Stage
from events.registrations.approval import settle_pending
from events.seating import claims, holdings, waitlist
from events.seating.holdings import Holding
from events.storage import ReadSession

GUARDIAN_WITHIN = timedelta(hours=72)
"""How long a seat is held for a minor whose guardian has not answered; never past the start."""
_OVER = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


def allow_minors(session: Session, event_id: uuid.UUID, allowed: bool, *, now: datetime, by: str) -> None:
    """Set whether minors can register, with a guardian's consent. Who is registered stays. The caller commits.

    Raises `NotFound`, or `WrongStage` once the event is over.
    """
    event = hold_event(session, event_id)
    if event.guardian_consent == allowed:
        return
    if event.stage in _OVER:
        raise WrongStage(stage=event.stage.value)
    event.guardian_consent = allowed
    event.version += 1
    event.updated_at = now
    session.flush()
    fact = facts.RegistrationRulesChanged(
        organiser_id=event.organiser_id, event_id=event_id, fields=("guardian_consent",)
    )
    outbox.record(session, fact, now=now, by=by)


def consent(
    session: Session, registration_id: uuid.UUID, *, now: datetime, by: str | None = None, note: str | None = None
) -> RegistrationState:
    """Note the guardian's consent and let the registration on. Returns its state. The caller commits.

    It counts for every date of the booking that waits for it. `by` and `note`: staff who saw it on paper, and what they
    saw. Consenting twice changes nothing. Raises `Gone` where it is too late or the registration was given up.
    """
    every = _hold(session, registration_id)
    own = next(held.registration for held in every if held.registration.id == registration_id)
    waiting = [held for held in every if _awaits(held.registration)]
    if not waiting:
        if own.guardian_consented_at is not None and own.state in ACTIVE_STATES:
            return own.state
        raise Gone(N_("This registration no longer waits for an answer."))
    ahead = [held for held in waiting if held.event.stage not in _OVER]
    if not ahead:
        raise Conflict(N_("This event is over."))
    for held in ahead:
        _consent(session, held, now=now, by=by, note=note)
    return own.state


def _consent(session: Session, held: Holding, *, now: datetime, by: str | None, note: str | None) -> None:
    own = held.registration
    own.needs_guardian = False
    own.guardian_consented_at = now
    own.guardian_note = note
    own.guardian_due_at = None
    state = settle_pending(session, held, now=now)
    fact = facts.GuardianConsented(
        organiser_id=held.event.organiser_id, event_id=held.event.id, registration_id=own.id, state=state.value
    )
    outbox.record(session, fact, now=now, by=by or f"guardian:{own.id}")


def refuse(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str | None = None) -> None:
    """Note that the guardian does not consent, to no date of the booking; the seats go on. The caller commits.

    Refusing twice changes nothing. Raises `Gone` where nobody waits for an answer.
    """
    every = _hold(session, registration_id)
    waiting = [held for held in every if _awaits(held.registration)]
    declined = any(
        held.registration.id == registration_id and held.registration.state is RegistrationState.DECLINED
        for held in every
    )
    if not waiting and not declined:
        raise Gone(N_("This registration no longer waits for an answer."))
    for held in waiting:
        own = held.registration
        fact = facts.GuardianRefused(
            organiser_id=held.event.organiser_id, event_id=held.event.id, registration_id=own.id
        )
        _decline(session, held, fact, now=now, by=by or f"guardian:{own.id}")


def ask_again(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Have the guardian asked once more, with all the time for an answer. The caller commits.

    Raises `Conflict` where nobody is asked any more, or once it has begun.
    """
    every = _hold(session, registration_id)
    asked = next(held for held in every if held.registration.id == registration_id)
    if not _awaits(asked.registration):
        raise Conflict(N_("This registration no longer waits for an answer."))
    if asked.event.stage in _OVER or asked.starts_at <= now:
        raise Conflict(N_("This event is over."))
    for held in every:
        if _awaits(held.registration) and held.event.stage not in _OVER and held.starts_at > now:
            held.registration.guardian_due_at = min(now + GUARDIAN_WITHIN, held.starts_at)
            held.registration.updated_at = now
    session.flush()
    fact = facts.GuardianAsked(
        organiser_id=asked.event.organiser_id, event_id=asked.event.id, registration_id=registration_id
    )
    outbox.record(session, fact, now=now, by=by)


def expire(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Decline those whose guardian has not answered in time. Returns how many. The caller commits.

    The dates of one booking whose time is over go together, so that they are told of together.
    """
    columns = (Registration.id, Registration.event_id, Registration.series_booking_id)
    over = Registration.guardian_due_at <= now
    due = session.execute(
        sa.select(*columns)
        .where(over)
        .order_by(Registration.event_id, Registration.guardian_due_at, Registration.id)
        .limit(limit)
    ).all()
    bookings = {booking_id for *_, booking_id in due} - {None}
    if bookings:
        together = sa.select(*columns).where(over, Registration.series_booking_id.in_(bookings))
        due = [*due, *session.execute(together.order_by(Registration.event_id))]
    claims.claim(session, *(event_id for _, event_id, _ in due))
    return sum(_expire(session, key, now=now) for key in dict.fromkeys(key for key, *_ in due))


def _expire(session: Session, registration_id: uuid.UUID, *, now: datetime) -> bool:
    held = holdings.hold(session, registration_id)
    own = held.registration
    if own.guardian_due_at is None or own.guardian_due_at > now:
        return False
    if not _awaits(own):
        own.guardian_due_at = None
        session.flush()
        return False
    fact = facts.GuardianSilent(organiser_id=held.event.organiser_id, event_id=held.event.id, registration_id=own.id)
    _decline(session, held, fact, now=now, by="clock")
    return True


def has_due(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether `expire` would find anything."""
    return session.scalar(sa.select(Registration.id).where(Registration.guardian_due_at <= now).limit(1)) is not None


def has_any(session: ReadSession, event_id: uuid.UUID) -> bool:
    """Tell whether anybody of an event needs, or had, the consent of a guardian."""
    statement = sa.select(Registration.id).where(
        Registration.event_id == event_id, Registration.guardian_name.is_not(None)
    )
    return session.scalar(statement.limit(1)) is not None


def _awaits(own: Registration) -> bool:
    return own.needs_guardian and own.state in ACTIVE_STATES


def _hold(session: Session, registration_id: uuid.UUID) -> list[Holding]:
    try:
        return hold_together(session, registration_id)
    except NotFound:
        raise Gone from None


def hold_together(session: Session, registration_id: uuid.UUID) -> list[Holding]:
    """Hold a registration and all that were made with it for a whole series, by their pools. Raises `NotFound`."""
    made = session.execute(
        sa.select(Registration.id, Registration.event_id)
        .where(made_with(registration_id))
        .order_by(Registration.pool_id)
    ).all()
    if not made:
        raise NotFound
    claims.claim(session, *(event_id for _, event_id in made))
    return [holdings.hold(session, key) for key, _ in made]


def made_with(registration_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Return the condition for a registration and those that a person made at once with it for a whole series."""
    booking = sa.select(Registration.series_booking_id).where(Registration.id == registration_id).scalar_subquery()
    return sa.or_(Registration.id == registration_id, Registration.series_booking_id == booking)


def _decline(session: Session, held: Holding, fact: Fact, *, now: datetime, by: str) -> None:
    own, was = held.registration, held.registration.state
    own.state = RegistrationState.DECLINED
    own.offer_expires_at = own.guardian_due_at = None
    own.updated_at = now
    session.flush()
    outbox.record(session, fact, now=now, by=by)
    holdings.give_back(session, held, was=was)
    waitlist.promote(session, own.pool_id, now=now, everywhere=bool(held.choices))
