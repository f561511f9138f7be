"""What the builder's buttons do to the fields of its page: every step takes a form as it was typed and returns it anew.

Nothing is kept between steps but what the page itself holds, so that a step never fails, two windows do not disturb
each other, and everything works without a script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from events.questions.form_document import FormDocument, QuestionKind, ShownIf
from events.questions.form_rules import CHOICES, QUESTIONS
from service.web.forms import Form, whole
from service.web.staff.form_fields import lines_of, new_key, question_fields

MORE_ROWS = 3
"""Empty rows that a question with choices gets when somebody asks for more."""


@dataclass(frozen=True, slots=True)
class Step:
    """The fields after a step, and the button or field to which the cursor goes."""

    form: Form
    focus: str = ""


def take_step(form: Form, wanted: str) -> Step:
    """Do what the button ``do=<wanted>`` stands for: ``up:<question>`` and so on. Unknown ones change nothing."""
    name, _, key = wanted.partition(":")
    order = list(form.all("question"))
    if name == "add":
        return _add(form, form.value("kind"))
    if name == "undo":
        return _undo(form)
    if key not in order:
        return Step(form)
    if name in ("up", "down"):
        return _move(form, order, key, -1 if name == "up" else 1)
    if name == "remove":
        return _remove(form, order, key)
    if name == "duplicate":
        return _duplicate(form, order, key)
    if name == "rows":
        return _more_rows(form, key)
    return Step(form)


def append(form: Form, document: FormDocument) -> Step:
    """Put the questions of another document behind those that are there; ids that are taken are given anew."""
    taken = {*form.all("question"), _removed_id(form)}
    renamed = {each.id: new_key() if each.id in taken else each.id for each in document.questions}
    values = dict(form.values)
    order = list(form.all("question"))
    for question in document.questions[: max(0, QUESTIONS - len(order))]:
        condition = question.shown_if
        fresh = msgspec.structs.replace(
            question,
            id=renamed[question.id],
            shown_if=ShownIf(question=renamed[condition.question], any_of=condition.any_of) if condition else None,
        )
        values |= question_fields(fresh)
        order.append(fresh.id)
    first = renamed[document.questions[0].id] if document.questions else ""
    return Step(Form(values | {"question": order}), f"q.{first}.label_id")


def _add(form: Form, kind: str) -> Step:
    if kind not in set(QuestionKind) or len(form.all("question")) >= QUESTIONS:
        return Step(form)
    key = new_key()
    values = {**form.values, "question": [*form.all("question"), key], f"q.{key}.kind": [kind]}
    added = Form(values)
    if kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        added = _more_rows(added, key).form
    return Step(added, f"q.{key}.label_id")


def _move(form: Form, order: list[str], key: str, by: int) -> Step:
    at = order.index(key)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return Step(_with(form, {"question": order}), f"{'up' if by < 0 else 'down'}:{key}")


def _remove(form: Form, order: list[str], key: str) -> Step:
    """Take a question out of the order; its fields stay on the page, unseen, until something else is removed."""
    gone = _removed_id(form)
    kept = {name: values for name, values in form.values.items() if not gone or not name.startswith(f"q.{gone}.")}
    at = order.index(key)
    order.remove(key)
    return Step(Form({**kept, "question": order, "removed": [f"{at}:{key}"]}), "undo")


def _undo(form: Form) -> Step:
    before, _, key = form.value("removed").partition(":")
    at = whole(before)
    order = list(form.all("question"))
    if not key or key in order or at is None or not form.value(f"q.{key}.kind"):
        return Step(form)
    order.insert(min(at, len(order)), key)
    return Step(_with(form, {"question": order, "removed": []}), f"q.{key}.label_id")


def _removed_id(form: Form) -> str:
    return form.value("removed").partition(":")[2]


def hidden_fields(form: Form) -> list[tuple[str, str]]:
    """Return the fields of the question that was removed last, for the page to carry along."""
    gone = _removed_id(form)
    return [
        (name, value)
        for name, values in form.values.items()
        if gone and name.startswith(f"q.{gone}.")
        for value in values
    ]


def _duplicate(form: Form, order: list[str], key: str) -> Step:
    if len(order) >= QUESTIONS:
        return Step(form)
    fresh, prefix = new_key(), f"q.{key}."
    copied = {
        f"q.{fresh}.{name.removeprefix(prefix)}": values
        for name, values in form.values.items()
        # Places are of the question that was copied: nobody has taken any of the copy's.
        if name.startswith(prefix) and not name.endswith((".places", ".pool"))
    }
    order.insert(order.index(key) + 1, fresh)
    return Step(_with(form, {**copied, "question": order}), f"q.{fresh}.label_id")


def _more_rows(form: Form, key: str) -> Step:
    """Give a question empty rows for choices; lines that were pasted become rows first."""
    at = f"q.{key}"
    rows = list(form.all(f"{at}.choice"))
    values: dict[str, Sequence[str]] = {f"{at}.lines": []}
    for label in lines_of(form.value(f"{at}.lines"))[: max(0, CHOICES - len(rows))]:
        row = new_key()
        rows.append(row)
        values |= {f"{at}.c.{row}.id": [label.id], f"{at}.c.{row}.en": [label.en]}
    first = len(rows)
    rows += [new_key() for _ in range(min(MORE_ROWS, max(0, CHOICES - len(rows))))]
    focus = f"{at}.c.{rows[min(first, len(rows) - 1)]}.id" if rows else ""
    return Step(_with(form, {**values, f"{at}.choice": rows}), focus)


def _with(form: Form, changes: Mapping[str, Sequence[str]]) -> Form:
    return Form({**form.values, **changes})
