"""Registering for an event or a slot, and giving the place up again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, AlreadyRegistered, ChoiceFull, Closed, Conflict, Full, NotFound
from events.inserts import insert_all
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Event,
    PartyMember,
    Registration,
    RegistrationState,
    SeriesBooking,
    Stage,
)
from events.questions import answer_files
from events.questions.answers import Member
from events.registrations.applications import Application
from events.registrations.registration_rows import row_of
from events.seating import claims, holdings, seats, waitlist
from events.seating.holdings import Needs
from events.seating.places import Place, find_place
from events.storage import insert_unless_present, new_id

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_MEMBERS: sa.Table = PartyMember.__table__  # type: ignore[assignment] # likewise


@dataclass(frozen=True, slots=True)
class Registered:
    """The outcome of registering."""

    registration_id: uuid.UUID
    state: RegistrationState
    link_version: int = 1


_NUMBER_KNOWN = N_("This number is already registered. If you have lost your link, ask us for a new one.")


def register(
    session: Session,
    application: Application,
    *,
    now: datetime,
    by: str = "person",
    registration_id: uuid.UUID | None = None,
) -> Registered:
    """Give the person a seat, a place in the queue, or have them wait for a decision. The caller commits.

    Who has to know it before says which `registration_id` is made.

    The pools are touched last, so that the one hot row of a popular event is held as shortly as possible.
    Answers are checked already (`events.questions.answers.check_answers`); that they answer what is asked now is made
    sure of
    here. Staff may register somebody without asking. Raises `NotFound`, `Closed`, `AlreadyRegistered`, `Full`,
    `ChoiceFull`, `FormReplaced` or `Invalid`; each leaves nothing behind.
    """
    claims.claim(session, application.event_id)
    place = find_place(session, application.event_id, application.slot_id, now=now)
    registration_id = registration_id or new_id()
    row = row_of(session, application, place, registration_id, now=now, by=by)
    key: str = row["person_key"]
    if not insert_unless_present(session, _TABLE, row):
        if application.email is None:
            raise AlreadyRegistered(_NUMBER_KNOWN, field="phone")
        raise AlreadyRegistered(field="email")
    keep_answers(session, registration_id, application, now=now)
    state, counters = row["state"], None
    if state is not RegistrationState.REQUESTED:
        kept = holdings.kept_for(session, application.event_id, key) if place.reserved else 0
        needs = Needs(registration_id, place.pool_id, application.party_size, application.choice_places, kept)
        counters = _take_seats(session, needs, place, now=now)
        if counters is None:
            state = RegistrationState.WAITLISTED
            _queue_up(session, registration_id, place, now=now)
    outbox.record(
        session,
        facts.AttendeeRegistered(
            organiser_id=place.organiser_id,
            event_id=application.event_id,
            registration_id=registration_id,
            state=state.value,
            party_size=application.party_size,
            quiet=application.quiet,
        ),
        now=now,
        by=f"person:{registration_id}" if by == "person" else by,
    )
    if counters and not counters.low_noted:
        _note_low(session, application, place, counters, now=now)
    return Registered(registration_id, state)


def keep_answers(session: Session, registration_id: uuid.UUID, application: Application, *, now: datetime) -> None:
    """Write what hangs on a registration with answers: the others of the party, places of choices, files."""
    keep_members(session, [(registration_id, application.members)])
    if application.files:
        answer_files.claim(session, application.event_id, registration_id, application.files, now=now)
    if application.choice_places:
        holdings.want(session, registration_id, application.choice_places)


def keep_members(session: Session, parties: Sequence[tuple[uuid.UUID, Sequence[Member]]]) -> None:
    """Write the others of parties, by registration."""
    rows = [
        {"registration_id": registration_id, "person": person, "name": each.name, "answers": dict(each.answers)}
        for registration_id, members in parties
        for person, each in enumerate(members, start=1)
    ]
    insert_all(session.connection(), _MEMBERS, rows)


def _take_seats(session: Session, needs: Needs, place: Place, *, now: datetime) -> seats.Seats | None:
    """Take all that is needed, or nothing. Nobody passes those who wait: they are served first. Raises `ChoiceFull`.

    Without choices and kept seats it is one statement; only if that finds nothing, somebody may wait who cannot use
    what is left while this newcomer can.
    """
    if not needs.choices and not needs.kept:
        counters = seats.take(session, needs.pool_id, needs.party_size)
        if counters is not None:
            return counters
    held = seats.hold(session, needs.pool_id)
    if not held[needs.pool_id].open:
        raise Closed
    if not needs.choices.keys() <= held.keys():
        held = seats.hold(session, needs.pool_id, every=True)  # a choice may draw from a visiting time's pool
        if not needs.choices.keys() <= held.keys():
            raise NotFound
    if held[needs.pool_id].waiting and held[needs.pool_id].free > 0:
        waitlist.promote(session, needs.pool_id, now=now)
        held = seats.read(session, held)
    if holdings.fits(held, needs):
        return holdings.take(session, needs, reserved=held[needs.pool_id].reserved)
    has_seats = holdings.fits(held, replace(needs, choices={}))
    for pool_id, count in needs.choices.items():
        # Who could sit down at once chooses again rather than wait; more than there will ever be is waited for in vain.
        if count > (held[pool_id].free if has_seats or not place.waitlist else held[pool_id].sellable):
            raise ChoiceFull(pool=str(pool_id))
    return None


def _queue_up(session: Session, registration_id: uuid.UUID, place: Place, *, now: datetime) -> None:
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


LOW_AT_MOST = 10
"""With more seats than these left nobody says that there are few."""


def _is_low(counters: seats.Seats) -> bool:
    """Few means: at most a tenth of the seats, and at most ten."""
    return 0 < counters.left <= min(LOW_AT_MOST, max(1, counters.sellable // 10))


def _note_low(
    session: Session, application: Application, place: Place, counters: seats.Seats, *, now: datetime
) -> None:
    # One visiting time that fills up says little about an exhibition.
    event_wide = counters if application.slot_id is None else seats.totals(session, application.event_id)
    if _is_low(event_wide) and seats.note_low(session, application.event_id):
        fact = facts.SeatsRanLow(organiser_id=place.organiser_id, event_id=application.event_id, left=event_wide.left)
        outbox.record(session, fact, now=now, by="clock")


def cancel(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Give the place up; what it held is offered to those who wait, in the same transaction.

    Cancelling twice changes nothing. Raises `NotFound`, or `Conflict` once the event is over. The caller commits.
    """
    held = holdings.hold(session, registration_id)
    registration, event = held.registration, held.event
    if registration.state not in ACTIVE_STATES:
        return
    if event.stage in (Stage.ENDED, Stage.ARCHIVED):
        raise Conflict(N_("This event is over."))
    was = registration.state
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
            held_seat=was in SEATED_STATES,
        ),
        now=now,
        by=by,
    )
    holdings.give_back(session, held, was=was)
    waitlist.promote(session, registration.pool_id, now=now, everywhere=bool(held.choices))


def revoke_links(session: Session, registration_id: uuid.UUID, *, now: datetime, by: str) -> int:
    """Make every personal link of this registration a dead one, and return the version of those that now hold.

    Raises `NotFound`. The caller commits; the person is then sent the new links.
    """
    row = session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id == registration_id)
        .values(link_version=_TABLE.c.link_version + 1, updated_at=now)
        .returning(_TABLE.c.link_version, _TABLE.c.event_id, _TABLE.c.series_booking_id)
    ).first()
    if row is None:
        raise NotFound
    version, event_id, booking_id = row
    if booking_id is not None:  # the page of all dates leads here too
        session.execute(
            sa.update(SeriesBooking)
            .where(SeriesBooking.id == booking_id)
            .values(link_version=SeriesBooking.link_version + 1)
        )
    organiser_id = session.get_one(Event, event_id).organiser_id
    fact = facts.LinksRevoked(organiser_id=organiser_id, event_id=event_id, registration_id=registration_id)
    outbox.record(session, fact, now=now, by=by)
    return int(version)
