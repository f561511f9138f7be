"""Registering for an event or a slot, and giving the place up again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import answer_files, facts, holds, outbox, seats, waitlist
from events.answers import FileGiven, Member
from events.errors import N_, AlreadyRegistered, Closed, Conflict, FieldError, FormReplaced, Full, Invalid, NotFound
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Event,
    PartyMember,
    PoolPurpose,
    Registration,
    RegistrationState,
    SeatPool,
    Slot,
    Stage,
)
from events.storage import insert_unless_present, new_id

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_MEMBERS: sa.Table = PartyMember.__table__  # type: ignore[assignment] # likewise
_CLOSED_REASONS = {
    Stage.PUBLISHED: N_("Registration has not opened yet."),
    Stage.CANCELLED: N_("This event was cancelled."),
    Stage.POSTPONED: N_("This event was postponed; its new time is not known yet."),
    Stage.ENDED: N_("This event is over."),
    Stage.ARCHIVED: N_("This event is over."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person tells us when registering; already normalised (`phone` in E.164, `email` as typed)."""

    event_id: uuid.UUID
    name: str
    consent_version: str
    slot_id: uuid.UUID | None = None
    email: str | None = None
    phone: str | None = None
    party_size: int = 1
    locale: str = "id"
    institution: str | None = None
    access_needs: str | None = None
    form_revision: int = 0
    """The revision of the form that was answered; these and the rest come from `events.answers.Answers.fields`."""
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    members: tuple[Member, ...] = ()
    choice_places: Mapping[uuid.UUID, int] = field(default_factory=dict[uuid.UUID, int])
    """Places that the answers take, by choice pool of the event."""
    files: tuple[FileGiven, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """The outcome of registering."""

    registration_id: uuid.UUID
    state: RegistrationState
    link_version: int = 1


def person_key(email: str | None, phone: str | None) -> str:
    """Return the contact in one spelling. The e-mail address decides where there is one.

    RFC 5321 §2.4 lets the local part be case-sensitive; no mail service that people use makes it so.
    """
    if email:
        return "email:" + email.strip().casefold()
    if phone:
        return "phone:" + phone
    raise Invalid([FieldError("email", "contact_missing", N_("Give an e-mail address or a WhatsApp number."))])


def register(session: Session, application: Application, *, now: datetime, by: str = "person") -> Registered:
    """Give the person a seat, or a place in the queue. The caller commits.

    The pool is touched last, so that the one hot row of a popular event is held as shortly as possible.
    Answers are checked already (`events.answers.check_answers`); that they answer what is asked now is made sure of
    here. Staff may register somebody without asking. Raises `NotFound`, `Closed`, `AlreadyRegistered`, `Full`,
    `ChoiceFull`, `FormReplaced` or `Invalid`; each leaves nothing behind.
    """
    place = _find_place(session, application, now=now)
    if application.form_revision != place.form_revision and (by == "person" or application.form_revision):
        raise FormReplaced
    if not 1 <= application.party_size <= place.max_party_size:
        message = N_("At most %(limit)s people can come with one registration.")
        raise Invalid([FieldError("party_size", "party_too_large", message, {"limit": place.max_party_size})])
    registration_id = new_id()
    inserted = insert_unless_present(
        session,
        _TABLE,
        {
            "id": registration_id,
            "event_id": application.event_id,
            "pool_id": place.pool_id,
            "slot_id": application.slot_id,
            "place_id": application.slot_id or application.event_id,
            "state": RegistrationState.CONFIRMED,
            "name": application.name,
            "email": application.email,
            "phone": application.phone,
            "person_key": person_key(application.email, application.phone),
            "party_size": application.party_size,
            "locale": application.locale,
            "institution": application.institution,
            "access_needs": application.access_needs,
            "form_revision": application.form_revision,
            "answers": application.answers,
            "consent_version": application.consent_version,
            "consented_at": now,
            "link_version": 1,
            "calendar_sequence": 0,
            "created_at": now,
            "updated_at": now,
        },
    )
    if not inserted:
        raise AlreadyRegistered(field="email" if application.email else "phone")
    counters = seats.take(session, place.pool_id, application.party_size)
    state = RegistrationState.CONFIRMED if counters else RegistrationState.WAITLISTED
    if counters is None:
        _queue_up(session, registration_id, place, now=now)
    if application.form_revision or application.members:
        _keep_answers(session, registration_id, application)
    outbox.record(
        session,
        facts.AttendeeRegistered(
            organiser_id=place.organiser_id,
            event_id=application.event_id,
            registration_id=registration_id,
            state=state.value,
            party_size=application.party_size,
        ),
        now=now,
        by=f"person:{registration_id}" if by == "person" else by,
    )
    if counters is None and registration_id in waitlist.promote(session, place.pool_id, now=now):
        # A party may fit where a larger one that waits in front of it does not.
        state = RegistrationState.OFFERED
    if counters and not counters.low_noted:
        # One visiting time that fills up says little about an exhibition.
        event_wide = counters if application.slot_id is None else seats.totals(session, application.event_id)
        if _is_low(event_wide):
            _note_low(session, place, application.event_id, event_wide.left, now=now)
    return Registered(registration_id, state)


@dataclass(frozen=True, slots=True)
class _Place:
    organiser_id: uuid.UUID
    pool_id: uuid.UUID
    max_party_size: int
    waitlist: bool
    form_revision: int


_PLACE_COLUMNS = (
    Event.organiser_id,
    Event.stage,
    Event.max_party_size,
    Event.waitlist,
    Event.form_revision,
    SeatPool.id,
    SeatPool.open,
    SeatPool.capacity + SeatPool.overbooking,
)
_PLACE_OF_EVENT = (
    sa.select(*_PLACE_COLUMNS, Event.starts_at)
    .join(SeatPool, sa.and_(SeatPool.event_id == Event.id, SeatPool.purpose == PoolPurpose.EVENT))
    .where(Event.id == sa.bindparam("event"))
)
_PLACE_OF_SLOT = (
    sa.select(*_PLACE_COLUMNS, Slot.starts_at)
    .join(Slot, Slot.event_id == Event.id)
    .join(SeatPool, SeatPool.id == Slot.pool_id)
    .where(Event.id == sa.bindparam("event"), Slot.id == sa.bindparam("slot"))
)
"""Built once: building a statement costs more than SQLite takes to run it."""


def _find_place(session: Session, application: Application, *, now: datetime) -> _Place:
    """Find the pool that the person asks for, or refuse with the reason why it cannot be had."""
    asked = {"event": application.event_id}
    if application.slot_id is None:
        row = session.connection().execute(_PLACE_OF_EVENT, asked).first()
    else:
        row = session.connection().execute(_PLACE_OF_SLOT, asked | {"slot": application.slot_id}).first()
    if row is None:
        if application.slot_id is None and session.get(Event, application.event_id) is not None:
            raise Invalid([FieldError("slot_id", "missing", N_("Choose a visiting time."))])
        raise NotFound
    organiser_id, stage, max_party_size, may_wait, revision, pool_id, is_open, room, slot_starts_at = row
    if stage is Stage.DRAFT:
        raise NotFound
    if stage not in (Stage.REGISTRATION_OPEN, Stage.LIVE) or not is_open:
        raise Closed(_CLOSED_REASONS.get(stage))
    if application.slot_id is not None and slot_starts_at <= now:
        raise Closed(N_("This visiting time has already begun."))
    # A party larger than the room would wait for ever, and everybody else behind it; so would anybody who queued up
    # for what has begun, because from then on nothing is offered.
    may_wait = may_wait and (stage is Stage.REGISTRATION_OPEN or application.slot_id is not None)
    largest = max_party_size if room is None else min(max_party_size, room)
    return _Place(organiser_id, pool_id, largest, may_wait, revision)


def _keep_answers(session: Session, registration_id: uuid.UUID, application: Application) -> None:
    """Write what hangs on a registration with answers: the others of the party, places of choices, files."""
    if application.members:
        session.execute(
            sa.insert(_MEMBERS),
            [
                {"registration_id": registration_id, "person": person, "name": each.name, "answers": dict(each.answers)}
                for person, each in enumerate(application.members, start=1)
            ],
        )
    if application.files:
        answer_files.claim(session, application.event_id, registration_id, application.files)
    if application.choice_places:
        holds.take(session, registration_id, application.choice_places)


def _queue_up(session: Session, registration_id: uuid.UUID, place: _Place, *, now: datetime) -> None:
    """Turn the registration that found no seat into a waiting one, where the event lets people wait."""
    if not place.waitlist:
        raise Full
    if not seats.start_waiting(session, place.pool_id):
        raise Closed
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id == registration_id)
        .values(state=RegistrationState.WAITLISTED, waiting_since=now)
    )


def _is_low(counters: seats.Seats) -> bool:
    """Few means: at most a tenth of the seats, and at most ten."""
    return 0 < counters.left <= min(10, max(1, counters.sellable // 10))


def _note_low(session: Session, place: _Place, event_id: uuid.UUID, left: int, *, now: datetime) -> None:
    if seats.note_low(session, event_id):
        outbox.record(
            session,
            facts.SeatsRanLow(organiser_id=place.organiser_id, event_id=event_id, left=left),
            now=now,
            by="clock",
        )


def cancel(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Give the place up; what it held is offered to those who wait, in the same transaction.

    Cancelling twice changes nothing. Raises `NotFound`, or `Conflict` once the event is over. The caller commits.
    """
    pool_id = session.scalar(sa.select(Registration.pool_id).where(Registration.id == registration_id))
    if pool_id is None:
        raise NotFound
    seats.lock(session, pool_id)
    row = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == registration_id)
        .with_for_update(of=Registration, key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    registration, event = row
    if registration.state not in ACTIVE_STATES:
        return
    if event.stage in (Stage.ENDED, Stage.ARCHIVED):
        raise Conflict(N_("This event is over."))
    held_seat = registration.state in SEATED_STATES
    registration.state = RegistrationState.CANCELLED
    registration.offer_expires_at = None
    registration.calendar_sequence += 1
    registration.updated_at = now
    session.flush()
    outbox.record(
        session,
        facts.RegistrationCancelled(
            organiser_id=event.organiser_id,
            event_id=event.id,
            registration_id=registration.id,
            held_seat=held_seat,
        ),
        now=now,
        by=by,
    )
    if held_seat:
        seats.release(session, pool_id, registration.party_size)
    else:
        seats.stop_waiting(session, pool_id)
    holds.release(session, registration_id)
    waitlist.promote(session, pool_id, now=now)


def revoke_links(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Make every personal link of this registration a dead one, and return the version of those that now hold.

    Raises `NotFound`. The caller commits; the person is then sent the new links.
    """
    row = session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id == registration_id)
        .values(link_version=_TABLE.c.link_version + 1, updated_at=now)
        .returning(_TABLE.c.link_version, _TABLE.c.event_id)
    ).first()
    if row is None:
        raise NotFound
    version, event_id = row
    organiser_id = session.get_one(Event, event_id).organiser_id
    fact = facts.LinksRevoked(organiser_id=organiser_id, event_id=event_id, registration_id=registration_id)
    outbox.record(session, fact, now=now, by=by)
    return int(version)
