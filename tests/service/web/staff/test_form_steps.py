"""The builder's buttons: what each does to the fields of the page, and that nothing typed is lost."""

from __future__ import annotations

import pytest

from events.errors import Invalid
from events.questions import form_presets
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText
from service.web.forms import Form
from service.web.staff.form_fields import fields_of, preview, read
from service.web.staff.form_steps import append, hidden_fields, take_step


def text(word: str) -> LocalizedText:
    return LocalizedText(word, word)


SIZES = tuple(Choice(id=key, label=text(key.upper())) for key in ("s", "m"))
DOCUMENT = FormDocument(
    (
        Question(id="shirt", kind=QuestionKind.CHOICE, label=text("Kaos"), choices=SIZES, required=True),
        Question(
            id="why",
            kind=QuestionKind.LONG_TEXT,
            label=text("Mengapa"),
            help=text("Singkat saja"),
            shown_if=ShownIf(question="shirt", any_of=("m",)),
            maximum=300,
            retention_days=30,
        ),
        Question(
            id="proof",
            kind=QuestionKind.FILE,
            label=text("Bukti"),
            accepts=("image", "pdf"),
            max_bytes=2 * 1024 * 1024,
            per_person=True,
        ),
        Question(id="born", kind=QuestionKind.DATE, label=text("Lahir"), minimum="2000-01-01", maximum="2020-12-31"),
        Question(id="share", kind=QuestionKind.NUMBER, label=text("Bagian"), minimum=0.5, maximum=10),
    )
)


def form_of(document: FormDocument = DOCUMENT) -> Form:
    return Form(fields_of(document, {}))


def order(form: Form) -> list[str]:
    return list(form.all("question"))


@pytest.mark.parametrize("document", [DOCUMENT, *(form_presets.document(name) for name in form_presets.NAMES)])
def test_what_the_page_shows_reads_back_as_it_was(document: FormDocument) -> None:
    assert read(form_of(document)).document == document
    assert read(form_of(document)).places == {}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("up:why", ["why", "shirt", "proof", "born", "share"]),
        ("up:shirt", ["shirt", "why", "proof", "born", "share"]),
        ("down:shirt", ["why", "shirt", "proof", "born", "share"]),
        ("down:share", ["shirt", "why", "proof", "born", "share"]),
        ("remove:proof", ["shirt", "why", "born", "share"]),
        ("remove:nothing", ["shirt", "why", "proof", "born", "share"]),
        ("nonsense", ["shirt", "why", "proof", "born", "share"]),
    ],
)
def test_questions_move_and_go(wanted: str, expected: list[str]) -> None:
    assert order(take_step(form_of(), wanted).form) == expected


def test_the_last_removal_is_undone_where_it_was() -> None:
    gone = take_step(form_of(), "remove:why")
    assert gone.focus == "undo"
    assert ("q.why.maximum", "300") in hidden_fields(gone.form)
    assert read(take_step(gone.form, "undo").form).document == DOCUMENT
    twice = take_step(gone.form, "remove:proof").form
    assert order(take_step(twice, "undo").form) == ["shirt", "proof", "born", "share"]
    assert [name for name, _ in hidden_fields(twice) if name.startswith("q.why.")] == []


@pytest.mark.parametrize("removed", ["", "x:why", "1:nothing", "1:shirt", "99999999999:why"])
def test_an_undo_of_what_never_was_changes_nothing(removed: str) -> None:
    form = Form({**form_of().values, "removed": [removed]})
    assert order(take_step(form, "undo").form) == order(form)


def test_a_copy_is_a_question_of_its_own_without_places() -> None:
    form = Form({**form_of().values, "q.shirt.c.s.places": ["5"]})
    step = take_step(form, "duplicate:shirt")
    original, copy, *_ = read(step.form).document.questions
    assert (copy.label, copy.choices, copy.required) == (original.label, original.choices, True)
    assert copy.id != original.id
    assert step.focus == f"q.{copy.id}.label_id"
    assert read(step.form).places == {("shirt", "s"): 5}


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_a_question_of_each_kind_can_be_added(kind: QuestionKind) -> None:
    step = take_step(Form({"kind": [kind.value]}), "add")
    [key] = order(step.form)
    named = Form({**step.form.values, f"q.{key}.label_id": ["Apa?"], f"q.{key}.lines": ["Merah | Red\n\nBiru"]})
    [question] = read(named).document.questions
    assert (question.kind, question.label) == (kind, LocalizedText("Apa?"))
    with_choices = kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    wanted = [LocalizedText("Merah", "Red"), LocalizedText("Biru")] if with_choices else []
    assert [choice.label for choice in question.choices] == wanted


def test_a_form_has_an_end() -> None:
    form = Form({"kind": ["number"]})
    for _ in range(70):
        form = take_step(form, "add").form
    assert len(order(form)) == 60
    assert len(order(append(form, form_presets.document("umum")).form)) == 60


def test_the_same_questions_twice_get_ids_of_their_own() -> None:
    pupils = form_presets.document("pelajar")
    form = append(append(Form(), pupils).form, pupils).form
    document = read(form).document
    assert len(document.questions) == 2 * len(pupils.questions)
    second = document.questions[len(pupils.questions) :]
    level = next(each for each in second if each.label.id == "Jenjang")
    room = next(each for each in second if each.label.id == "Kelas")
    assert room.shown_if is not None
    assert room.shown_if.question == level.id != "jenjang"


def test_every_fault_is_told_at_its_own_field() -> None:
    wrong = {
        "q.shirt.c.s.places": ["banyak"],
        "q.shirt.c.m.pool": ["not-an-id"],
        "q.why.label_id": [""],
        "q.why.label_en": [" "],
        "q.why.if": ["born:x", "shirt:m"],
        "q.why.retention_days": ["-1"],
        "q.proof.megabytes": ["21"],
        "q.born.minimum": ["kemarin"],
        "q.share.maximum": ["lima"],
    }
    with pytest.raises(Invalid) as refusal:
        read(Form({**form_of().values, **wrong}))
    assert {error.field for error in refusal.value.errors} == {
        "q.shirt.c.s.places",
        "q.shirt.c.m.pool",
        "q.why.label_id",
        "q.why.if",
        "q.why.retention_days",
        "q.proof.megabytes",
        "q.born.minimum",
        "q.share.maximum",
    }
    assert len(preview(Form({**form_of().values, **wrong})).questions) == 5


def test_a_question_cannot_hang_on_a_later_one() -> None:
    form = take_step(form_of(), "up:why").form
    with pytest.raises(Invalid) as refusal:
        read(form)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("q.why.if", "not_earlier")]
    assert preview(form).questions[0].shown_if is None
