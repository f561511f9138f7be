"""The news on a phone: looked at, moved to another day, tried out, switched off; with a script and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from notifications.news import schedules
from notifications.news.subscribing import Wishes
from service.accounts.models import Role
from tests.service.web.staff.browsing import colleague, sign_in
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import NOW
from tests.support.news_readers import subscribe
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, smtp_url=None) as running:
        yield running


def test_an_editor_moves_the_news_tries_it_and_switches_it_off(site: Site, phone: Page) -> None:
    subscribe(site.life, 12, wishes=Wishes("id"))
    site.life.webinar()
    sign_in(phone, site, colleague(site, Role.EDITOR))
    phone.goto(f"{site.url}/staff/news")
    expect(phone.get_by_text("Dikirim Kamis, 3 Desember 2026, pukul 09.00 WIB kepada 12 orang.")).to_be_visible()
    letter = phone.frame_locator("iframe").first
    expect(letter.get_by_text("Menulis Cerita Anak").first).to_be_attached()
    phone.select_option("#field-weekday", "friday")
    phone.select_option("#field-hour", "16")
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_role("status")).to_contain_text("Tersimpan.")
    expect(phone.get_by_text("Dikirim Jumat, 4 Desember 2026, pukul 16.00 WIB kepada 12 orang.")).to_be_visible()
    phone.get_by_role("button", name="Kirim uji coba").first.click()
    expect(phone.get_by_role("status")).to_contain_text("Surel uji coba sedang dikirim kepada Anda saja.")
    assert len(list(site.runtime.settings.mail_dir.glob("*.eml"))) == 1
    phone.select_option("#field-active", "no")
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_text("Kabar dimatikan. Tidak ada yang dikirim")).to_be_visible()
    assert site.life.database.read(lambda s: schedules.schedule_of(s, site.life.organiser_id)).active is False


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_every_state_of_the_page_is_accessible_and_fits(site: Site, page: Page, lang: str, theme: str) -> None:
    sign_in(page, site, colleague(site, Role.EDITOR))

    def check() -> None:
        page.goto(f"{site.url}/staff/news?lang={lang}&theme={theme}")
        assert_accessible(page)
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    check()
    subscribe(site.life, 2, wishes=Wishes("en", ["teachers"], ["pengembangan-koleksi-naskah-kuno-nusantara"]))
    check()
    site.life.webinar()
    check()
    site.life.do(schedules.set_schedule, site.life.organiser_id, active=False, weekday=0, hour=7)
    check()
