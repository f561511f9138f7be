"""A series on a phone: said in words, looked at date by date, made, published, changed; with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from events.models import Event, Stage
from service.clock import real_now
from tests.service.accounts.people import People
from tests.service.web.staff.browsing import sign_in
from tests.service.web.staff.room import Room
from tests.support.browser import assert_accessible
from tests.support.life import NOW, Life, add_organiser
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, mailbox_page=True, smtp_url=None) as running:
        yield running


@pytest.fixture
def room(site: Site) -> Room:
    people = People(site.runtime.database)
    other = site.runtime.database.write(lambda session: add_organiser(session, slug="cabang"))
    owner = people.first_owner(real_now=real_now())
    elsewhere = Life(site.runtime.database, other)
    return Room(site.runtime, site.life, people, owner, elsewhere, branch=elsewhere)


class _Phone:
    """A page at 360 px; with scripts, every page that is looked at must be accessible and not too wide."""

    def __init__(self, page: Page, url: str, *, scripted: bool) -> None:
        self.page, self.url, self.scripted = page, url, scripted

    def look(self) -> None:
        if self.scripted:
            assert_accessible(self.page)
            assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"#field-{name}", value)

    def press(self, name: str, *, number: int = 0) -> None:
        self.page.locator(f"main >> text={name}").nth(number).click()


def _make(phone: _Phone) -> None:
    """Say the rule, wrongly and rightly; look at the dates, take one in and move it."""
    phone.page.goto(f"{phone.url}/staff/series")
    phone.look()
    phone.press("Seri baru")
    phone.fill(starts_on="2026-12-18", start_time="15:00", end_time="16:30", words="setiap Jumat purnama")
    phone.fill(title_id="Klub Baca Jumat", summary_id="Membaca satu buku bersama.", venue_id="Ruang Baca Anak")
    phone.press("Lihat tanggalnya")
    expect(phone.page.locator("#error-words")).to_contain_text("purnama")
    phone.look()
    phone.fill(words="setiap Jumat", count="4")
    phone.press("Lihat tanggalnya")
    expect(phone.page.get_by_text("Setiap hari Jumat, 4 kali")).to_be_visible()
    boxes = phone.page.locator("input[name=take]")
    # Christmas Day and New Year's Day are Fridays.
    assert [box.is_checked() for box in boxes.all()] == [True, False, False, True]
    expect(phone.page.get_by_text("Hari Raya Natal")).to_be_visible()
    phone.look()
    boxes.nth(2).check()
    phone.page.fill("#on-2027-01-01", "2027-01-02T09:00")
    phone.press("Buat tanggal-tanggal ini")


def _change(phone: _Phone) -> None:
    """Change the place from the second date on; the moved date keeps its time."""
    phone.press("Ubah mulai dari sini", number=1)
    phone.look()
    phone.fill(venue_id="Aula Lantai 2")
    phone.page.locator("input[name=scope][value=following]").check()
    phone.press("Lihat apa yang berubah")
    expect(phone.page.get_by_text("2 tanggal berubah.")).to_be_visible()
    phone.look()
    phone.press("Ubah sekarang")
    expect(phone.page.get_by_text("Lanjutan dari")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "scriptless"])
def test_a_series_is_said_seen_made_published_and_changed(
    site: Site, room: Room, browser: Browser, scripted: bool
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", java_script_enabled=scripted)
    phone = _Phone(context.new_page(), site.url, scripted=scripted)
    sign_in(phone.page, site, room.installation.email)
    _make(phone)
    expect(phone.page.locator("h1")).to_have_text("Klub Baca Jumat")
    expect(phone.page.get_by_text("Diubah sendiri: waktu")).to_be_visible()
    phone.look()
    phone.press("Terbitkan 3 draf")
    expect(phone.page.get_by_text("Tanggal-tanggal sudah terbit")).to_be_visible()
    _change(phone)
    phone.press("Batalkan")
    phone.look()
    context.close()
    columns = (Event.series_date, Event.venue, Event.stage)
    rows = site.runtime.database.read(
        lambda session: session.execute(sa.select(*columns).order_by(Event.series_date)).all()
    )
    assert [(day.isoformat() if day else None, venue.id, stage) for day, venue, stage in rows] == [
        ("2026-12-18", "Ruang Baca Anak", Stage.REGISTRATION_OPEN),
        ("2027-01-01", "Aula Lantai 2", Stage.REGISTRATION_OPEN),
        ("2027-01-08", "Aula Lantai 2", Stage.REGISTRATION_OPEN),
    ]
