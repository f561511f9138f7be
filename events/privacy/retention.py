"""Answers that may be kept for a time only: removed when it is over, with their files, and a fact that says how many.

What counts is what was promised to the person: the wording that they answered. Nothing goes before the event is over:
a postponed one has not been yet, and at one that is live answers are still given and staff still read them, also where
they may be kept for no day at all. Once it is over nobody can answer any more, so what is gone does not come back.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.models import Event, FormRevision, PartyMember, Registration, Stage
from events.questions import answer_files
from events.questions.forms import document_of
from events.storage import JSON, ReadSession

OVER = (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED)
CHUNK = 200
"""Registrations that one transaction looks after."""


@dataclass(frozen=True, slots=True)
class Due:
    """Answers whose time is over: those of one revision's `questions`; after them `days` are done."""

    organiser_id: uuid.UUID
    event_id: uuid.UUID
    revision: int
    questions: tuple[str, ...]
    days: int


def due(session: ReadSession, *, now: datetime) -> list[Due]:
    """Return what has to go by `now`. One query over the revisions that still hold something."""
    rows = session.execute(
        sa.select(FormRevision, Event.organiser_id, Event.ends_at)
        .join(Event, Event.id == FormRevision.event_id)
        .where(
            FormRevision.retention_days > sa.func.coalesce(FormRevision.purged_days, -1),
            Event.ends_at <= now,
            Event.stage.in_(OVER),
        )
        .order_by(FormRevision.event_id, FormRevision.number)
    )
    found: list[Due] = []
    for revision, organiser_id, ends_at in rows:
        over = {
            question.id: question.retention_days
            for question in document_of(revision.fields).questions
            if question.retention_days is not None and ends_at + timedelta(days=question.retention_days) <= now
        }
        days = max(over.values(), default=-1)
        if days > (-1 if revision.purged_days is None else revision.purged_days):
            found.append(Due(organiser_id, revision.event_id, revision.number, tuple(over), days))
    return found


def purge(session: Session, what: Due, *, now: datetime) -> int:
    """Remove answers of up to `CHUNK` registrations and return of how many people; 0 when nothing is left to remove.

    Files are let go (`answer_files.let_go`) and swept by the same tick. Safe to repeat. The caller commits, and calls
    again until it is done.
    """
    ids = _holders(session, what)
    if not ids:
        session.execute(
            sa.update(FormRevision)
            .where(FormRevision.event_id == what.event_id, FormRevision.number == what.revision)
            .values(purged_days=what.days)
            .execution_options(synchronize_session=False)
        )
        return 0
    people = 0
    for row in session.scalars(sa.select(Registration).where(Registration.id.in_(ids)).with_for_update(key_share=True)):
        people += row.answers.keys().isdisjoint(what.questions) is False
        row.answers = _without(row.answers, what.questions)
        row.updated_at = now
    for member in session.scalars(sa.select(PartyMember).where(PartyMember.registration_id.in_(ids))):
        people += member.answers.keys().isdisjoint(what.questions) is False
        member.answers = _without(member.answers, what.questions)
    answer_files.let_go(session, ids, what.questions)
    session.flush()
    fact = facts.AnswersRemoved(
        organiser_id=what.organiser_id,
        event_id=what.event_id,
        revision=what.revision,
        questions=what.questions,
        people=people,
    )
    outbox.record(session, fact, now=now, by="clock")
    return people


def _holders(session: Session, what: Due) -> list[uuid.UUID]:
    """Return the registrations, of the contact or of somebody in the party, that still hold such an answer."""
    of_contact = _holds(Registration.answers, what.questions)
    of_member = (
        sa.exists()
        .where(PartyMember.registration_id == Registration.id, _holds(PartyMember.answers, what.questions))
        .correlate(Registration)
    )
    statement = (
        sa.select(Registration.id)
        .where(
            Registration.event_id == what.event_id,
            Registration.form_revision == what.revision,
            sa.or_(of_contact, of_member),
        )
        .order_by(Registration.id)
        .limit(CHUNK)
    )
    return list(session.scalars(statement))


def _holds(column: Any, questions: Collection[str]) -> sa.ColumnElement[bool]:
    answers = sa.type_coerce(column, JSON)
    return sa.or_(*(answers[question].as_string().is_not(None) for question in questions))


def _without(answers: Mapping[str, Any], questions: Collection[str]) -> dict[str, Any]:
    return {key: answer for key, answer in answers.items() if key not in questions}
