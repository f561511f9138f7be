"""Rows of a sheet as applications: headings guessed, numbers mended or refused, words turned into choices."""

from __future__ import annotations

from typing import Any

import pytest

from events.models import Event, RegistrationSource
from events.questions import forms
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import guardians
from events.registrations.applications import Guardian
from events.registrations.importing import Candidate
from events.storage import LocalizedText
from service.importing import columns as import_columns
from service.importing import rows as importing
from tests.support.life import NOW, Life

COLOURS = (
    Choice(id="r", label=LocalizedText("Merah", "Red")),
    Choice(id="b", label=LocalizedText("Biru muda, terang", "Light blue")),
)


def ask(key: str, kind: QuestionKind, word: str, **more: Any) -> Question:
    return Question(id=key, kind=kind, label=LocalizedText(word), **more)


ASKED = FormDocument(
    (
        ask("kelas", QuestionKind.SHORT_TEXT, "Kelas", required=True),
        ask("warna", QuestionKind.CHOICE, "Warna kaos", choices=COLOURS),
        ask("suka", QuestionKind.CHOICES, "Yang disukai", choices=COLOURS),
        ask("lahir", QuestionKind.DATE, "Tanggal lahir"),
        ask("umur", QuestionKind.NUMBER, "Umur"),
        ask("wali", QuestionKind.PHONE, "WA wali"),
        ask("foto", QuestionKind.CONSENT, "Boleh difoto"),
        ask("surat", QuestionKind.FILE, "Surat tugas", required=True),
    )
)
GOOD = {"name": "Ani", "email": "ani@example.org", "answers.kelas": "VIII-B"}


@pytest.fixture
def event(life: Life) -> Event:
    event_id = life.webinar(max_party_size=5)
    life.do(forms.save, event_id, ASKED)
    return life.event(event_id)


def read(life: Life, event: Event, *rows: dict[str, str]) -> list[Candidate]:
    terms = life.database.read(lambda session: importing.terms_of(session, event, consent_version="import-x"))
    return importing.candidates(terms, list(enumerate(rows, start=2)), now=NOW)


def errors(found: Candidate) -> set[tuple[str, str]]:
    return {(error.field, error.code) for error in found.errors}


def test_headings_are_guessed_in_both_languages(event: Event) -> None:
    headers = ["No", "NAMA LENGKAP", "E-mail", "No. WA", "Asal Sekolah", "kelas", "Warna Kaos", "Boleh difoto", "Nama"]
    assert import_columns.guess(headers, event, ASKED) == {
        "1": "name",
        "2": "email",
        "3": "phone",
        "4": "institution",
        "5": "answers.kelas",
        "6": "answers.warna",
        "7": "answers.foto",
    }
    english = ["Full name", "Phone number", "How many people"]
    assert import_columns.guess(english, event, ASKED) == {"0": "name", "1": "phone", "2": "party_size"}
    assert "answers.surat" not in import_columns.columns_of(event, ASKED)


def test_a_row_becomes_an_application(life: Life, event: Event) -> None:
    answers = {
        "answers.warna": "merah",
        "answers.suka": "Red; biru muda, terang",
        "answers.lahir": "12 Agustus 2010",
        "answers.umur": "15",
        "answers.wali": "8.1234567890E+10",
        "answers.foto": "Ya",
    }
    [found] = read(life, event, {**GOOD, **answers, "phone": "81234567890", "members": "Budi; Cici"})
    made = found.application
    assert made is not None
    assert (made.phone, made.party_size, [each.name for each in made.members]) == (
        "+6281234567890",
        3,
        ["Budi", "Cici"],
    )
    assert (made.source, made.consent_version) == (RegistrationSource.IMPORT, "import-x")
    assert made.answers == {
        "kelas": "VIII-B",
        "warna": "r",
        "suka": ["r", "b"],
        "lahir": "2010-08-12",
        "umur": 15,
        "wali": "+6281234567890",
        "foto": NOW.isoformat(timespec="seconds"),
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, {("name", "missing")}),
        ({"name": "=PROPER(B2)"}, {("name", "formula")}),
        ({"name": "Lonceng \x07"}, {("name", "control_character")}),
        ({"name": "x" * 201}, {("name", "too_long")}),
        ({"email": ""}, {("email", "contact_missing")}),
        ({"email": "ani(at)example.org"}, {("email", "email")}),
        ({"phone": "8.12E+11"}, {("phone", "shortened")}),
        ({"phone": "12"}, {("phone", "phone")}),
        ({"party_size": "banyak"}, {("party_size", "number")}),
        ({"answers.kelas": ""}, {("answers.kelas", "missing")}),
        ({"answers.warna": "ungu"}, {("answers.warna", "choice")}),
        ({"answers.suka": "Merah, ungu"}, {("answers.suka", "choice")}),
        ({"answers.lahir": "kemarin"}, {("answers.lahir", "date")}),
        ({"answers.umur": "lima"}, {("answers.umur", "number")}),
        ({"slot": "besok"}, {("slot", "choice")}),
        ({"members": "Budi; ani"}, {("members.1.name", "twice")}),
    ],
)
def test_everything_that_is_wrong_is_told(
    life: Life, event: Event, changes: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    [found] = read(life, event, {**GOOD, **changes})
    assert found.application is None
    assert errors(found) == expected


def test_the_same_person_twice_is_told_at_the_second_row(life: Life, event: Event) -> None:
    first, second, third = read(
        life, event, GOOD, {**GOOD, "email": " ANI@example.org "}, {**GOOD, "email": "", "phone": "0812 3456 7890"}
    )
    assert first.application is not None
    assert errors(second) == {("email", "twice")}
    assert second.errors[0].params == {"row": 2}
    assert third.application is not None


@pytest.mark.parametrize(
    "written", ["2026-12-12 09:00", "12/12/2026 09.00", "12 Desember 2026, pukul 09.00 WIB", "12-12-2026 9:00"]
)
def test_a_visiting_time_is_found_as_people_write_it(life: Life, written: str) -> None:
    event = life.event(life.exhibition())
    [found] = read(life, event, {"name": "Ani", "email": "ani@example.org", "slot": written})
    assert found.application is not None
    assert found.application.slot_id == life.slots(event.id)[0]
    [late] = read(life, event, {"name": "Ani", "email": "ani@example.org", "slot": "12/12/2026 23.00"})
    assert errors(late) == {("slot", "choice")}


# ---------------------------------------------------------------- groups, minors, our own lists
PARTY = FormDocument((ask("kelas", QuestionKind.SHORT_TEXT, "Kelas", required=True, per_person=True),))


@pytest.fixture
def school(life: Life) -> Event:
    event_id = life.webinar(max_party_size=5)
    life.do(forms.save, event_id, PARTY)
    life.do(guardians.allow_minors, event_id, True)
    return life.event(event_id)


TEACHER = {"name": "Bu Rina", "phone": "0812 3456 7890", "answers.kelas": "VIII"}


def test_a_row_for_each_of_a_group_is_one_registration(life: Life, school: Event) -> None:
    rows = [
        TEACHER,
        {"name": "Ma'ruf", "with": "bu  rina", "answers.kelas": "VIII-A"},
        {"name": "Ani", "with": "+62 812-3456-7890", "answers.kelas": "VIII-B"},
        {"name": "Dewi", "with": "Pak Guru", "answers.kelas": "VIII-B"},
    ]
    made, lost = read(life, school, *rows)
    assert made.application is not None
    assert (made.number, made.application.party_size, lost.number) == (2, 3, 5)
    assert [(each.name, each.answers) for each in made.application.members] == [
        ("Ma'ruf", {"kelas": "VIII-A"}),
        ("Ani", {"kelas": "VIII-B"}),
    ]
    assert errors(lost) == {("with", "unknown")}
    [wrong] = read(life, school, TEACHER, {"name": "Ani", "with": "Bu Rina"})
    assert [(error.field, error.code, error.params) for error in wrong.errors] == [
        ("answers.kelas", "other_row", {"row": 3})
    ]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"minor": "ya"}, {("guardian_name", "missing"), ("guardian_email", "contact_missing")}),
        ({"minor": "ya", "guardian_name": "Ibu Ani"}, {("guardian_email", "contact_missing")}),
        ({"guardian_phone": "0813 3456 7890"}, {("guardian_name", "missing")}),
        ({"guardian_name": "Ibu Ani", "guardian_email": "x"}, {("guardian_email", "email")}),
        ({"guardian_name": "Ibu Ani", "guardian_phone": "8,13E+11"}, {("guardian_phone", "shortened")}),
        ({"minor": "tidak"}, set()),
    ],
)
def test_a_minors_row_names_a_guardian_who_can_be_reached(
    life: Life, school: Event, columns: dict[str, str], expected: set[tuple[str, str]]
) -> None:
    [found] = read(life, school, {**TEACHER, **columns})
    assert errors(found) == expected


def test_a_guardian_in_a_list_is_asked(life: Life, school: Event) -> None:
    given = {"guardian_name": "Ibu Ani", "guardian_phone": "81334567890"}
    [found] = read(life, school, {**TEACHER, **given})
    assert found.application is not None
    assert found.application.guardian == Guardian("Ibu Ani", None, "+6281334567890")


def test_what_a_list_of_ours_says_is_understood(life: Life, event: Event) -> None:
    ours = {
        **GOOD,
        "access_needs": "Juru bahasa isyarat; Tempat untuk kursi roda; Kursi di depan",
        "answers.suka": "Merah, Biru muda, terang",
        "answers.foto": "Disetujui pada 2026-12-01 09:00",
        "state": "Terdaftar",
    }
    found, gone = read(life, event, ours, {**ours, "email": "b@example.org", "state": "Dibatalkan"})
    made = found.application
    assert made is not None
    assert (made.sign_language, made.wheelchair, made.access_needs) == (True, True, "Kursi di depan")
    assert (made.answers["suka"], "foto" in made.answers) == (["r", "b"], True)
    assert errors(gone) == {("state", "over")}
