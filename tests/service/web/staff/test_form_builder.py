"""The form builder over HTTP: saved, refused, shared places, copied; nothing of another library."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from litestar.testing import TestClient

from events.models import Stage
from events.questions import form_use, forms
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.storage import LocalizedText
from tests.service.web.staff.room import Room
from tests.support.life import Life
from tests.support.site import words

ASKED = {"question": "nama", "q.nama.kind": "short_text", "q.nama.label_id": "Nama panggilan", "revision": "0"}
CHOICES = {
    "question": "kaos",
    "q.kaos.kind": "choice",
    "q.kaos.label_id": "Ukuran kaos",
    "q.kaos.choice": ["s", "m"],
    "q.kaos.c.s.id": "Kecil",
    "q.kaos.c.m.id": "Sedang",
    "revision": "0",
}


def document(life: Life, event_id: uuid.UUID) -> FormDocument:
    return life.database.read(lambda session: forms.load(session, event_id))


def save(life: Life, event_id: uuid.UUID, *labels: str) -> int:
    asked = FormDocument(
        tuple(
            Question(id=f"q{number}", kind=QuestionKind.SHORT_TEXT, label=LocalizedText(label))
            for number, label in enumerate(labels)
        )
    )
    return life.do(forms.save, event_id, asked)


def test_a_form_is_saved_and_asked(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = f"/staff/events/{event_id}/form"
    answer = owner.post(page, data={**ASKED, "do": "save"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?done=form")
    assert document(room.life, event_id).questions == (
        Question(id="nama", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Nama panggilan")),
    )
    assert room.life.facts(event_id)[-1] == "FormChanged"
    public = owner.get(f"/events/perpustakaan-batam/{room.life.event(event_id).slug}/register")
    assert "Nama panggilan" in public.text


def test_steps_keep_nothing_but_show_everything_typed(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = f"/staff/events/{event_id}/form"
    for wanted in ("up:nama", "duplicate:nama", "remove:nama", "preview", "undo", "nonsense", ""):
        answer = owner.post(page, data={**ASKED, "do": wanted})
        assert answer.status_code == 200
        assert "Nama panggilan" in answer.text
    added = owner.post(page, data={**ASKED, "do": "add", "kind": "number"}, headers={"hx-target": "builder"})
    assert "<html" not in added.text
    assert len(re.findall(r'name="question"', added.text)) == 2
    assert document(room.life, event_id).questions == ()


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    answer = owner.post(
        f"/staff/events/{event_id}/form",
        data={**CHOICES, "q.kaos.label_id": "", "q.kaos.c.s.places": "0", "do": "save"},
    )
    assert answer.status_code == 422
    assert set(re.findall(r'href="#field-([^"]+)"', answer.text)) == {"q.kaos.label_id", "q.kaos.c.s.places"}
    assert document(room.life, event_id).questions == ()


def test_two_editors_do_not_overwrite_each_other_unknowingly(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = f"/staff/events/{event_id}/form"
    save(room.life, event_id, "Dari rekan")
    answer = owner.post(page, data={**ASKED, "do": "save"})
    assert answer.status_code == 409
    assert "Orang lain menyimpan formulir ini" in words(answer.text)
    assert 'value="Nama panggilan"' in answer.text
    assert 'name="revision" value="1"' in answer.text
    assert document(room.life, event_id).questions[0].label.id == "Dari rekan"
    assert owner.post(page, data={**ASKED, "revision": "1", "do": "save"}).status_code == 303


def test_who_answered_is_said_before_anything_changes(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, 1)
    assert "1 orang mendaftar sebelum ada pertanyaan" in words(owner.get(f"/staff/events/{event_id}/form").text)
    revision = save(room.life, event_id, "Nama panggilan")
    room.life.register(event_id, 2, form_revision=revision, answers={"q0": "Siti"})
    said = words(owner.get(f"/staff/events/{event_id}/form").text)
    assert "1 pendaftaran sudah menjawab formulir ini." in said


def test_places_of_choices_and_places_that_choices_share(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = f"/staff/events/{event_id}/form"
    assert owner.post(page, data={**CHOICES, "q.kaos.c.s.places": "5", "do": "save"}).status_code == 303
    made = owner.post(f"{page}/places", data={"label_id": "Bus", "capacity": "40"})
    assert made.status_code == 303
    pools = room.runtime.database.read(lambda session: form_use.use_of(session, event_id).pools)
    assert sorted((pool.label.id, pool.capacity, pool.open) for pool in pools.values()) == [
        ("Bus", 40, True),
        ("Kecil", 5, True),
    ]
    bus = next(key for key, pool in pools.items() if pool.label.id == "Bus")
    shared = {"q.kaos.c.s.pool": str(bus), "q.kaos.c.m.pool": str(bus), "revision": "1"}
    assert owner.post(page, data={**CHOICES, **shared, "do": "save"}).status_code == 303
    [question] = document(room.life, event_id).questions
    assert [choice.pool_id for choice in question.choices] == [bus, bus]
    assert f'<option value="{bus}" selected>Bus</option>' in owner.get(page).text
    assert owner.post(f"{page}/places", data={"pool": str(bus), "capacity": "45"}).status_code == 303
    assert owner.post(f"{page}/places", data={"pool": str(uuid.uuid4()), "capacity": "45"}).status_code == 404
    assert owner.post(f"{page}/places", data={"label_id": "", "capacity": "0"}).status_code == 422
    assert owner.post(f"{page}/places", data={"label_id": "Bus 2", "capacity": "banyak"}).status_code == 422
    stranger = room.life.pool(room.life.webinar())
    taken = {"q.kaos.c.s.pool": str(stranger.id), "revision": "2"}
    assert owner.post(page, data={**CHOICES, **taken, "do": "save"}).status_code == 422


def test_a_preset_and_the_form_of_another_event_are_put_behind(room: Room, owner: TestClient[Any]) -> None:
    event_id, other = room.life.webinar(), room.life.webinar()
    save(room.life, other, "Dari acara lain")
    page = f"/staff/events/{event_id}/form"
    assert str(other) in owner.get(page).text
    shown = owner.post(page, data={**ASKED, "do": "preset", "preset": "guru"}).text
    assert "NUPTK" in shown
    assert "Nama panggilan" in shown
    assert "Dari acara lain" in owner.post(page, data={**ASKED, "do": "copy", "source": str(other)}).text
    for source in ("nonsense", "", str(uuid.uuid4())):
        assert owner.post(page, data={**ASKED, "do": "copy", "source": source}).status_code == 404
    assert owner.post(page, data={**ASKED, "do": "preset", "preset": "nonsense"}).status_code == 404


def test_the_form_of_another_library_cannot_be_copied(room: Room) -> None:
    theirs = room.other.webinar()
    save(room.other, theirs, "Rahasia")
    mine = room.life.webinar()
    from service.accounts.models import Role  # noqa: PLC0415 - only this test needs a role

    me = room.join(Role.EDITOR)
    with room.visitor() as client:
        room.sign_in(client, me.email)
        page = f"/staff/events/{mine}/form"
        assert client.post(page, data={**ASKED, "do": "copy", "source": str(theirs)}).status_code == 404
        assert str(theirs) not in client.get(page).text


def test_the_preview_speaks_both_languages_and_bears_what_is_half_typed(room: Room, owner: TestClient[Any]) -> None:
    page = f"/staff/events/{room.life.webinar()}/form/preview"
    half = {**CHOICES, "q.kaos.label_en": "Shirt size", "q.kaos.if": "nothing:x", "q.kaos.maximum": "x"}
    answer = owner.post(page, data=half)
    assert answer.status_code == 200
    assert "Ukuran kaos" in answer.text
    assert "Shirt size" in answer.text
    hostile = {"question": "x", "q.x.kind": "short_text", "q.x.label_id": "<script>alert(1)</script>"}
    assert "<script>alert" not in owner.post(page, data=hostile).text


@pytest.mark.parametrize("stage", [Stage.ENDED, Stage.CANCELLED])
def test_a_form_of_an_event_that_is_over_stays_as_it_is(room: Room, owner: TestClient[Any], stage: Stage) -> None:
    event_id = room.life.webinar(stage)
    assert owner.post(f"/staff/events/{event_id}/form", data={**ASKED, "do": "save"}).status_code == 409


@pytest.mark.parametrize(
    "data",
    [
        {"question": ["a", "a"], "q.a.kind": "short_text", "q.a.label_id": "Dua kali"},
        {"question": "<b>", "q.<b>.kind": "short_text", "q.<b>.label_id": "Id buruk"},
        {"question": "a", "q.a.kind": "short_text", "q.a.label_id": "x" * 301},
        {"question": "a", "q.a.kind": "short_text", "q.a.label_id": "Lonceng \x07"},
        {"question": "a", "q.a.kind": "choice", "q.a.label_id": "Tanpa pilihan"},
        {"question": "a", "q.a.kind": "short_text", "q.a.label_id": "A", "q.a.retention_days": "99999999999"},
        {**ASKED, "revision": "-1"},
        {**ASKED, "revision": "9" * 30},
    ],
)
def test_tampered_forms_are_refused(room: Room, owner: TestClient[Any], data: dict[str, Any]) -> None:
    event_id = room.life.webinar()
    answer = owner.post(f"/staff/events/{event_id}/form", data={"revision": "0", **data, "do": "save"})
    assert answer.status_code in (409, 422)
    assert document(room.life, event_id).questions == ()


def test_a_form_of_absurd_size_is_refused(room: Room, owner: TestClient[Any]) -> None:
    page = f"/staff/events/{room.life.webinar()}/form"
    assert owner.post(page, data={"q.a.label_id": "x" * 1_100_000}).status_code == 413
    assert owner.post(page, data={"question": ["a"] * 16_000}).status_code == 400


def test_choices_keep_their_taken_places_in_sight(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    asked = FormDocument(
        (
            Question(
                id="kaos",
                kind=QuestionKind.CHOICE,
                label=LocalizedText("Kaos"),
                choices=(Choice(id="s", label=LocalizedText("Kecil")),),
            ),
        )
    )
    revision = room.life.do(forms.save, event_id, asked, places={("kaos", "s"): 5})
    pool_id = document(room.life, event_id).questions[0].choices[0].pool_id
    assert pool_id is not None
    room.life.register(event_id, 1, form_revision=revision, answers={"kaos": "s"}, choice_places={pool_id: 1})
    assert "1 tempat terisi" in words(owner.get(f"/staff/events/{event_id}/form").text)
