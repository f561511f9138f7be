"""What people change about a place they hold: its time, who comes along, what they answered.

Nobody loses what they have before they hold what they want: the new seat is taken first, in the same transaction, and
if it is gone the old one stays. What is given back goes at once to those who wait for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, AlreadyRegistered, ChoiceFull, Closed, Conflict, FieldError, Full, Invalid
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Attendance,
    Event,
    PartyMember,
    Registration,
    RegistrationState,
    SeatHold,
    Stage,
)
from events.questions import answer_files, forms
from events.questions.answers import Answers, Member, PlaceTaken, places_taken
from events.questions.form_document import QuestionKind
from events.seating import holdings, seats, waitlist
from events.seating.holdings import Holding, Needs
from events.seating.places import find_place
from events.storage import ReadSession

_MOVABLE = (RegistrationState.CONFIRMED, RegistrationState.PENDING, RegistrationState.REQUESTED)
_OWN_DETAILS = ("name", "institution", "sign_language", "wheelchair", "access_needs")
_PAST = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)


# ---------------------------------------------------------------- another time
def move_to_slot(
    session: Session, registration_id: uuid.UUID, slot_id: uuid.UUID, *, now: datetime, by: str, quiet: bool = False
) -> None:
    """Exchange the visiting time for another of the same exhibition. To the same one changes nothing.

    Nobody is written to about it where it is `quiet`.

    Raises `Full` where the new time has no room, and then the old one stays; `Closed`, `Conflict` for a registration
    that holds no place, `AlreadyRegistered` where the person has another place at that time. The caller commits.
    """
    held = _hold_every_pool(session, registration_id)
    own, event = held.registration, held.event
    if own.slot_id == slot_id:
        return
    if own.state not in _MOVABLE or own.slot_id is None:
        raise Conflict(N_("Only who holds a place can exchange its time."))
    _refuse_past(held, now=now)
    place = find_place(session, event.id, slot_id, now=now)
    _refuse_second_place(session, own, slot_id)
    left, seated = own.slot_id, own.state in SEATED_STATES
    if seated and place.pool_id != own.pool_id:
        _exchange_seats(session, own, place.pool_id, now=now)
    own.slot_id = own.place_id = slot_id
    own.pool_id = place.pool_id
    own.calendar_sequence += 1
    own.updated_at = now
    session.flush()
    fact = facts.VisitMoved(
        organiser_id=event.organiser_id,
        event_id=event.id,
        registration_id=own.id,
        from_slot_id=left,
        to_slot_id=slot_id,
        quiet=quiet,
    )
    outbox.record(session, fact, now=now, by=by)


def _exchange_seats(session: Session, own: Registration, wanted: uuid.UUID, *, now: datetime) -> None:
    """Take seats of another pool and give the old ones back, after those who waited there before."""
    counters = seats.read(session, [wanted])[wanted]
    if counters.waiting and counters.free:
        waitlist.promote(session, wanted, now=now)
    if holdings.try_to_seat(session, Needs(own.id, wanted, own.party_size)) is None:
        raise Full(N_("This visiting time has no room for you. You keep the one you have."))
    holdings.give_seats_back(session, own)  # a seat of another room is none of those that a partner was given
    waitlist.promote(session, own.pool_id, now=now)


def _refuse_second_place(session: Session, own: Registration, slot_id: uuid.UUID) -> None:
    other = sa.select(Registration.id).where(
        Registration.place_id == slot_id,
        Registration.person_key == own.person_key,
        Registration.state.in_(ACTIVE_STATES),
    )
    if session.scalar(other.limit(1)) is not None:
        raise AlreadyRegistered(N_("You already hold a place at this time."))


# ---------------------------------------------------------------- fewer people
def bring_fewer(
    session: Session,
    registration_id: uuid.UUID,
    party_size: int,
    *,
    now: datetime,
    by: str,
    absent: Collection[int] = (),
) -> None:
    """Give back the seats of those of a party who do not come. Calling it again changes nothing.

    `absent` names them (`PartyMember.person`) where the others have names; they are forgotten and the rest move up.
    Raises `Invalid` for a party that would be empty, larger, or does not fit the names; `Conflict` once somebody of the
    party was there. The caller commits.
    """
    held = holdings.hold(session, registration_id)
    own, event = held.registration, held.event
    if own.state not in ACTIVE_STATES:
        raise Conflict(N_("This registration holds no place."))
    _refuse_past(held, now=now)
    if party_size == own.party_size and not absent:
        return
    members = _members(session, own.id)
    _check_party(own, members, party_size, absent)
    was_there = sa.select(Attendance.id).where(Attendance.registration_id == own.id)
    if session.scalar(was_there.limit(1)) is not None:
        raise Conflict(N_("Somebody of your party has come already. Please tell the staff at the entrance."))
    before, own.party_size = own.party_size, party_size
    own.calendar_sequence += 1
    own.updated_at = now
    _close_ranks(session, own, members, absent)
    session.flush()
    _give_back_the_rest(session, held, before)
    fact = facts.PartyShrunk(
        organiser_id=event.organiser_id,
        event_id=event.id,
        registration_id=own.id,
        old_party_size=before,
        party_size=party_size,
    )
    outbox.record(session, fact, now=now, by=by)
    waitlist.promote(session, own.pool_id, now=now, everywhere=bool(held.choices))


def _check_party(
    own: Registration, members: Mapping[int, PartyMember], party_size: int, absent: Collection[int]
) -> None:
    if not 1 <= party_size <= own.party_size:
        message = N_("You registered for %(limit)s. To bring more people, register them as well.")
        raise Invalid([FieldError("party_size", "party_too_large", message, {"limit": own.party_size})])
    if members and (set(absent) - members.keys() or len(set(absent)) != own.party_size - party_size):
        raise Invalid([FieldError("absent", "choice", N_("Say who does not come."))])


def _close_ranks(
    session: Session, own: Registration, members: Mapping[int, PartyMember], absent: Collection[int]
) -> None:
    """Forget who does not come and number the others anew: a party of n has the persons 0 to n-1."""
    staying = [(each.name, each.answers) for person, each in sorted(members.items()) if person not in absent]
    for each in members.values():
        session.delete(each)
    session.flush()
    for person, (name, answers) in enumerate(staying, start=1):
        session.add(PartyMember(registration_id=own.id, person=person, name=name, answers=answers))


def _give_back_the_rest(session: Session, held: Holding, before: int) -> None:
    """Give back what the smaller party no longer needs, and write down what it needs of choices from now on."""
    own = held.registration
    seated = own.state in SEATED_STATES
    if seated:
        seats.release(session, own.pool_id, before - own.party_size)
    if not held.choices:
        return
    document = forms.load(session, own.event_id, own.form_revision)
    people = [own.answers, *(each.answers for _, each in sorted(_members(session, own.id).items()))]
    needed = {each.pool_id: each.count for each in places_taken(document, people, own.party_size)}
    _rewrite_holds(session, own, held.choices, needed, seated=seated)


def _rewrite_holds(
    session: Session,
    own: Registration,
    before: Mapping[uuid.UUID, int],
    needed: Mapping[uuid.UUID, int],
    *,
    seated: bool,
) -> None:
    """Bring a registration's places of choices from what they were to what they are, taking before giving back.

    Raises `ChoiceFull` for the first that is not there.
    """
    pools = sorted(before.keys() | needed.keys())
    more = {pool_id: needed.get(pool_id, 0) - before.get(pool_id, 0) for pool_id in pools}
    if seated:
        for pool_id in pools:
            if more[pool_id] > 0 and seats.take_held(session, pool_id, more[pool_id]) is None:
                raise ChoiceFull(pool=str(pool_id))
        for pool_id in pools:
            if more[pool_id] < 0:
                seats.release(session, pool_id, -more[pool_id])
    session.execute(sa.delete(SeatHold).where(SeatHold.registration_id == own.id))
    holdings.want(session, own.id, needed)


# ---------------------------------------------------------------- other answers
@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswers:
    """What a registration says from now on; `answers` are those to the form as it is asked now."""

    name: str
    answers: Answers
    institution: str | None = None
    sign_language: bool = False
    wheelchair: bool = False
    access_needs: str | None = None


def editable_until(event: Event, starts_at: datetime) -> datetime:
    """Return until when people may change what they answered: the day that staff chose, or else the beginning."""
    chosen = event.answers_editable_until
    return starts_at if chosen is None else min(chosen, starts_at)


def edit_answers(session: Session, registration_id: uuid.UUID, new: NewAnswers, *, now: datetime, by: str) -> None:
    """Replace what a person answered. Places of choices are exchanged like seats: the new one is taken first.

    Raises `Closed` when it is too late, `Conflict` for a registration that was given up, `ChoiceFull` where a choice
    has no place left, and then everything stays as it was. Nothing is recorded where nothing changed. The caller
    commits.
    """
    held = _hold_every_pool(session, registration_id)
    own, event = held.registration, held.event
    if own.state not in ACTIVE_STATES:
        raise Conflict(N_("This registration holds no place."))
    _refuse_past(held, now=now)
    if now >= editable_until(event, held.starts_at):
        raise Closed(N_("Answers can no longer be changed. Please write to the library."))
    new = _keep_agreements(session, own, new)
    changed = _changes(session, own, new)
    if not changed:
        return
    for name in _OWN_DETAILS:
        setattr(own, name, getattr(new, name))
    own.form_revision, own.answers = new.answers.revision, dict(new.answers.values)
    own.updated_at = now
    _name_others(session, own, new.answers.members)
    session.flush()
    answer_files.claim(session, event.id, own.id, new.answers.files, now=now)
    _follow_choices(session, held, new.answers.places)
    fact = facts.AnswersEdited(
        organiser_id=event.organiser_id, event_id=event.id, registration_id=own.id, fields=changed
    )
    outbox.record(session, fact, now=now, by=by)
    if held.choices:
        waitlist.promote(session, own.pool_id, now=now, everywhere=True)


def _keep_agreements(session: Session, own: Registration, new: NewAnswers) -> NewAnswers:
    """Keep when somebody agreed to what they still agree to: the moment counts that they first did."""
    if not own.form_revision or not own.answers:
        return new
    seen = forms.load(session, own.event_id, own.form_revision)
    asked = forms.load(session, own.event_id, new.answers.revision)
    values = dict(new.answers.values)
    for question in seen.questions:
        again = asked.find(question.id)
        same = again is not None and (again.label, again.help) == (question.label, question.help)
        if question.kind is QuestionKind.CONSENT and same and question.id in values and question.id in own.answers:
            values[question.id] = own.answers[question.id]
    return replace(new, answers=replace(new.answers, values=values))


def _changes(session: Session, own: Registration, new: NewAnswers) -> tuple[str, ...]:
    """Return the names of what is different, never what it says."""
    members = [(each.name, each.answers) for _, each in sorted(_members(session, own.id).items())]
    told = [(each.name, dict(each.answers)) for each in new.answers.members]
    found = {
        **{name: getattr(own, name) != getattr(new, name) for name in _OWN_DETAILS},
        "answers": own.answers != dict(new.answers.values),
        "members": bool(told) and members != told,
    }
    return tuple(name for name, differs in found.items() if differs)


def _name_others(session: Session, own: Registration, others: Sequence[Member]) -> None:
    """Write down the names and answers of those who come along; who had no name before may have one now."""
    known = _members(session, own.id)
    for person, other in enumerate(others, start=1):
        if person in known:
            known[person].name, known[person].answers = other.name, dict(other.answers)
        else:
            row = PartyMember(registration_id=own.id, person=person, name=other.name, answers=dict(other.answers))
            session.add(row)


def _follow_choices(session: Session, held: Holding, places: Collection[PlaceTaken]) -> None:
    own = held.registration
    needed = {each.pool_id: each.count for each in places}
    if needed != dict(held.choices):
        _rewrite_holds(session, own, held.choices, needed, seated=own.state in SEATED_STATES)


# ---------------------------------------------------------------- what they share
def _hold_every_pool(session: Session, registration_id: uuid.UUID) -> Holding:
    """Hold all pools of the event before the registration: more than one may be exchanged. Raises `NotFound`."""
    event_id = session.scalar(sa.select(Registration.event_id).where(Registration.id == registration_id))
    if event_id is not None:
        seats.pools_of(session, event_id)
    held = holdings.hold(session, registration_id)
    return Holding(held.registration, held.event, held.starts_at, holdings.choices_of(session, registration_id))


def _refuse_past(held: Holding, *, now: datetime) -> None:
    if held.event.stage in _PAST:
        raise Conflict(N_("This event is over."))
    if now >= held.starts_at and held.event.stage is not Stage.POSTPONED:
        raise Closed(N_("It has begun already."))


def _members(session: ReadSession, registration_id: uuid.UUID) -> dict[int, PartyMember]:
    found = session.scalars(sa.select(PartyMember).where(PartyMember.registration_id == registration_id))
    return {each.person: each for each in found}
