"""A group on the registration form: rows, pasted names, doubles; with and without a script."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, expect

from events.models import PartyKind, PartyMember, Registration
from events.questions import forms
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.questions.form_reading import NOTHING_ASKED, AskedForm
from events.registrations import registration_rules
from events.registrations.approval_rules import ApprovalRules
from events.storage import LocalizedText
from service.web.forms import Form
from service.web.party import party_of
from service.wiring import Runtime
from tests.support.browser import assert_accessible
from tests.support.life import Life, add_organiser
from tests.support.site import Site, words

ROOM = FormDocument(
    (
        Question(
            id="kelas",
            kind=QuestionKind.CHOICE,
            label=LocalizedText("Kelas", "Class"),
            required=True,
            per_person=True,
            choices=(Choice(id="a", label=LocalizedText("VIII-A")), Choice(id="b", label=LocalizedText("VIII-B"))),
        ),
    )
)
RULES: dict[str, Any] = {"approval": ApprovalRules(), "waitlist": True, "offer_hours": 24}
TEACHER = {"name": "Bu Rina", "email": "rina@example.org", "consent": "yes"}


def people(life: Life, event_id: uuid.UUID) -> list[tuple[int, str, dict[str, Any]]]:
    statement = (
        sa.select(PartyMember)
        .join(Registration, Registration.id == PartyMember.registration_id)
        .where(Registration.event_id == event_id)
        .order_by(PartyMember.person)
    )
    return life.database.read(lambda s: [(each.person, each.name, each.answers) for each in s.scalars(statement)])


@pytest.mark.parametrize(
    ("typed", "rows", "names"),
    [
        ({}, 0, []),
        ({"party_size": "3"}, 2, ["", ""]),
        ({"party_size": "nonsense"}, 0, []),
        ({"party_size": "99999"}, 0, []),
        ({"party_size": "900"}, 4, ["", "", "", ""]),
        ({"party_size": "3", "members.0.name": "Ani", "names": "Budi"}, 2, ["Ani", "Budi"]),
        ({"names": " Ani \n\nBudi\r\nCici"}, 3, ["Ani", "Budi", "Cici"]),
        ({"names": "\n".join("ABCDEFG")}, 0, []),
    ],
)
def test_rows_follow_the_number_and_the_pasted_names(typed: dict[str, str], rows: int, names: list[str]) -> None:
    party = party_of(Form({name: [value] for name, value in typed.items()}), NOTHING_ASKED, most=5)
    assert (party.rows, [party.form.value(f"members.{n}.name") for n in range(party.rows)]) == (rows, names)


def test_too_many_pasted_names_are_an_error_and_stay() -> None:
    party = party_of(Form({"names": ["\n".join("ABCDE")]}), NOTHING_ASKED, most=5)
    assert [(error.field, error.params) for error in party.errors] == [("names", {"limit": 5})]
    assert party.form.value("names") == "A\nB\nC\nD\nE"


def test_a_name_that_stands_twice_is_told_at_its_row() -> None:
    typed = {"name": "Bu Rina", "members.0.name": "Ani", "members.1.name": "bu  rina", "members.2.name": "ANI"}
    form = Form({"party_size": ["4"], **{name: [value] for name, value in typed.items()}})
    party = party_of(form, NOTHING_ASKED, most=5)
    assert [(error.field, error.code) for error in party.errors] == [
        ("members.1.name", "twice"),
        ("members.2.name", "twice"),
    ]


def test_names_are_needed_only_where_each_person_is_asked() -> None:
    form = Form({"party_size": ["3"], "members.1.name": ["Ani"]})
    assert party_of(form, NOTHING_ASKED, most=5).members(NOTHING_ASKED) == [{"name": "Ani", "answers": {}}]
    asked = AskedForm(1, ROOM)
    assert [each["name"] for each in party_of(form, asked, most=5).members(asked)] == ["", "Ani"]


def test_a_class_is_registered_step_by_step_without_a_script(runtime: Runtime, client: TestClient[Any]) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(max_party_size=40)
    revision = life.do(forms.save, event_id, ROOM)
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"
    form = {**TEACHER, "form_revision": str(revision), "answers.kelas": "a", "party_size": "3"}
    step = client.post(page, data=form)
    assert step.status_code == 200
    assert "Sekarang tulis siapa saja yang ikut, lalu daftar." in words(step.text)
    assert 'value="Bu Rina"' in step.text
    assert people(life, event_id) == []
    rows = {**form, "party_rows": "2", "members.0.name": "Ani", "members.0.answers.kelas": "a"}
    wrong = client.post(page, data={**rows, "members.1.name": "ani", "members.1.answers.kelas": "c"})
    assert wrong.status_code == 422
    assert 'href="#field-members.1.answers.kelas"' in wrong.text
    assert 'href="#field-members.1.name"' in wrong.text
    done = client.post(page, data={**rows, "members.1.name": "Budi", "members.1.answers.kelas": "b"})
    assert done.status_code == 303
    assert people(life, event_id) == [(1, "Ani", {"kelas": "a"}), (2, "Budi", {"kelas": "b"})]


def test_a_pasted_class_becomes_rows_and_then_a_registration(runtime: Runtime, client: TestClient[Any]) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(max_party_size=40)
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"
    pupils = [f"Murid {number}" for number in range(30)]
    step = client.post(page, data={**TEACHER, "names": "\n".join(pupils)})
    assert step.status_code == 200
    assert 'name="party_size" type="number" value="31"' in step.text
    rows = {f"members.{number}.name": name for number, name in enumerate(pupils)}
    done = client.post(page, data={**TEACHER, "party_size": "31", "party_rows": "30", **rows})
    assert done.status_code == 303
    assert [name for _, name, _ in people(life, event_id)] == pupils


def test_a_family_that_gives_no_names_is_registered_at_once(runtime: Runtime, client: TestClient[Any]) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(max_party_size=5)
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"
    assert client.post(page, data={**TEACHER, "party_size": "4"}).status_code == 303
    assert people(life, event_id) == []


@pytest.mark.parametrize(
    ("kind", "wanted", "said"),
    [
        (
            "group",
            "id",
            ("Berapa orang yang datang?", "Siapa saja yang ikut?", "Orang ke-2", "Orang ke-3", "Nama lengkap"),
        ),
        (
            "family",
            "id",
            (
                "Berapa anggota keluarga yang datang?",
                "Daftarkan sekeluarga",
                "Anggota keluarga ke-2",
                "Anggota keluarga ke-3",
                "Tulis anggota keluarga yang ikut",
            ),
        ),
        (
            "class",
            "id",
            ("Berapa orang yang datang, siswa dan guru?", "Daftarkan satu kelas", "Nama siswa 1", "Nama siswa 2"),
        ),
        ("class", "en", ("How many come, students and teacher?", "Register your class", "Name of student 2")),
    ],
)
def test_the_form_speaks_of_who_comes_together(
    runtime: Runtime, client: TestClient[Any], kind: str, wanted: str, said: tuple[str, ...]
) -> None:
    life = Life(runtime.database, runtime.database.write(add_organiser))
    event_id = life.webinar(max_party_size=5)
    life.do(registration_rules.set_rules, event_id, **RULES, party_kind=PartyKind(kind))
    page = f"/events/perpustakaan-batam/{life.event(event_id).slug}/register?lang={wanted}"
    step = words(client.post(page, data={**TEACHER, "party_size": "3", "do": "party"}).text)
    assert [each for each in said if each not in step] == []
    assert ("Siswa 1" in step, "Siswa 3" in step) == (kind == "class" and wanted == "id", False)


def fill_in_teacher(page: Page) -> None:
    """Type what the contact tells of herself, and that three come."""
    page.get_by_label("Nama lengkap").first.fill("Bu Rina")
    page.get_by_label("Surel (e-mail)").fill("rina@example.org")
    page.locator("#field-party_size").fill("3")
    page.get_by_label("VIII-A").first.check()
    page.get_by_label("Saya setuju").check()


@pytest.mark.parametrize("scripted", [True, False])
def test_a_group_registers_on_a_phone(site: Site, browser: Browser, scripted: bool) -> None:
    event_id = site.life.webinar(max_party_size=10)
    site.life.do(forms.save, event_id, ROOM)
    site.life.do(registration_rules.set_rules, event_id, **RULES, party_kind=PartyKind.CLASS)
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="id-ID", java_script_enabled=scripted)
    try:
        page = context.new_page()
        page.goto(f"{site.url}/events/perpustakaan-batam/{site.life.event(event_id).slug}/register")
        fill_in_teacher(page)
        if not scripted:
            page.get_by_role("button", name="Tulis nama siswa").click()
        expect(page.locator("[data-party-member]")).to_have_count(2)
        expect(page.locator("[data-party-member] > legend")).to_have_text(["Siswa 1", "Siswa 2"])
        if scripted:
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for number, name in enumerate(("Ani", "Budi")):
            row = page.locator("[data-party-member]").nth(number)
            row.get_by_label(f"Nama siswa {number + 1}").fill(name)
            row.get_by_label("VIII-B").check()
        page.locator("main form button").last.click()
        page.get_by_text("Terima kasih, Bu Rina.").wait_for()
        assert people(site.life, event_id) == [(1, "Ani", {"kelas": "b"}), (2, "Budi", {"kelas": "b"})]
    finally:
        context.close()
