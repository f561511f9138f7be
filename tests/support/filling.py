"""A library that has been in use for years, written by the database itself: a million registrations in a minute.

Rows are copies of one that a use-case has made, with another number in whatever must be unique; an event holds
up to `PER_EVENT` of them. Nothing here goes the way of a request: what is measured is what comes after.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateRole, CertificateState
from events.models import Attendance, Event, Evidence, Registration, SeatPool, Stage
from events.outbox import FactRow
from events.storage import Base
from notifications.models.email import Email, EmailKind, EmailState
from tests.support.life import Life

PER_EVENT = 250
FEWEST_EVENTS = 600
"""So many events a small library has too: a list page is full in either."""
_EVENTS, _POOLS, _PEOPLE, _MARKS, _MAILS, _FACTS, _PROOFS = range(0x70000001, 0x70000008)
"""Where the keys of each table begin: each is a UUID of its own, in the order of its number."""
_NUMBER: sa.ColumnElement[Any] = sa.column("n", sa.Integer)


def fill(session: Session, life: Life, event_id: uuid.UUID, registration_id: uuid.UUID, count: int) -> None:
    """Add `count` registrations in past events, with a mail and a fact each; every other one attended and has proof.

    `event_id` and `registration_id` are the rows to copy. The caller commits.
    """
    if dialect_of(session) == "postgresql":
        session.execute(sa.text("SET LOCAL statement_timeout = 0"))
    per_event = min(PER_EVENT, max(1, count // FEWEST_EVENTS))
    numbered = _Numbered(dialect_of(session), per_event)
    event, person = session.get_one(Event, event_id), session.get_one(Registration, registration_id)
    _hold_events(session, event, numbered, -(-count // per_event))
    _let_people_come(session, person, numbered, count)
    _do_what_follows(session, person, life.organiser_id, numbered, count)
    told = session.scalars(sa.select(FactRow).where(FactRow.event_id == event_id).limit(1)).one()
    settled = {"id": numbered.key(_FACTS), "event_id": numbered.event, "settled_at": event.created_at}
    _copy(session, told, settled, count)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Values of a row that follow from its number."""

    dialect: str
    per_event: int

    @property
    def event(self) -> sa.ColumnElement[Any]:
        """The event that a person of this number is in."""
        return self.key(_EVENTS, self._place)

    @property
    def pool(self) -> sa.ColumnElement[Any]:
        """That event's pool."""
        return self.key(_POOLS, self._place)

    @property
    def _place(self) -> sa.ColumnElement[Any]:
        if self.dialect == "sqlite":
            return _NUMBER / self.per_event
        return sa.cast(sa.func.div(_NUMBER, self.per_event), sa.Integer)

    def key(self, space: int, number: sa.ColumnElement[Any] | None = None) -> sa.ColumnElement[Any]:
        """Return the key of the row with this number."""
        number = _NUMBER if number is None else number
        if self.dialect == "sqlite":
            return sa.func.printf("%08x%024x", space, number)
        digits = sa.literal(f"{space:08x}") + sa.func.lpad(sa.func.to_hex(number), 24, "0")
        return sa.cast(digits, sa.Uuid)

    def text(self, before: str = "", after: str = "") -> sa.ColumnElement[Any]:
        """Return the number between two texts."""
        return sa.literal(before) + sa.cast(_NUMBER, sa.String) + sa.literal(after)


def _hold_events(session: Session, event: Event, numbered: _Numbered, count: int) -> None:
    past = event.starts_at - timedelta(days=400)
    gone: dict[str, Any] = {
        "id": numbered.key(_EVENTS),
        "slug": numbered.text("lama-"),
        "stage": Stage.ARCHIVED,
        "starts_at": past,
        "ends_at": past + timedelta(hours=2),
    }
    _copy(session, event, gone, count)
    pool = session.scalars(sa.select(SeatPool).where(SeatPool.event_id == event.id).limit(1)).one()
    _copy(session, pool, {"id": numbered.key(_POOLS), "event_id": numbered.key(_EVENTS), "open": False}, count)


def _let_people_come(session: Session, person: Registration, numbered: _Numbered, count: int) -> None:
    someone: dict[str, Any] = {
        "id": numbered.key(_PEOPLE),
        "event_id": numbered.event,
        "place_id": numbered.event,
        "pool_id": numbered.pool,
        "name": numbered.text("Peserta "),
        "email": numbered.text("lama", "@example.org"),
        "person_key": numbered.text("email:lama", "@example.org"),
    }
    _copy(session, person, someone, count)


def _do_what_follows(
    session: Session, person: Registration, organiser_id: uuid.UUID, numbered: _Numbered, count: int
) -> None:
    whose: dict[str, Any] = {"event_id": numbered.event, "registration_id": numbered.key(_PEOPLE)}
    mail = {"id": numbered.key(_MAILS), "dedupe_key": numbered.text("confirmation:"), "uid": numbered.text()}
    _copy(session, _mail(person, organiser_id), whose | mail, count)
    _copy(session, _mark(person), whose | {"id": numbered.key(_MARKS)}, count // 2)
    proof = {
        "id": numbered.key(_PROOFS),
        "number": numbered.text(after="/PERPUS/2025"),
        "code": numbered.text("SERTIFIKAT"),
    }
    _copy(session, _proof(person, organiser_id), whose | proof, count // 2)


def dialect_of(session: Session) -> str:
    """Return the name of the database that the session writes to."""
    return session.get_bind().dialect.name


def analyse(session: Session) -> None:
    """Let PostgreSQL's planner count, as it does by itself after a while. SQLite never does unless it is told to.

    It had better not: it would learn that nearly every row is in one state (archived, sent), have no way to learn that
    the others are few, and go through them all.
    """
    if dialect_of(session) == "postgresql":
        session.execute(sa.text("ANALYZE"))


def _mark(person: Registration) -> Attendance:
    return Attendance(
        id=uuid.uuid4(),
        event_id=person.event_id,
        registration_id=person.id,
        person=0,
        evidence=Evidence.JOINED,
        at=person.created_at,
        by="person:x",
    )


def _mail(person: Registration, organiser_id: uuid.UUID) -> Email:
    return Email(
        id=uuid.uuid4(),
        organiser_id=organiser_id,
        event_id=person.event_id,
        kind=EmailKind.CONFIRMATION,
        registration_id=person.id,
        to_address="lama@example.org",
        locale="id",
        params={},
        state=EmailState.SENT,
        priority=1,
        dedupe_key="x",
        event_version=1,
        sequence=0,
        attachments=[],
        due_at=person.created_at,
        created_at=person.created_at,
        sent_at=person.created_at,
        attempts=1,
    )


def _proof(person: Registration, organiser_id: uuid.UUID) -> Certificate:
    return Certificate(
        id=uuid.uuid4(),
        organiser_id=organiser_id,
        event_id=person.event_id,
        registration_id=person.id,
        role=CertificateRole.PARTICIPANT,
        version=1,
        name=person.name,
        locale="id",
        number="x",
        code="x",
        state=CertificateState.ISSUED,
        file_key="certificates/x.pdf",
        due_at=person.created_at,
        attempts=1,
        created_at=person.created_at,
        issued_at=person.created_at,
    )


def _copy(session: Session, row: Base, changes: Mapping[str, Any], count: int) -> None:
    """Insert `count` copies of a row, numbered from 0, with `changes` in their columns."""
    if not count:
        return
    table: Any = row.__table__
    values: dict[str, sa.ColumnElement[Any]] = {
        column.name: sa.literal(getattr(row, column.key), column.type)
        for column in table.columns
        if getattr(row, column.key) is not None
    }
    for name, value in changes.items():
        values[name] = value if isinstance(value, sa.ColumnElement) else sa.literal(value, table.c[name].type)
    numbers = _numbers(count)
    chosen = sa.select(*(values[name].label(name) for name in values)).select_from(numbers)
    session.execute(sa.insert(table).from_select(list(values), chosen, include_defaults=False))


def _numbers(count: int) -> sa.CTE:
    first = sa.select(sa.literal(0).label("n")).cte("numbers", recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < count - 1))
