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

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Page, expect

from events import outbox
from events.models import Registration, RegistrationSource
from notifications.models.email import Email
from service.clock import real_now
from service.work import react_to
from tests.service.accounts.people import PASSWORD, People
from tests.service.web.staff.room import Room
from tests.support.browser import assert_accessible
from tests.support.life import NOW
from tests.support.site import Site, serving, words

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


def test_the_empty_list_is_read_back_as_it_was_meant(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.exhibition(max_party_size=5)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        for lang in ("id", "en"):
            empty = client.get(f"/staff/events/{event_id}/registrations/import/template.csv?lang={lang}").text
            filled = empty.rstrip("\r\n") + "\r\nAni;ani@example.org;;;2;Budi;2026-12-12 09:00;\r\n"
            page = send(client, event_id, filled.encode()).headers["location"]
            shown = words(client.get(f"{page}?lang={lang}").text)
            assert ("Akan terdaftar" if lang == "id" else "Will be registered") in shown


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
