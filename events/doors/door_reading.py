"""What a door knows: the list that a device keeps, and how many are in. Reads only."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from events.links import Links
from events.models import (
    DoorScan,
    PartyMember,
    Presence,
    Registration,
    RegistrationState,
    ScanOutcome,
    Slot,
)
from events.presence.head_counts import heads
from events.storage import ReadSession

OVERLAP = timedelta(minutes=1)
"""How far back a change is told again: transactions commit a little later than the time that they carry."""
_ON_LIST = (
    RegistrationState.CONFIRMED,
    RegistrationState.PENDING,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
    RegistrationState.DECLINED,
)
PROBLEMS = (ScanOutcome.CANCELLED, ScanOutcome.NOT_CONFIRMED, ScanOutcome.UNKNOWN, ScanOutcome.CLOSED)
"""Scans that nobody could be counted for; they are shown until somebody has looked."""


class PersonIn(msgspec.Struct, frozen=True, kw_only=True):
    """Where one person of a party is."""

    person: int
    came: bool
    inside: bool
    since: datetime
    door: str


class DoorEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One party as a device keeps it: no address, no number but its last four digits, and of the code only a hash."""

    id: uuid.UUID
    code_hash: str
    """SHA-256 of the code, in hexadecimal."""
    name: str
    others: list[str]
    """Names of persons 1 and up, where they are known."""
    size: int
    state: RegistrationState
    phone_end: str
    institution: str
    needs: str
    slot_starts_at: datetime | None
    people: list[PersonIn]
    former_code_hashes: list[str] = msgspec.field(default_factory=list[str])
    """Of codes that were printed before the secret key was changed."""


class DoorCount(msgspec.Struct, frozen=True, kw_only=True):
    """The live count, in people."""

    expected: int
    came: int
    inside: int
    left: int
    heads: dict[str, int]
    """By age group; not part of the others."""
    problems: int


def door_list(
    session: ReadSession, event_id: uuid.UUID, links: Links, *, changed_since: datetime | None = None
) -> list[DoorEntry]:
    """Return the list by name, or what changed on it since (a little before) a moment. Four queries."""
    wanted = [Registration.event_id == event_id, Registration.state.in_(_ON_LIST)]
    if changed_since is not None:
        since = changed_since - OVERLAP
        moved = sa.select(Presence.registration_id).where(Presence.event_id == event_id, Presence.changed_at >= since)
        wanted.append(sa.or_(Registration.updated_at >= since, Registration.id.in_(moved)))
    rows = session.execute(
        sa.select(Registration, Slot.starts_at)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(*wanted)
        .order_by(sa.func.lower(Registration.name), Registration.id)
    ).all()
    ids = None if changed_since is None else [registration.id for registration, _ in rows]
    others, people = _others(session, event_id, ids), _people(session, event_id, ids)
    hashes = {
        each.id: [hash_of(code) for code in links.door_codes(event_id, each.id, each.link_version)] for each, _ in rows
    }
    return [
        DoorEntry(
            id=each.id,
            code_hash=hashes[each.id][0],
            former_code_hashes=hashes[each.id][1:],
            name=each.name,
            others=others.get(each.id, []),
            size=each.party_size,
            state=each.state,
            phone_end=(each.phone or "")[-4:],
            institution=each.institution or "",
            needs=each.access_needs or "",
            slot_starts_at=starts_at,
            people=people.get(each.id, []),
        )
        for each, starts_at in rows
    ]


def hash_of(code: str) -> str:
    """Return what a device finds a code by."""
    return hashlib.sha256(code.encode()).hexdigest()


def _others(session: ReadSession, event_id: uuid.UUID, ids: Sequence[uuid.UUID] | None) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    statement = (
        sa.select(PartyMember.registration_id, PartyMember.name)
        .join(Registration, Registration.id == PartyMember.registration_id)
        .where(Registration.event_id == event_id)
        .order_by(PartyMember.registration_id, PartyMember.person)
    )
    if ids is not None:
        statement = statement.where(Registration.id.in_(ids))
    for registration_id, name in session.execute(statement):
        found.setdefault(registration_id, []).append(name)
    return found


def _people(
    session: ReadSession, event_id: uuid.UUID, ids: Sequence[uuid.UUID] | None
) -> dict[uuid.UUID, list[PersonIn]]:
    found: dict[uuid.UUID, list[PersonIn]] = {}
    columns = (Presence.registration_id, Presence.person, Presence.came, Presence.inside, Presence.since, Presence.door)
    statement = (
        sa.select(*columns).where(Presence.event_id == event_id).order_by(Presence.registration_id, Presence.person)
    )
    if ids is not None:
        statement = statement.where(Presence.registration_id.in_(ids))
    for registration_id, person, came, inside, since, door in session.execute(statement):
        there = PersonIn(person=person, came=came, inside=inside, since=since, door=door)
        found.setdefault(registration_id, []).append(there)
    return found


def door_count(session: ReadSession, event_id: uuid.UUID) -> DoorCount:
    """Return the live count. Four queries, however many came."""
    expected = session.scalar(
        sa.select(sa.func.sum(Registration.party_size)).where(
            Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED
        )
    )
    came, inside = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(Presence.inside.is_(True))).where(
            Presence.event_id == event_id, Presence.came.is_(True)
        )
    ).one()
    problems = session.scalar(sa.select(sa.func.count()).where(*_problem(event_id)))
    return DoorCount(
        expected=int(expected or 0),
        came=came,
        inside=inside,
        left=came - inside,
        heads={group.value: count for group, count in heads(session, event_id).items()},
        problems=int(problems or 0),
    )


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that nobody could be counted for."""

    at: datetime
    door: str
    outcome: ScanOutcome
    name: str
    registration_id: uuid.UUID | None


def problem_scans(session: ReadSession, event_id: uuid.UUID, *, limit: int = 50) -> list[Problem]:
    """Return the latest scans that nobody could be counted for: late ones of a cancelled place, codes of nobody."""
    rows = session.execute(
        sa.select(DoorScan.at, DoorScan.door, DoorScan.outcome, Registration.name, Registration.id)
        .outerjoin(Registration, Registration.id == DoorScan.registration_id)
        .where(*_problem(event_id))
        .order_by(DoorScan.received_at.desc(), DoorScan.id)
        .limit(limit)
    )
    return [
        Problem(at=at, door=door, outcome=outcome, name=name or "", registration_id=registration_id)
        for at, door, outcome, name, registration_id in rows
    ]


def _problem(event_id: uuid.UUID) -> list[sa.ColumnElement[bool]]:
    came_after_all = (
        sa.select(Presence.person)
        .where(
            Presence.registration_id == DoorScan.registration_id,
            Presence.person == DoorScan.person,
            Presence.came.is_(True),
        )
        .exists()
    )
    return [
        DoorScan.event_id == event_id,
        DoorScan.outcome.in_(PROBLEMS),
        DoorScan.undone_at.is_(None),
        ~came_after_all,
    ]


def self_service(
    session: ReadSession, event_id: uuid.UUID, known: uuid.UUID | None, *, name: str, ending: str
) -> tuple[Registration, list[int]] | None:
    """Return the place of who stands at a kiosk, and which of the party are not inside; None where nobody is found.

    `known` was found by a code. Without one, the last four digits of the number and a word of the name must fit one
    confirmed registration and no other.
    """
    wanted = [Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED]
    if known is not None:
        found = session.scalars(sa.select(Registration).where(*wanted, Registration.id == known)).all()
    elif len(ending) == 4 and ending.isascii() and ending.isdigit():
        rows = session.scalars(
            sa.select(Registration).where(*wanted, Registration.phone.endswith(ending, autoescape=True))
        )
        words = {word for word in name.casefold().split() if len(word) > 1}
        found = [row for row in rows if words and words <= set(row.name.casefold().split())]
    else:
        return None
    if len(found) != 1:
        return None
    place = found[0]
    inside = {each.person for each in _people(session, event_id, [place.id]).get(place.id, []) if each.inside}
    return place, [person for person in range(place.party_size) if person not in inside]
