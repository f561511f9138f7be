"""A form as programs send it: typed and bounded here, judged by `events.questions.form_rules`."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText
from service.inputs.checking import Input

_Id = Annotated[str, StringConstraints(max_length=60)]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]


class WordsInput(Input):
    """A text in two languages; either may be left out, and then the other stands in."""

    id: _Words = ""
    en: _Words = ""

    def stored(self) -> LocalizedText:
        """Return the text as documents keep it."""
        return LocalizedText(self.id, self.en)


class ChoiceInput(Input):
    """One option of a question."""

    id: _Id
    label: WordsInput
    places: int | None = Field(None, description="How many can take it; left out: no limit.")
    pool_id: uuid.UUID | None = Field(None, description="Instead of `places`: the pool of seats that it shares.")


class ConditionInput(Input):
    """A question is asked only of those who gave one of these answers to an earlier one."""

    question: _Id
    any_of: list[_Id] = Field(max_length=100)


class QuestionInput(Input):
    """One question."""

    id: _Id = Field(description="At most 20 small letters and digits; the same one as long as it is the same question.")
    kind: QuestionKind
    label: WordsInput
    help: WordsInput = WordsInput()
    required: bool = False
    choices: list[ChoiceInput] = Field(default_factory=list[ChoiceInput], max_length=200)
    shown_if: ConditionInput | None = None
    per_person: bool = False
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    accepts: list[str] = Field(default_factory=list[str], max_length=10)
    max_bytes: int | None = None
    retention_days: int | None = None

    def stored(self) -> Question:
        """Return the question as documents keep it."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        condition = self.shown_if
        return Question(
            **fields,
            label=self.label.stored(),
            help=self.help.stored(),
            choices=tuple(Choice(id=choice.id, label=choice.label.stored()) for choice in self.choices),
            shown_if=None
            if condition is None
            else ShownIf(question=condition.question, any_of=tuple(condition.any_of)),
            accepts=tuple(self.accepts),
        )


_PLAIN = ("id", "kind", "required", "per_person", "minimum", "maximum", "max_bytes", "retention_days")


class FormInput(Input):
    """A whole form: the questions in the order in which they are asked; none is a form without questions."""

    expected_revision: int | None = Field(
        None, ge=0, description="The revision that was changed; refused (412) when it is not the current one any more."
    )
    questions: list[QuestionInput] = Field(max_length=200)

    def document(self) -> FormDocument:
        """Return the form as it is kept."""
        return FormDocument(tuple(question.stored() for question in self.questions))

    def places(self) -> dict[tuple[str, str], int | uuid.UUID]:
        """Return how many can take each choice, as `events.questions.forms.save` takes it."""
        found: dict[tuple[str, str], int | uuid.UUID] = {}
        for question in self.questions:
            for choice in question.choices:
                wanted = choice.pool_id if choice.pool_id is not None else choice.places
                if wanted is not None:
                    found[question.id, choice.id] = wanted
        return found
