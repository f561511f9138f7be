"""What a form may ask: the limits that pages, exports and people's patience were made for.

Every fault is told at its place (``questions.3.label``, ``questions.3.choices.0.label``), all at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from events import typed
from events.errors import N_, FieldError, Invalid
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.storage import LocalizedText

QUESTIONS = 60
CHOICES = 100
PLACES = range(1, 100_001)
LABEL_LENGTH, CONSENT_LENGTH, HELP_LENGTH, CHOICE_LENGTH = 300, 4000, 1000, 200
SHORT_LENGTH, LONG_LENGTH = 200, 5000
"""The longest answers, in characters, where a question says nothing else."""
FILE_BYTES, LARGEST_FILE = 5 * 1024 * 1024, 20 * 1024 * 1024
"""How large a file may be where a question says nothing, and at all."""
FILE_KINDS = ("image", "pdf", "document")
RETENTION = range(3651)
AGREED = "yes"
"""What `ShownIf.any_of` calls a consent that was given."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}", re.ASCII)
_WITH_CHOICES = (QuestionKind.CHOICE, QuestionKind.CHOICES)
_TEXTS = (QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT)
_BOUNDED = (*_TEXTS, QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.CHOICES)

_MISSING = N_("Please fill this in.")
_TOO_LONG = N_("At most %(limit)s characters, please.")
_TOO_SMALL = N_("At least %(limit)s, please.")
_TOO_LARGE = N_("At most %(limit)s, please.")
_TWICE = N_("Two things cannot have the same id.")
_ODD_ID = N_("An id is made of at most 20 small letters and digits.")
_NOT_HERE = N_("This does not apply to this kind of question.")
_ORDER = N_("The largest must not be below the smallest.")
_NOT_EARLIER = N_("Choose a question that is asked before this one.")


def check_document(document: FormDocument) -> None:
    """Raise `Invalid` with everything that is wrong with a form."""
    errors = list(_faults(document))
    if errors:
        raise Invalid(errors)


def _faults(document: FormDocument) -> Iterator[FieldError]:
    if len(document.questions) > QUESTIONS:
        yield FieldError("questions", "too_many", N_("A form has at most %(limit)s questions."), {"limit": QUESTIONS})
    earlier: dict[str, Question] = {}
    for number, question in enumerate(document.questions):
        at = f"questions.{number}"
        yield from _faults_of_id(f"{at}.id", question.id, earlier)
        longest = CONSENT_LENGTH if question.kind is QuestionKind.CONSENT else LABEL_LENGTH
        yield from _faults_of_text(f"{at}.label", question.label, longest)
        if question.help:
            yield from _faults_of_text(f"{at}.help", question.help, HELP_LENGTH)
        yield from _faults_of_choices(at, question)
        yield from _faults_of_condition(at, question, earlier)
        yield from _faults_of_bounds(at, question)
        yield from _faults_of_files(at, question)
        if question.retention_days is not None:
            yield from _faults_of_number(f"{at}.retention_days", question.retention_days, RETENTION)
        earlier[question.id] = question


def _faults_of_id(field: str, wanted: str, known: dict[str, Any]) -> Iterator[FieldError]:
    if not _ID.fullmatch(wanted):
        yield FieldError(field, "id", _ODD_ID)
    elif wanted in known:
        yield FieldError(field, "twice", _TWICE)


def _faults_of_text(field: str, text: LocalizedText, longest: int) -> Iterator[FieldError]:
    if not (text.id.strip() or text.en.strip()):
        yield FieldError(field, "missing", _MISSING)
    for written in (text.id, text.en):
        try:
            typed.text_of(written)
        except typed.Unusable as error:
            yield FieldError(field, error.code, typed.MESSAGES[error.code])
        if len(written) > longest:
            yield FieldError(field, "too_long", _TOO_LONG, {"limit": longest})


def _faults_of_choices(at: str, question: Question) -> Iterator[FieldError]:
    field = f"{at}.choices"
    if question.kind not in _WITH_CHOICES:
        if question.choices:
            yield FieldError(field, "not_here", _NOT_HERE)
        return
    if not question.choices:
        yield FieldError(field, "missing", N_("Write at least one choice."))
    if len(question.choices) > CHOICES:
        yield FieldError(field, "too_many", N_("A question has at most %(limit)s choices."), {"limit": CHOICES})
    known: dict[str, Any] = {}
    for number, choice in enumerate(question.choices):
        yield from _faults_of_id(f"{field}.{number}.id", choice.id, known)
        yield from _faults_of_text(f"{field}.{number}.label", choice.label, CHOICE_LENGTH)
        known[choice.id] = choice


def _faults_of_condition(at: str, question: Question, earlier: dict[str, Question]) -> Iterator[FieldError]:
    """Yield what is wrong with `shown_if`. Asking only for earlier questions keeps conditions free of circles."""
    condition = question.shown_if
    if condition is None:
        return
    asked = earlier.get(condition.question)
    if asked is None:
        yield FieldError(f"{at}.shown_if.question", "not_earlier", _NOT_EARLIER)
        return
    known = {AGREED} if asked.kind is QuestionKind.CONSENT else {choice.id for choice in asked.choices}
    if not condition.any_of or not known.issuperset(condition.any_of):
        yield FieldError(f"{at}.shown_if.any_of", "choice", N_("Choose one of the options."))
    if asked.per_person and not question.per_person:
        message = N_("This depends on an answer that each person gives; ask it of each person, too.")
        yield FieldError(f"{at}.shown_if.question", "per_person", message)


def _faults_of_bounds(at: str, question: Question) -> Iterator[FieldError]:
    bounds = {"minimum": question.minimum, "maximum": question.maximum}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    if question.kind not in _BOUNDED:
        yield from (FieldError(f"{at}.{name}", "not_here", _NOT_HERE) for name in given)
        return
    faults = [fault for name, bound in given.items() for fault in _faults_of_bound(f"{at}.{name}", question, bound)]
    yield from faults
    if (
        not faults
        and len(given) == 2
        and _comparable(question, given["maximum"]) < _comparable(question, given["minimum"])
    ):
        yield FieldError(f"{at}.maximum", "order", _ORDER)


def _comparable(question: Question, bound: float | str) -> Any:
    return typed.date_of(str(bound)) if question.kind is QuestionKind.DATE else bound


def _faults_of_bound(field: str, question: Question, bound: float | str) -> Iterator[FieldError]:
    if question.kind is QuestionKind.DATE:
        try:
            usable = typed.date_of(bound).isoformat() == bound if isinstance(bound, str) else False
        except typed.Unusable:
            usable = False
        if not usable:
            yield FieldError(field, "date", typed.MESSAGES["date"])
    elif isinstance(bound, str | bool) or not math.isfinite(bound) or abs(bound) >= 10**15:
        yield FieldError(field, "number", typed.MESSAGES["number"])
    elif question.kind is not QuestionKind.NUMBER:
        largest = {
            QuestionKind.SHORT_TEXT: SHORT_LENGTH,
            QuestionKind.LONG_TEXT: LONG_LENGTH,
            QuestionKind.CHOICES: max(1, len(question.choices)),
        }[question.kind]
        if bound != int(bound):
            yield FieldError(field, "number", N_("Write a whole number."))
        else:
            yield from _faults_of_number(field, int(bound), range(1, largest + 1))


def _faults_of_number(field: str, number: int, allowed: Sequence[int]) -> Iterator[FieldError]:
    if number < allowed[0]:
        yield FieldError(field, "too_small", _TOO_SMALL, {"limit": allowed[0]})
    elif number > allowed[-1]:
        yield FieldError(field, "too_large", _TOO_LARGE, {"limit": allowed[-1]})


def _faults_of_files(at: str, question: Question) -> Iterator[FieldError]:
    if question.kind is not QuestionKind.FILE:
        if question.accepts:
            yield FieldError(f"{at}.accepts", "not_here", _NOT_HERE)
        if question.max_bytes is not None:
            yield FieldError(f"{at}.max_bytes", "not_here", _NOT_HERE)
        return
    if not set(question.accepts) <= set(FILE_KINDS):
        yield FieldError(f"{at}.accepts", "choice", N_("Choose one of the options."))
    if question.max_bytes is not None:
        yield from _faults_of_number(f"{at}.max_bytes", question.max_bytes, range(1, LARGEST_FILE + 1))


def faults_of_places(field: str, places: int) -> Iterator[FieldError]:
    """Yield what is wrong with a number of places."""
    yield from _faults_of_number(field, places, PLACES)
