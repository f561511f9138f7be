"""Seats that a partner fills with people of their own: promised, filled, changed, and given back in time.

An allotted seat is a taken one that nobody has yet (`SeatAllotment.held`, counted in the pool's `taken`). So filling
one touches no pool, two partners never compete for it, and no passer-by can have it. The one conditional UPDATE that
counts is `held >= n`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, ChoiceFull, Closed, FieldError, Gone, Invalid, NotFound
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Event,
    Participation,
    PoolPurpose,
    Registration,
    RegistrationSource,
    SeatAllotment,
    SeatPool,
    Slot,
    Stage,
)
from events.registrations import applications, registration, registration_rows
from events.registrations.applications import Application
from events.registrations.registration import Registered
from events.seating import allotment_release, claims, seats, waitlist
from events.seating.places import find_place
from events.storage import ReadSession, insert_unless_present, new_id

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table
MOST_SEATS = 1000
MOST_AT_ONCE = 200
"""People that a partner names with one press."""
USUAL_DAYS = 3
"""How long before the event what is not filled goes to everybody, unless staff say otherwise."""

_OVER = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


# ---------------------------------------------------------------- staff
def allot(
    session: Session,
    participation_id: uuid.UUID,
    count: int,
    *,
    release_at: datetime,
    now: datetime,
    by: str,
    slot_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Give a partner `count` seats to fill until `release_at`, or change how many or until when; returns the id.

    Seats that were released are taken anew where they are still there. `slot_id` says the visiting time, for
    exhibitions. Raises `NotFound`, `Closed`, or `Invalid` for more seats than are free, fewer than are filled, or a
    moment that is over. The caller commits.
    """
    part, event = _part(session, participation_id)
    claims.claim(session, event.id)
    if part.withdrawn_at is not None or event.stage in _OVER:
        raise Closed(N_("This event is over.") if event.stage in _OVER else N_("This invitation was withdrawn."))
    allotment = session.scalar(
        sa.select(SeatAllotment)
        .where(SeatAllotment.participation_id == participation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    pool_id, starts_at = _pool(session, event, slot_id)
    _refuse_bad_moment(release_at, starts_at, now=now)
    if allotment is None:
        allotment = SeatAllotment(
            id=new_id(),
            participation_id=participation_id,
            event_id=event.id,
            slot_id=slot_id,
            pool_id=pool_id,
            seats=0,
            held=0,
            release_at=release_at,
            created_at=now,
        )
        session.add(allotment)
    filled = count_filled(session, allotment.id)
    if (allotment.pool_id, allotment.slot_id) != (pool_id, slot_id):
        if allotment.held or filled:
            raise Invalid([FieldError("slot_id", "fixed", N_("Take the seats back first to give others."))])
        allotment.pool_id, allotment.slot_id = pool_id, slot_id
    _refuse_bad_count(count, filled)
    before = allotment.held
    _set_held(session, allotment, count - filled)
    allotment.seats, allotment.release_at, allotment.released_at = count, release_at, None
    session.flush()
    fact = facts.SeatsAllotted(
        organiser_id=event.organiser_id,
        event_id=event.id,
        participation_id=participation_id,
        seats=count,
        release_at=release_at,
    )
    outbox.record(session, fact, now=now, by=by)
    if count - filled < before:
        waitlist.promote(session, pool_id, now=now)
    return allotment.id


def take_back(session: Session, participation_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Give what a partner has not filled to everybody now, and return how many seats. The caller commits."""
    _, event = _part(session, participation_id)
    return allotment_release.release_of(session, event, participation_id, now=now, by=by)


def _part(session: Session, participation_id: uuid.UUID) -> tuple[Participation, Event]:
    part = session.get(Participation, participation_id)
    if part is None:
        raise NotFound
    return part, session.get_one(Event, part.event_id)


def _pool(session: Session, event: Event, slot_id: uuid.UUID | None) -> tuple[uuid.UUID, datetime]:
    """Return the pool that the seats come from and when what they are for begins."""
    if slot_id is not None:
        slot = session.get(Slot, slot_id)
        if slot is None or slot.event_id != event.id:
            raise NotFound
        return slot.pool_id, slot.starts_at
    own = sa.select(SeatPool.id).where(SeatPool.event_id == event.id, SeatPool.purpose == PoolPurpose.EVENT)
    pool_id = session.scalar(own)
    if pool_id is None:
        raise Invalid([FieldError("slot_id", "missing", N_("Choose a visiting time."))])
    return pool_id, event.starts_at


def usual_release(event: Event, *, now: datetime) -> datetime:
    """Return until when a partner names people where nobody said: some days before, but never in the past."""
    usual = event.starts_at - timedelta(days=USUAL_DAYS)
    return usual if usual > now else max(now, event.starts_at - timedelta(hours=1))


def _refuse_bad_moment(release_at: datetime, starts_at: datetime, *, now: datetime) -> None:
    if release_at <= now:
        raise Invalid([FieldError("release_at", "past", N_("This time has already passed."))])
    if release_at > starts_at:
        raise Invalid([FieldError("release_at", "order", N_("This must be before the event begins."))])


def _refuse_bad_count(count: int, filled: int) -> None:
    if not 1 <= count <= MOST_SEATS:
        raise Invalid([FieldError("seats", "range", N_("A whole number from 1 to 1,000."))])
    if count < filled:
        message = N_("%(filled)s of them have names already.")
        raise Invalid([FieldError("seats", "filled", message, {"filled": filled})])


def _set_held(session: Session, allotment: SeatAllotment, held: int) -> None:
    """Take what is missing from the pool, or give back what is too much; all or nothing."""
    counters = seats.hold(session, allotment.pool_id)[allotment.pool_id]
    more = held - allotment.held
    if more > 0 and seats.take_held(session, allotment.pool_id, more) is None:
        message = N_("Only %(free)s seats are free.")
        raise Invalid([FieldError("seats", "range", message, {"free": max(0, counters.left)})])
    if more < 0:
        seats.release(session, allotment.pool_id, -more)
    allotment.held = held


def count_filled(session: ReadSession, allotment_id: uuid.UUID) -> int:
    """Return how many of the seats have somebody."""
    statement = sa.select(sa.func.coalesce(sa.func.sum(Registration.party_size), 0)).where(
        Registration.allotment_id == allotment_id, Registration.state.in_(SEATED_STATES)
    )
    return int(session.scalar(statement) or 0)


# ---------------------------------------------------------------- the partner
@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody whom a partner names, with checked answers; `field` is what the form calls them."""

    application: Application
    field: str


def fill(
    session: Session, allotment_id: uuid.UUID, people: Sequence[Brought], *, now: datetime, by: str
) -> list[Registered]:
    """Register people in seats of a partner: all of them, or nobody. The caller commits.

    Whether others can register does not matter. Raises `Gone` when it is too late, `Closed` with the reason, `Full`'s
    kin `ChoiceFull`, `FormReplaced`, or `Invalid` for too many people and for who is registered already.
    """
    allotment, _ = hold(session, allotment_id, now=now)
    place = find_place(session, allotment.event_id, allotment.slot_id, now=now, allotted=True)
    _take(session, allotment, len(people))
    made: list[Registered] = []
    errors: list[FieldError] = []
    told: list[facts.Fact] = []
    for each in people:
        application = replace(
            each.application,
            event_id=allotment.event_id,
            slot_id=allotment.slot_id,
            party_size=1,
            source=RegistrationSource.PARTNER,
            allotment_id=allotment.id,
        )
        registration_id = new_id()
        row = registration_rows.row_of(session, application, place, registration_id, now=now, by=by)
        if not insert_unless_present(session, _TABLE, row):
            errors.append(FieldError(each.field, "already_registered", N_("This person is registered already.")))
            continue
        registration.keep_answers(session, registration_id, application, now=now)
        _take_choices(session, allotment.pool_id, application.choice_places)
        made.append(Registered(registration_id, row["state"]))
        told.append(
            facts.AttendeeRegistered(
                organiser_id=place.organiser_id,
                event_id=allotment.event_id,
                registration_id=registration_id,
                state=row["state"].value,
                party_size=1,
            )
        )
    if errors:
        raise Invalid(errors)
    outbox.record_all(session, told, now=now, by=by)
    return made


def hold(session: Session, allotment_id: uuid.UUID, *, now: datetime) -> tuple[SeatAllotment, Event]:
    """Hold a partner's seats until the commit. Raises `NotFound`, `Closed`, or `Gone` once the time is over."""
    event_id = session.scalar(sa.select(SeatAllotment.event_id).where(SeatAllotment.id == allotment_id))
    if event_id is None:
        raise NotFound
    claims.claim(session, event_id)
    allotment = session.get_one(
        SeatAllotment, allotment_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if allotment.released_at is not None or allotment.release_at <= now:
        raise Gone(N_("The time to name people is over. Please ask the library."))
    part, event = _part(session, allotment.participation_id)
    if part.withdrawn_at is not None:
        raise Closed(N_("This invitation was withdrawn."))
    return allotment, event


def _take(session: Session, allotment: SeatAllotment, count: int) -> None:
    """Take seats of the partner's own, if so many are there."""
    if not 1 <= count <= MOST_AT_ONCE:
        message = N_("Name between 1 and %(limit)s people at once.")
        raise Invalid([FieldError("people", "too_many", message, {"limit": MOST_AT_ONCE})])
    changed = session.execute(
        sa.update(SeatAllotment)
        .where(SeatAllotment.id == allotment.id, SeatAllotment.held >= count, SeatAllotment.released_at.is_(None))
        .values(held=SeatAllotment.held - count)
        .execution_options(synchronize_session=False)
    )
    if cast("sa.CursorResult[Any]", changed).rowcount != 1:
        message = N_("You have %(left)s seats left, and this is more.")
        raise Invalid([FieldError("people", "too_many", message, {"left": allotment.held})])


def _take_choices(session: Session, pool_id: uuid.UUID, choices: Mapping[uuid.UUID, int]) -> None:
    if not choices:
        return
    seats.hold(session, pool_id, every=True)
    for choice, count in sorted(choices.items()):
        if seats.take_held(session, choice, count) is None:
            raise ChoiceFull(pool=str(choice))


def withdraw_person(
    session: Session, allotment_id: uuid.UUID, registration_id: uuid.UUID, *, now: datetime, by: str
) -> None:
    """Take somebody off again; the seat is the partner's to fill anew. Twice changes nothing. The caller commits.

    Raises `NotFound` for who is not theirs, `Gone` once the time is over.
    """
    hold(session, allotment_id, now=now)
    found = session.get(Registration, registration_id)
    if found is None or found.allotment_id not in (allotment_id, None) or found.source is not _PARTNER:
        raise NotFound
    if found.allotment_id is None:
        return
    registration.cancel(session, registration_id, now=now, by=by)


def rename_person(
    session: Session, allotment_id: uuid.UUID, registration_id: uuid.UUID, name: str, *, now: datetime, by: str
) -> None:
    """Correct somebody's name, as it will stand on the certificate. The caller commits.

    Raises `NotFound` for who is not theirs, `Gone` once the time is over, `Invalid` for a name that is there already.
    """
    allotment, event = hold(session, allotment_id, now=now)
    found = session.get(Registration, registration_id)
    if found is None or found.allotment_id != allotment_id or found.state not in ACTIVE_STATES:
        raise NotFound
    if found.name == name:
        return
    own = Application(
        event_id=event.id, name=name, consent_version="", email=found.email, phone=found.phone,
        allotment_id=allotment.id,
    )  # fmt: skip
    key = applications.key_of(own)
    taken = sa.select(Registration.id).where(
        Registration.place_id == found.place_id,
        Registration.person_key == key,
        Registration.state.in_(ACTIVE_STATES),
        Registration.id != found.id,
    )
    if session.scalar(taken.limit(1)) is not None:
        raise Invalid([FieldError("name", "already_registered", N_("This person is registered already."))])
    found.name, found.person_key, found.updated_at = name, key, now
    session.flush()
    fact = facts.AnswersEdited(
        organiser_id=event.organiser_id, event_id=event.id, registration_id=found.id, fields=("name",)
    )
    outbox.record(session, fact, now=now, by=by)


_PARTNER = RegistrationSource.PARTNER
