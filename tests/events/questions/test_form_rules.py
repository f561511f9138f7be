"""What a form may ask: every fault at its place, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from events.errors import Invalid
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.questions.form_rules import check_document
from events.storage import LocalizedText

_LABEL = LocalizedText("Apa?", "What?")
_AB = (Choice(id="a", label=LocalizedText("A")), Choice(id="b", label=LocalizedText("", "B")))


def _ask(key: str = "q", kind: QuestionKind = QuestionKind.SHORT_TEXT, **more: Any) -> Question:
    return Question(**{"id": key, "kind": kind, "label": _LABEL, **more})


def _faults(*questions: Question) -> list[tuple[str, str]]:
    try:
        check_document(FormDocument(questions))
    except Invalid as refusal:
        return [(error.field, error.code) for error in refusal.errors]
    return []


def test_a_form_with_every_kind_is_accepted() -> None:
    assert (
        _faults(
            _ask("a", minimum=2, maximum=200),
            _ask("b", QuestionKind.LONG_TEXT, maximum=5000),
            _ask("c", QuestionKind.CHOICE, choices=_AB, required=True),
            _ask("d", QuestionKind.CHOICES, choices=_AB, minimum=1, maximum=2),
            _ask("e", QuestionKind.NUMBER, minimum=-1.5, maximum=10),
            _ask("f", QuestionKind.DATE, minimum="2000-01-01", maximum="2026-12-31"),
            _ask("g", QuestionKind.EMAIL),
            _ask("h", QuestionKind.PHONE),
            _ask("i", QuestionKind.FILE, accepts=("image", "pdf"), max_bytes=1000, retention_days=0),
            _ask("j", QuestionKind.CONSENT, label=LocalizedText("Setuju. " * 400)),
            _ask("k", shown_if=ShownIf(question="d", any_of=("a",))),
            _ask("l", shown_if=ShownIf(question="j", any_of=("yes",)), per_person=True),
        )
        == []
    )


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (_ask(""), ("questions.0.id", "id")),
        (_ask("Q1"), ("questions.0.id", "id")),
        (_ask("q" * 21), ("questions.0.id", "id")),
        (_ask("../x"), ("questions.0.id", "id")),
        (_ask(label=LocalizedText(" ", "")), ("questions.0.label", "missing")),
        (_ask(label=LocalizedText("a" * 301)), ("questions.0.label", "too_long")),
        (_ask(label=LocalizedText("a\0")), ("questions.0.label", "control_character")),
        (_ask(help=LocalizedText("a" * 1001)), ("questions.0.help", "too_long")),
        (_ask(choices=_AB), ("questions.0.choices", "not_here")),
        (_ask(kind=QuestionKind.CHOICE), ("questions.0.choices", "missing")),
        (_ask(kind=QuestionKind.CHOICE, choices=(*_AB, _AB[0])), ("questions.0.choices.2.id", "twice")),
        (
            _ask(kind=QuestionKind.CHOICE, choices=(Choice(id="a", label=LocalizedText()),)),
            ("questions.0.choices.0.label", "missing"),
        ),
        (
            _ask(
                kind=QuestionKind.CHOICE,
                choices=tuple(Choice(id=f"c{n}", label=LocalizedText("x")) for n in range(101)),
            ),
            ("questions.0.choices", "too_many"),
        ),
        (_ask(minimum=0), ("questions.0.minimum", "too_small")),
        (_ask(maximum=201), ("questions.0.maximum", "too_large")),
        (_ask(maximum=1.5), ("questions.0.maximum", "number")),
        (_ask(maximum="3"), ("questions.0.maximum", "number")),
        (_ask(minimum=9, maximum=8), ("questions.0.maximum", "order")),
        (_ask(kind=QuestionKind.NUMBER, maximum=float("nan")), ("questions.0.maximum", "number")),
        (_ask(kind=QuestionKind.DATE, minimum="12/8/2010"), ("questions.0.minimum", "date")),
        (_ask(kind=QuestionKind.DATE, minimum=2010), ("questions.0.minimum", "date")),
        (_ask(kind=QuestionKind.CHOICES, choices=_AB, minimum=3), ("questions.0.minimum", "too_large")),
        (_ask(kind=QuestionKind.EMAIL, maximum=3), ("questions.0.maximum", "not_here")),
        (_ask(accepts=("pdf",)), ("questions.0.accepts", "not_here")),
        (_ask(kind=QuestionKind.FILE, accepts=("exe",)), ("questions.0.accepts", "choice")),
        (_ask(kind=QuestionKind.FILE, max_bytes=10**9), ("questions.0.max_bytes", "too_large")),
        (_ask(retention_days=-1), ("questions.0.retention_days", "too_small")),
        (_ask(retention_days=99999), ("questions.0.retention_days", "too_large")),
        (_ask(shown_if=ShownIf(question="q", any_of=("a",))), ("questions.0.shown_if.question", "not_earlier")),
    ],
)
def test_each_fault_is_told_at_its_place(question: Question, fault: tuple[str, str]) -> None:
    assert _faults(question) == [fault]


def test_a_condition_names_an_earlier_question_and_its_choices() -> None:
    asked = _ask("a", QuestionKind.CHOICE, choices=_AB)
    assert _faults(asked, _ask("b", shown_if=ShownIf(question="a", any_of=("c",)))) == [
        ("questions.1.shown_if.any_of", "choice")
    ]
    assert _faults(asked, _ask("b", shown_if=ShownIf(question="a", any_of=()))) == [
        ("questions.1.shown_if.any_of", "choice")
    ]
    assert _faults(_ask("b", shown_if=ShownIf(question="a", any_of=("a",))), asked) == [
        ("questions.0.shown_if.question", "not_earlier")
    ]
    assert _faults(_ask("t"), _ask("b", shown_if=ShownIf(question="t", any_of=("a",)))) == [
        ("questions.1.shown_if.any_of", "choice")
    ]


def test_what_is_asked_once_cannot_depend_on_what_each_person_answers() -> None:
    asked = _ask("a", QuestionKind.CHOICE, choices=_AB, per_person=True)
    condition = ShownIf(question="a", any_of=("a",))
    assert _faults(asked, _ask("b", shown_if=condition)) == [("questions.1.shown_if.question", "per_person")]
    assert _faults(asked, _ask("b", shown_if=condition, per_person=True)) == []


def test_ids_are_unique_and_forms_end_somewhere() -> None:
    assert _faults(_ask("a"), _ask("a")) == [("questions.1.id", "twice")]
    assert _faults(*(_ask(f"q{n}") for n in range(61))) == [("questions", "too_many")]
