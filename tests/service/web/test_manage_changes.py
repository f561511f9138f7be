"""Changing a registration over HTTP: looking changes nothing, what was typed stays, what one has is never lost."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from litestar.testing import TestClient

from events.drafts import lifecycle
from events.links import MANAGE
from events.questions import answers, forms
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations.registration import Registered
from events.storage import LocalizedText
from service.wiring import Runtime
from tests.support.life import NOW, STARTS_AT, Life
from tests.support.site import at, words

QUESTIONS = FormDocument(
    (
        Question(id="school", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Sekolah"), required=True),
        Question(
            id="workshop",
            kind=QuestionKind.CHOICE,
            label=LocalizedText("Lokakarya"),
            choices=(
                Choice(id="write", label=LocalizedText("Menulis")),
                Choice(id="draw", label=LocalizedText("Menggambar")),
            ),
        ),
        Question(id="photo", kind=QuestionKind.CONSENT, label=LocalizedText("Saya boleh difoto")),
        Question(id="age", kind=QuestionKind.NUMBER, label=LocalizedText("Umur"), per_person=True),
    )
)


def _own(runtime: Runtime, made: Registered) -> str:
    return f"/r/{runtime.links.token(MANAGE, made.registration_id)}"


def _asking(life: Life, **changes: Any) -> uuid.UUID:
    event_id = life.webinar(max_party_size=3, **changes)
    life.do(forms.save, event_id, QUESTIONS, places={("workshop", "write"): 5, ("workshop", "draw"): 1})
    return event_id


def _answered(life: Life, event_id: uuid.UUID, person: int = 1, choice: str = "write", **more: Any) -> Registered:
    document = life.database.read(lambda session: forms.load(session, event_id))
    given = {"school": "SMP 6", "workshop": choice, "photo": "yes", "age": "12"}
    checked = answers.check_answers(document, given, revision=1, now=NOW, **more)
    return life.register(event_id, person, party_size=more.get("party_size", 1), **checked.fields())


# ---------------------------------------------------------------- another time
def test_the_visiting_time_is_exchanged_by_a_form(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.exhibition()
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, slot_id=first)
    path = _own(runtime, made)
    assert "Waktu Anda sekarang: Sabtu, 12 Desember 2026, pukul 09.00–10.00 WIB" in words(
        client.get(path + "/move").text
    )
    assert life.registration(made.registration_id).slot_id == first
    answer = client.post(path + "/move", data={"slot_id": str(second)})
    assert (answer.status_code, life.registration(made.registration_id).slot_id) == (303, second)
    shown = words(client.get(answer.headers["location"]).text)
    assert ("Perubahan Anda tersimpan." in shown, "pukul 10.00–11.00 WIB" in shown) == (True, True)


def test_a_full_time_says_so_at_the_choice(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.exhibition(capacity=1)
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, 1, slot_id=first)
    life.register(event_id, 2, slot_id=second)
    answer = client.post(_own(runtime, made) + "/move", data={"slot_id": str(second)})
    assert (answer.status_code, life.registration(made.registration_id).slot_id) == (409, first)
    assert "Waktu kunjungan ini tidak cukup untuk Anda." in words(answer.text)


@pytest.mark.parametrize("wrong", ["", "x", "01a20000-0000-7000-8000-000000000000"])
def test_a_time_that_is_none_is_refused(client: TestClient[Any], life: Life, runtime: Runtime, wrong: str) -> None:
    event_id = life.exhibition()
    made = life.register(event_id, slot_id=life.slots(event_id)[0])
    answer = client.post(_own(runtime, made) + "/move", data={"slot_id": wrong})
    assert answer.status_code in (404, 422)
    assert life.registration(made.registration_id).slot_id == life.slots(event_id)[0]


# ---------------------------------------------------------------- fewer people
def test_fewer_people_come(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar(max_party_size=4)
    made = life.register(event_id, party_size=4)
    path = _own(runtime, made) + "/party"
    assert "Anda mendaftarkan 4 orang." in words(client.get(path).text)
    assert client.post(path, data={"party_size": "2"}).status_code == 303
    assert (life.registration(made.registration_id).party_size, life.pool(event_id).taken) == (2, 2)


@pytest.mark.parametrize("wrong", ["0", "9", "dua", "-1", "1.5", "99999999999"])
def test_a_number_that_cannot_be_is_told(client: TestClient[Any], life: Life, runtime: Runtime, wrong: str) -> None:
    event_id = life.webinar(max_party_size=4)
    made = life.register(event_id, party_size=4)
    answer = client.post(_own(runtime, made) + "/party", data={"party_size": wrong})
    assert (answer.status_code, 'id="error-party_size"' in answer.text) == (422, True)
    assert life.pool(event_id).taken == 4


def test_who_has_a_name_is_named(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = _asking(life)
    members = [{"name": "Ani", "answers": {"age": "9"}}, {"name": "D'Angelo", "answers": {}}]
    made = _answered(life, event_id, party_size=3, members=members)
    path = _own(runtime, made) + "/party"
    assert "Siapa yang tidak jadi datang? Ani D'Angelo" in words(client.get(path).text)
    assert client.post(path, data={"absent": "1"}).status_code == 303
    assert "D'Angelo" in words(client.get(path).text)
    assert "Ani" not in words(client.get(path).text)


# ---------------------------------------------------------------- other answers
@pytest.mark.parametrize("nobody", ["9" * 5000, "²", "-1", "x"])
def test_absent_people_who_are_no_number_are_nobody(
    client: TestClient[Any], life: Life, runtime: Runtime, nobody: str
) -> None:
    event_id = life.webinar(max_party_size=4)
    made = life.register(event_id, party_size=4)
    answer = client.post(_own(runtime, made) + "/party", data={"absent": nobody})
    assert answer.status_code in (303, 422)
    assert life.registration(made.registration_id).party_size == 4


def test_answers_are_found_as_they_were_given_and_changed(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = _asking(life)
    made = _answered(life, event_id)
    before = life.registration(made.registration_id).answers
    path = _own(runtime, made) + "/answers"
    page = client.get(path).text
    assert 'name="answers.school" type="text" value="SMP 6"' in page
    assert page.count(" checked") == 2
    given = {
        "name": "dr. Peserta 1",
        "answers.school": "SMP 7",
        "answers.workshop": "draw",
        "answers.photo": "yes",
        "answers.age": "13",
    }
    assert client.post(path, data=given).status_code == 303
    row = life.registration(made.registration_id)
    assert (row.name, row.answers) == (
        "dr. Peserta 1",
        {"school": "SMP 7", "workshop": "draw", "photo": before["photo"], "age": 13},
    )


def test_errors_keep_what_was_typed(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    made = _answered(life, _asking(life))
    answer = client.post(
        _own(runtime, made) + "/answers", data={"name": "", "answers.age": "banyak", "institution": "SMP <b>6</b>"}
    )
    wrong = [name for name in ("name", "answers.school", "answers.age") if f'id="error-{name}"' in answer.text]
    assert (answer.status_code, wrong) == (422, ["name", "answers.school", "answers.age"])
    assert ('value="banyak"' in answer.text, 'value="SMP &lt;b&gt;6&lt;/b&gt;"' in answer.text) == (True, True)
    assert life.registration(made.registration_id).answers["school"] == "SMP 6"


def test_a_choice_that_filled_up_is_told_at_its_question(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = _asking(life)
    made = _answered(life, event_id)
    _answered(life, event_id, 2, "draw")
    given = {"name": "Peserta 1", "answers.school": "SMP 6", "answers.workshop": "draw"}
    answer = client.post(_own(runtime, made) + "/answers", data=given)
    assert (answer.status_code, 'id="error-answers.workshop"' in answer.text) == (422, True)


def test_ones_own_last_place_can_be_chosen_again(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = _asking(life)
    made = _answered(life, event_id, 1, "draw")
    path = _own(runtime, made) + "/answers"
    assert "Menggambar 1 tempat tersisa" in words(client.get(path).text)
    given = {"name": "Peserta 1", "answers.school": "SMP 7", "answers.workshop": "draw", "answers.age": "12"}
    assert client.post(path, data=given).status_code == 303


def test_everybody_of_a_party_can_be_corrected(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = _asking(life)
    made = _answered(life, event_id, party_size=2, members=[{"name": "Ani", "answers": {"age": "9"}}])
    path = _own(runtime, made) + "/answers"
    assert 'name="members.0.name" type="text" value="Ani"' in client.get(path).text
    given = {"name": "Peserta 1", "answers.school": "SMP 6", "members.0.name": "Anni", "members.0.answers.age": "10"}
    assert client.post(path, data=given).status_code == 303
    assert ('value="Anni"' in client.get(path).text, 'value="10"' in client.get(path).text) == (True, True)


def test_when_it_has_begun_nothing_is_offered_and_nothing_taken(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id = _asking(life)
    made = _answered(life, event_id)
    at(runtime, STARTS_AT)
    path = _own(runtime, made)
    assert "Ubah jawaban saya" not in client.get(path).text
    assert "tidak dapat diubah lagi" in words(client.get(path + "/answers").text)
    answer = client.post(path + "/answers", data={"name": "Lain", "answers.school": "SMP 6"})
    assert (answer.status_code, life.registration(made.registration_id).name) == (409, "Peserta 1")


@pytest.mark.parametrize("page", ["move", "party", "answers"])
def test_somebody_elses_link_opens_nothing(client: TestClient[Any], life: Life, runtime: Runtime, page: str) -> None:
    made = life.register(life.webinar())
    own = _own(runtime, made)
    forged = own[:-1] + ("E" if own.endswith("A") else "A")
    assert {client.get(f"{forged}/{page}").status_code, client.post(f"{forged}/{page}").status_code} == {404}


@pytest.mark.parametrize("page", ["move", "party", "answers"])
def test_who_holds_no_place_any_more_is_not_asked_to_fill_in_a_form(
    client: TestClient[Any], life: Life, runtime: Runtime, page: str
) -> None:
    event_id = life.webinar(max_party_size=2)
    given_back, called_off = (_own(runtime, life.register(event_id, person)) for person in range(2))
    assert client.get(f"{given_back}/{page}").status_code == 200
    client.post(f"{given_back}/cancel")
    life.do(lifecycle.cancel, event_id)
    for path in (given_back, called_off):
        answer = client.get(f"{path}/{page}")
        assert (answer.status_code, answer.headers["location"]) == (303, path)
