"""A long form on a cheap phone: every kind of question, with JavaScript and without."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from events.models import AnswerFile, Registration
from events.questions import forms
from tests.support.browser import assert_accessible
from tests.support.documents import EVERY_KIND, picture
from tests.support.site import Site


@pytest.fixture(params=["with scripts", "without scripts"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Any:
    """A phone 360 pixels wide."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        java_script_enabled=request.param == "with scripts",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page, request.param == "with scripts"
    context.close()


def _open(site: Site) -> str:
    event_id = site.life.webinar(max_party_size=1)
    site.life.do(forms.save, event_id, EVERY_KIND, places={("workshops", "comic"): 5})
    return f"{site.url}/events/perpustakaan-batam/{site.life.event(event_id).slug}/register"


def _fill(page: Page) -> None:
    page.locator("[name=name]").fill("dr. Ma'ruf, S.Pd.")
    page.locator("[name=email]").fill("maruf@example.org")
    page.get_by_label("Pelajar").check()
    page.get_by_label("Nama sekolah").fill("SMPN 6 Batam")
    page.get_by_label("Kelas", exact=True).fill("delapan")
    page.get_by_label("Komik").check()
    page.get_by_label("Mengapa ikut?").fill("Suka membaca.")
    page.get_by_label("Tanggal lahir").fill("2012-08-12")
    page.get_by_label("Surel orang tua").fill("ibu@example.org")
    page.get_by_label("WhatsApp orang tua").fill("0812 3456 7890")
    page.get_by_label("Saya boleh difoto.").check()
    page.get_by_label("Tempat untuk kursi roda").check()
    page.locator("[name=consent]").check()


def _file_id(site: Site) -> uuid.UUID:
    statement = sa.select(AnswerFile.id)
    found: uuid.UUID = site.life.database.read(lambda session: session.scalars(statement).one())
    return found


def test_a_phone_fills_in_a_form_with_every_kind(site: Site, phone: tuple[Page, bool], tmp_path: Path) -> None:
    page, scripted = phone
    page.goto(_open(site))
    if scripted:
        assert_accessible(page)
        expect(page.get_by_label("Nama sekolah")).to_be_hidden()
    else:
        expect(page.get_by_label("Nama sekolah")).to_be_visible()
        expect(page.get_by_text("Hanya jika Anda memilih “Pelajar” di atas:")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") if scripted else True
    _fill(page)
    letter = tmp_path / "surat.png"
    letter.write_bytes(picture())
    page.get_by_label("Surat pengantar").set_input_files(letter)
    page.get_by_role("button", name="Daftar").click()
    # One answer was wrong; everything else is still there, the picture too.
    expect(page.locator("#errors")).to_contain_text("Tuliskan angka, misalnya 12.")
    expect(page.get_by_text("Sudah diterima: surat.png.")).to_be_visible()
    expect(page.get_by_label("Komik")).to_be_checked()
    if scripted:
        assert_accessible(page)
    page.get_by_label("Kelas", exact=True).fill("8")
    page.get_by_role("button", name="Daftar").click()
    page.wait_for_url("**/r/*")
    row = site.life.database.read(lambda session: session.scalars(sa.select(Registration)).one())
    assert (row.name, row.wheelchair, row.answers["class"]) == ("dr. Ma'ruf, S.Pd.", True, 8)
    assert uuid.UUID(row.answers["letter"]) == _file_id(site)


def test_questions_come_and_go_with_the_answer_they_hang_on(site: Site, page: Page) -> None:
    page.goto(_open(site))
    page.get_by_label("Guru").check()
    expect(page.get_by_label("Nama sekolah")).to_be_visible()
    expect(page.get_by_label("Kelas", exact=True)).to_be_hidden()
    page.get_by_label("Pelajar").check()
    expect(page.get_by_label("Kelas", exact=True)).to_be_visible()
    # The browser's own way back keeps what was chosen, and shows what hangs on it.
    page.goto(f"{site.url}/v")
    page.go_back()
    expect(page.get_by_label("Pelajar")).to_be_checked()
    expect(page.get_by_label("Kelas", exact=True)).to_be_visible()
