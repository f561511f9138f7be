"""What staff and the clock do with those who wait: a seat offered out of turn, another rank, more time, the end."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, FieldError, Full, Invalid
from events.models import Event, Registration, RegistrationState, Slot, Stage
from events.seating import claims, holdings, seats, waitlist
from events.seating.holdings import Needs
from events.storage import ReadSession, UtcDateTime

HIGHEST_PRIORITY = 1000
_BEGUN_STAGES = (
    Stage.PUBLISHED,
    Stage.REGISTRATION_OPEN,
    Stage.REGISTRATION_CLOSED,
    Stage.LIVE,
    Stage.ENDED,
    Stage.ARCHIVED,
)
"""Of a cancelled event everybody has been told; of a postponed one nobody knows yet whether it has begun."""


def offer_to(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Offer a seat to one person who waits, past those in front; reserved seats may be used for that.

    Raises `Conflict` if they do not wait or it has begun, `Full` where there is not enough. The caller commits.
    """
    held = holdings.hold(session, registration_id)
    own = held.registration
    if own.state is not RegistrationState.WAITLISTED:
        raise Conflict(N_("This person does not wait for a seat (any more)."))
    if held.event.stage not in waitlist.OFFERING_STAGES and held.event.stage is not Stage.LIVE:
        raise Conflict(N_("Seats of this event cannot be offered now."))
    if held.starts_at <= now:
        raise Conflict(N_("What this person waits for has already begun."))
    lacking = max(0, own.party_size - seats.read(session, [own.pool_id])[own.pool_id].left)
    needs = Needs(own.id, own.pool_id, own.party_size, held.choices, kept=lacking)
    if holdings.try_to_seat(session, needs, waited=True, by_invitation=False) is None:
        raise Full(N_("There are not enough free seats, or their choice is full."))
    waitlist.offer(session, held, now=now, by=by)


def prioritise(
    session: Session, registration_id: uuid.UUID, *, priority: int, reason: str, now: datetime, by: str
) -> None:
    """Give somebody who waits another priority. A reason must be given; it is kept for staff.

    Raises `Invalid`, or `Conflict` if they do not wait. The caller commits.
    """
    why = " ".join(reason.split())
    faults: list[FieldError] = []
    if not why or len(why) > 200:
        faults.append(FieldError("reason", "missing", N_("Give a reason of at most 200 letters.")))
    if not 0 <= priority <= HIGHEST_PRIORITY:
        faults.append(FieldError("priority", "range", N_("A whole number from 0 to 1000.")))
    if faults:
        raise Invalid(faults)
    held = holdings.hold(session, registration_id)
    own = held.registration
    if own.state is not RegistrationState.WAITLISTED:
        raise Conflict(N_("This person does not wait for a seat (any more)."))
    if (own.priority, own.priority_reason) == (priority, why):
        return
    own.priority, own.priority_reason, own.updated_at = priority, why, now
    session.flush()
    fact = facts.WaitlistReordered(
        organiser_id=held.event.organiser_id, event_id=held.event.id, registration_id=own.id, priority=priority
    )
    outbox.record(session, fact, now=now, by=by)


def extend_offer(session: Session, registration_id: uuid.UUID, *, until: datetime, now: datetime, by: str) -> None:
    """Give somebody more time to take an offered seat; never past the start.

    Raises `Conflict` where there is no running offer, `Invalid` for a moment that is no later one. The caller commits.
    """
    held = holdings.hold(session, registration_id)
    own = held.registration
    expires_at = own.offer_expires_at
    if own.state is not RegistrationState.OFFERED or expires_at is None or expires_at <= now:
        raise Conflict(N_("No offer is running for this person."))
    if until > held.starts_at:
        raise Invalid([FieldError("until", "too_late", N_("An offer cannot outlast the start."))])
    if until <= expires_at:
        raise Invalid([FieldError("until", "too_early", N_("This is not later than the offer runs now."))])
    own.offer_expires_at, own.updated_at = until, now
    session.flush()
    fact = facts.OfferExtended(
        organiser_id=held.event.organiser_id, event_id=held.event.id, registration_id=own.id, expires_at=until
    )
    outbox.record(session, fact, now=now, by=by)


# ---------------------------------------------------------------- by the clock
def _waiting_for_the_past(now: datetime) -> sa.Select[uuid.UUID]:
    """Those who wait for a visit or an event that has begun: nothing will be offered to them any more."""
    return (
        sa.select(Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(
            Registration.state == RegistrationState.WAITLISTED,
            Event.stage.in_(_BEGUN_STAGES),
            sa.literal(now, UtcDateTime()) >= holdings.STARTS_AT,
        )
    )


def has_waited_in_vain(session: ReadSession, *, now: datetime) -> bool:
    """Tell whether `end_waiting` would find anybody."""
    return session.scalar(_waiting_for_the_past(now).limit(1)) is not None


def end_waiting(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Let those go who wait for what has begun, so that they stand in nobody's way; returns how many. They are told."""
    waiting = _waiting_for_the_past(now).add_columns(Registration.event_id)
    due = session.execute(waiting.order_by(Registration.pool_id, Registration.id).limit(limit)).all()
    claims.claim(session, *(event_id for _, event_id in due))
    return sum(_end_waiting(session, registration_id, now=now) for registration_id, _ in due)


def _end_waiting(session: Session, registration_id: uuid.UUID, *, now: datetime) -> bool:
    held = holdings.hold(session, registration_id)
    own, event = held.registration, held.event
    if own.state is not RegistrationState.WAITLISTED or held.starts_at > now or event.stage not in _BEGUN_STAGES:
        return False
    own.state, own.updated_at = RegistrationState.DECLINED, now
    session.flush()
    fact = facts.WaitingEnded(organiser_id=event.organiser_id, event_id=event.id, registration_id=own.id)
    outbox.record(session, fact, now=now, by="clock")
    holdings.give_back(session, held, was=RegistrationState.WAITLISTED)
    return True
