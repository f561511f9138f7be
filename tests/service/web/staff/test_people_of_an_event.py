"""The people of an event: found, exported, added, cancelled, marked at the door."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events import outbox
from events.drafts import lifecycle
from events.links import MANAGE
from events.models import Attendance, Evidence, Registration, RegistrationState, Stage
from events.questions import forms
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.registrations import guardians
from events.registrations.applications import Guardian
from events.storage import LocalizedText
from notifications.models.email import Email
from service.clock import real_now
from service.processes.work import react_to
from tests.service.web.staff.room import Room
from tests.support.site import words


def evidence(room: Room) -> list[Evidence]:
    return list(room.runtime.database.read(lambda s: s.scalars(sa.select(Attendance.evidence)).all()))


def test_the_spreadsheet_holds_texts_only(room: Room, owner: TestClient[Any]) -> None:
    """A telephone number stays one, and what looks like a formula is a name: no program runs it."""
    event_id = room.life.webinar()
    tricky = ['=HYPERLINK("http://evil.example")', "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3", "＝1+1", "\tTab"]
    for number, name in enumerate(tricky):
        room.life.register(event_id, number, name=name, email=None, phone=f"+6281234567{number:03}")
    answer = owner.get(f"/staff/events/{event_id}/registrations.xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[1].value for row in rows] == tricky
    assert [row[3].value for row in rows] == [f"+6281234567{number:03}" for number in range(len(tricky))]
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}


def test_the_spreadsheet_speaks_the_readers_language(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    for person in range(2):
        room.life.register(event_id, person)
    for lang, heading, state in (("id", "Nama", "Daftar tunggu"), ("en", "Name", "Waiting")):
        body = owner.get(f"/staff/events/{event_id}/registrations.xlsx?lang={lang}").content
        sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
        assert (sheet["B1"].value, sheet["I3"].value) == (heading, state)


def test_searching_filters_the_page_and_htmx_gets_the_list_alone(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, 1, name="Siti Aminah", phone="+6281234567890")
    room.life.register(event_id, 2, name="Budi <b>Santoso</b>")
    page = f"/staff/events/{event_id}/registrations"
    whole = owner.get(f"{page}?q=0812-3456").text
    assert "Siti Aminah" in whole
    assert "Budi" not in whole
    part = owner.get(page, headers={"hx-request": "true", "hx-target": "list"}).text
    assert "<html" not in part
    assert "Budi &lt;b&gt;Santoso&lt;/b&gt;" in part
    assert "Nobody found" in owner.get(f"{page}?state=cancelled&lang=en").text


@pytest.mark.parametrize(("capacity", "state"), [(1, RegistrationState.CONFIRMED), (0, RegistrationState.WAITLISTED)])
def test_staff_register_somebody_at_the_desk(
    room: Room, owner: TestClient[Any], capacity: int, state: RegistrationState
) -> None:
    event_id = room.life.webinar(capacity=1)
    if capacity == 0:
        room.life.register(event_id, 99)
    page = f"/staff/events/{event_id}/registrations/new"
    form = {"name": "Pak Harun", "phone": "0812 3456 7890", "consent": "yes"}
    assert owner.post(page, data=form | {"consent": ""}).status_code == 422
    assert owner.post(page, data=form | {"phone": "12"}).status_code == 422
    assert owner.post(page, data=form).status_code == 200
    assert owner.post(page, data=form).status_code == 409
    found = room.runtime.database.read(
        lambda s: s.scalars(sa.select(Registration).where(Registration.name == "Pak Harun")).one()
    )
    assert (found.state, found.phone, found.consent_version) == (state, "+6281234567890", "staff-desk-1")


def test_cancelling_asks_first_and_frees_the_seat(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    first, second = room.life.register(event_id, 1), room.life.register(event_id, 2)
    page = f"/staff/events/{event_id}/registrations/{first.registration_id}/cancel"
    assert owner.get(page).status_code == 200
    assert room.life.registration(first.registration_id).state is RegistrationState.CONFIRMED
    assert owner.post(page).status_code == 303
    assert room.life.registration(first.registration_id).state is RegistrationState.CANCELLED
    assert room.life.registration(second.registration_id).state is RegistrationState.OFFERED
    other = room.life.webinar()
    assert owner.get(f"/staff/events/{other}/registrations/{second.registration_id}/cancel").status_code == 404


def test_new_links_replace_those_in_wrong_hands(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    made = room.life.register(event_id, 1)
    page = f"/staff/events/{event_id}/registrations/{made.registration_id}/link"
    before = room.runtime.links.token(MANAGE, made.registration_id, made.link_version)
    assert "Tautan yang baru dikirim kepada yang bersangkutan lewat surel." in words(owner.get(page).text)
    assert owner.get(f"/r/{before}").status_code == 200
    said = words(owner.post(page).text)
    assert "Tautan yang baru sedang dikirim ke peserta1@example.org." in said
    assert "/r/" not in said, "whoever can be written to gets the link, and nobody else"
    assert owner.get(f"/r/{before}").status_code == 410
    assert owner.get(f"/r/{room.runtime.links.token(MANAGE, made.registration_id, 2)}").status_code == 200
    assert room.life.facts(event_id)[-1] == "LinksRevoked"


@pytest.mark.parametrize(("stage", "email"), [(Stage.REGISTRATION_OPEN, None), (Stage.ENDED, "siti@example.org")])
def test_a_new_link_that_cannot_be_mailed_is_shown_once(
    room: Room, owner: TestClient[Any], stage: Stage, email: str | None
) -> None:
    event_id = room.life.webinar()
    made = room.life.register(event_id, 1, email=email, phone="+6281234567890")
    if stage is Stage.ENDED:
        room.life.do(lifecycle.start, event_id)
        room.life.do(lifecycle.end, event_id)
    page = f"/staff/events/{event_id}/registrations/{made.registration_id}/link"
    assert "/r/" not in words(owner.get(page).text)
    answer = owner.post(page)
    assert answer.headers["cache-control"] == "no-store"
    [link] = set(re.findall(r"https?://[^<\s]+/r/[^<\s]+", answer.text))
    assert link == room.runtime.links.manage_url(made.registration_id, 2)
    assert "https://wa.me/6281234567890?text=Peserta%201%2C%20ini%20pendaftaran%20Anda" in answer.text


def test_who_has_no_e_mail_gets_the_link_from_the_desk_as_a_ready_message(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    page = f"/staff/events/{event_id}/registrations/new"
    said: list[str] = []
    for name, phone in (("Pak Harun", "0812 3456 7890"), ("Bu Lia", "0813 3456 7890")):
        answer = owner.post(page, data={"name": name, "phone": phone, "consent": "yes"})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        [href] = re.findall(r'href="(https://wa\.me/[^"]+)"', answer.text)
        to, text = unquote(href.removeprefix("https://wa.me/")).split("?text=")
        assert to == "62" + phone.replace(" ", "")[1:]
        assert text in words(answer.text)
        [link] = re.findall(r"https?://\S+/r/(\S+)", text)
        assert owner.get(f"/r/{link}").status_code == 200
        said.append(words(answer.text))
    assert "Pak Harun sudah terdaftar" in said[0]
    assert "Bu Lia masuk daftar tunggu" in said[1]
    again = owner.post(page, data={"name": "Pak Harun", "phone": "+62 812-3456-7890", "consent": "yes"})
    assert again.status_code == 409
    assert "Nomor ini sudah terdaftar." in words(again.text)
    assert room.life.pool(event_id).taken == 1


def test_the_door_marks_and_takes_back(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.REGISTRATION_OPEN, start_code="PENYU")
    made = room.life.register(event_id, 1, name="Wulan")
    door = f"/staff/events/{event_id}/attendance"
    assert "PENYU" in owner.get(door).text
    mark = f"{door}/{made.registration_id}"
    for _ in range(2):
        assert owner.post(mark, data={"q": "wul"}).headers["location"] == f"{door}?q=wul&done=marked"
    assert evidence(room) == [Evidence.STAFF]
    part = owner.post(mark, data={"undo": "yes"}, headers={"hx-target": "list"})
    assert part.status_code in (200, 201)
    assert "<html" not in part.text
    assert evidence(room) == []


def test_staff_answer_for_the_person_at_the_desk(sqlite_room: Room) -> None:
    room = sqlite_room
    event_id = room.life.webinar(max_party_size=3)
    asked = Question(id="kelas", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Kelas"), required=True)
    revision = room.life.do(forms.save, event_id, FormDocument((asked,)))
    page = f"/staff/events/{event_id}/registrations/new"
    form = {"name": "Pak Harun", "phone": "0812 3456 7890", "consent": "yes", "party_size": "2"}
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        assert "Kelas" in client.get(page).text
        assert client.post(page, data=form).status_code == 422
        assert client.post(page, data={**form, "answers.kelas": "VIII-B", "members.0.name": "Ani"}).status_code == 200
    found = room.runtime.database.read(lambda s: s.scalars(sa.select(Registration)).one())
    assert (found.source, found.form_revision, found.answers) == ("staff", revision, {"kelas": "VIII-B"})


# ---------------------------------------------------------------- a minor's guardian
MINOR = {"name": "Putri", "email": "putri@example.org", "consent": "yes", "minor": "yes"}


def test_a_minor_is_registered_at_the_desk_and_the_paper_is_noted(sqlite_room: Room) -> None:
    room = sqlite_room
    event_id = room.life.webinar()
    room.life.do(guardians.allow_minors, event_id, True)
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        new = f"/staff/events/{event_id}/registrations/new"
        assert "Di bawah 18 tahun?" in words(client.get(new).text)
        assert client.post(new, data={**MINOR, "guardian_name": "Ny. Sa'diyah"}).status_code == 422
        given = {**MINOR, "guardian_name": "Ny. Sa'diyah", "guardian_email": "ibu@example.org"}
        assert client.post(new, data=given).status_code == 303
        [made] = room.runtime.database.read(lambda session: session.scalars(sa.select(Registration)).all())
        page = f"/staff/events/{event_id}/registrations/{made.id}"
        assert "Ny. Sa'diyah" in html.unescape(client.get(page).text)
        assert client.post(f"{page}/guardian", data={"do": "ask"}).headers["location"] == f"{page}?done=guardian_asked"
        assert client.post(f"{page}/guardian", data={"do": "paper", "note": ""}).status_code == 422
        noted = client.post(f"{page}/guardian", data={"do": "paper", "note": "Ditandatangani 3 Desember"})
        assert noted.headers["location"] == f"{page}?done=guardian_noted"
        assert "Di atas kertas: Ditandatangani 3 Desember" in words(client.get(page).text)
        assert client.post(f"{page}/guardian", data={"do": "withdraw"}).status_code == 303
    assert room.life.registration(made.id).state is RegistrationState.CANCELLED


def test_a_guardian_is_asked_even_where_nobody_else_is_written_to(sqlite_room: Room) -> None:
    """A list brought in without confirmations would otherwise lose its minors' seats after three days."""
    room = sqlite_room
    event_id = room.life.webinar()
    room.life.do(guardians.allow_minors, event_id, True)
    mother = Guardian("Ny. Sa'diyah", "ibu@example.org")
    held = room.life.register(event_id, 1, guardian=mother, quiet=True).registration_id
    react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))
    room.life.do(guardians.ask_again, held, now=room.life.now + timedelta(hours=1))
    react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))
    found = room.runtime.database.read(
        lambda s: [
            (str(kind), to)
            for kind, to in s.execute(sa.select(Email.kind, Email.to_address).where(Email.registration_id == held))
        ]
    )
    assert found == [("guardian_request", "ibu@example.org")] * 2
