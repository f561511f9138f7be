"""What people answered, for staff: beside the question as it was asked, in a spreadsheet, and as files to keep."""

from __future__ import annotations

import io
import uuid
from typing import Any

import openpyxl
from litestar.testing import TestClient

from events.questions import answer_files, forms
from events.questions.answer_files import KeptFile
from events.questions.answers import check_answers
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText
from service.accounts.models import Role
from tests.service.web.staff.room import Room
from tests.support.documents import EVERY_KIND, LETTER, PHOTOS, ROLE
from tests.support.life import NOW, Life
from tests.support.site import words

FORMULA = '=HYPERLINK("http://evil.example","x")'
AGE = Question(id="age", kind=QuestionKind.NUMBER, label=LocalizedText("Usia", "Age"), per_person=True)


def _register(life: Life, event_id: uuid.UUID, person: int, given: dict[str, Any], **more: Any) -> uuid.UUID:
    revision, document = life.database.read(lambda session: forms.current(session, event_id))
    members = {name: more.pop(name) for name in ("party_size", "members") if name in more}
    checked = check_answers(document, given, revision=revision, now=NOW, **members)
    party = {"party_size": members["party_size"]} if members else {}
    return life.register(event_id, person, **checked.fields(), **party, **more).registration_id


def _answered(life: Life) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Register somebody who answers every kind of question, and return the event, the registration and their file."""
    event_id = life.webinar()
    life.do(forms.save, event_id, EVERY_KIND)
    kept = KeptFile(
        question_id="letter",
        storage_key="answers/t.pdf",
        filename="Surat Ñusta.pdf",
        content_type="application/pdf",
        size=9,
    )
    file_id = life.do(answer_files.keep, event_id, kept)
    given = {
        "role": "pupil",
        "school": FORMULA,
        "class": 8,
        "workshops": ["comic", "poem"],
        "why": "Suka\n\nmembaca <b>",
        "born": "2012-08-12",
        "parent": "ibu@example.org",
        "wa": "081234567890",
        "letter": str(file_id),
        "photos": "yes",
    }
    return event_id, _register(life, event_id, 1, given, phone="+6281111111111"), file_id


def test_what_was_not_asked_reads_otherwise_than_what_was_left_empty(owner: TestClient[Any], room: Room) -> None:
    event_id = room.life.webinar()
    choices = (Choice(id="pupil", label=LocalizedText("Pelajar")), Choice(id="other", label=LocalizedText("Umum")))
    only = ShownIf(question="who", any_of=("pupil",))
    questions = (
        Question(id="who", kind=QuestionKind.CHOICE, label=LocalizedText("Peran"), choices=choices),
        Question(id="year", kind=QuestionKind.NUMBER, label=LocalizedText("Kelas"), shown_if=only),
        Question(id="seen", kind=QuestionKind.CONSENT, label=LocalizedText("Boleh difoto")),
    )
    room.life.do(forms.save, event_id, FormDocument(questions))
    read: list[str] = []
    for number, role in enumerate(("pupil", "other")):
        held = _register(room.life, event_id, number, {"who": role})
        read.append(words(owner.get(f"/staff/events/{event_id}/registrations/{held}").text))
    assert "Kelas tidak dijawab Boleh difoto tidak menyetujui" in read[0]
    assert "Kelas tidak ditanyakan Boleh difoto tidak menyetujui" in read[1]


def test_answers_stand_beside_the_question_as_it_was_asked(owner: TestClient[Any], room: Room) -> None:
    event_id, registration_id, file_id = _answered(room.life)
    reworded = Question(
        id="role",
        kind=QuestionKind.CHOICE,
        label=LocalizedText("Peran Anda"),
        choices=(Choice(id="other", label=LocalizedText("Lain")),),
    )
    room.life.do(forms.save, event_id, FormDocument((reworded,)))
    page = owner.get(f"/staff/events/{event_id}/registrations/{registration_id}")
    text = words(page.text)
    for said in (
        "Saya adalah Pelajar",
        f"Nama sekolah {FORMULA}",
        "Lokakarya Komik, Puisi",
        "Suka membaca <b>",
        "Tanggal lahir 12 Agustus 2012",
        "WhatsApp orang tua +6281234567890",
        "Surat pengantar Surat Ñusta.pdf",
        "Saya boleh difoto. Setuju pada 2026-12-01 09:00",
        "Formulir diubah setelah ini dijawab.",
    ):
        assert said in text
    assert "Peran Anda" not in text
    assert "membaca <b>" not in page.text
    assert f'href="/staff/events/{event_id}/registrations/{registration_id}/files/{file_id}"' in page.text
    assert owner.get(f"/staff/events/{room.life.webinar()}/registrations/{registration_id}").status_code == 404


def test_a_file_leaves_as_an_attachment_that_nothing_runs(owner: TestClient[Any], room: Room) -> None:
    event_id, registration_id, file_id = _answered(room.life)
    room.runtime.files.put("answers/t.pdf", b"%PDF-1.7 x", content_type="application/pdf")
    answer = owner.get(f"/staff/events/{event_id}/registrations/{registration_id}/files/{file_id}")
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 x")
    wanted = (
        "content-disposition",
        "content-security-policy",
        "x-content-type-options",
        "cache-control",
        "content-type",
    )
    assert [answer.headers[name] for name in wanted] == [
        "attachment; filename=\"Surat _usta.pdf\"; filename*=UTF-8''Surat%20%C3%91usta.pdf",
        "sandbox; default-src 'none'",
        "nosniff",
        "no-store",
        "application/pdf",
    ]
    other = room.life.register(event_id, 9, form_revision=1).registration_id
    for wrong in (f"{other}/files/{file_id}", f"{registration_id}/files/{uuid.uuid4()}"):
        assert owner.get(f"/staff/events/{event_id}/registrations/{wrong}").status_code == 404
    with room.visitor() as viewer:
        room.sign_in(viewer, room.join(Role.VIEWER).email)
        assert (
            viewer.get(f"/staff/events/{event_id}/registrations/{registration_id}/files/{file_id}").status_code == 403
        )


def _sheets(client: TestClient[Any], event_id: uuid.UUID) -> list[list[list[Any]]]:
    body = client.get(f"/staff/events/{event_id}/registrations.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book]


def test_the_spreadsheet_has_a_column_for_every_question_ever_asked(owner: TestClient[Any], room: Room) -> None:
    event_id, _, _ = _answered(room.life)
    room.life.do(forms.save, event_id, FormDocument((PHOTOS, LETTER)))
    _register(room.life, event_id, 2, {"photos": "yes"}, wheelchair=True, access_needs="Teks besar")
    (rows,) = _sheets(owner, event_id)
    head, first, second = rows
    questions = head.index("Saya boleh difoto.")
    assert head[questions:] == [
        "Saya boleh difoto.",
        "Surat pengantar",
        "Saya adalah",
        "Nama sekolah",
        "Kelas",
        "Lokakarya",
        "Mengapa ikut?",
        "Tanggal lahir",
        "Surel orang tua",
        "WhatsApp orang tua",
    ]
    assert first[questions:] == [
        "Setuju pada 2026-12-01 09:00",
        "Surat Ñusta.pdf",
        "Pelajar",
        FORMULA,
        "8",
        "Komik, Puisi",
        "Suka\n\nmembaca <b>",
        "12 Agustus 2012",
        "ibu@example.org",
        "+6281234567890",
    ]
    assert first[head.index("WhatsApp")] == "+6281111111111"
    assert second[questions - 1] == "Tempat kursi roda; Teks besar"
    assert second[questions + 2 :] == [""] * 8


def test_who_comes_with_somebody_stands_on_a_sheet_of_their_own(owner: TestClient[Any], room: Room) -> None:
    event_id = room.life.webinar(max_party_size=3)
    room.life.do(forms.save, event_id, FormDocument((ROLE, AGE)))
    members = [{"name": "Ma'ruf", "answers": {"age": 9}}, {"name": FORMULA + "a", "answers": {"age": 8}}]
    _register(room.life, event_id, 1, {"role": "teacher", "age": 40}, party_size=3, members=members)
    _, party = _sheets(owner, event_id)
    assert party == [
        ["Didaftarkan oleh", "Orang ke-", "Nama", "Usia"],
        ["Peserta 1", "2", "Ma'ruf", "9"],
        ["Peserta 1", "3", FORMULA + "a", "8"],
    ]


def test_the_preparation_list_names_and_counts_what_is_needed(owner: TestClient[Any], room: Room) -> None:
    event_id = room.life.webinar()
    path = f"/staff/events/{event_id}/preparation"
    assert "Belum ada yang meminta apa pun" in words(owner.get(path).text)
    room.life.register(event_id, 1, sign_language=True)
    room.life.register(event_id, 2, sign_language=True, wheelchair=True, access_needs="Kursi <depan>")
    room.life.register(event_id, 3)
    text = words(owner.get(path).text)
    assert "Juru bahasa isyarat : 2" in text.replace(":", " :").replace("  ", " ")
    assert "Peserta 2 Juru bahasa isyarat; Tempat kursi roda; Kursi <depan>" in text
    assert "Peserta 3" not in text
