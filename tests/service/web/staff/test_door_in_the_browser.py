"""The door on a phone of 360 px: people found, scans kept without a network, through reloads and a lost session."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from events.doors import door_reading
from events.models import DoorScan
from service.accounts.models import Role, StaffSession
from tests.service.web.staff.browsing import colleague, fill_in, sign_in
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import STARTS_AT
from tests.support.polling import until
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=STARTS_AT) as running:
        yield running


@pytest.fixture
def event_id(site: Site) -> uuid.UUID:
    made = site.life.webinar(capacity=5, max_party_size=3)
    for number, name in enumerate(("dr. Siti Aminah, Sp.A.", "I Made O'Brien", "Wulan")):
        site.life.register(made, number, name=name, phone=f"+6281234567{number:03}", party_size=2 if number == 1 else 1)
    return made


def open_door(page: Page, site: Site, event_id: uuid.UUID) -> None:
    page.goto(f"{site.url}/staff/events/{event_id}/door")
    expect(page.locator("#line")).to_have_attribute("data-line", "online")
    expect(page.locator("#door")).to_have_attribute("data-kept", "yes")


def code_of(site: Site, event_id: uuid.UUID, name: str) -> str:
    entries = site.runtime.database.read(lambda session: door_reading.door_list(session, event_id, site.runtime.links))
    [found] = [each for each in entries if each.name == name]
    return site.runtime.links.door_code(event_id, found.id, 1)


def inside(site: Site, event_id: uuid.UUID) -> int:
    return site.runtime.database.read(lambda session: door_reading.door_count(session, event_id)).inside


def wait_inside(site: Site, event_id: uuid.UUID, wanted: int) -> None:
    until(lambda: inside(site, event_id) == wanted, what=f"{wanted} inside")


def test_a_party_is_let_in_person_by_person_and_taken_back(site: Site, page: Page, event_id: uuid.UUID) -> None:
    sign_in(page, site, colleague(site, Role.DOOR))
    open_door(page, site, event_id)
    page.fill("#find", "obrien")
    page.click("#found button")
    expect(page.locator("#result")).to_contain_text("0 dari 2 di dalam")
    page.get_by_role("button", name="Semua masuk (2)").click()
    expect(page.locator("#result")).to_have_attribute("data-tone", "good")
    wait_inside(site, event_id, 2)
    expect(page.locator("#count-inside")).to_have_text("2")
    page.click("#result >> text=Urungkan")
    wait_inside(site, event_id, 0)
    expect(page.locator("#count-inside")).to_have_text("0")
    page.fill("#find", code_of(site, event_id, "Wulan"))
    expect(page.locator("#result")).to_contain_text("Silakan masuk")
    wait_inside(site, event_id, 1)
    page.fill("#find", "")
    page.fill("#find", code_of(site, event_id, "Wulan"))
    expect(page.locator("#result")).to_have_attribute("data-tone", "known")
    page.check("input[name=mode][value=out]", force=True)
    page.fill("#find", "")
    page.fill("#find", code_of(site, event_id, "Wulan"))
    expect(page.locator("#result")).to_contain_text("Sampai jumpa")
    wait_inside(site, event_id, 0)


def test_without_a_network_nothing_is_lost_through_reloads(site: Site, page: Page, event_id: uuid.UUID) -> None:
    """The list is on the device, scans queue, the tab is reloaded and closed in the middle; all of it arrives once."""
    sign_in(page, site, colleague(site, Role.DOOR))
    open_door(page, site, event_id)
    context: BrowserContext = page.context
    context.set_offline(True)
    page.reload()
    _work_offline(page)
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto(f"{site.url}/staff/events/{event_id}/door")
    expect(again.locator("#line")).to_have_attribute("data-waiting", "6")
    expect(again.locator("#count-inside")).to_have_text("1")
    expect(again.locator("#heads-child")).to_have_text("2")
    assert inside(site, event_id) == 0
    context.set_offline(False)
    wait_inside(site, event_id, 2)
    expect(again.locator("#line")).to_have_attribute("data-waiting", "0")
    count = site.runtime.database.read(lambda session: door_reading.door_count(session, event_id))
    assert (count.came, count.heads["child"], count.expected) == (2, 2, 5)
    rows = site.runtime.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(DoorScan)))
    assert rows == 2


def _work_offline(page: Page) -> None:
    """Let one registered person in, count two heads (three and one back), register a walk-in."""
    page.fill("#find", "siti")
    page.click("#found button")
    page.click("#result button")
    expect(page.locator("#result")).to_contain_text("dr. Siti Aminah, Sp.A.")
    expect(page.locator("#line")).to_have_attribute("data-line", "offline")
    page.click("summary:has-text('Hitung pengunjung')")
    for _ in range(3):
        page.click("[data-heads=child][data-delta='1']")
    page.click("[data-heads=child][data-delta='-1']")
    page.click("summary:has-text('belum mendaftar')")
    page.fill("#walk-name", "Pak Harun")
    page.click("#walk-in button")
    expect(page.locator("#line")).to_have_attribute("data-waiting", "6")


def test_a_session_that_ended_keeps_the_queue_and_signing_out_forgets_the_names(
    site: Site, page: Page, event_id: uuid.UUID
) -> None:
    email = colleague(site, Role.DOOR)
    sign_in(page, site, email)
    open_door(page, site, event_id)
    site.runtime.database.write(lambda session: session.execute(sa.delete(StaffSession)))
    page.fill("#find", code_of(site, event_id, "Wulan"))
    expect(page.locator("#line")).to_have_attribute("data-line", "signed-out")
    expect(page.locator("#line")).to_have_attribute("data-waiting", "1")
    page.click("#sign-in a")
    fill_in(page, email)
    page.wait_for_url(f"**/staff/events/{event_id}/door")
    wait_inside(site, event_id, 1)
    names = """new Promise((done) => {
        const opened = indexedDB.open("acara-door");
        opened.onsuccess = () => {
            const all = opened.result.transaction("lists").objectStore("lists").getAll();
            all.onsuccess = () => { opened.result.close(); done(all.result.length); };
        };
    })"""
    assert page.evaluate(names) == 1
    page.locator("form[action='/staff/sign-out'] button").last.click()
    page.wait_for_url("**/staff/sign-in*")
    assert page.evaluate(names) == 0
    assert page.evaluate("caches.keys()") == []


def test_what_the_server_could_not_understand_stays_until_it_is_corrected(
    site: Site, page: Page, event_id: uuid.UUID
) -> None:
    """A wrong number typed without a network, found out after a reload; what was noted beside it counts."""
    sign_in(page, site, colleague(site, Role.DOOR))
    open_door(page, site, event_id)
    page.context.set_offline(True)
    _let_in_beside_a_wrong_number(page)
    page.reload()
    expect(page.locator("#line")).to_have_attribute("data-waiting", "2")
    page.context.set_offline(False)
    wait_inside(site, event_id, 1)
    expect(page.locator("#refused-list")).to_contain_text("Pak Harun · 12")
    page.reload()
    page.locator("#refused-list").get_by_role("button", name="Perbaiki").click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.fill("#walk-contact", "081234567899")
    page.click("#walk-in button")
    wait_inside(site, event_id, 2)
    expect(page.locator("#refused")).to_be_hidden()


def _let_in_beside_a_wrong_number(page: Page) -> None:
    page.click("summary:has-text('belum mendaftar')")
    page.fill("#walk-name", "Pak Harun")
    page.fill("#walk-contact", "12")
    page.click("#walk-in button")
    expect(page.locator("#line")).to_have_attribute("data-waiting", "1")
    page.fill("#find", "siti")
    page.click("#found button")
    page.click("#result button")
    expect(page.locator("#line")).to_have_attribute("data-waiting", "2")


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_door_is_accessible_and_fits_a_phone(
    site: Site, page: Page, event_id: uuid.UUID, lang: str, theme: str
) -> None:
    sign_in(page, site, colleague(site, Role.DOOR))
    page.goto(f"{site.url}/staff?lang={lang}&theme={theme}")
    open_door(page, site, event_id)
    for name in ("Wulan", "O'Brien"):
        page.fill("#find", name)
        page.click("#found button")
        page.locator("#result button").first.click()
        expect(page.locator("#result")).to_have_attribute("data-tone", "good")
        assert_accessible(page)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
