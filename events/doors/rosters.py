"""Who is coming and who came: the staff's lists of one event's people."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Attendance, PartyMember, Registration, RegistrationState, Slot
from events.seating.people_search import matching
from events.storage import ReadSession, UtcDateTime


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration with the evidence that the person was there."""

    registration: Registration
    slot: Slot | None
    attendance: Sequence[Attendance]
    members: Sequence[PartyMember] = ()
    """The others of the party, in their order."""


def roster_page(
    session: ReadSession,
    event_id: uuid.UUID,
    *,
    limit: int,
    state: RegistrationState | None = None,
    search: str | None = None,
    after: tuple[datetime, uuid.UUID] | None = None,
) -> Sequence[Entry]:
    """Return up to `limit` registrations of an event, first come first, in three queries.

    `search` looks where `desk.search_registrations` does. `after` is the creation time and id of the last entry of the
    page before.
    """
    statement = (
        sa.select(Registration, Slot)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(*matching(event_id, search or "", (state,) if state else ()))
        .order_by(Registration.created_at, Registration.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(
            sa.tuple_(Registration.created_at, Registration.id)
            > sa.tuple_(sa.literal(after[0], UtcDateTime()), sa.literal(after[1], sa.Uuid()))
        )
    return _with_attendance(session, [(registration, slot) for registration, slot in session.execute(statement)])


def entry(session: ReadSession, registration_id: uuid.UUID) -> Entry:
    """Return one registration. Raises `NotFound`."""
    row = session.execute(
        sa.select(Registration, Slot)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    return _with_attendance(session, [(row[0], row[1])])[0]


def _with_attendance(session: ReadSession, found: Sequence[tuple[Registration, Slot | None]]) -> list[Entry]:
    ids = [registration.id for registration, _ in found]
    evidence: dict[uuid.UUID, list[Attendance]] = {key: [] for key in ids}
    if ids:
        rows = session.scalars(
            sa.select(Attendance).where(Attendance.registration_id.in_(ids)).order_by(Attendance.at, Attendance.id)
        )
        for each in rows:
            evidence[each.registration_id].append(each)
    members = _members_of(session, ids)
    return [
        Entry(registration, slot, tuple(evidence[registration.id]), members.get(registration.id, ()))
        for registration, slot in found
    ]


def _members_of(session: ReadSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[PartyMember]]:
    found: dict[uuid.UUID, list[PartyMember]] = {}
    if ids:
        rows = session.scalars(
            sa.select(PartyMember)
            .where(PartyMember.registration_id.in_(ids))
            .order_by(PartyMember.registration_id, PartyMember.person)
        )
        for each in rows:
            found.setdefault(each.registration_id, []).append(each)
    return found
