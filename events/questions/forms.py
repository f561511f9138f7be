"""An event's own questions: kept as revisions that never change, asked in the one that the event names."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound, Outdated
from events.event_rows import hold_event
from events.models import Event, FormRevision, PoolPurpose, SeatPool, Stage
from events.questions import place_counting
from events.questions.form_document import Choice, FormDocument, Question
from events.questions.form_rules import check_document, faults_of_places
from events.seating import claims, seats, waitlist
from events.storage import ReadSession

NO_QUESTIONS = FormDocument()

Places = Mapping[tuple[str, str], int | uuid.UUID]
"""Places by (question id, choice id): how many in a pool of its own, or the pool that the choice shares."""


def load(session: ReadSession, event_id: uuid.UUID, revision: int | None = None) -> FormDocument:
    """Return the form as it is asked now, or as it was asked in `revision`. One query, two without `revision`.

    Raises `NotFound` for an event or a revision that does not exist. Revision 0 is the form without questions.
    """
    return current(session, event_id)[1] if revision is None else _load(session, event_id, revision)


def current(session: ReadSession, event_id: uuid.UUID) -> tuple[int, FormDocument]:
    """Return the number of the revision that is asked now, and what it asks. Raises `NotFound`."""
    number: int | None = session.scalar(sa.select(Event.form_revision).where(Event.id == event_id))
    if number is None:
        raise NotFound
    return number, _load(session, event_id, number)


def _load(session: ReadSession, event_id: uuid.UUID, number: int) -> FormDocument:
    if number == 0:
        return NO_QUESTIONS
    fields = session.scalar(
        sa.select(FormRevision.fields).where(FormRevision.event_id == event_id, FormRevision.number == number)
    )
    if fields is None:
        raise NotFound
    return document_of(fields)


def document_of(fields: Sequence[Any]) -> FormDocument:
    """Return the document that a revision's `fields` hold. Raises `msgspec.ValidationError` for anything else."""
    return FormDocument(tuple(msgspec.convert(fields, list[Question])))


def fields_of(document: FormDocument) -> list[Any]:
    """Return a document as it is kept."""
    fields: list[Any] = msgspec.to_builtins(document.questions)
    return list(fields)


def revisions(session: ReadSession, event_id: uuid.UUID) -> dict[int, FormDocument]:
    """Return every wording of an event's form by its number, the oldest first. One query."""
    rows = session.execute(
        sa.select(FormRevision.number, FormRevision.fields)
        .where(FormRevision.event_id == event_id)
        .order_by(FormRevision.number)
    )
    return {number: document_of(fields) for number, fields in rows}


def places(session: ReadSession, event_id: uuid.UUID) -> dict[uuid.UUID, SeatPool]:
    """Return the pools that choices of an event's form draw from, by id. One query."""
    pools = session.scalars(
        sa.select(SeatPool).where(SeatPool.event_id == event_id, SeatPool.purpose == PoolPurpose.CHOICE)
    )
    return {pool.id: pool for pool in pools}


# ---------------------------------------------------------------- saving
def save(
    session: Session,
    event_id: uuid.UUID,
    document: FormDocument,
    *,
    places: Places | None = None,
    expected_revision: int | None = None,
    now: datetime,
    by: str,
) -> int:
    """Make `document` the form that is asked from now on and return its revision; the same one if nothing changed.

    `places` says how many can take a choice, and is the whole truth: a choice that it does not name has no limit. The
    `pool_id`s of the document are ignored. A number keeps the pool that the choice had before; a pool that no choice
    draws from any more stays for those who hold places in it. Raises `NotFound`, `Invalid`, `Conflict` once the event
    is over, and `Outdated` where the form is not the one of `expected_revision` any more. The caller commits.
    """
    event = _changeable(session, event_id)
    if expected_revision is not None and event.form_revision != expected_revision:
        raise Outdated
    check_document(document)
    wanted = dict(places or {})
    before = _load(session, event_id, event.form_revision)
    _check_places(session, event_id, document, wanted)
    placed = _Placing(session, event, before, wanted, now=now, by=by).apply(document)
    if placed == before:
        return event.form_revision
    given = _newly_placed(before, placed)
    if given:
        place_counting.count_in(session, event.id, placed, given)
    number = _write(session, event_id, placed, now=now, by=by) if placed.questions else 0
    event.form_revision = number
    event.updated_at = now
    session.flush()
    fact = facts.FormChanged(
        organiser_id=event.organiser_id, event_id=event.id, revision=number, questions=len(placed.questions)
    )
    outbox.record(session, fact, now=now, by=by)
    return number


def _changeable(session: Session, event_id: uuid.UUID) -> Event:
    claims.claim(session, event_id)
    event = hold_event(session, event_id)
    if event.stage in (Stage.CANCELLED, Stage.ENDED, Stage.ARCHIVED):
        raise Conflict(N_("This event is over."))
    return event


def _newly_placed(before: FormDocument, after: FormDocument) -> dict[tuple[str, str], uuid.UUID]:
    """Return the pools of choices that people could make before without taking a place."""
    free = {(each.id, choice.id) for each in before.questions for choice in each.choices if choice.pool_id is None}
    return {
        (question.id, choice.id): choice.pool_id
        for question in after.questions
        for choice in question.choices
        if choice.pool_id is not None and (question.id, choice.id) in free
    }


def _write(session: Session, event_id: uuid.UUID, document: FormDocument, *, now: datetime, by: str) -> int:
    last = session.scalar(sa.select(sa.func.max(FormRevision.number)).where(FormRevision.event_id == event_id))
    number = int(last or 0) + 1
    session.add(
        FormRevision(
            event_id=event_id,
            number=number,
            fields=fields_of(document),
            retention_days=max(
                (each.retention_days for each in document.questions if each.retention_days is not None), default=None
            ),
            created_at=now,
            created_by=by,
        )
    )
    session.flush()
    return number


def _check_places(session: Session, event_id: uuid.UUID, document: FormDocument, wanted: Places) -> None:
    """Raise `Invalid` for places of what is no choice, in an impossible number, or in a pool of another event."""
    at = {
        (question.id, choice.id): f"questions.{number}.choices.{place}.places"
        for number, question in enumerate(document.questions)
        for place, choice in enumerate(question.choices)
    }
    shared = {each for each in wanted.values() if isinstance(each, uuid.UUID)}
    known: set[uuid.UUID] = set()
    if shared:
        known = set(
            session.scalars(sa.select(SeatPool.id).where(SeatPool.event_id == event_id, SeatPool.id.in_(shared)))
        )
    errors: list[FieldError] = []
    for key, given in wanted.items():
        field = at.get(key)
        if field is None:
            errors.append(FieldError("places", "unknown", N_("There is no such field.")))
        elif isinstance(given, int):
            errors += faults_of_places(field, given)
        elif given not in known:
            errors.append(FieldError(field, "choice", N_("Choose one of the options.")))
    if errors:
        raise Invalid(errors)


class _Placing:
    """Gives choices the pools that staff wanted for them."""

    def __init__(
        self, session: Session, event: Event, before: FormDocument, wanted: Places, *, now: datetime, by: str
    ) -> None:
        self._session = session
        self._event = event
        self._wanted = wanted
        self._now, self._by = now, by
        self._before = {
            (question.id, choice.id): choice.pool_id for question in before.questions for choice in question.choices
        }

    def apply(self, document: FormDocument) -> FormDocument:
        """Return the document with every choice's pool in it; pools are made and resized as wanted."""
        return FormDocument(
            tuple(
                msgspec.structs.replace(
                    question,
                    choices=tuple(
                        msgspec.structs.replace(choice, pool_id=self._pool_of(question, choice))
                        for choice in question.choices
                    ),
                )
                for question in document.questions
            )
        )

    def _pool_of(self, question: Question, choice: Choice) -> uuid.UUID | None:
        key = (question.id, choice.id)
        wanted = self._wanted.get(key)
        if wanted is None or isinstance(wanted, uuid.UUID):
            return wanted
        held = self._before.get(key)
        if held is None or self._is_shared(held):
            return self._open(choice, wanted)
        self._resize(held, wanted)
        return held

    def _is_shared(self, pool_id: uuid.UUID) -> bool:
        """Tell whether others draw from the pool: a number is meant for this choice alone."""
        others = sum(each == pool_id for each in self._before.values())
        purpose = self._session.scalar(sa.select(SeatPool.purpose).where(SeatPool.id == pool_id))
        return others > 1 or purpose is not PoolPurpose.CHOICE

    def _open(self, choice: Choice, capacity: int) -> uuid.UUID:
        return seats.open_pool(
            self._session,
            self._event.id,
            capacity=capacity,
            purpose=PoolPurpose.CHOICE,
            label=choice.label,
            open_=self._event.stage in (Stage.REGISTRATION_OPEN, Stage.LIVE),
        )

    def _resize(self, pool_id: uuid.UUID, capacity: int) -> None:
        held = self._session.execute(
            sa.select(SeatPool.capacity, SeatPool.overbooking).where(SeatPool.id == pool_id)
        ).one()
        if held.capacity == capacity:
            return
        seats.lock(self._session, pool_id)
        seats.resize(self._session, pool_id, capacity=capacity, overbooking=held.overbooking)
        fact = facts.CapacityChanged(
            organiser_id=self._event.organiser_id, event_id=self._event.id, pool_id=pool_id, capacity=capacity
        )
        outbox.record(self._session, fact, now=self._now, by=self._by)
        waitlist.promote(self._session, pool_id, now=self._now, everywhere=True)
