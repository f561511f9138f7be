"""An event's own questions, as programs that register people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.questions.form_reading import AskedForm
from events.storage import LocalizedText


class ChoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a question."""

    id: str
    label: LocalizedText
    left: Annotated[int | None, Meta(description="Places that are left; null: no limit.")]


class ConditionView(msgspec.Struct, frozen=True, kw_only=True):
    """A question is asked only of those who gave one of these answers to an earlier one."""

    question: str
    any_of: Annotated[list[str], Meta(description="Ids of choices, or `yes` for a consent.")]


class QuestionView(msgspec.Struct, frozen=True, kw_only=True):
    """One question."""

    id: str
    kind: QuestionKind
    label: LocalizedText
    help: LocalizedText
    required: bool
    per_person: Annotated[bool, Meta(description="Whether each person of a party answers it.")]
    choices: list[ChoiceView]
    shown_if: ConditionView | None
    minimum: Annotated[
        int | float | str | None, Meta(description="Letters, value, day or number of choices, as the kind has it.")
    ]
    maximum: int | float | str | None
    accepts: Annotated[list[str], Meta(description="Kinds of file: `image`, `pdf`, `document`; none named: all.")]
    max_bytes: int | None
    retention_days: Annotated[
        int | None, Meta(description="Days beyond the event's end after which the answer is removed.")
    ]


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """What an event asks besides name and contact."""

    revision: Annotated[int, Meta(description="0: nothing. Send it back as `form_revision`.")]
    questions: list[QuestionView]


def form_view(asked: AskedForm) -> FormView:
    """Return a form with the places that are left."""
    return FormView(revision=asked.revision, questions=_questions(asked.document, asked))


def revision_view(number: int, document: FormDocument) -> FormView:
    """Return a form as it was worded once; places are told by the form of today only."""
    return FormView(revision=number, questions=_questions(document, AskedForm(number, document)))


def _questions(document: FormDocument, asked: AskedForm) -> list[QuestionView]:
    return [
        _question(question, {choice.id: asked.left(choice) for choice in question.choices})
        for question in document.questions
    ]


def _question(question: Question, left: Mapping[str, int | None]) -> QuestionView:
    condition = question.shown_if
    return QuestionView(
        id=question.id,
        kind=question.kind,
        label=question.label,
        help=question.help,
        required=question.required,
        per_person=question.per_person,
        choices=[_choice(choice, left[choice.id]) for choice in question.choices],
        shown_if=None
        if condition is None
        else ConditionView(question=condition.question, any_of=list(condition.any_of)),
        minimum=question.minimum,
        maximum=question.maximum,
        accepts=list(question.accepts),
        max_bytes=question.max_bytes,
        retention_days=question.retention_days,
    )


def _choice(choice: Choice, left: int | None) -> ChoiceView:
    return ChoiceView(id=choice.id, label=choice.label, left=left)
