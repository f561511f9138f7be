"""Events and people for tests, made through the use-cases that the service itself calls."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from events import organisers, outbox
from events.drafts import authoring, lifecycle
from events.models import Event, EventKind, Registration, SeatPool, Slot, Stage
from events.registrations import registration
from events.registrations.applications import Application
from events.registrations.registration import Registered
from events.storage import LocalizedText, ReadSession, Session, Transactions

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""Tuesday, 1 December 2026, 09.00 WIB: what tests mean by "now" unless they say otherwise."""

STARTS_AT = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
"""Saturday, 12 December 2026, 09.00 WIB."""

STAFF = "staff:test"

_Row = TypeVar("_Row")
_Result = TypeVar("_Result")


def add_organiser(session: Session, *, slug: str = "perpustakaan-batam", now: datetime = NOW) -> uuid.UUID:
    """Make the library and return its id."""
    return organisers.add_organiser(
        session,
        slug=slug,
        name=LocalizedText("Perpustakaan Kota Batam", "Batam City Library"),
        email="halo@perpustakaan.batam.example",
        address=LocalizedText("Jl. Engku Putri No. 1, Batam Center, Batam 29461"),
        now=now,
    )


def draft_webinar(
    session: Session, organiser_id: uuid.UUID, *, capacity: int | None = 100, now: datetime = NOW, **changes: Any
) -> uuid.UUID:
    """Draft a webinar that could be published at once and return its id; `changes` are what `draft_event` takes."""
    wanted = {"join_url": "https://meet.example/abc", **_TEXTS, **changes}
    return authoring.draft_event(
        session, organiser_id, kind=EventKind.WEBINAR, capacity=capacity, now=now, by=STAFF, **wanted
    )


def draft_exhibition(
    session: Session,
    organiser_id: uuid.UUID,
    *,
    slots: int = 3,
    capacity: int = 20,
    now: datetime = NOW,
    **changes: Any,
) -> uuid.UUID:
    """Draft an exhibition with `slots` visiting times of an hour each, `capacity` people in each; return its id."""
    wanted: dict[str, Any] = {**_TEXTS, "ends_at": STARTS_AT + timedelta(hours=8), **changes}
    event_id = authoring.draft_event(session, organiser_id, kind=EventKind.EXHIBITION, now=now, by=STAFF, **wanted)
    starts = [wanted["starts_at"] + timedelta(hours=number) for number in range(slots)]
    times = [(start, start + timedelta(hours=1)) for start in starts]
    authoring.add_slots(session, event_id, times, capacity=capacity, now=now, by=STAFF)
    return event_id


_TEXTS: dict[str, Any] = {
    "title": LocalizedText("Menulis Cerita Anak", "Writing for Children"),
    "summary": LocalizedText("Belajar menulis bersama Ibu Siti.", "Learn to write with Ibu Siti."),
    "venue": LocalizedText("Ruang Serbaguna", "Main hall"),
    "starts_at": STARTS_AT,
    "ends_at": STARTS_AT + timedelta(hours=2, minutes=30),
}


_TO_STAGE: dict[Stage, tuple[Stage, ...]] = {
    Stage.DRAFT: (),
    Stage.PUBLISHED: (Stage.PUBLISHED,),
    Stage.REGISTRATION_OPEN: (Stage.REGISTRATION_OPEN,),
    Stage.REGISTRATION_CLOSED: (Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED),
    Stage.LIVE: (Stage.REGISTRATION_OPEN, Stage.LIVE),
    Stage.ENDED: (Stage.REGISTRATION_OPEN, Stage.LIVE, Stage.ENDED),
    Stage.ARCHIVED: (Stage.REGISTRATION_OPEN, Stage.LIVE, Stage.ENDED, Stage.ARCHIVED),
    Stage.POSTPONED: (Stage.REGISTRATION_OPEN, Stage.POSTPONED),
    Stage.CANCELLED: (Stage.REGISTRATION_OPEN, Stage.CANCELLED),
}


def bring_to(session: Session, event_id: uuid.UUID, stage: Stage, *, now: datetime = NOW) -> None:
    """Lead a draft to `stage` by the transitions that lead there.

    A draft without `registration_opens_at` opens with its publication; where it should stay *published*, a later
    opening is set first.
    """
    for step in _TO_STAGE[stage]:
        if step is Stage.PUBLISHED:
            event = session.get_one(Event, event_id)
            event.registration_opens_at = now + timedelta(days=1)
            session.flush()
        transition = {
            Stage.PUBLISHED: lifecycle.publish,
            Stage.REGISTRATION_OPEN: lifecycle.publish,
            Stage.REGISTRATION_CLOSED: lifecycle.close_registration,
            Stage.LIVE: lifecycle.start,
            Stage.ENDED: lifecycle.end,
            Stage.ARCHIVED: lifecycle.archive,
            Stage.POSTPONED: lifecycle.postpone,
            Stage.CANCELLED: lifecycle.cancel,
        }[step]
        transition(session, event_id, now=now, by=STAFF)


def application(event_id: uuid.UUID, person: int | str = 1, **changes: Any) -> Application:
    """Return what person number `person` fills in."""
    answers: dict[str, Any] = {
        "event_id": event_id,
        "name": f"Peserta {person}",
        "email": f"peserta{person}@example.org",
        "consent_version": "2026-01",
        **changes,
    }
    return Application(**answers)


@dataclass(frozen=True, slots=True)
class Life:
    """One organiser's events in one database: the shortest way from a test to an event in some stage."""

    database: Transactions
    organiser_id: uuid.UUID
    now: datetime = NOW

    def webinar(self, stage: Stage = Stage.REGISTRATION_OPEN, **changes: Any) -> uuid.UUID:
        """Make a webinar in `stage`; `changes` are `capacity` and columns of the event."""
        return self._make(draft_webinar, stage, changes)

    def exhibition(self, stage: Stage = Stage.REGISTRATION_OPEN, **changes: Any) -> uuid.UUID:
        """Make an exhibition in `stage`; `changes` are `slots`, `capacity` (of each) and columns of the event."""
        return self._make(draft_exhibition, stage, changes)

    def _make(self, draft: Any, stage: Stage, changes: dict[str, Any]) -> uuid.UUID:
        def use_case(session: Session) -> uuid.UUID:
            event_id: uuid.UUID = draft(session, self.organiser_id, now=self.now, **changes)
            bring_to(session, event_id, stage, now=self.now)
            return event_id

        return self.database.write(use_case)

    def register(
        self, event_id: uuid.UUID, person: int | str = 1, *, now: datetime | None = None, **changes: Any
    ) -> Registered:
        """Register person number `person`."""
        wanted = application(event_id, person, **changes)
        return self.database.write(lambda session: registration.register(session, wanted, now=now or self.now))

    def do(self, use_case: Callable[..., _Result], *arguments: Any, **named: Any) -> _Result:
        """Run one use-case in its own transaction, at `self.now` and by staff unless told otherwise."""
        taken = inspect.signature(use_case).parameters
        defaults = {"now": self.now, "by": STAFF}
        wanted = {name: value for name, value in defaults.items() if name in taken} | named
        return self.database.write(lambda session: use_case(session, *arguments, **wanted))

    def facts(self, event_id: uuid.UUID) -> list[str]:
        """Return the names of what happened to an event, oldest first."""
        return [row.name for row in self.rows(event_id)]

    def rows(self, event_id: uuid.UUID) -> Sequence[outbox.FactRow]:
        """Return what happened to an event, oldest first."""
        return self.database.read(lambda session: outbox.timeline(session, event_id))

    def slots(self, event_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Return the ids of an exhibition's slots, earliest first."""
        statement = sa.select(Slot.id).where(Slot.event_id == event_id).order_by(Slot.starts_at)
        return self.database.read(lambda session: session.scalars(statement).all())

    def event(self, event_id: uuid.UUID) -> Event:
        """Return the event as it is stored now."""
        return self.database.read(lambda session: _load(session, Event, event_id))

    def registration(self, registration_id: uuid.UUID) -> Registration:
        """Return a registration as it is stored now."""
        return self.database.read(lambda session: _load(session, Registration, registration_id))

    def pool(self, event_id: uuid.UUID) -> SeatPool:
        """Return the (first) seat pool of an event as it is stored now."""
        statement = sa.select(SeatPool.id).where(SeatPool.event_id == event_id).order_by(SeatPool.id).limit(1)
        return self.database.read(lambda session: _load(session, SeatPool, session.scalar(statement)))


def _load(session: ReadSession, kind: type[_Row], key: uuid.UUID) -> _Row:
    found = session.get(kind, key)
    assert found is not None
    return found
