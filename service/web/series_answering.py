"""Between the form for a whole series and the core: the dates' own questions, each answered under its date's name.

A field is ``dates.<event>.answers.<question>``, and so is the path of its error. Where several dates ask the same, the
first of them lends its name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from events.errors import N_, ChoiceFull, FieldError, Invalid
from events.questions import answer_files
from events.questions.answers import Answers, check_answers
from events.questions.form_document import QuestionKind
from events.recurring.series_questions import AskingDates, SeriesQuestions
from events.registrations.applications import Guardian
from events.storage import ReadSession
from service.inputs.checking import RegistrationInput
from service.web.answer_uploads import Asked, Received, file_question
from service.web.answering import Questions, answers_in, guardian_in
from service.web.forms import Form
from service.wiring import Runtime


def asked_at(questions: SeriesQuestions, name: str) -> Asked | None:
    """Return the date and the question for a file that a field of the form answers."""
    for group in questions.groups:
        if name.startswith(group.prefix):
            question = file_question(group.asked.document, name.removeprefix(group.prefix))
            return None if question is None else Asked(group.dates[0].id, question)
    return None


def left_out(questions: SeriesQuestions, party_size: int) -> frozenset[uuid.UUID]:
    """Return the dates that ask each person of a party something: a form for all dates has no room for that."""
    return frozenset(
        key for group in questions.groups if party_size > 1 and group.asked.is_per_person for key in group.revisions
    )


@dataclass(frozen=True, slots=True)
class CheckedSeries:
    """A form for a series without a fault."""

    given: RegistrationInput
    answers: Mapping[uuid.UUID, Answers]
    guardian: Guardian | None = None


def check_series_form(
    received: Received, questions: SeriesQuestions, *, now: datetime, minors: bool = False
) -> CheckedSeries:
    """Return what was filled in; `minors`: whether the form asks for their guardians.

    Raises `Invalid` with every error of the whole form, in the order of the page.
    """
    errors: list[FieldError] = []
    given: RegistrationInput | None = None
    try:
        given = received.form.check(RegistrationInput)
    except Invalid as refusal:
        errors += refusal.errors
    alone = left_out(questions, 1 if given is None else given.party_size)
    refused = {error.field for error in received.errors}
    answers: dict[uuid.UUID, Answers] = {}
    for group in questions.groups:
        if group.dates[0].id in alone:
            continue
        try:
            answers |= group.for_each(_answers(received.form, group, given, now=now))
        except Invalid as refusal:
            errors += [error for error in _named(refusal.errors, group.prefix) if error.field not in refused]
    errors += received.errors
    guardian = guardian_in(received.form, errors) if minors and received.form.value("minor") == "yes" else None
    if errors or given is None:
        raise Invalid(errors)
    return CheckedSeries(given, answers, guardian)


def _answers(form: Form, group: AskingDates, given: RegistrationInput | None, *, now: datetime) -> Answers:
    raw = answers_in(form, group.asked, prefix=f"{group.prefix}answers.")
    size = 1 if given is None else given.party_size
    found = check_answers(group.asked.document, raw, revision=group.asked.revision, now=now, party_size=size)
    return replace(
        found,
        places=tuple(replace(each, field=group.prefix + each.field) for each in found.places),
        files=tuple(replace(each, field=group.prefix + each.field) for each in found.files),
    )


def _named(errors: Iterable[FieldError], prefix: str) -> list[FieldError]:
    return [replace(error, field=prefix + error.field) for error in errors]


def error_at_full_choice(refusal: ChoiceFull, answers: Mapping[uuid.UUID, Answers]) -> Invalid:
    """Return the refusal of a choice that has filled up as an error at its question, whichever date asks it."""
    places = [place for each in answers.values() for place in each.places]
    at = next((place.field for place in places if str(place.pool_id) == refusal.params.get("pool")), "dates")
    return Invalid([FieldError(at, "full", N_("This choice is full. Please choose another one."))])


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One group of questions as the template shows it."""

    dates: AskingDates
    questions: Questions
    has_error: bool


async def shown_questions(runtime: Runtime, questions: SeriesQuestions, form: Form) -> list[ShownGroup]:
    """Return the questions with the files that were sent before. One query for each date that asks for files."""

    def read(session: ReadSession) -> list[ShownGroup]:
        return [_shown(session, group, form) for group in questions.groups]

    return await runtime.database.aread(read) if questions.groups else []


def _shown(session: ReadSession, group: AskingDates, form: Form) -> ShownGroup:
    named = {
        f"{group.prefix}answers.{each.id}": form.value(f"{group.prefix}answers.{each.id}")
        for each in group.asked.document.questions
        if each.kind is QuestionKind.FILE
    }
    ids = {name: key for name, value in named.items() if (key := _id_of(value)) is not None}
    sent = answer_files.unclaimed(session, group.dates[0].id, list(ids.values()))
    files = {name: sent[key] for name, key in ids.items() if key in sent}
    has_error = any(error.field.startswith(group.prefix) for error in form.errors)
    return ShownGroup(group, Questions(group.asked, files), has_error)


def _id_of(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
