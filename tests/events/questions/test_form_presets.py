"""Presets: whole in both languages, and careful with what says much about a person."""

from __future__ import annotations

import re

import pytest

from events.errors import NotFound
from events.questions import form_presets
from events.questions.form_document import FormDocument, Question, QuestionKind


@pytest.fixture(params=form_presets.NAMES)
def preset(request: pytest.FixtureRequest) -> FormDocument:
    return form_presets.document(request.param)


def test_there_is_one_of_each_kind_of_guest() -> None:
    assert list(form_presets.NAMES) == ["umum", "pelajar", "guru", "komunitas"]
    assert form_presets.SUMMARIES.keys() == form_presets.NAMES.keys()


def test_nothing_else_is_found() -> None:
    with pytest.raises(NotFound):
        form_presets.document("lansia")


def test_every_word_is_there_in_both_languages(preset: FormDocument) -> None:
    texts = [text for each in preset.questions for text in (each.label, each.help, *(c.label for c in each.choices))]
    assert [text for text in texts if text and text.missing()] == []
    assert all(each.label for each in preset.questions)


def test_ids_are_short_and_their_own(preset: FormDocument) -> None:
    ids = [each.id for each in preset.questions]
    assert len(ids) == len(set(ids))
    assert [key for key in ids if len(key) > 20] == []
    for question in preset.questions:
        keys = [choice.id for choice in question.choices]
        assert len(keys) == len(set(keys))
        assert (len(keys) >= 2) == (question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES))


def test_a_question_depends_on_an_earlier_ones_choice(preset: FormDocument) -> None:
    before: dict[str, Question] = {}
    for question in preset.questions:
        if question.shown_if is not None:
            asked = before[question.shown_if.question]
            assert set(question.shown_if.any_of) <= {choice.id for choice in asked.choices}
        before[question.id] = question


def test_numbers_of_persons_are_never_required_and_do_not_stay() -> None:
    kept = {
        each.id: (each.required, each.retention_days)
        for name in form_presets.NAMES
        for each in form_presets.document(name).questions
        if each.id in {"nisn", "wali", "nip", "nuptk", "nomor"}
    }
    assert kept == {
        "nomor": (False, 90),
        "nisn": (False, 30),
        "wali": (False, 30),
        "nip": (False, 90),
        "nuptk": (False, 90),
    }


def test_nothing_is_asked_that_every_form_asks_anyway(preset: FormDocument) -> None:
    """Name, e-mail, WhatsApp number and "Sekolah, lembaga, atau komunitas" stand on the form before its questions."""
    own = re.compile(r"(nama|e-mail|surel)\b|sekolah|lembaga|unit kerja|kampus", re.IGNORECASE)
    assert [each.id for each in preset.questions if own.match(each.label.id)] == []
