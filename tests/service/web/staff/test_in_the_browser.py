"""The staff's pages in a real browser: drafted and published, axe on every page, an upload that shows how far it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from events.drafts import preview_links
from events.models import RecordingState, Stage
from events.registrations import desk as lists
from events.storage import Session
from service.accounts import invitations
from service.accounts.models import Role
from service.clock import real_now
from tests.service.accounts.people import People
from tests.service.web.staff.browsing import sign_in
from tests.service.web.staff.room import Room, things_of
from tests.service.web.staff.test_routes import EXPECTED
from tests.support.browser import LOOKS, assert_accessible
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


@pytest.fixture(params=[True, False], ids=["scripted", "scriptless"])
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="id-ID", java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


def test_a_webinar_is_drafted_and_published(site: Site, room: Room, visitor: Page) -> None:
    """Everything works without a script; with one it works the same."""
    page = visitor
    sign_in(page, site, room.installation.email)
    page.click("text=Webinar baru")
    page.fill("#field-title_id", "Menulis Cerita Anak")
    page.click("text=Simpan sebagai draf")
    expect(page.locator("h1")).to_have_text("Menulis Cerita Anak")
    expect(page.get_by_text("Sebelum dapat diterbitkan")).to_be_visible()
    page.click("main >> text=Sunting")
    page.fill("#field-summary_id", "Belajar menulis bersama Ibu Siti.")
    page.click("text=Simpan perubahan")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.locator("header .tag-primary")).to_have_text("Pendaftaran dibuka")
    address = f"{site.url}/events/perpustakaan-batam/menulis-cerita-anak"
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Menulis Cerita Anak")


def test_an_upload_shows_how_far_it_is_and_arrives(site: Site, room: Room, page: Page, tmp_path: Path) -> None:
    event_id = site.life.webinar(Stage.ENDED)
    film = tmp_path / "webinar.mp4"
    film.write_bytes(b"film" * 1_000_000)
    sign_in(page, site, room.installation.email)
    page.goto(f"{site.url}/staff/events/{event_id}/recording")
    page.set_input_files("#field-file", film)
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        page.click("form[data-upload] button[type=submit]")
    assert sent.value.url == f"{site.url}/staff/events/{event_id}/recording?visibility=unlisted"
    page.wait_for_url("**/recording?done=received")
    found = site.runtime.database.read(lambda session: lists.current_recording(session, event_id))
    assert found is not None
    assert (found.state, found.size) == (RecordingState.QUEUED, 4_000_000)


def test_the_door_marks_without_leaving_the_page(site: Site, room: Room, page: Page) -> None:
    event_id = site.life.webinar()
    for number, name in enumerate(("Wulan", "Budi", "Ratna")):
        site.life.register(event_id, number, name=name)
    sign_in(page, site, room.installation.email)
    address = f"{site.url}/staff/events/{event_id}/attendance"
    page.goto(address)
    page.locator("#q").press_sequentially("wul")
    expect(page.locator("#list li")).to_have_count(1)
    page.click("#list button")
    expect(page.locator("#list .tag")).to_have_text("Dicatat petugas")
    assert page.url == address


_NO_PAGE = re.compile(
    r"/(file|html|picture)$|/\{locale\}/preview$|/rules/(\{rule_key\}/)?preview$|/news/preview$|/door/list$|/reports/|\.js$|/files/|/pictures/|xlsx|csv"
)
PAGES = ["/staff/sign-in", "/staff/welcome/{token}", "/staff"] + [
    path for method, path in EXPECTED if method == "GET" and not _NO_PAGE.search(path)
]
PAGES = list(dict.fromkeys(PAGES))
"""First what is seen without signing in, then everything else."""


@pytest.mark.timeout(900)  # some 100 pages, on a machine that other tests share
@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_every_page_is_accessible_and_fits_a_phone(site: Site, room: Room, page: Page, lang: str, theme: str) -> None:
    """Every page of the route table, so that a new one is looked at too, down to 320 px."""
    things = dict(things_of(room, site.life))
    link = site.life.do(preview_links.make_preview_link, site.life.webinar(Stage.DRAFT))
    token = site.runtime.links.token("preview", link)
    welcome = room.people.database.write(lambda session: _invitation(session, room))
    page.goto(f"{site.url}/?lang={lang}&theme={theme}")
    for path in PAGES:
        values = things | {"token": welcome if "welcome" in path else token}
        if path == "/staff":
            sign_in(page, site, room.installation.email)
        answer = page.goto(site.url + path.format(**values))
        assert answer is not None
        assert answer.status == 200, path
        html = page.locator("html")
        assert (html.get_attribute("lang"), html.get_attribute("data-theme")) == (lang, theme), path
        assert_accessible(page)
        assert _width(page, 360) <= 360, path
        assert _width(page, 320) <= 320, path


@pytest.mark.parametrize("kind", ["webinar", "exhibition"])
def test_a_phone_reaches_every_page_of_an_event_without_a_script(
    site: Site, room: Room, browser: Browser, kind: str
) -> None:
    event_id = site.life.webinar() if kind == "webinar" else site.life.exhibition()
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, room.installation.email)
    page.goto(f"{site.url}/staff/events/{event_id}/waitlist")
    sheet = page.locator("#event-pages")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name=re.compile("Daftar tunggu")).click()
    expect(sheet.locator("[aria-current=page]")).to_have_text("Daftar tunggu")
    expect(sheet.get_by_role("link", name="Jam kunjungan")).to_have_count(int(kind == "exhibition"))
    sheet.get_by_role("link", name="Undangan").click()
    expect(page.locator("main h2").first).to_have_text("Undangan")
    expect(sheet).to_be_hidden()
    context.close()


def _width(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": 740})
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def _invitation(session: Session, room: Room) -> str:
    return invitations.invite(
        session,
        room.installation,
        email="baru@perpus.example",
        role=Role.EDITOR,
        organiser_id=room.life.organiser_id,
        now=NOW,
        real_now=real_now(),
    )
