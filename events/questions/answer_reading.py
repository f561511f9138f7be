"""Answers as staff read them: each beside the question as it was worded when it was answered."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from events.errors import NotFound
from events.models import (
    ACTIVE_STATES,
    AnswerFile,
    Event,
    PartyMember,
    Registration,
    RegistrationState,
    Slot,
)
from events.questions import answer_files, forms
from events.questions.answers import is_asked
from events.questions.form_document import Answer, FormDocument, Question, QuestionKind
from events.storage import ReadSession


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and what somebody answered to it; None where they did not answer, or were not asked."""

    question: Question
    answer: Answer | None
    asked: bool = True
    """Whether the form showed the question to who answered the others like this (`ShownIf`)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a party and their answers; the contact is number 0."""

    number: int
    name: str
    answers: Sequence[Answered]


@dataclass(frozen=True, slots=True)
class RegistrationSheet:
    """One registration with everything that was answered."""

    registration: Registration
    slot: Slot | None
    people: Sequence[Person]
    current_revision: int
    """What is asked now; another number than the registration's own means that the wording has changed since."""
    files: Mapping[str, AnswerFile] = field(default_factory=dict[str, AnswerFile])
    """By id, as answers name them."""


def registration_sheet(session: ReadSession, event_id: uuid.UUID, registration_id: uuid.UUID) -> RegistrationSheet:
    """Return one registration of an event, five queries. Raises `NotFound`, also for one of another event."""
    row = session.execute(
        sa.select(Registration, Slot, Event.form_revision)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id, Registration.event_id == event_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    registration, slot, current = row
    document = forms.load(session, event_id, registration.form_revision)
    members = session.scalars(
        sa.select(PartyMember).where(PartyMember.registration_id == registration_id).order_by(PartyMember.person)
    )
    per_person = [question for question in document.questions if question.per_person]
    each_own = {question.id for question in per_person}
    shared = {key: answer for key, answer in registration.answers.items() if key not in each_own}
    people = [
        Person(0, registration.name, _beside(document, document.questions, registration.answers)),
        *(
            Person(each.person, each.name, _beside(document, per_person, each.answers, shared=shared))
            for each in members
        ),
    ]
    held = answer_files.files_of(session, registration_id)
    return RegistrationSheet(registration, slot, people, current, {str(key): row for key, row in held.items()})


def _beside(
    document: FormDocument,
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    shared: Mapping[str, Any] | None = None,
) -> list[Answered]:
    """Put answers beside questions; `shared` is what the contact answered for the whole party."""
    known = {**(shared or {}), **answers}
    return [Answered(question, answers.get(question.id), is_asked(document, question, known)) for question in questions]


# ---------------------------------------------------------------- all of an event
def questions_asked(session: ReadSession, event_id: uuid.UUID) -> list[Question]:
    """Return every question that an event ever asked, in its latest wording: those of today first. Two queries.

    A choice that is not offered any more keeps its last label, so that an old answer still reads.
    """
    revisions = forms.revisions(session, event_id)
    if not revisions:
        return []
    current = forms.current(session, event_id)[1]
    found = {question.id: question for question in current.questions}
    for document in reversed(revisions.values()):
        for question in document.questions:
            known = found.get(question.id)
            found[question.id] = question if known is None else _with_choices(known, question)
    return list(found.values())


def _with_choices(question: Question, older: Question) -> Question:
    missing = [choice for choice in older.choices if all(choice.id != each.id for each in question.choices)]
    if not missing:
        return question
    return msgspec.structs.replace(question, choices=(*question.choices, *missing))


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One of the others of a party, and whose party it is."""

    registration_id: uuid.UUID
    contact: str
    person: int
    name: str
    answers: Mapping[str, Any]


def iterate_members(session: ReadSession, event_id: uuid.UUID) -> Iterator[MemberRow]:
    """Yield everybody who was registered by somebody else, party by party, some hundreds in memory at a time."""
    after: tuple[uuid.UUID, int] | None = None
    key = sa.tuple_(PartyMember.registration_id, PartyMember.person)
    while True:
        statement = (
            sa.select(PartyMember, Registration.name)
            .join(Registration, Registration.id == PartyMember.registration_id)
            .where(Registration.event_id == event_id)
            .order_by(PartyMember.registration_id, PartyMember.person)
            .limit(500)
        )
        if after is not None:
            last = sa.tuple_(sa.literal(after[0], sa.Uuid()), sa.literal(after[1], sa.Integer()))
            statement = statement.where(key > last)
        rows = session.execute(statement).all()
        if not rows:
            return
        for member, contact in rows:
            yield MemberRow(member.registration_id, contact, member.person, member.name, member.answers)
        after = (rows[-1][0].registration_id, rows[-1][0].person)


def file_names(session: ReadSession, event_id: uuid.UUID, questions: Sequence[Question]) -> dict[str, str]:
    """Return what files were called, by the ids that answers hold. One query, and that only where files were asked."""
    if all(question.kind is not QuestionKind.FILE for question in questions):
        return {}
    rows = session.execute(
        sa.select(AnswerFile.id, AnswerFile.filename).where(
            AnswerFile.event_id == event_id, AnswerFile.registration_id.is_not(None)
        )
    )
    return {str(row.id): row.filename for row in rows}


# ---------------------------------------------------------------- preparing
@dataclass(frozen=True, slots=True)
class Preparing:
    """Somebody for whom something has to be prepared."""

    registration_id: uuid.UUID
    name: str
    party_size: int
    email: str | None
    phone: str | None
    state: RegistrationState
    slot_starts_at: datetime | None
    sign_language: bool
    wheelchair: bool
    needs: str
    """What else, in the person's own words."""


def preparation_list(session: ReadSession, event_id: uuid.UUID) -> list[Preparing]:
    """Return who of those that hold or await a place needs something, in the order of visits and names. One query."""
    rows = session.execute(
        sa.select(Registration, Slot.starts_at)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(
            Registration.event_id == event_id,
            Registration.state.in_(ACTIVE_STATES),
            sa.or_(
                Registration.sign_language.is_(True),
                Registration.wheelchair.is_(True),
                Registration.access_needs.is_not(None),
            ),
        )
        .order_by(Slot.starts_at, Registration.name, Registration.id)
    )
    return [
        Preparing(
            registration_id=person.id,
            name=person.name,
            party_size=person.party_size,
            email=person.email,
            phone=person.phone,
            state=person.state,
            slot_starts_at=starts_at,
            sign_language=person.sign_language,
            wheelchair=person.wheelchair,
            needs=person.access_needs or "",
        )
        for person, starts_at in rows
    ]
