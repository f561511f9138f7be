"""Bringing in a list over HTTP: sent, looked at, brought in; broken files; other libraries' lists."""

from __future__ import annotations

import csv
import io
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Page, expect

from events import outbox
from events.models import PartyMember, Registration, RegistrationSource
from events.questions import forms
from events.questions.answers import Member
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import guardians, registration
from events.registrations.applications import Guardian
from events.storage import LocalizedText
from notifications.models.email import Email
from service.clock import real_now
from service.importing import columns as import_columns
from service.processes.work import react_to
from tests.service.accounts.people import PASSWORD, People
from tests.service.web.staff.room import Room
from tests.support.browser import assert_accessible
from tests.support.life import NOW, Life
from tests.support.site import Site, serving, words

CLASSES = [(f"Kelas yang panjang namanya {number}", f"Class with a long name {number}") for number in range(40)]
PUPILS = "Nama;Surel;No WA;Catatan\nAni;ani@example.org;;\nBudi;;81234567890;\nCici;bukan-surel;;\n"
AGREED = "Menandatangani daftar di sekolah."


def send(client: TestClient[Any], event_id: uuid.UUID, data: bytes | str, name: str = "siswa.csv") -> Any:
    return client.post(f"/staff/events/{event_id}/registrations/import", files={"file": (name, data)})


def rows(room: Room, event_id: uuid.UUID) -> list[Registration]:
    statement = sa.select(Registration).where(Registration.event_id == event_id).order_by(Registration.name)
    return list(room.runtime.database.read(lambda session: session.scalars(statement).all()))


def digest(page: str) -> str:
    [found] = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
    return str(found)


def test_a_list_is_looked_at_and_then_brought_in_whole(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    sent = send(owner, event_id, PUPILS)
    assert sent.status_code == 303
    page = sent.headers["location"]
    shown = owner.get(page)
    said = words(shown.text)
    assert "Akan terdaftar" in said
    assert "Akan menunggu tempat" in said
    assert "Surel (e-mail): Ini tampaknya bukan alamat surel." in said
    assert rows(room, event_id) == []
    wanted = {"do": "apply", "seen": digest(shown.text), "consent": AGREED}
    assert owner.post(page, data=wanted).status_code == 422
    assert owner.post(page, data={**wanted, "consent": "", "leave_out": "yes"}).status_code == 422
    assert rows(room, event_id) == []
    done = owner.post(page, data={**wanted, "leave_out": "yes"})
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"/staff/events/{event_id}/registrations?done=imported",
    )
    found = rows(room, event_id)
    assert [(row.name, row.phone, row.source) for row in found] == [
        ("Ani", None, RegistrationSource.IMPORT),
        ("Budi", "+6281234567890", RegistrationSource.IMPORT),
    ]
    assert {row.consent_version for row in found} == {f"import-{uuid.UUID(page.rsplit('/', 1)[-1]).hex}"}
    assert owner.post(page, data={**wanted, "leave_out": "yes"}).status_code == 409
    assert "Daftar ini sudah pernah dimasukkan" in words(owner.get(page).text)


def test_somebody_who_registers_meanwhile_stops_it(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    page = send(owner, event_id, "Nama;Surel\nAni;ani@example.org").headers["location"]
    seen = digest(owner.get(page).text)
    room.life.register(event_id, 9)
    refused = owner.post(page, data={"do": "apply", "seen": seen, "consent": AGREED})
    assert refused.status_code == 409
    assert "tidak ada yang dimasukkan" in words(refused.text)
    assert AGREED in refused.text
    assert digest(refused.text) != seen
    assert [row.name for row in rows(room, event_id)] == ["Peserta 9"]


def test_columns_can_be_named_anew(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = send(owner, event_id, "Siapa;Kontak\nAni;ani@example.org").headers["location"]
    assert "Tidak dapat didaftarkan" in words(owner.get(page).text)
    assert owner.post(page, data={"do": "check", "column.0": "name", "column.1": "name"}).status_code == 422
    again = owner.post(page, data={"do": "check", "column.0": "name", "column.1": "email", "column.9": "phone"})
    assert again.headers["location"] == page
    assert "Akan terdaftar" in words(owner.get(page).text)


@pytest.mark.parametrize(("notify", "letters"), [("yes", 1), ("", 0)])
def test_confirmations_go_out_if_wanted(sqlite_room: Room, notify: str, letters: int) -> None:
    room = sqlite_room
    event_id = room.life.webinar()
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        page = send(client, event_id, "Nama;Surel\nAni;ani@example.org").headers["location"]
        wanted = {"do": "apply", "seen": digest(client.get(page).text), "consent": AGREED, "notify": notify}
        assert client.post(page, data=wanted).status_code == 303
    react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))
    kinds = room.runtime.database.read(lambda session: [str(kind) for kind in session.scalars(sa.select(Email.kind))])
    assert kinds.count("confirmation") == letters
    assert [kind for kind in kinds if kind.startswith("reminder")] != []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"PK\x03\x04 broken", 422),
        (b"\x89PNG\r\n\x1a\n\0\0", 422),
        (b"Nama;Surel\n", 422),
        (b"x" * (5 * 1024 * 1024 + 1), 422),
        (b"x" * (10 * 1024 * 1024), 413),
    ],
)
def test_files_that_are_no_list(sqlite_room: Room, data: bytes, status: int) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        assert send(client, event_id, data).status_code == status
        assert client.post(f"/staff/events/{event_id}/registrations/import", data={"file": "x"}).status_code == 422


def test_names_that_mean_harm_are_names(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        hostile = "Nama;Surel\n<script>alert(1)</script>;a@example.org\n=1+1;b@example.org\n@SUM(1);bukan\n"
        page = send(client, event_id, hostile, "../../etc/<b>passwd.csv").headers["location"]
        shown = client.get(page).text
        assert "<script>alert" not in shown
        assert "&lt;b&gt;passwd.csv" in shown
        errors = client.get(f"{page}/errors.csv")
        found = list(csv.reader(io.StringIO(errors.text.lstrip("\ufeff")), delimiter=";"))
        assert found[0] == ["Nama", "Surel", "Yang keliru"]
        assert [row[0] for row in found[1:]] == ["'=1+1", "'@SUM(1)"]
        assert errors.headers["content-disposition"].startswith("attachment")


GUEST: dict[str, Any] = {
    "name": "dr. Siti Aminah, S.Pd.",
    "email": "siti@example.org",
    "party_size": "2",
    "members": "Ma'ruf",
    "slot": "2026-12-12 09:00",
    "wheelchair": {"id": "ya", "en": "yes"},
    "answers.kelas": {"id": "VIII-B, sore", "en": "VIII-B, afternoon"},
}
ASKED = FormDocument(
    (
        Question(
            id="kelas",
            kind=QuestionKind.CHOICE,
            label=LocalizedText("Kelas", "Class"),
            required=True,
            choices=tuple(
                Choice(id=f"c{number}", label=LocalizedText(id_, en))
                for number, (id_, en) in enumerate([("VIII-B, sore", "VIII-B, afternoon"), *CLASSES])
            ),
        ),
    )
)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_list_is_read_back_as_it_was_meant(sqlite_room: Room, kind: str, lang: str) -> None:
    room = sqlite_room
    event_id = room.life.exhibition(max_party_size=5)
    room.life.do(forms.save, event_id, ASKED)
    columns = import_columns.columns_of(room.life.event(event_id), ASKED)
    wanted = [name for name in columns if name not in import_columns.UNASKED]
    cells = [text if isinstance(text, str) else text[lang] for text in (GUEST.get(name, "") for name in wanted)]
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        empty = client.get(f"/staff/events/{event_id}/registrations/import/template.{kind}?lang={lang}")
        page = send(client, event_id, filled(empty.content, cells), f"list.{kind}").headers["location"]
        shown = words(client.get(f"{page}?lang={lang}").text)
        assert ("Akan terdaftar" if lang == "id" else "Will be registered") in shown
        seen = digest(client.get(page).text)
        assert client.post(page, data={"do": "apply", "seen": seen, "consent": AGREED}).status_code == 303
    [made] = rows(room, event_id)
    assert (made.name, made.party_size, made.wheelchair, made.answers) == (
        "dr. Siti Aminah, S.Pd.",
        2,
        True,
        {"kelas": "c0"},
    )


def filled(empty: bytes, cells: list[str]) -> bytes:
    """Write one person into an empty list."""
    if not empty.startswith(b"PK"):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerow(cells)
        return empty.rstrip(b"\r\n") + b"\r\n" + text.getvalue().encode()
    book = openpyxl.load_workbook(io.BytesIO(empty))
    book.worksheets[0].append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


MINOR = Guardian("Ny. Sa'diyah", "ibu@example.org", "+6281334567890")


def fill(life: Life, before: uuid.UUID, after: uuid.UUID) -> uuid.UUID:
    """Have four people register before, and return the one who gave the place up; both events ask the same."""
    for event_id in (before, after):
        life.do(forms.save, event_id, ASKED)
        life.do(guardians.allow_minors, event_id, True)
    given: dict[str, Any] = {"form_revision": 1, "answers": {"kelas": "c0"}}
    life.register(before, 1, **given, name="Sukarno", guardian=MINOR)
    life.register(
        before, 2, **given, name="dr. Ma'ruf, S.Pd.", party_size=3, members=(Member("Ny. Nur'aini"), Member("Ani"))
    )
    life.register(before, 3, **given, name="Sinta", sign_language=True, access_needs="Kursi di depan")
    gone = life.register(before, 4, **given)
    life.do(registration.cancel, gone.registration_id)
    return gone.registration_id


@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_was_exported_is_brought_into_another_event(sqlite_room: Room, lang: str) -> None:
    """Names come out as they went in; who gave their place up is not registered again."""
    room = sqlite_room
    before, after = room.life.webinar(max_party_size=5), room.life.webinar(max_party_size=5)
    gone = fill(room.life, before, after)
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        book = client.get(f"/staff/events/{before}/registrations.xlsx?lang={lang}").content
        page = send(client, after, book, "peserta.xlsx").headers["location"]
        seen = digest(client.get(page).text)
        wanted = {"do": "apply", "seen": seen, "consent": AGREED, "leave_out": "yes"}
        assert client.post(page, data=wanted).status_code == 303
    copied = [(row.name, row.email, row.party_size, row.sign_language, row.access_needs) for row in rows(room, after)]
    assert copied == [
        (row.name, row.email, row.party_size, row.sign_language, row.access_needs)
        for row in rows(room, before)
        if row.id != gone
    ]
    assert {str(row.answers) for row in rows(room, after)} == {"{'kelas': 'c0'}"}
    [asked] = [row for row in rows(room, after) if row.needs_guardian]
    assert (asked.name, asked.guardian_name) == ("Sukarno", MINOR.name)
    assert (asked.guardian_email, asked.guardian_phone) == (MINOR.email, MINOR.phone)
    statement = sa.select(PartyMember.name).join(Registration).where(Registration.event_id == after)
    assert list(room.runtime.database.read(lambda s: s.scalars(statement.order_by(PartyMember.person)))) == [
        "Ny. Nur'aini",
        "Ani",
    ]


def test_the_workbook_offers_what_can_be_chosen(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.exhibition(max_party_size=5)
    sqlite_room.life.do(forms.save, event_id, ASKED)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        page = f"/staff/events/{event_id}/registrations/import/template.xlsx?lang=id"
        book = openpyxl.load_workbook(io.BytesIO(client.get(page).content))
    assert book.sheetnames == ["Pendaftaran", "Cara mengisi", "Pilihan"]
    offered = [each.formula1 for each in book.worksheets[0].data_validations.dataValidation]
    assert '"ya,tidak"' in offered
    assert "='Pilihan'!$A$1:$A$41".removeprefix("=") in offered
    assert [cell.value for cell in book["Pilihan"]["A"]][:2] == ["VIII-B, sore", "Kelas yang panjang namanya 0"]
    assert book.worksheets[0].max_row == 1
    explained = [row[0].value for row in book["Cara mengisi"].iter_rows(max_row=3)]
    assert explained == ["Kolom", "Nama lengkap", "Surel (e-mail)"]


def test_a_list_of_another_event_does_not_exist(sqlite_room: Room) -> None:
    event_id, other = sqlite_room.life.webinar(), sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        key = send(client, event_id, PUPILS).headers["location"].rsplit("/", 1)[-1]
        for owner_id, wanted in ((other, key), (event_id, uuid.uuid4())):
            page = f"/staff/events/{owner_id}/registrations/import/{wanted}"
            assert client.get(page).status_code == 404
            assert client.post(page, data={"do": "apply", "consent": AGREED}).status_code == 404


# ---------------------------------------------------------------- in the browser
@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, mailbox_page=True, smtp_url=None) as running:
        yield running


def test_a_list_is_brought_in_on_a_phone(site: Site, page: Page, tmp_path: Path) -> None:
    people = People(site.runtime.database)
    room = Room(site.runtime, site.life, people, people.first_owner(real_now=real_now()), site.life, site.life)
    event_id = site.life.webinar(capacity=30)
    file = tmp_path / "siswa.csv"
    file.write_text(PUPILS)
    page.goto(f"{site.url}/staff/sign-in")
    page.fill("#field-email", room.installation.email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{site.url}/staff/events/{event_id}/registrations/import")
    page.set_input_files("#field-file", file)
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", name="Yang akan terjadi")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if folder := os.environ.get("ACARA_PICTURES"):
        page.screenshot(path=f"{folder}/import-360.png", full_page=True)
    page.get_by_label("Bagaimana orang-orang ini menyetujuinya?").fill(AGREED)
    page.get_by_label("Lewati baris yang keliru").check()
    page.get_by_role("button", name="Masukkan 2 orang").click()
    expect(page.get_by_text("Daftar sudah dimasukkan.")).to_be_visible()
    assert [row.name for row in rows(room, event_id)] == ["Ani", "Budi"]
