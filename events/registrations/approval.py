"""Deciding who may come: approved, declined with a reason, and both undone.

Who waits for a decision is *pending* and holds seats, or *requested* and holds none, as the event says. A decision can
also be awaited by somebody on the waitlist, or with an offer. Several reasons to wait may meet (approval, a guardian's
consent): `settle_pending` is the one place where somebody for whom nothing is awaited any more gets on.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, AlreadyRegistered, Conflict, FieldError, Invalid, NotFound
from events.models import ACTIVE_STATES, SEATED_STATES, Registration, RegistrationState, Stage
from events.registrations.approval_rules import rules_of
from events.seating import claims, holdings, seats, waitlist
from events.seating.holdings import Holding

LONGEST_REASON = 500
_DECIDABLE = ACTIVE_STATES
_PAST = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


def settle_pending(session: Session, held: Holding, *, now: datetime) -> RegistrationState:
    """Let a registration on that waited for decisions, as far as none is left, and return its state.

    `held` comes from `holdings.hold`. Who asked without holding a seat is given one, or their place in the queue by the
    time at which they asked. Records nothing: the caller says what happened. Calling it again changes nothing.
    """
    own = held.registration
    if own.needs_approval:
        return own.state
    if own.state is RegistrationState.PENDING and not own.needs_guardian:
        own.state = RegistrationState.CONFIRMED
    elif own.state is RegistrationState.REQUESTED:
        state = RegistrationState.PENDING if own.needs_guardian else RegistrationState.CONFIRMED
        _seat_or_queue(session, held, state, now=now)
    own.updated_at = now
    session.flush()
    return own.state


def _seat_or_queue(session: Session, held: Holding, state: RegistrationState, *, now: datetime) -> None:
    """Seat who holds nothing in `state`, after those who wait; otherwise they queue up by when they first asked."""
    own = held.registration
    waitlist.promote(session, own.pool_id, now=now)
    if holdings.try_to_seat(session, holdings.needs_of(session, held)) is not None:
        own.state = state
        return
    own.state = RegistrationState.WAITLISTED
    own.waiting_since = own.waiting_since or own.created_at
    seats.add_waiting(session, own.pool_id)
    session.flush()
    # A smaller party may have a better rank than somebody who was looked at a moment ago.
    waitlist.promote(session, own.pool_id, now=now)


# ---------------------------------------------------------------- deciding
def approve(
    session: Session, event_id: uuid.UUID, registration_ids: Sequence[uuid.UUID], *, now: datetime, by: str
) -> int:
    """Approve those that await it, and return how many. The caller commits.

    Who is decided upon already is passed over, so that two colleagues with the same list do no harm. Raises `NotFound`
    for a registration of another event, `Conflict` once the event is over.
    """
    approved = 0
    for held in _hold_all(session, event_id, registration_ids):
        own = held.registration
        if own.state not in _DECIDABLE or not own.needs_approval:
            continue
        own.needs_approval = False
        own.decided_at, own.decided_by, own.decision_reason = now, by, None
        if own.calendar_sequence:
            own.calendar_sequence += 1  # an entry that an undone decision took back is put in again
        state = settle_pending(session, held, now=now)
        fact = facts.RegistrationApproved(
            organiser_id=held.event.organiser_id, event_id=event_id, registration_id=own.id, state=state.value
        )
        outbox.record(session, fact, now=now, by=by)
        approved += 1
    return approved


def decline(
    session: Session,
    event_id: uuid.UUID,
    registration_ids: Sequence[uuid.UUID],
    *,
    reason: str,
    now: datetime,
    by: str,
) -> int:
    """Decline those that await a decision, tell them why, and return how many; their seats go on at once.

    Raises `Invalid` without a reason, `NotFound` and `Conflict` like `approve`. The caller commits.
    """
    told = " ".join(reason.split())
    if not told:
        raise Invalid([FieldError("reason", "missing", N_("Say why: the person is told."))])
    if len(told) > LONGEST_REASON:
        message = N_("At most %(limit)s letters.")
        raise Invalid([FieldError("reason", "too_long", message, {"limit": LONGEST_REASON})])
    declined = 0
    for held in _hold_all(session, event_id, registration_ids):
        own, was = held.registration, held.registration.state
        if was not in _DECIDABLE or not own.needs_approval:
            continue
        own.state = RegistrationState.DECLINED
        own.offer_expires_at = None
        own.decided_at, own.decided_by, own.decision_reason = now, by, told
        own.updated_at = now
        session.flush()
        fact = facts.RegistrationDeclined(
            organiser_id=held.event.organiser_id,
            event_id=event_id,
            registration_id=own.id,
            held_seat=was in SEATED_STATES,
        )
        outbox.record(session, fact, now=now, by=by)
        holdings.give_back(session, held, was=was)
        waitlist.promote(session, own.pool_id, now=now, everywhere=bool(held.choices))
        declined += 1
    return declined


def undo(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> RegistrationState:
    """Take a decision back: the registration awaits one again. Returns its state. The caller commits.

    Who was declined gets seats again if they are free, else their old place in the queue. Raises `Conflict` where
    nothing was decided or the event is over, `AlreadyRegistered` where the person holds another place by now.
    """
    [held] = _hold_all(session, None, [registration_id])
    own, was = held.registration, held.registration.state
    declined = was is RegistrationState.DECLINED and own.needs_approval  # not who let an offer run out
    if own.decided_at is None or (own.needs_approval and not declined) or not (declined or was in ACTIVE_STATES):
        raise Conflict(N_("There is no decision to undo."))
    own.needs_approval = True
    own.decided_at = own.decided_by = own.decision_reason = None
    own.updated_at = now
    if declined:
        _refuse_second_place(session, own)
    _take_back(session, held, now=now)
    fact = facts.DecisionUndone(
        organiser_id=held.event.organiser_id,
        event_id=held.event.id,
        registration_id=own.id,
        decision="declined" if declined else "approved",
        state=own.state.value,
    )
    outbox.record(session, fact, now=now, by=by)
    return own.state


def _take_back(session: Session, held: Holding, *, now: datetime) -> None:
    """Put a registration where those stand who await a decision."""
    own, was = held.registration, held.registration.state
    holds_seats = rules_of(held.event.approval).pending_holds_seats
    if was is RegistrationState.DECLINED:
        own.state = RegistrationState.REQUESTED
        session.flush()
        if holds_seats:
            _seat_or_queue(session, held, RegistrationState.PENDING, now=now)
    elif was in (RegistrationState.CONFIRMED, RegistrationState.PENDING):
        own.state = RegistrationState.PENDING if holds_seats else RegistrationState.REQUESTED
        own.calendar_sequence += 1
        session.flush()
        if not holds_seats:
            holdings.give_back(session, held, was=was)
            waitlist.promote(session, own.pool_id, now=now, everywhere=bool(held.choices))
    session.flush()


def _refuse_second_place(session: Session, own: Registration) -> None:
    other = sa.select(Registration.id).where(
        Registration.place_id == own.place_id,
        Registration.person_key == own.person_key,
        Registration.state.in_(ACTIVE_STATES),
    )
    if session.scalar(other.limit(1)) is not None:
        raise AlreadyRegistered


def _hold_all(session: Session, event_id: uuid.UUID | None, registration_ids: Sequence[uuid.UUID]) -> list[Holding]:
    """Hold the registrations, by when they were made, and before them every pool that any of them may touch."""
    wanted = sorted(set(registration_ids))
    rows = session.execute(
        sa.select(Registration.id, Registration.event_id)
        .where(Registration.id.in_(wanted))
        .order_by(Registration.created_at, Registration.id)
    ).all()
    events = {event for _, event in rows}
    if len(rows) < len(wanted) or (event_id is not None and events - {event_id}):
        raise NotFound
    claims.claim(session, *events)
    for event in events:
        seats.pools_of(session, event)
    held = [holdings.hold(session, registration_id) for registration_id, _ in rows]
    if any(each.event.stage in _PAST for each in held):
        raise Conflict(N_("This event is over."))
    return held
