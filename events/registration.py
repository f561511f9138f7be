"""Registering for an event or a slot, and giving the place up again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import answer_files, claims, facts, holdings, outbox, seats, waitlist
from events.answers import FileGiven, Member
from events.approval_rules import INVITED_PRIORITY, approving_rule, is_invited, rules_of
from events.errors import (
    N_,
    AlreadyRegistered,
    ChoiceFull,
    Closed,
    Conflict,
    FieldError,
    FormReplaced,
    Full,
    Invalid,
    NotFound,
)
from events.guardians import GUARDIAN_WITHIN
from events.holdings import Needs
from events.inserts import insert_all
from events.models import (
    ACTIVE_STATES,
    SEATED_STATES,
    Event,
    PartyMember,
    Registration,
    RegistrationSource,
    RegistrationState,
    SeriesBooking,
    Stage,
)
from events.places import Place, find_place
from events.storage import insert_unless_present, new_id

_TABLE: sa.Table = Registration.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_MEMBERS: sa.Table = PartyMember.__table__  # type: ignore[assignment] # likewise


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or guardian, and where to reach them: an e-mail address, a WhatsApp number (E.164), or both."""

    name: str
    email: str | None = None
    phone: str | None = None


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
    sign_language: bool = False
    wheelchair: bool = False
    access_needs: str | None = None
    form_revision: int = 0
    """The revision of the form that was answered; these and the rest come from `events.answers.Answers.fields`."""
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    members: tuple[Member, ...] = ()
    choice_places: Mapping[uuid.UUID, int] = field(default_factory=dict[uuid.UUID, int])
    """Places that the answers take, by choice pool of the event."""
    files: tuple[FileGiven, ...] = ()
    guardian: Guardian | None = None
    """Who has to consent, for a minor."""
    guardian_of_series: bool = False
    """Whether the guardian is asked for all dates of a series at once, because one of them asks for a guardian."""
    source: RegistrationSource = RegistrationSource.FORM
    allotment_id: uuid.UUID | None = None
    """The partner's seats that this takes one of (`events.allotments`); such a person may be known by name only."""
    quiet: bool = False
    """Whether nobody is written to about the registration itself; reminders go out all the same."""


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
    Answers are checked already (`events.answers.check_answers`); that they answer what is asked now is made sure of
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


def row_of(
    session: Session, application: Application, place: Place, registration_id: uuid.UUID, *, now: datetime, by: str
) -> dict[str, Any]:
    """Return the row with which somebody starts if there is a seat. Writes nothing; raises what `register` does."""
    _refuse_impossible(application, place, by)
    key = key_of(application)
    admission = _judge(session, application, place, key, now=now)
    row = _row(application, place, registration_id, key, now=now) | admission.columns
    return row | _guardian_columns(application.guardian, place, now=now)


def _refuse_impossible(application: Application, place: Place, by: str) -> None:
    """Refuse what cannot be had here, whoever asks. Staff may register somebody without asking the questions."""
    if application.form_revision != place.form_revision and (by == "person" or application.form_revision):
        raise FormReplaced
    if not 1 <= application.party_size <= place.max_party_size:
        message = N_("At most %(limit)s people can come with one registration.")
        raise Invalid([FieldError("party_size", "party_too_large", message, {"limit": place.max_party_size})])
    if application.guardian and not (application.guardian.email or application.guardian.phone):
        message = N_("Give an e-mail address or a WhatsApp number.")
        raise Invalid([FieldError("guardian.email", "contact_missing", message)])
    if application.guardian and not (place.minors or application.guardian_of_series):
        raise Invalid([FieldError("guardian", "unknown", N_("Minors cannot register for this event by themselves."))])


def key_of(application: Application) -> str:
    """Return what makes the person unique in a place: the contact, or the name among those whom a partner brings."""
    if application.allotment_id is not None and not (application.email or application.phone):
        return f"allotment:{application.allotment_id}:{' '.join(application.name.casefold().split())}"
    return person_key(application.email, application.phone)


@dataclass(frozen=True, slots=True)
class _Admission:
    state: RegistrationState
    columns: dict[str, Any]


def _judge(session: Session, application: Application, place: Place, key: str, *, now: datetime) -> _Admission:
    """Decide in which state a newcomer starts if there is a seat. An event without rules costs no statement."""
    if not place.approval:
        state = RegistrationState.PENDING if application.guardian else RegistrationState.CONFIRMED
        return _Admission(state, {"state": state})
    rules = rules_of(place.approval)
    columns: dict[str, Any] = {}
    if rules.invited_first and is_invited(session, application.event_id, key):
        columns["priority"] = INVITED_PRIORITY
    if rules.required:
        rule: str | None = "partner"
        if application.allotment_id is None:
            rule = approving_rule(session, rules, application.event_id, email=application.email, person_key=key)
        columns["needs_approval"] = rule is None
        if rule is not None:
            columns |= {"decided_at": now, "decided_by": f"rule:{rule}"}
    state = RegistrationState.CONFIRMED
    if columns.get("needs_approval"):
        state = RegistrationState.PENDING if rules.pending_holds_seats else RegistrationState.REQUESTED
    elif application.guardian:
        state = RegistrationState.PENDING
    return _Admission(state, columns | {"state": state})


def _row(
    application: Application, place: Place, registration_id: uuid.UUID, key: str, *, now: datetime
) -> dict[str, Any]:
    return {
        "id": registration_id,
        "event_id": application.event_id,
        "pool_id": place.pool_id,
        "slot_id": application.slot_id,
        "place_id": application.slot_id or application.event_id,
        "source": application.source,
        "name": application.name,
        "email": application.email,
        "phone": application.phone,
        "person_key": key,
        "party_size": application.party_size,
        "locale": application.locale,
        "institution": application.institution,
        "sign_language": application.sign_language,
        "wheelchair": application.wheelchair,
        "access_needs": application.access_needs,
        "form_revision": application.form_revision,
        "answers": application.answers,
        "needs_guardian": application.guardian is not None,
        "allotment_id": application.allotment_id,
        "consent_version": application.consent_version,
        "consented_at": now,
        "link_version": 1,
        "calendar_sequence": 0,
        "created_at": now,
        "updated_at": now,
    }


def _guardian_columns(guardian: Guardian | None, place: Place, *, now: datetime) -> dict[str, Any]:
    if guardian is None:
        return {}
    return {
        "guardian_name": guardian.name,
        "guardian_email": guardian.email,
        "guardian_phone": guardian.phone,
        "guardian_due_at": min(now + GUARDIAN_WITHIN, max(place.starts_at, now)),
    }


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
