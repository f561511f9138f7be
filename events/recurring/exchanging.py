"""Exchanging one date of a series for another: the old place is given back when the new one is certain, never before.

A date is an event of its own, and so is the registration for it: the new one is made by the rules of registering and
names the one that it replaces. Where a seat is free both happens in one transaction. Where the person waits for the new
date, for a seat or for a decision, they keep the old one until then.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Closed, Conflict, FormReplaced, NotFound
from events.models import ACTIVE_STATES, Event, PartyMember, Registration, RegistrationState, Stage
from events.questions.answers import NO_ANSWERS, Answers, Member
from events.recurring.series_booking import application_of
from events.registrations import registration
from events.registrations.applications import Application
from events.registrations.registration import Registered
from events.seating import seats
from events.storage import ReadSession

_PAST = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


def exchange_date(
    session: Session,
    registration_id: uuid.UUID,
    event_id: uuid.UUID,
    *,
    now: datetime,
    by: str,
    answers: Answers = NO_ANSWERS,
    quiet: bool = False,
) -> Registered:
    """Register who holds or awaits a place on one date of a series for another, and return the new registration.

    `answers` are those to what the new date asks; where it is `quiet` the person is not written to about the new place.
    A confirmed place replaces the old one at once; otherwise both stand until `settle`. Doing it again returns what was
    made. Raises `NotFound` for what is no date of the same series, `Conflict` for who holds nothing or awaits an
    exchange already, and what `registration.register` raises; then everything stays as it was. The caller commits.
    """
    own, old, new = _both(session, registration_id, event_id)
    seats.pools_of(session, old.id, new.id)
    session.refresh(own, with_for_update={"key_share": True})
    made = _made_before(session, own, new)
    if made is not None:
        return made
    _refuse_idle(session, own, old, now=now)
    if answers.revision != new.form_revision:
        raise FormReplaced
    wanted = replace(_application(session, own, new, answers), quiet=quiet)
    made = registration.register(session, wanted, now=now, by=by)
    session.execute(
        sa.update(Registration)
        .where(Registration.id == made.registration_id)
        .values(replaces_id=own.id, series_booking_id=own.series_booking_id)
    )
    settle(session, made.registration_id, now=now, by=by)
    return made


def _both(session: Session, registration_id: uuid.UUID, event_id: uuid.UUID) -> tuple[Registration, Event, Event]:
    own = session.get(Registration, registration_id)
    new = session.get(Event, event_id)
    if own is None or new is None:
        raise NotFound
    old = session.get_one(Event, own.event_id)
    if old.series_id is None or old.series_id != new.series_id or old.id == new.id:
        raise NotFound
    return own, old, new


def _made_before(session: Session, own: Registration, new: Event) -> Registered | None:
    """Return what the same request has made already: people press twice."""
    found = session.execute(
        sa.select(Registration.id, Registration.state, Registration.link_version)
        .where(
            Registration.replaces_id == own.id,
            Registration.event_id == new.id,
            Registration.state.in_(ACTIVE_STATES),
        )
        .limit(1)
    ).first()
    return None if found is None else Registered(*found)


def _refuse_idle(session: Session, own: Registration, old: Event, *, now: datetime) -> None:
    if own.state not in ACTIVE_STATES:
        raise Conflict(N_("This registration holds no place."))
    if old.stage in _PAST:
        raise Conflict(N_("This event is over."))
    if now >= old.starts_at and old.stage is not Stage.POSTPONED:
        raise Closed(N_("It has begun already."))
    if successor(session, own.id) is not None:
        raise Conflict(N_("You are waiting for another date already. Give that up first."))


def _application(session: Session, own: Registration, new: Event, answers: Answers) -> Application:
    wanted = replace(application_of(own), event_id=new.id, **answers.fields())
    return wanted if wanted.members else replace(wanted, members=_others(session, own))


def _others(session: ReadSession, own: Registration) -> tuple[Member, ...]:
    """Return the names of who comes along; what they answered was asked for the other date."""
    names = sa.select(PartyMember.name).where(PartyMember.registration_id == own.id).order_by(PartyMember.person)
    return tuple(Member(name, {}) for name in session.scalars(names))


def settle(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> bool:
    """Give back the place that this one replaces, if this one is certain; returns whether it did.

    Who was at the old date, or could have been, keeps it. Doing it twice changes nothing. The caller commits.
    """
    new = session.get_one(Registration, registration_id)
    if new.replaces_id is None or new.state is not RegistrationState.CONFIRMED:
        return False
    replaced = session.get_one(Registration, new.replaces_id)
    old = session.get_one(Event, replaced.event_id)
    begun = old.stage is Stage.LIVE or (now >= old.starts_at and old.stage is not Stage.POSTPONED)
    if replaced.state not in ACTIVE_STATES or old.stage in (Stage.ENDED, Stage.ARCHIVED) or begun:
        return False
    registration.cancel(session, replaced.id, now=now, by=by)
    fact = facts.DateExchanged(
        organiser_id=old.organiser_id,
        event_id=new.event_id,
        registration_id=new.id,
        from_event_id=old.id,
        from_registration_id=replaced.id,
    )
    outbox.record(session, fact, now=now, by=by)
    return True


def successor(session: ReadSession, registration_id: uuid.UUID) -> Registration | None:
    """Return the registration that replaces this one, or shall once it is certain; None where there is none."""
    found: Registration | None = session.scalar(
        sa.select(Registration)
        .where(Registration.replaces_id == registration_id, Registration.state.in_(ACTIVE_STATES))
        .limit(1)
    )
    return found
