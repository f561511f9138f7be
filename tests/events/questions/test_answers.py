"""Answers to an event's own questions: each kind with good and with the worst values, and every error at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import Invalid
from events.questions.answers import FileGiven, Member, PlaceTaken, check_answers
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText
from tests.support.life import NOW

_POOL = uuid.UUID("01a20000-0000-7000-8000-000000000001")
_CHOICES = (
    Choice(id="a", label=LocalizedText("A"), pool_id=_POOL),
    Choice(id="b", label=LocalizedText("B")),
    Choice(id="yes", label=LocalizedText("Ya")),
)
_FILE = "01a20000-0000-7000-8000-00000000000f"
_AGREED = "2026-12-01T02:00:00+00:00"
LONG = "x" * 10_240


def _ask(kind: QuestionKind, key: str = "q", **more: Any) -> Question:
    choices = _CHOICES if kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) else ()
    return Question(**{"id": key, "kind": kind, "label": LocalizedText("?"), "choices": choices, **more})


def _check(*questions: Question, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dict(check_answers(FormDocument(questions), answers, revision=1, now=NOW, **more).values)


def _faults(*questions: Question, answers: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        _check(*questions, answers=answers, **more)
    return [(error.field, error.code) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("question", "raw", "kept"),
    [
        (_ask(QuestionKind.SHORT_TEXT), "  dr. Ma'ruf,  S.Pd. ", "dr. Ma'ruf, S.Pd."),
        (_ask(QuestionKind.SHORT_TEXT), "<script>alert(1)</script>", "<script>alert(1)</script>"),
        (_ask(QuestionKind.SHORT_TEXT), "=1+1", "=1+1"),
        (_ask(QuestionKind.SHORT_TEXT), "👩‍👩‍👧", "👩‍👩‍👧"),
        (_ask(QuestionKind.LONG_TEXT), "a\r\n\r\nb", "a\n\nb"),
        (_ask(QuestionKind.LONG_TEXT, maximum=3), "a\r\nb", "a\nb"),
        (_ask(QuestionKind.CHOICE), "a", "a"),
        (_ask(QuestionKind.CHOICES), ["b", "a", "a"], ["a", "b"]),
        (_ask(QuestionKind.CHOICES), "b", ["b"]),
        (_ask(QuestionKind.NUMBER, minimum=0, maximum=10), "1,5", 1.5),
        (_ask(QuestionKind.NUMBER), 7, 7),
        (_ask(QuestionKind.DATE, maximum="2026-12-31"), "12 Agustus 2010", "2010-08-12"),
        (_ask(QuestionKind.EMAIL), " Siti@Example.org ", "Siti@example.org"),
        (_ask(QuestionKind.PHONE), "0812-3456-7890", "+6281234567890"),
        (_ask(QuestionKind.FILE), _FILE.upper(), _FILE),
        (_ask(QuestionKind.CONSENT, required=True), "yes", _AGREED),
        (_ask(QuestionKind.CONSENT), True, _AGREED),
    ],
)
def test_answers_come_into_one_spelling(question: Question, raw: object, kept: object) -> None:
    assert _check(question, answers={"q": raw}) == {"q": kept}


@pytest.mark.parametrize(
    ("question", "raw", "code"),
    [
        (_ask(QuestionKind.SHORT_TEXT), LONG, "too_long"),
        (_ask(QuestionKind.SHORT_TEXT), "a\0b", "control_character"),
        (_ask(QuestionKind.SHORT_TEXT), "a\x1b[2J", "control_character"),
        (_ask(QuestionKind.SHORT_TEXT), "\u202e", "invalid"),
        (_ask(QuestionKind.SHORT_TEXT), 5, "invalid"),
        (_ask(QuestionKind.SHORT_TEXT), {"a": 1}, "invalid"),
        (_ask(QuestionKind.SHORT_TEXT, minimum=3), "ab", "too_short"),
        (_ask(QuestionKind.SHORT_TEXT, maximum=3), "abcd", "too_long"),
        (_ask(QuestionKind.LONG_TEXT), LONG, "too_long"),
        (_ask(QuestionKind.CHOICE), "c", "choice"),
        (_ask(QuestionKind.CHOICE), ["a"], "choice"),
        (_ask(QuestionKind.CHOICE), True, "choice"),
        (_ask(QuestionKind.CHOICES), ["a", "c"], "choice"),
        (_ask(QuestionKind.CHOICES), [["a"]], "choice"),
        (_ask(QuestionKind.CHOICES), {"a": "b"}, "choice"),
        (_ask(QuestionKind.CHOICES, minimum=2), ["a"], "too_few"),
        (_ask(QuestionKind.CHOICES, maximum=1), ["a", "b"], "too_many"),
        (_ask(QuestionKind.NUMBER), "dua", "number"),
        (_ask(QuestionKind.NUMBER), "=1+1", "number"),
        (_ask(QuestionKind.NUMBER), True, "number"),
        (_ask(QuestionKind.NUMBER), float("inf"), "number"),
        (_ask(QuestionKind.NUMBER), [1], "number"),
        (_ask(QuestionKind.NUMBER, minimum=1), "0", "too_small"),
        (_ask(QuestionKind.NUMBER, maximum=1.5), "2", "too_large"),
        (_ask(QuestionKind.DATE), "31/2/2010", "date"),
        (_ask(QuestionKind.DATE), LONG, "too_long"),
        (_ask(QuestionKind.DATE, minimum="2010-01-01"), "2009-12-31", "too_early"),
        (_ask(QuestionKind.DATE, maximum="2010-01-01"), "2010-01-02", "too_late"),
        (_ask(QuestionKind.EMAIL), "siti", "email"),
        (_ask(QuestionKind.EMAIL), "a@example.org\r\nBcc: b@example.org", "email"),
        (_ask(QuestionKind.EMAIL), LONG + "@example.org", "too_long"),
        (_ask(QuestionKind.PHONE), "0", "phone"),
        (_ask(QuestionKind.FILE), "../../etc/passwd", "file"),
        (_ask(QuestionKind.FILE), 5, "file"),
        (_ask(QuestionKind.CONSENT, required=True), "no", "consent"),
        (_ask(QuestionKind.CONSENT, required=True), False, "consent"),
        (_ask(QuestionKind.CONSENT), "2020-01-01T00:00:00+00:00", "invalid"),
        (_ask(QuestionKind.CONSENT), 1, "invalid"),
    ],
)
def test_the_worst_values_are_refused_with_a_reason(question: Question, raw: object, code: str) -> None:
    assert _faults(question, answers={"q": raw}) == [("answers.q", code)]


@pytest.mark.parametrize("kind", list(QuestionKind))
@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_what_is_required_must_be_answered(kind: QuestionKind, nothing: object) -> None:
    assert _check(_ask(kind), answers={"q": nothing}) == {}
    expected = "consent" if kind is QuestionKind.CONSENT else "missing"
    assert _faults(_ask(kind, required=True), answers={"q": nothing}) == [("answers.q", expected)]


def test_every_error_is_told_at_once() -> None:
    questions = (_ask(QuestionKind.NUMBER, "n"), _ask(QuestionKind.EMAIL, "e"), _ask(QuestionKind.DATE, "d"))
    assert _faults(*questions, answers={"n": "x", "e": "x", "d": "x", "tampered": "x"}) == [
        ("answers.tampered", "unknown"),
        ("answers.n", "number"),
        ("answers.e", "email"),
        ("answers.d", "date"),
    ]


# ---------------------------------------------------------------- conditions


def test_what_is_not_asked_is_neither_required_nor_kept() -> None:
    questions = (
        _ask(QuestionKind.CHOICE, "w"),
        _ask(QuestionKind.CHOICES, "x", shown_if=ShownIf(question="w", any_of=("a", "b")), required=True),
        _ask(QuestionKind.NUMBER, "y", shown_if=ShownIf(question="x", any_of=("b",)), required=True),
    )
    assert _check(*questions, answers={}) == {}
    assert _check(*questions, answers={"w": "yes", "x": ["a", "b"], "y": "not a number"}) == {"w": "yes"}
    assert _check(*questions, answers={"w": "a", "x": ["a"], "y": "5"}) == {"w": "a", "x": ["a"]}
    assert _faults(*questions, answers={"w": "a"}) == [("answers.x", "missing")]
    assert _faults(*questions, answers={"w": "b", "x": ["a", "b"]}) == [("answers.y", "missing")]


def test_a_consent_opens_questions_and_a_choice_called_yes_is_only_a_choice() -> None:
    after_consent = (
        _ask(QuestionKind.CONSENT, "c"),
        _ask(QuestionKind.NUMBER, "n", shown_if=ShownIf(question="c", any_of=("yes",)), required=True),
    )
    assert _check(*after_consent, answers={"n": "1"}) == {}
    assert _faults(*after_consent, answers={"c": "on"}) == [("answers.n", "missing")]
    after_choice = (
        _ask(QuestionKind.CHOICE, "c"),
        _ask(QuestionKind.NUMBER, "n", shown_if=ShownIf(question="c", any_of=("yes",)), required=True),
    )
    assert _check(*after_choice, answers={"c": "b"}) == {"c": "b"}


# ---------------------------------------------------------------- parties


def test_each_person_answers_what_is_asked_of_each() -> None:
    questions = (
        _ask(QuestionKind.SHORT_TEXT, "school", required=True),
        _ask(QuestionKind.NUMBER, "age", per_person=True, required=True),
    )
    document = FormDocument(questions)
    found = check_answers(
        document,
        {"school": "SDN 1", "age": 40},
        revision=3,
        now=NOW,
        party_size=3,
        members=[{"name": " Budi ", "answers": {"age": "9"}}, {"name": "Sukarno", "answers": {"age": 8}}],
    )
    assert (found.revision, found.values) == (3, {"school": "SDN 1", "age": 40})
    assert found.members == (Member("Budi", {"age": 9}), Member("Sukarno", {"age": 8}))
    assert _faults(*questions, answers={"school": "x", "age": 1}, party_size=2) == [("members", "members")]
    bad = [{"name": "", "answers": {"school": "x"}}, {"name": LONG, "answers": {"age": 1}}]
    assert _faults(*questions, answers={"school": "x", "age": 1}, party_size=3, members=bad) == [
        ("members.0.name", "missing"),
        ("members.0.answers.school", "unknown"),
        ("members.0.answers.age", "missing"),
        ("members.1.name", "too_long"),
    ]


def test_a_family_may_come_without_names_where_nobody_asks_for_them() -> None:
    question = _ask(QuestionKind.SHORT_TEXT)
    assert _check(question, answers={}, party_size=4) == {}
    assert _check(question, answers={}, party_size=3, members=[{"name": "Budi"}, {"name": "Ani"}]) == {}
    assert _faults(question, answers={}, party_size=1, members=[{"name": "Budi"}]) == [("members", "members")]


def test_no_two_of_a_party_may_be_called_the_same() -> None:
    question = _ask(QuestionKind.SHORT_TEXT)
    party = [{"name": each} for each in ("Ani", "bu  RINA", " ANI ", "Dewi")]
    assert _faults(question, answers={}, party_size=5, members=party, name="Bu Rina") == [
        ("members.1.name", "twice"),
        ("members.2.name", "twice"),
    ]
    assert _check(question, answers={}, party_size=3, members=[{"name": "Ani"}, {"name": "Ani K."}], name="Budi") == {}


def test_a_condition_looks_at_the_persons_own_answer_then_at_the_contacts() -> None:
    questions = (
        _ask(QuestionKind.CHOICE, "trip"),
        _ask(QuestionKind.CHOICE, "meal", per_person=True),
        _ask(QuestionKind.NUMBER, "n", per_person=True, shown_if=ShownIf(question="trip", any_of=("a",))),
        _ask(QuestionKind.NUMBER, "m", per_person=True, shown_if=ShownIf(question="meal", any_of=("b",))),
    )
    found = check_answers(
        FormDocument(questions),
        {"trip": "a", "meal": "b", "n": 1, "m": 2},
        revision=1,
        now=NOW,
        party_size=2,
        members=[{"name": "Budi", "answers": {"n": 3, "m": 4}}],
    )
    assert found.members == (Member("Budi", {"n": 3}),)


# ---------------------------------------------------------------- what registering takes


def test_a_choice_takes_places_for_the_party_or_for_each_who_chose_it() -> None:
    whole = check_answers(FormDocument((_ask(QuestionKind.CHOICE),)), {"q": "a"}, revision=1, now=NOW, party_size=3)
    assert whole.places == (PlaceTaken(_POOL, 3, "answers.q"),)
    each = check_answers(
        FormDocument((_ask(QuestionKind.CHOICES, per_person=True),)),
        {"q": ["b"]},
        revision=1,
        now=NOW,
        party_size=3,
        members=[{"name": "Budi", "answers": {"q": ["a"]}}, {"name": "Ani", "answers": {"q": ["a", "b"]}}],
    )
    assert each.places == (PlaceTaken(_POOL, 2, "members.0.answers.q"),)
    assert each.fields()["choice_places"] == {_POOL: 2}


def test_files_are_claimed_by_the_question_they_answer() -> None:
    found = check_answers(FormDocument((_ask(QuestionKind.FILE),)), {"q": _FILE}, revision=1, now=NOW)
    assert found.files == (FileGiven(uuid.UUID(_FILE), "q", "answers.q"),)


_EVERY_KIND = tuple(_ask(kind, kind.value) for kind in QuestionKind)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([kind.value for kind in QuestionKind]), _JSON))
def test_whatever_is_sent_is_an_answer_or_an_error_at_its_field(sent: dict[str, Any]) -> None:
    try:
        told = set(_check(*_EVERY_KIND, answers=sent))
    except Invalid as refusal:
        told = {error.field.removeprefix("answers.") for error in refusal.errors}
    assert told <= set(sent)
