"""Programs that register people: what the event asks, answers with pointers to every error, staff who read them."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from events.errors import FormReplaced, Refused
from events.questions import forms
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.storage import LocalizedText
from service.api.answering import check_before, registering
from service.api.public_registrations import application_of
from service.inputs.checking import AnsweringInput, parse
from tests.service.api.conftest import Site
from tests.service.api.test_public_registrations import register
from tests.support.documents import CLASS, PHOTOS, ROLE, SCHOOL, WORKSHOPS
from tests.support.life import NOW

AGE = Question(id="age", kind=QuestionKind.NUMBER, label=LocalizedText("Usia"), per_person=True, required=True)
GOOD: dict[str, Any] = {"role": "pupil", "school": "SMPN 6", "class": 8, "workshops": ["comic"], "photos": True}


def _open(site: Site, *questions: Question, **more: Any) -> uuid.UUID:
    event_id = site.life.webinar(max_party_size=3)
    asked = FormDocument(questions or (ROLE, SCHOOL, CLASS, WORKSHOPS, PHOTOS))
    site.life.do(forms.save, event_id, asked, **more)
    return event_id


def answering(**more: Any) -> AnsweringInput:
    return parse(AnsweringInput, {"name": "Siti", "email": "siti@example.org", "consent": True, **more})


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def test_programs_read_what_an_event_asks(site: Site, anybody: httpx.Client) -> None:
    assert anybody.get(f"/events/{site.life.webinar()}/form").json() == {"revision": 0, "questions": []}
    event_id = _open(site, places={("workshops", "comic"): 1})
    form = anybody.get(f"/events/{event_id}/form").json()
    assert form["revision"] == 1
    by_id = {each["id"]: each for each in form["questions"]}
    assert list(by_id) == ["role", "school", "class", "workshops", "photos"]
    assert by_id["class"]["shown_if"] == {"question": "role", "any_of": ["pupil"]}
    assert [(each["id"], each["left"]) for each in by_id["workshops"]["choices"]] == [("comic", 1), ("poem", None)]
    assert register(anybody, event_id, answers=GOOD).status_code == 201
    full = anybody.get(f"/events/{event_id}/form").json()
    assert full["questions"][3]["choices"][0]["left"] == 0
    assert _errors(register(anybody, event_id, 2, answers=GOOD)) == [("answers.workshops", "full")]


def test_every_error_points_at_its_answer(site: Site, anybody: httpx.Client) -> None:
    event_id = _open(site)
    assert _errors(register(anybody, event_id)) == [("answers.role", "missing"), ("answers.photos", "consent")]
    wrong = {"role": "admin", "class": 99, "workshops": {"a": 1}, "photos": "maybe", "tampered": "x"}
    assert _errors(register(anybody, event_id, answers=wrong)) == [
        ("answers.tampered", "unknown"),
        ("answers.role", "choice"),
        ("answers.workshops", "choice"),
        ("answers.photos", "invalid"),
    ]
    assert _errors(register(anybody, event_id, answers=["x"]))[0][0] == "answers"
    assert site.life.pool(event_id).taken == 0


def test_a_party_answers_person_by_person_and_staff_read_it(site: Site, anybody: httpx.Client) -> None:
    event_id = _open(site, ROLE, AGE)
    given: dict[str, Any] = {"answers": {"role": "teacher", "age": 40}, "party_size": 2}
    assert _errors(register(anybody, event_id, **given)) == [("members", "members")]
    bad = [{"name": "", "answers": {"age": "x", "role": "pupil"}}]
    assert _errors(register(anybody, event_id, **given, members=bad)) == [
        ("members.0.name", "missing"),
        ("members.0.answers.role", "unknown"),
        ("members.0.answers.age", "number"),
    ]
    double = [{"name": " aisyah ", "answers": {"age": "9"}}]
    assert _errors(register(anybody, event_id, **given, members=double, name="Aisyah")) == [("members.0.name", "twice")]
    members = [{"name": "Ma'ruf", "answers": {"age": "9"}}]
    made = register(anybody, event_id, **given, members=members, wheelchair=True)
    assert made.status_code == 201
    with site.client(site.token(site.staff())) as staff:
        place = staff.get(f"/staff/registrations/{made.json()['id']}").json()
        assert {name: place[name] for name in ("form_revision", "answers", "members", "wheelchair")} == {
            "form_revision": 1,
            "answers": {"role": "teacher", "age": 40},
            "members": [{"name": "Ma'ruf", "answers": {"age": 9}}],
            "wheelchair": True,
        }
        site.life.do(forms.save, event_id, FormDocument((PHOTOS,)))
        old = staff.get(f"/staff/events/{event_id}/form/1").json()
        assert [each["id"] for each in old["questions"]] == ["role", "age"]
        assert staff.get(f"/staff/events/{event_id}/form/7").status_code == 404
        (needed,) = staff.get(f"/staff/events/{event_id}/preparation").json()["items"]
        assert (needed["name"], needed["wheelchair"], needed["sign_language"]) == ("Peserta 1", True, False)


def test_answers_to_another_wording_are_refused(site: Site, anybody: httpx.Client) -> None:
    event_id = _open(site, PHOTOS)
    reworded = Question(id="photos", kind=PHOTOS.kind, label=LocalizedText("Saya boleh direkam."), required=True)
    site.life.do(forms.save, event_id, FormDocument((reworded,)))
    answers: dict[str, Any] = {"answers": {"photos": True}}
    refused = register(anybody, event_id, **answers, form_revision=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "form_replaced")
    assert register(anybody, event_id, **answers, form_revision=2).status_code == 201
    assert register(anybody, event_id, 2, **answers).status_code == 201


@pytest.mark.parametrize(
    ("label", "refused"), [(PHOTOS.label, None), (LocalizedText("Saya boleh direkam."), FormReplaced)]
)
def test_a_form_that_changes_between_check_and_seat_is_checked_again(
    site: Site, label: LocalizedText, refused: type[Refused] | None
) -> None:
    event_id = _open(site, PHOTOS)
    data = answering(answers={"photos": True}, form_revision=1)
    before = asyncio.run(check_before(site.runtime.shared_reads, event_id, data, now=NOW))
    assert before is not None
    reworded = Question(id="photos", kind=PHOTOS.kind, label=label, required=True, per_person=True)
    site.life.do(forms.save, event_id, FormDocument((reworded,)))
    wanted = application_of(event_id, data, locale="id")
    perform = registering(data, wanted, now=NOW, before=before)
    if refused is not None:
        with pytest.raises(refused):
            site.life.database.write(perform)
        return
    made = site.life.registration(site.life.database.write(perform).registration_id)
    assert (made.form_revision, list(made.answers)) == (2, ["photos"])


def test_answers_with_faults_are_judged_where_they_are_registered(site: Site) -> None:
    event_id, reads = _open(site, PHOTOS), site.runtime.shared_reads
    data = answering(answers={"photos": "maybe"})
    assert asyncio.run(check_before(reads, event_id, data, now=NOW)) is None
    assert asyncio.run(check_before(reads, uuid.uuid4(), data, now=NOW)) is None
    silent = answering()
    assert asyncio.run(check_before(reads, event_id, silent, now=NOW)) is None


def test_staff_register_with_answers_or_without(site: Site) -> None:
    event_id = _open(site, Question(id="school", kind=SCHOOL.kind, label=SCHOOL.label, required=True))
    with site.client(site.token(site.staff())) as staff:
        path = f"/staff/events/{event_id}/registrations"
        person = {"name": "Siti", "email": "siti@example.org", "consent": True}
        assert staff.post(path, json=person).json()["answers"] == {}
        second = {**person, "email": "budi@example.org", "answers": {"school": "SDN 1"}}
        assert staff.post(path, json=second).json()["answers"] == {"school": "SDN 1"}
        third = {**person, "email": "ani@example.org", "answers": {"school": "x" * 300}}
        assert _errors(staff.post(path, json=third)) == [("answers.school", "too_long")]


def test_staff_write_forms_by_program(site: Site, anybody: httpx.Client) -> None:
    event_id = site.life.webinar()
    choices: list[dict[str, Any]] = [
        {"id": "comic", "label": {"id": "Komik"}, "places": 2},
        {"id": "poem", "label": {"id": "Puisi"}},
    ]
    question: dict[str, Any] = {
        "id": "w",
        "kind": "choice",
        "label": {"id": "Lokakarya", "en": "Workshop"},
        "choices": choices,
    }
    with site.client(site.token(site.staff())) as staff:
        path = f"/staff/events/{event_id}/form"
        made = staff.put(path, json={"expected_revision": 0, "questions": [question]})
        assert (made.status_code, made.json()["revision"]) == (200, 1)
        assert made.json() == anybody.get(f"/events/{event_id}/form").json()
        assert [choice["left"] for choice in made.json()["questions"][0]["choices"]] == [2, None]
        assert staff.put(path, json={"questions": [question]}).json()["revision"] == 1
        stale = staff.put(path, json={"expected_revision": 0, "questions": []})
        assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
        bad = {**question, "label": {}, "choices": [{**choices[0], "places": 0}, choices[0]], "accepts": ["pdf"]}
        assert _errors(staff.put(path, json={"questions": [bad]})) == [
            ("questions.0.label", "missing"),
            ("questions.0.choices.1.id", "twice"),
            ("questions.0.accepts", "not_here"),
        ]
        odd = {**question, "kind": "riddle", "minimum": [1], "extra": 1}
        assert {field for field, _ in _errors(staff.put(path, json={"questions": [odd]}))} >= {"questions.0.kind"}
        assert staff.put(path, json={"questions": []}).json() == {"revision": 0, "questions": []}
