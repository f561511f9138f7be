"""The questions of a form as a document: what a revision holds, typed.

Plain values with no behaviour; `events.questions.forms` checks documents and answers. Ids are short, stable over
revisions and
mean nothing.
"""

from __future__ import annotations

import enum
import uuid

import msgspec

from events.storage import LocalizedText


class QuestionKind(enum.StrEnum):
    """What an answer is."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    FILE = "file"
    CONSENT = "consent"


class Choice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One option of a question; `pool_id` is the pool that its places come from, None where there is no limit."""

    id: str
    label: LocalizedText
    pool_id: uuid.UUID | None = None


class ShownIf(msgspec.Struct, frozen=True, kw_only=True):
    """A question is asked only if an earlier one was answered with one of `any_of` (choice ids, or ``yes``)."""

    question: str
    any_of: tuple[str, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question.

    `minimum` and `maximum` are letters of a text, values of a number, ISO dates of a date, or how many of several
    choices; `accepts` are kinds of file (``image``, ``pdf``, ``document``), `max_bytes` their largest size.
    `per_person` asks it of each member of a party. After `retention_days` beyond the event's end the answer is removed.
    """

    id: str
    kind: QuestionKind
    label: LocalizedText
    help: LocalizedText = LocalizedText()
    required: bool = False
    choices: tuple[Choice, ...] = ()
    shown_if: ShownIf | None = None
    per_person: bool = False
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    accepts: tuple[str, ...] = ()
    max_bytes: int | None = None
    retention_days: int | None = None


class FormDocument(msgspec.Struct, frozen=True):
    """A whole form: the questions in the order in which they are asked."""

    questions: tuple[Question, ...] = ()

    def find(self, question_id: str) -> Question | None:
        """Return the question with this id."""
        return next((question for question in self.questions if question.id == question_id), None)


Answer = str | int | float | bool | tuple[str, ...] | list[str]
"""What is kept: text, ids of choices, a number, an ISO date, E.164, a file's id, the moment of consent (ISO, UTC)."""
