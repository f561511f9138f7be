"""The public site for who has no mouse, no JavaScript, a small screen or little data: from the list to one's place."""

from __future__ import annotations

import io
import os
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Request as Asked

from events.models import Stage
from events.storage import LocalizedText, Session
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from notifications.posters.design import key_of
from notifications.posters.web import MOST, WEB_FORMATS, web_pictures
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import NOW, STARTS_AT
from tests.support.polling import until
from tests.support.site import Site

FIRST_LOAD = 100_000
"""Octets that the first page of a visitor may cost, with styles, scripts and fonts, as they travel."""
_STEPS = 60
"""The tab stops that a keyboard may need to reach something; a page with more of them is too long."""


def _fill(site: Site) -> uuid.UUID:
    """A library's December: what is looked for, and a dozen others around it."""
    life = site.life
    for number in range(12):
        at = STARTS_AT + timedelta(days=number - 5)
        life.webinar(title=LocalizedText(f"Kelas {number}"), starts_at=at, ends_at=at + timedelta(hours=2))
    life.webinar(Stage.ENDED, title=LocalizedText("Pantun"))
    wanted = life.exhibition(
        title=LocalizedText("Naskah Melayu", "Malay Manuscripts"),
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(days=9, hours=7),
        audiences=["pupils"],
        topics=[{"id": "Sejarah", "en": "History"}],
    )
    _hang_poster(site, wanted)
    return wanted


@cache
def _noise() -> dict[str, bytes]:
    """Return a poster of the worst kind, all noise, so that its files are as large as they may be: name → octets.

    Made once: to squeeze it below what a visitor may be asked for takes seconds.
    """
    out = io.BytesIO()
    Image.frombytes("RGB", (270, 338), os.urandom(270 * 338 * 3)).resize((1080, 1350)).save(out, "JPEG")
    return {"portrait": out.getvalue(), **web_pictures(out.getvalue(), out.getvalue())}


def _hang_poster(site: Site, event_id: uuid.UUID) -> None:
    digest = "ab" * 32
    for name, body in _noise().items():
        suffix = WEB_FORMATS.get(name, "jpg")
        site.runtime.files.put(key_of(digest, name, suffix), body, content_type="image/jpeg")

    def use_case(session: Session) -> None:
        columns: dict[str, Any] = {"portrait_key": key_of(digest, "portrait", "jpg"), "digest": digest}
        columns |= {"state": PosterState.DONE, "created_at": NOW, "moment": Moment.ANNOUNCED, "locale": "id"}
        session.add(Poster(organiser_id=site.life.organiser_id, event_id=event_id, **columns))

    site.runtime.database.write(use_case)


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on a small phone, with and without JavaScript."""
    context = _phone(browser, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def _phone(browser: Browser, **more: Any) -> BrowserContext:
    size: Any = {"width": 360, "height": 780}
    return browser.new_context(viewport=size, device_scale_factor=2, locale="id-ID", **more)


def _reach(page: Page, name: str) -> None:
    """Press Tab until the element with this name has the focus, and see that it shows it."""
    for _ in range(_STEPS):
        page.keyboard.press("Tab")
        if _focused(page).startswith(name):
            shown = page.evaluate_handle("document.activeElement").as_element()
            assert shown is not None
            assert shown.is_visible()
            return
    raise AssertionError(f"{name!r} was not reached with {_STEPS} tab stops on {page.url}")


def _focused(page: Page) -> str:
    """Return what a screen reader calls the element that has the focus."""
    focused = page.locator("*:focus")
    if focused.count() != 1:
        return ""
    name: str = focused.evaluate(
        """each => each.getAttribute("aria-label") ?? (each.labels?.[0] ?? each).textContent"""
    )
    return " ".join(name.split())


def test_a_keyboard_leads_from_the_list_to_ones_own_place_and_back(site: Site, page: Page) -> None:
    _fill(site)
    page.goto(site.url)
    page.keyboard.press("Tab")
    assert _focused(page) == "Langsung ke isi halaman"
    _reach(page, "Saring")
    page.keyboard.press("Enter")
    _reach(page, "Untuk siapa")
    page.keyboard.type("Pelajar")
    _reach(page, "Terapkan")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"[?&]audience=pupils"))
    page.get_by_text("1 acara mendatang").wait_for()
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Naskah Melayu"]
    _reach(page, "Naskah Melayu")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Naskah Melayu").wait_for()
    _reach(page, "Daftar, gratis")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Daftar").wait_for()
    _fill_in(page)
    page.get_by_text("Terima kasih, Siti Aminah.").wait_for()
    _reach(page, "Batalkan kehadiran saya")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel")


def _fill_in(page: Page) -> None:
    """Fill in the form of an exhibition and send it, by keyboard."""
    _reach(page, "Sabtu, 12 Desember 2026")
    page.keyboard.press("Space")
    _reach(page, "Nama lengkap")
    page.keyboard.type("Siti Aminah")
    _reach(page, "Surel (e-mail)")
    page.keyboard.type("siti@gmail.com")
    _reach(page, "Saya setuju")
    page.keyboard.press("Space")
    _reach(page, "Daftar")
    page.keyboard.press("Enter")


def test_a_keyboard_leads_through_the_months(site: Site, page: Page) -> None:
    _fill(site)
    page.goto(f"{site.url}/calendar/2026-11")
    _reach(page, "Bulan berikutnya: Des ›")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Desember 2026").wait_for()
    _reach(page, "Naskah Melayu")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Naskah Melayu").wait_for()


def test_what_is_found_is_shown_at_once_and_the_address_says_it(site: Site, browser: Browser) -> None:
    """With JavaScript the page stays; going back, and sending the address to somebody, show the same."""
    _fill(site)
    context = _phone(browser)
    page = context.new_page()
    page.goto(site.url)
    page.evaluate("window.stays = true")
    page.get_by_label("Judul, narasumber").press_sequentially("naskah")
    page.get_by_text("1 acara mendatang").wait_for()
    assert (page.url, page.evaluate("window.stays")) == (f"{site.url}/?q=naskah", True)
    assert page.get_by_role("link", name="Kalender", exact=True).get_attribute("href") == "/calendar/now?q=naskah"
    assert_accessible(page)
    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Hasil pencarian"]
    other = context.new_page()
    other.goto(page.url)
    assert other.get_by_role("heading", level=2).all_inner_texts() == ["Naskah Melayu"]
    assert other.get_by_label("Judul, narasumber").input_value() == "naskah"
    page.go_back()
    page.get_by_role("heading", level=3, name="Kelas 5").wait_for()
    context.close()


def _load(browser: Browser, site: Site, path: str) -> tuple[dict[str, int], list[str]]:
    """Open a page as a new visitor on a phone; return the octets of each answer, and what was asked of others."""
    context = _phone(browser)
    try:
        page = context.new_page()
        answered: list[Asked] = []
        page.on("requestfinished", lambda asked: answered.append(asked))  # noqa: PLW0108 - Playwright takes no builtin
        page.goto(site.url + path)
        page.evaluate("document.fonts.ready")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        sizes = {each.url: each.sizes() for each in answered}
        octets = {url: size["responseHeadersSize"] + size["responseBodySize"] for url, size in sizes.items()}
        return octets, [url for url in octets if not url.startswith(f"{site.url}/")]
    finally:
        context.close()


def test_a_first_page_is_light_and_asks_nobody_else(site: Site, browser: Browser) -> None:
    event = f"/events/perpustakaan-batam/{site.life.event(_fill(site)).slug}"
    pages = ["/", "/calendar/2026-12", "/past", "/?q=kelas", event, f"{event}/register", "/embed/perpustakaan-batam"]
    for path in pages:
        octets, foreign = _load(browser, site, path)
        posters = {url: size for url, size in octets.items() if "/poster/" in url}
        first = sum(octets.values()) - sum(posters.values())
        assert (path, foreign) == (path, [])
        assert first < FIRST_LOAD, (path, first, octets)
        assert first > 20_000, "nothing was measured"
        assert len([url for url in octets if url.endswith(".woff2")]) >= 1
        if path == event:
            [(poster, size)] = posters.items()
            assert poster.endswith(".752.avif")
            assert size < MOST + 1000
        else:
            assert posters == {}


def test_a_poster_waits_until_it_is_near_and_moves_nothing(site: Site, browser: Browser) -> None:
    event = f"/events/perpustakaan-batam/{site.life.event(_fill(site)).slug}"
    context = _phone(browser)
    page = context.new_page()
    page.add_init_script(
        "window.moved = 0; const add = list => { for (const each of list.getEntries()) window.moved += each.value };"
        "new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(site.url + event)
    poster = page.locator("img.poster")
    box = poster.bounding_box()
    poster.scroll_into_view_if_needed()
    # Not `wait_for_function`: where it has to ask twice it evaluates a text, which our pages do not allow.
    until(lambda: poster.evaluate("image => image.complete && image.naturalWidth > 0"), what="the poster is there")
    assert poster.get_attribute("loading") == "lazy"
    after = poster.bounding_box()
    assert box is not None
    assert after is not None
    assert (after["width"], after["height"]) == (box["width"], box["height"])
    assert after["height"] == pytest.approx(after["width"] * 1.25, abs=3)
    assert page.evaluate("window.moved") < 0.05
    context.close()


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_lists_and_months_are_for_everybody_at_320_pixels(
    site: Site, browser: Browser, locale: str, scheme: Any
) -> None:
    event = f"/events/perpustakaan-batam/{site.life.event(_fill(site)).slug}"
    size: Any = {"width": 320, "height": 640}
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=locale)
    page = context.new_page()
    lists = ["/", "/?q=melayu&audience=pupils&kind=exhibition&from=2026-12-01", "/?q=nothing", "/past?recorded=yes"]
    for path in (*lists, "/calendar/2026-12", "/calendar/2031-05", event, f"{event}/register"):
        answer = page.goto(site.url + path)
        assert answer is not None
        assert (path, answer.status, page.locator("html").get_attribute("lang")) == (path, 200, locale)
        page.locator("summary").evaluate_all("all => all.forEach(each => { each.parentElement.open = true })")
        assert_accessible(page)
        assert (path, page.evaluate("document.documentElement.scrollWidth - innerWidth")) == (path, 0)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site.url}/calendar/2026-12")
    assert page.get_by_role("table").is_visible()
    assert_accessible(page)
    context.close()
