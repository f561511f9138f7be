"""Who made a choice before it had places: counted in when staff give it some, so that the number means everybody."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import ACTIVE_STATES, SEATED_STATES, PartyMember, Registration, SeatHold
from events.questions.answers import chosen
from events.questions.form_document import FormDocument, Question
from events.seating import seats
from events.storage import ReadSession

Placed = Mapping[tuple[str, str], uuid.UUID]
"""Pools by (question id, choice id)."""


def count_in(session: Session, event_id: uuid.UUID, document: FormDocument, placed: Placed) -> None:
    """Have everybody who made one of these choices hold their places; nobody loses theirs, so a pool may be overfull.

    Every pool of the event is held meanwhile. The caller commits.
    """
    seats.pools_of(session, event_id)
    questions = [
        question for question in document.questions if any((question.id, c.id) in placed for c in question.choices)
    ]
    taken: Counter[uuid.UUID] = Counter()
    for registration in session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.state.in_(ACTIVE_STATES),
            Registration.form_revision > 0,
        )
        .order_by(Registration.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ):
        wanted = Counter(dict(_wanted(session, registration, questions, placed)))
        for pool_id, count in sorted(wanted.items()):
            held = session.get(SeatHold, (registration.id, pool_id))
            if held is None:
                session.add(SeatHold(registration_id=registration.id, pool_id=pool_id, count=count))
            else:
                held.count += count
            if registration.state in SEATED_STATES:
                taken[pool_id] += count
    session.flush()
    for pool_id, count in sorted(taken.items()):
        seats.count_in(session, pool_id, count)


def _wanted(
    session: ReadSession, registration: Registration, questions: list[Question], placed: Placed
) -> Iterator[tuple[uuid.UUID, int]]:
    """Yield what one party takes from each pool, as `events.questions.answers` counts it."""
    found: Counter[uuid.UUID] = Counter()
    people = [registration.answers]
    if registration.party_size > 1 and any(question.per_person for question in questions):
        members = sa.select(PartyMember.answers).where(PartyMember.registration_id == registration.id)
        people += session.scalars(members)
    for person, answers in enumerate(people):
        for question in questions:
            if person and not question.per_person:
                continue
            for choice_id in chosen(answers.get(question.id)):
                pool_id = placed.get((question.id, choice_id))
                if pool_id is not None:
                    found[pool_id] += 1 if question.per_person else registration.party_size
    yield from found.items()
