"""The guide in a real browser: every topic on the smallest phone, the way from a page to its help, print."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Browser, Page, expect

from service.web.guide import TOPICS
from tests.service.web.staff.browsing import sign_in
from tests.service.web.staff.room import Room
from tests.service.web.staff.test_in_the_browser import room, site
from tests.support.browser import assert_accessible
from tests.support.site import Site

__all__ = ["room", "site"]  # fixtures
LOOKS = list(itertools.product(("id", "en"), ("light", "dark")))


@pytest.mark.timeout(900)
def test_every_topic_is_accessible_and_fits_the_smallest_phone(site: Site, room: Room, browser: Browser) -> None:
    """Each topic in one of the four looks, and the contents in all of them."""
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="id-ID")
    page = context.new_page()
    sign_in(page, site, room.installation.email)
    looks = itertools.cycle(LOOKS)
    for path in ("", "", "", "", "?q=kursi", "?q=nothing-at-all", *(f"/{name}" for name in TOPICS)):
        lang, theme = next(looks)
        page.goto(f"{site.url}/staff/help{path}{'&' if '?' in path else '?'}lang={lang}&theme={theme}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site.url}/staff/help/first-event")
    assert_accessible(page)
    context.close()


def test_help_opens_beside_what_somebody_types(site: Site, room: Room, page: Page) -> None:
    sign_in(page, site, room.installation.email)
    page.click("text=Webinar baru")
    page.fill("#field-title_id", "Menulis Cerita Anak")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Bantuan untuk halaman ini").click()
    expect(opened.value.locator("h1")).to_have_text("Acara pertama dalam dua menit")
    expect(page.locator("#field-title_id")).to_have_value("Menulis Cerita Anak")


def test_paper_holds_the_topic_and_nothing_around_it(site: Site, room: Room, page: Page) -> None:
    sign_in(page, site, room.installation.email)
    page.goto(f"{site.url}/staff/help/first-event")
    page.emulate_media(media="print")
    for gone in (".staff-menu", ".guide-contents", ".crumbs", "footer"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("article.guide h1")).to_be_visible()
