"""Erasing a person who asks for it (UU 27/2022 on personal data, articles 8 and 43): finding what is held, removing it.

What is counted stays: a registration keeps its state, its party's size, its marks at the door, and loses everything
that says whose it was. A place at an event that is still ahead is given back first. Facts name ids alone.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.drafts import lifecycle
from events.errors import NotFound
from events.models import (
    ACTIVE_STATES,
    AnswerFile,
    AttendanceReport,
    Event,
    Invitee,
    OwnEventsLink,
    PartyMember,
    Registration,
    RegistrationImport,
)
from events.ownership import Owners, owned_by
from events.registrations import registration
from events.seating import claims
from events.seating.people_search import contains, phone_holds
from events.storage import ReadSession

NAMELESS = "–"
"""What stands in the place of a name, in every language."""
MOST_FOUND = 50
MOST_HELD = 500
"""Registrations of one person: a reading club every week for ten years."""
_SILENT = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom a search found: how they registered last, and how often."""

    registration: Registration
    others: tuple[str, ...]
    """Names of those who came along, where one of them is who was looked for."""
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """One registration with what hangs on it."""

    registration: Registration
    event: Event
    members: Sequence[PartyMember]
    files: int

    @property
    def people(self) -> list[Person]:
        """Everybody in it whose data can be erased: the contact, and those who have a name or answered."""
        return [Person(self.registration.id, 0), *(Person(self.registration.id, each.person) for each in self.members)]


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a party; 0 is the contact."""

    registration_id: uuid.UUID
    person: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased here, for those who hold more about the same people."""

    registrations: tuple[uuid.UUID, ...]
    """Those whose contact was erased."""
    contacts: tuple[str, ...]
    """E-mail addresses and numbers that stand in no other registration of these organisers now."""
    people: int


# ---------------------------------------------------------------- finding
def search(session: ReadSession, owners: Owners, text: str) -> list[Found]:
    """Return who registered under a name, an e-mail address or a number that holds `text`, the latest first.

    One for each contact, at most `MOST_FOUND`. Who only came along with somebody is found by name. Two queries.
    """
    text = text.strip()
    if not text:
        return []
    along = sa.exists().where(PartyMember.registration_id == Registration.id, contains(PartyMember.name, text))
    wanted = [contains(Registration.name, text), contains(Registration.email, text), along]
    if (number := phone_holds(text)) is not None:
        wanted.append(number)
    rows = session.scalars(
        sa.select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(owned_by(Event.organiser_id, owners), Registration.erased_at.is_(None), sa.or_(*wanted))
        .order_by(Registration.created_at.desc(), Registration.id)
        .limit(MOST_HELD)
    )
    by_contact: dict[str, list[Registration]] = defaultdict(list)
    for row in rows:
        by_contact[row.person_key].append(row)
    latest = list(by_contact.values())[:MOST_FOUND]
    members = _members(session, [each.id for group in latest for each in group])
    found: list[Found] = []
    for group in latest:
        names = [each.name for row in group for each in members.get(row.id, ())]
        others = dict.fromkeys(name for name in names if text.casefold() in name.casefold())
        found.append(Found(group[0], tuple(others), len(group)))
    return found


def held_with(session: ReadSession, owners: Owners, registration_id: uuid.UUID) -> list[Held]:
    """Return everything under the contact of one registration: the same e-mail address, or the same number.

    A family may share a number, so staff choose among it. Three queries. Raises `NotFound`, also for what was erased
    and for what is not theirs.
    """
    own = session.get(Registration, registration_id)
    event = session.get(Event, own.event_id) if own is not None else None
    if own is None or event is None or own.erased_at is not None or not _theirs(event, owners):
        raise NotFound
    same = [Registration.person_key == own.person_key]
    if own.email:
        same.append(sa.func.lower(Registration.email) == own.email.lower())
    if own.phone:
        same.append(Registration.phone == own.phone)
    rows = session.execute(
        sa.select(Registration, Event)
        .join(Event, Event.id == Registration.event_id)
        .where(owned_by(Event.organiser_id, owners), Registration.erased_at.is_(None), sa.or_(*same))
        .order_by(Event.starts_at.desc(), Registration.id)
        .limit(MOST_HELD)
    ).all()
    members = _members(session, [row.id for row, _ in rows])
    files = _count_files(session, [row.id for row, _ in rows])
    return [Held(row, event, members.get(row.id, ()), files.get(row.id, 0)) for row, event in rows]


def _theirs(event: Event, owners: Owners) -> bool:
    return owners is None or event.organiser_id in owners


def _members(session: ReadSession, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[PartyMember]]:
    found: dict[uuid.UUID, list[PartyMember]] = defaultdict(list)
    statement = sa.select(PartyMember).where(PartyMember.registration_id.in_(ids), PartyMember.name != NAMELESS)
    for each in session.scalars(statement.order_by(PartyMember.person)):
        found[each.registration_id].append(each)
    return found


def _count_files(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, int]:
    rows = session.execute(
        sa.select(AnswerFile.registration_id, sa.func.count())
        .where(AnswerFile.registration_id.in_(ids))
        .group_by(AnswerFile.registration_id)
    )
    return {key: count for key, count in rows}  # noqa: C416 - a Row is not quite a tuple to the type checker


def list_file_keys(session: ReadSession, people: Collection[Person]) -> list[str]:
    """Return the keys in storage of the files that those people answered with. Their bytes go before their rows."""
    contacts = [each.registration_id for each in people if each.person == 0]
    statement = sa.select(AnswerFile.storage_key).where(AnswerFile.registration_id.in_(contacts))
    return list(session.scalars(statement.order_by(AnswerFile.id)))


def require_theirs(session: ReadSession, owners: Owners, people: Collection[Person]) -> None:
    """Return if everybody is of these organisers. Raises `NotFound`."""
    _events_of(session, owners, list({each.registration_id for each in people}))


# ---------------------------------------------------------------- erasing
def erase(session: Session, owners: Owners, people: Collection[Person], *, now: datetime, by: str) -> Erased:
    """Remove what says who those people were; a contact's place at something ahead is given back before.

    Who was erased already is left as they are. Raises `NotFound` for anybody who is not theirs. The caller commits,
    and erases what mails, certificates and lists still hold (`Erased`).
    """
    chosen: dict[uuid.UUID, set[int]] = defaultdict(set)
    for each in people:
        chosen[each.registration_id].add(each.person)
    events = _events_of(session, owners, list(chosen))
    for event_id in sorted(set(events.values())):
        claims.claim(session, event_id)
    contacts = [key for key, persons in chosen.items() if 0 in persons]
    rows = [row for row in _hold(session, contacts) if row.erased_at is None]
    _give_back_places(session, rows, now=now, by=by)
    given = {text for row in rows for text in (row.email, row.phone) if text}
    keys = {row.person_key for row in rows}
    names = {row.name.casefold() for row in rows}
    for row in rows:
        _blank(row, now=now)
    count = len(rows) + _erase_members(session, chosen)
    session.flush()
    done = [row.id for row in rows]
    session.execute(sa.delete(AnswerFile).where(AnswerFile.registration_id.in_(done)), execution_options=_SILENT)
    _erase_keys(session, owners, keys, done)
    left = tuple(sorted(text for text in given if not still_used(session, owners, text)))
    _erase_from_lists(session, owners, left)
    _erase_from_reports(session, owners, {text.casefold() for text in given}, names, done)
    _record(session, chosen, events, now=now, by=by)
    return Erased(tuple(done), left, count)


def _events_of(session: ReadSession, owners: Owners, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    rows = session.execute(
        sa.select(Registration.id, Event.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id.in_(ids), owned_by(Event.organiser_id, owners))
    )
    found: dict[uuid.UUID, uuid.UUID] = {key: event_id for key, event_id in rows}  # noqa: C416 - a Row is no tuple
    if found.keys() != set(ids):
        raise NotFound
    return found


def _hold(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Registration]:
    statement = sa.select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id)
    return session.scalars(statement.with_for_update(key_share=True)).all()


def _give_back_places(session: Session, rows: Sequence[Registration], *, now: datetime, by: str) -> None:
    """Whoever waits is offered the seats at once; nobody is written to about it, for there is nobody any more."""
    for row in rows:
        if row.state in ACTIVE_STATES and session.get_one(Event, row.event_id).stage in lifecycle.MOVABLE:
            registration.cancel(session, row.id, now=now, by=by)


_EMPTY: Mapping[str, Any] = {
    "name": NAMELESS,
    "email": None,
    "phone": None,
    "institution": None,
    "sign_language": False,
    "wheelchair": False,
    "access_needs": None,
    "priority_reason": None,
    "decision_reason": None,
    "guardian_name": None,
    "guardian_email": None,
    "guardian_phone": None,
    "guardian_note": None,
}


def _blank(row: Registration, *, now: datetime) -> None:
    for name, nothing in _EMPTY.items():
        setattr(row, name, nothing)
    row.answers = {}
    row.person_key = f"erased:{row.id}"
    row.link_version += 1
    row.erased_at = row.updated_at = now


def _erase_members(session: Session, chosen: Mapping[uuid.UUID, Collection[int]]) -> int:
    count = 0
    statement = sa.select(PartyMember).where(PartyMember.registration_id.in_(list(chosen)))
    for each in session.scalars(statement):
        if each.person in chosen[each.registration_id] and each.name != NAMELESS:
            each.name, each.answers = NAMELESS, {}
            count += 1
    return count


def _erase_keys(session: Session, owners: Owners, keys: Collection[str], done: Sequence[uuid.UUID]) -> None:
    """Erase what else is kept under the same contact: invitations to kept seats, links to everything of theirs."""
    events = sa.select(Event.id).where(owned_by(Event.organiser_id, owners))
    invited = session.scalars(
        sa.select(Invitee).where(
            Invitee.event_id.in_(events), sa.or_(Invitee.person_key.in_(keys), Invitee.registration_id.in_(done))
        )
    )
    for each in invited:
        each.person_key, each.name = f"erased:{each.id}", None
    session.execute(sa.delete(OwnEventsLink).where(OwnEventsLink.person_key.in_(keys)), execution_options=_SILENT)
    session.flush()


def still_used(session: ReadSession, owners: Owners, contact: str) -> bool:
    """Tell whether somebody else of these organisers registered with the same address or number."""
    column = sa.func.lower(Registration.email) if "@" in contact else Registration.phone
    statement = sa.select(Registration.id).join(Event, Event.id == Registration.event_id)
    statement = statement.where(owned_by(Event.organiser_id, owners), column == contact.lower())
    return session.scalar(statement.limit(1)) is not None


def _erase_from_lists(session: Session, owners: Owners, contacts: Collection[str]) -> None:
    """Take them off lists that staff have sent and not brought in yet; such a list lives for a day at most."""
    events = sa.select(Event.id).where(owned_by(Event.organiser_id, owners))
    waiting = RegistrationImport.applied_at.is_(None)
    for row in session.scalars(sa.select(RegistrationImport).where(RegistrationImport.event_id.in_(events), waiting)):
        kept = [place for place, cells in enumerate(row.rows) if not _names(cells, contacts)]
        if len(kept) < len(row.rows):
            row.numbers = [row.numbers[place] for place in kept]
            row.rows = [row.rows[place] for place in kept]
    session.flush()


def _erase_from_reports(
    session: Session, owners: Owners, contacts: Collection[str], names: Collection[str], done: Sequence[uuid.UUID]
) -> None:
    """Take them out of meetings' reports that nobody has counted yet: by address, by name, and by what was chosen."""
    events = sa.select(Event.id).where(owned_by(Event.organiser_id, owners))
    waiting = AttendanceReport.applied_at.is_(None)
    theirs = tuple(str(each) for each in done)
    for row in session.scalars(sa.select(AttendanceReport).where(AttendanceReport.event_id.in_(events), waiting)):
        chosen = {key for key, choice in row.choices.items() if choice.startswith(theirs)}
        row.choices = {key: choice for key, choice in row.choices.items() if key not in chosen}
        row.rows = [
            each
            for each in row.rows
            if each["key"] not in chosen and each["email"] not in contacts and each["name"].casefold() not in names
        ]
    session.flush()


def _names(cells: Sequence[Any], contacts: Collection[str]) -> bool:
    written = {str(cell).strip().casefold() for cell in cells}
    digits = {_core("".join(letter for letter in cell if letter.isdigit())) for cell in written}
    return any(
        contact.casefold() in written if "@" in contact else _core(contact.removeprefix("+")) in digits
        for contact in contacts
    )


def _core(digits: str) -> str:
    return digits.removeprefix("62").removeprefix("0")


def _record(
    session: Session,
    chosen: Mapping[uuid.UUID, Collection[int]],
    events: Mapping[uuid.UUID, uuid.UUID],
    *,
    now: datetime,
    by: str,
) -> None:
    for registration_id, persons in sorted(chosen.items()):
        event = session.get_one(Event, events[registration_id])
        fact = facts.PersonErased(
            organiser_id=event.organiser_id, event_id=event.id, registration_id=registration_id, people=len(persons)
        )
        outbox.record(session, fact, now=now, by=by)
