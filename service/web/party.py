"""Who comes along: the rows of a group on a registration form, one for each of the others.

Without a script the form comes back once with as many rows as people come ("who comes with you?"); everything typed is
kept. A teacher pastes the names of a class, one a line. Names are asked for, and needed only where something is asked
of each person: who visits an exhibition as a family of four need not give four names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.errors import N_, FieldError
from events.questions.form_document import QuestionKind
from events.questions.form_reading import AskedForm
from events.questions.party_names import doubles
from service.web.forms import Form, whole

MOST = 100
"""People with one registration, whatever the event says."""
_TOO_MANY = N_("At most %(limit)s people can come with one registration.")


@dataclass(frozen=True, slots=True)
class Party:
    """The group that a form tells of: the form with pasted names in their rows, and how many rows there are."""

    form: Form
    rows: int = 0
    wanting: bool = False
    """Whether rows have to be shown before the form can be judged: the step "who comes with you?"."""
    errors: tuple[FieldError, ...] = ()

    def members(self, asked: AskedForm) -> list[dict[str, Any]]:
        """Return the others as `events.questions.answers.check_answers` takes them.

        Nameless rows count where each is asked.
        """
        found = [_member(self.form, asked, number) for number in range(self.rows)]
        return found if asked.is_per_person else [each for each in found if each["name"] or each["answers"]]


def party_of(form: Form, asked: AskedForm, *, most: int) -> Party:
    """Return the group of a form; `most` people may come together."""
    most = min(most, MOST)
    if most <= 1:
        return Party(form)
    size = _size(form, most)
    lines = [line.strip() for line in form.value("names").splitlines() if line.strip()]
    if len(lines) >= most:
        error = FieldError("names", "party_too_large", _TOO_MANY, {"limit": most})
        return Party(form, size - 1, errors=(error,))
    shown = _shown(form)
    form, size = _spread(form, lines, size, most)
    wanting = size > 1 and (form.value("do") == "party" or bool(lines) or (asked.is_per_person and shown < size - 1))
    return Party(_counted(form, size), size - 1, wanting, _doubles(form, size - 1))


def _size(form: Form, most: int) -> int:
    size = whole(form.value("party_size", "1").strip(), below=1000)
    # What is no number, or too large a one, is refused where everything else is; no row is shown for it.
    return 1 if size is None else min(size, most)


def _shown(form: Form) -> int:
    return whole(form.value("party_rows"), below=1000) or 0


def _spread(form: Form, lines: Sequence[str], size: int, most: int) -> tuple[Form, int]:
    """Write pasted names behind those that are there, and let the group grow with them."""
    if not lines:
        return form, size
    named = [number for number in range(size - 1) if form.value(f"members.{number}.name").strip()]
    first = max(named, default=-1) + 1
    names: dict[str, Sequence[str]] = {
        f"members.{first + number}.name": [line] for number, line in enumerate(lines[: max(0, most - 1 - first)])
    }
    size = max(size, first + len(names) + 1)
    return Form({**form.values, **names, "names": []}, form.errors), size


def _counted(form: Form, size: int) -> Form:
    written = whole(form.value("party_size").strip()[:4])
    if size <= 1 or (written is not None and written >= size):
        return form
    return Form({**form.values, "party_size": [str(size)]}, form.errors)


def _member(form: Form, asked: AskedForm, number: int) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in asked.document.questions:
        values = [value for value in form.all(f"members.{number}.answers.{question.id}") if value]
        if question.per_person and values:
            answers[question.id] = values if question.kind is QuestionKind.CHOICES else values[-1]
    return {"name": form.value(f"members.{number}.name").strip(), "answers": answers}


def _doubles(form: Form, rows: int) -> tuple[FieldError, ...]:
    return tuple(doubles(form.value("name"), [form.value(f"members.{number}.name") for number in range(rows)]))
