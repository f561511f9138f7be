"""A form's document as the fields of the builder's own page, and back.

A question's fields are called ``q.<id>.…``, those of a choice ``q.<id>.c.<choice>.…``. The order of the hidden fields
``question`` is the order of the questions, and that of ``q.<id>.choice`` the order of choices: a script that drags a
question need only move what is on the page.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from events import typed
from events.errors import N_, FieldError, Invalid
from events.models import SeatPool
from events.questions import form_rules
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText
from service.web.forms import Form, whole

MEGABYTE = 1024 * 1024
WITH_CHOICES = (QuestionKind.CHOICE, QuestionKind.CHOICES)
DEPENDABLE = (*WITH_CHOICES, QuestionKind.CONSENT)
"""Kinds of questions that others can hang on."""

_WHOLE_NUMBER = N_("Write a whole number.")
_ONE_QUESTION = N_("A question can hang on one other question only.")
_NO_TEXT = LocalizedText("(belum ada teks)", "(no text yet)")

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the fields say: the document and the places of its choices, as `forms.save` takes them."""

    document: FormDocument
    places: dict[tuple[str, str], int | uuid.UUID] = field(default_factory=dict[tuple[str, str], "int | uuid.UUID"])


def new_key() -> str:
    """Return an id that no question or choice of this form had before, in any revision."""
    return "x" + secrets.token_hex(4)


# ---------------------------------------------------------------- from a document
def fields_of(document: FormDocument, pools: Mapping[uuid.UUID, SeatPool]) -> dict[str, list[str]]:
    """Return the fields that show a document; `pools` are those that its choices draw from."""
    values: dict[str, list[str]] = {"question": [each.id for each in document.questions]}
    users = [choice.pool_id for each in document.questions for choice in each.choices]
    for question in document.questions:
        values |= question_fields(question)
        for choice in question.choices:
            pool = pools.get(choice.pool_id) if choice.pool_id else None
            if pool is None:
                continue
            at = f"q.{question.id}.c.{choice.id}"
            if users.count(pool.id) > 1:
                values[f"{at}.pool"] = [str(pool.id)]
            elif pool.capacity is not None:
                values[f"{at}.places"] = [str(pool.capacity)]
    return values


def question_fields(question: Question) -> dict[str, list[str]]:
    """Return the fields of one question, without the places of its choices."""
    at = f"q.{question.id}"
    values = {
        f"{at}.kind": question.kind.value,
        f"{at}.label_id": question.label.id,
        f"{at}.label_en": question.label.en,
        f"{at}.help_id": question.help.id,
        f"{at}.help_en": question.help.en,
        f"{at}.minimum": _written(question.minimum),
        f"{at}.maximum": _written(question.maximum),
        f"{at}.retention_days": _written(question.retention_days),
        f"{at}.megabytes": "" if question.max_bytes is None else f"{question.max_bytes / MEGABYTE:g}",
    }
    found = {name: [value] for name, value in values.items() if value}
    found |= {f"{at}.{name}": ["yes"] for name in ("required", "per_person") if getattr(question, name)}
    if question.accepts:
        found[f"{at}.accepts"] = list(question.accepts)
    if question.shown_if is not None:
        found[f"{at}.if"] = [f"{question.shown_if.question}:{key}" for key in question.shown_if.any_of]
    if question.choices:
        found[f"{at}.choice"] = [choice.id for choice in question.choices]
    for choice in question.choices:
        found[f"{at}.c.{choice.id}.id"] = [choice.label.id]
        found[f"{at}.c.{choice.id}.en"] = [choice.label.en]
    return found


def _written(value: float | str | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


# ---------------------------------------------------------------- back to a document
def read(form: Form) -> Drafted:
    """Return what the fields say. Raises `Invalid` with every error, each at its field."""
    errors: list[FieldError] = []
    places: dict[tuple[str, str], int | uuid.UUID] = {}
    questions = [_question(form, key, errors, places) for key in form.all("question") if _kind(form, key)]
    document = FormDocument(tuple(questions))
    try:
        form_rules.check_document(document)
    except Invalid as refusal:
        wrong = {error.field for error in errors}
        errors += [each for each in map(_placed(document), refusal.errors) if each.field not in wrong]
    if errors:
        raise Invalid(errors)
    return Drafted(document, places)


def error_fields(document: FormDocument, refusal: Invalid) -> Invalid:
    """Return the errors of `forms.save` at the page's own fields."""
    return Invalid([_placed(document)(each) for each in refusal.errors])


def preview(form: Form) -> FormDocument:
    """Return as much of the form as can be shown already; nothing that is wrong yet keeps the rest from being seen."""
    shown: dict[str, Question] = {}
    for key in form.all("question"):
        if not _kind(form, key) or key in shown:
            continue
        question = _question(form, key, [], {})
        condition = question.shown_if
        earlier = shown.get(condition.question) if condition else None
        shown[key] = msgspec.structs.replace(
            question,
            label=question.label or _NO_TEXT,
            minimum=_bound(question.minimum, question.kind),
            maximum=_bound(question.maximum, question.kind),
            shown_if=condition if earlier is not None else None,
        )
    return FormDocument(tuple(shown.values()))


def _bound(value: float | str | None, kind: QuestionKind) -> int | float | str | None:
    """Return a limit that a page can show; one that makes no sense yet is none."""
    return None if isinstance(value, str) and kind is not QuestionKind.DATE else value


def _kind(form: Form, key: str) -> QuestionKind | None:
    try:
        return QuestionKind(form.value(f"q.{key}.kind"))
    except ValueError:
        return None


def _question(
    form: Form, key: str, errors: list[FieldError], places: dict[tuple[str, str], int | uuid.UUID]
) -> Question:
    at = f"q.{key}"
    kind = QuestionKind(form.value(f"{at}.kind"))
    more: dict[str, Any] = {}
    if kind in WITH_CHOICES:
        more["choices"] = _choices(form, key, errors, places)
    if kind is QuestionKind.FILE:
        more["accepts"] = tuple(form.all(f"{at}.accepts"))
        megabytes = _number(form, f"{at}.megabytes", errors)
        more["max_bytes"] = None if megabytes is None else int(float(megabytes) * MEGABYTE)
    elif kind is QuestionKind.DATE:
        more |= {name: form.value(f"{at}.{name}").strip() or None for name in ("minimum", "maximum")}
    elif kind not in (QuestionKind.EMAIL, QuestionKind.PHONE, QuestionKind.CONSENT, QuestionKind.CHOICE):
        more |= {name: _number(form, f"{at}.{name}", errors) for name in ("minimum", "maximum")}
    return Question(
        id=key,
        kind=kind,
        label=_text(form, f"{at}.label"),
        help=_text(form, f"{at}.help"),
        required=bool(form.value(f"{at}.required")),
        per_person=bool(form.value(f"{at}.per_person")),
        shown_if=_condition(form, key, errors),
        retention_days=_whole(form, f"{at}.retention_days", errors),
        **more,
    )


def _text(form: Form, name: str) -> LocalizedText:
    return LocalizedText(*(form.value(f"{name}_{locale}").replace("\r\n", "\n").strip() for locale in ("id", "en")))


def _number(form: Form, name: str, errors: list[FieldError]) -> int | float | None:
    written = form.value(name).strip()
    if not written:
        return None
    try:
        return typed.number_of(written)
    except typed.Unusable as error:
        errors.append(FieldError(name, error.code, typed.MESSAGES[error.code]))
        return None


def _whole(form: Form, name: str, errors: list[FieldError]) -> int | None:
    written = form.value(name).strip()
    if not written:
        return None
    number = whole(written, below=1_000_000_000)
    if number is None:
        errors.append(FieldError(name, "number", _WHOLE_NUMBER))
    return number


def _condition(form: Form, key: str, errors: list[FieldError]) -> ShownIf | None:
    chosen = [each.split(":", 1) for each in form.all(f"q.{key}.if") if ":" in each]
    questions = list(dict.fromkeys(question for question, _ in chosen))
    if not questions:
        return None
    if len(questions) > 1:
        errors.append(FieldError(f"q.{key}.if", "several", _ONE_QUESTION))
    return ShownIf(question=questions[0], any_of=tuple(key for question, key in chosen if question == questions[0]))


def _choices(
    form: Form, key: str, errors: list[FieldError], places: dict[tuple[str, str], int | uuid.UUID]
) -> tuple[Choice, ...]:
    """Return the choices; those without a word are left out. What was pasted line by line comes behind them."""
    found: list[Choice] = []
    for choice_id in form.all(f"q.{key}.choice"):
        at = f"q.{key}.c.{choice_id}"
        label = LocalizedText(form.value(f"{at}.id").strip(), form.value(f"{at}.en").strip())
        if not label:
            continue
        found.append(Choice(id=choice_id, label=label))
        shared = form.value(f"{at}.pool")
        number = _whole(form, f"{at}.places", errors)
        if shared:
            try:
                places[key, choice_id] = uuid.UUID(shared)
            except ValueError:
                errors.append(FieldError(f"{at}.pool", "choice", N_("Choose one of the options.")))
        elif number is not None:
            errors += form_rules.faults_of_places(f"{at}.places", number)
            places[key, choice_id] = number
    return (*found, *(Choice(id=new_key(), label=label) for label in lines_of(form.value(f"q.{key}.lines"))))


def lines_of(text: str) -> list[LocalizedText]:
    """Return pasted choices, one a line; what stands behind a bar is the English word: ``Merah | Red``."""
    found: list[LocalizedText] = []
    for line in text.splitlines():
        indonesian, _, english = line.partition("|")
        if indonesian.strip() or english.strip():
            found.append(LocalizedText(indonesian.strip(), english.strip()))
    return found


class _placed:  # noqa: N801 - used as a function
    """Turns an error's path in the document (``questions.3.label``) into the name of a field of the page."""

    def __init__(self, document: FormDocument) -> None:
        self._questions = document.questions

    def __call__(self, error: FieldError) -> FieldError:
        parts = error.field.split(".")
        if parts[0] != "questions" or len(parts) < 3:
            return FieldError("form", error.code, error.message, error.params)
        question = self._questions[int(parts[1])]
        at, rest = f"q.{question.id}", parts[2:]
        if rest[0] == "choices" and len(rest) == 3:
            inner = {"label": "id"}.get(rest[2], rest[2])
            name = f"{at}.c.{question.choices[int(rest[1])].id}.{inner}"
        else:
            plain = {"label": "label_id", "help": "help_id", "shown_if": "if", "max_bytes": "megabytes"}
            name = f"{at}.{plain.get(rest[0], rest[0])}"
        return FieldError(name, error.code, error.message, error.params)
