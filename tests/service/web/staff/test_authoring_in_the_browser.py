"""Writing events on a phone, 360 px wide: drafted by keys alone, kept after a crash, copied, reviewed, shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from events.drafts.review import set_review_rule
from events.drafts.working_copies import list_working_copies
from events.models import ReviewRule, Stage
from events.storage import Session
from service.accounts.models import Role, StaffSession
from service.accounts.permissions import StaffIdentity
from service.clock import real_now
from tests.service.accounts.people import PASSWORD, People
from tests.service.web.staff.browsing import sign_in
from tests.support.browser import assert_accessible
from tests.support.life import NOW
from tests.support.polling import until
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, mailbox_page=True, smtp_url=None) as running:
        yield running


@pytest.fixture
def people(site: Site) -> People:
    return People(site.runtime.database)


@pytest.fixture
def owner(people: People) -> StaffIdentity:
    return people.first_owner(real_now=real_now())


def test_a_webinar_is_drafted_and_published_by_the_keyboard(  # noqa: PLR0915 - one story
    site: Site, owner: StaffIdentity, page: Page
) -> None:
    """What a librarian does between two phone calls: two texts are typed, the rest is proposed."""
    sign_in(page, site, owner.email)
    page.goto(f"{site.url}/staff/events/new?kind=webinar&organiser={site.life.organiser_id}")
    visible = page.locator("#field-form :is(input:not([type=hidden]), textarea, select):visible")
    names = [field.get_attribute("name") for field in visible.all()]
    assert names == ["title_id", "summary_id", "starts_at_date", "starts_at_time", "ends_at_time", "mode", "join_url"]
    page.locator("#field-title_id").focus()
    title, summary = "Menulis Cerita Anak", "Belajar menulis bersama Ibu Siti."
    presses = 0

    def press(key: str) -> None:
        nonlocal presses
        presses += 1
        page.keyboard.press(key)

    page.keyboard.type(title)
    press("Tab")
    page.keyboard.type(summary)
    assert_accessible(page)
    focused = "document.activeElement.textContent"
    while page.evaluate(focused).strip() != "Simpan sebagai draf":
        press("Tab")
        assert presses < 30
    press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_text("Teks yang belum ada bahasa Inggrisnya: 2")).to_be_visible()
    assert_accessible(page)
    publish = page.get_by_role("button", name="Terbitkan")
    publish.focus()
    press("Enter")
    expect(page.locator("header .tag-primary")).to_have_text("Pendaftaran dibuka")
    assert presses <= 24, "more keys than a form that asks for what it could propose"
    page.goto(f"{site.url}/events/perpustakaan-batam/menulis-cerita-anak?lang=en")
    expect(page.locator("h1")).to_have_text(title)


def test_what_was_typed_is_there_after_the_tab_crashed(  # noqa: PLR0915 - one story
    site: Site, owner: StaffIdentity, page: Page
) -> None:
    event_id = site.life.webinar(Stage.DRAFT)
    sign_in(page, site, owner.email)
    address = f"{site.url}/staff/events/{event_id}/edit"
    page.goto(address)
    page.fill("#field-title_id", "Menulis Cerita Rakyat")
    expect(page.locator("[data-autosave-note]")).to_contain_text("Tersimpan sementara")
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#field-title_id")).to_have_value("Menulis Cerita Rakyat")
    expect(page.get_by_text("belum disimpan")).to_be_visible()
    assert_accessible(page)
    assert site.life.event(event_id).title.id == "Menulis Cerita Anak"
    # The session ends while somebody writes: the browser keeps it, signing in leads back, and it is there.
    site.runtime.database.write(_end_sessions)
    page.fill("#field-title_id", "Menulis Cerita Melayu")
    expect(page.locator("[data-autosave-note]")).to_contain_text("Sesi Anda berakhir")
    page.reload()
    page.fill("#field-email", owner.email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(address)
    expect(page.locator("#field-title_id")).to_have_value("Menulis Cerita Melayu")
    page.click("text=Simpan perubahan")
    page.wait_for_url("**?done=saved")
    assert site.life.event(event_id).title.id == "Menulis Cerita Melayu"
    until(
        lambda: not site.runtime.database.read(lambda session: list_working_copies(session, owner.staff_id)),
        what="nothing is left to be offered again",
    )


def _end_sessions(session: Session) -> None:
    session.execute(sa.delete(StaffSession))


def test_a_phone_shows_one_language_and_counts_what_the_other_lacks(
    site: Site, owner: StaffIdentity, page: Page
) -> None:
    sign_in(page, site, owner.email)
    page.goto(f"{site.url}/staff/events/new?kind=webinar&organiser={site.life.organiser_id}")
    page.fill("#field-title_id", "Menulis")
    expect(page.locator(".tongue-switch [data-gaps=en]")).to_have_text("1")
    expect(page.locator("#field-title_en")).to_be_hidden()
    page.locator(".tongue-switch").get_by_text("Inggris").click()
    expect(page.locator("#field-title_en")).to_be_visible()
    expect(page.locator("#field-title_id")).to_be_hidden()
    page.fill("#field-title_en", "Writing")
    expect(page.locator(".tongue-switch [data-gaps=en]")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    for code in ("id", "en"):
        expect(page.locator(f"#field-title_{code}")).to_be_visible()


def test_an_event_is_held_again_and_a_partner_sees_the_draft(
    site: Site, owner: StaffIdentity, page: Page, browser: Browser
) -> None:
    event_id = site.life.webinar()
    sign_in(page, site, owner.email)
    page.goto(f"{site.url}/staff/events/{event_id}")
    page.click("text=Adakan lagi")
    assert_accessible(page)
    page.click("text=Buat salinan")
    expect(page.get_by_text("Inilah salinannya")).to_be_visible()
    page.get_by_role("link", name="Tautan pratinjau").last.click()
    page.fill("#field-label", "SMP Negeri 6")
    page.click("text=Buat tautan")
    address = page.locator("[id^=address-]").inner_text()
    assert "https://wa.me/?text=" in (page.get_by_text("Kirim lewat WhatsApp").get_attribute("href") or "")
    assert_accessible(page)
    stranger = browser.new_context(viewport={"width": 360, "height": 800}, locale="id-ID").new_page()
    stranger.goto(f"{site.url}/preview/{address.rsplit('/', 1)[1]}")
    expect(stranger.get_by_text("Halaman ini belum terbit")).to_be_visible()
    assert_accessible(stranger)
    page.click("text=Cabut")
    expect(page.get_by_text("Saat ini tidak ada tautan")).to_be_visible()
    gone = stranger.reload()
    assert gone is not None
    assert gone.status == 410
    stranger.context.close()


def test_two_people_agree_on_an_event(  # noqa: PLR0915 - one story
    site: Site, owner: StaffIdentity, people: People, browser: Browser
) -> None:
    site.life.do(set_review_rule, site.life.organiser_id, ReviewRule.EDITORS)
    event_id = site.life.webinar(Stage.DRAFT)
    desks: dict[Role, Page] = {}
    for role in (Role.EDITOR, Role.APPROVER):
        me = people.join(owner, site.life.organiser_id, role, name=role.value, real_now=real_now())
        desks[role] = browser.new_context(viewport={"width": 360, "height": 800}, locale="id-ID").new_page()
        sign_in(desks[role], site, me.email)
    editor, approver = desks[Role.EDITOR], desks[Role.APPROVER]
    editor.goto(f"{site.url}/staff/events/{event_id}")
    expect(editor.get_by_role("button", name="Terbitkan")).to_have_count(0)
    editor.get_by_role("button", name="Minta persetujuan").click()
    expect(editor.get_by_text("Persetujuan diminta.")).to_be_visible()
    approver.goto(f"{site.url}/staff")
    approver.get_by_text("Menunggu persetujuan Anda").click()
    approver.fill("#field-comment", "Tolong sebutkan untuk siapa.")
    assert_accessible(approver)
    approver.get_by_role("button", name="Kembalikan dengan catatan ini").click()
    expect(approver.get_by_text("Acara dikembalikan")).to_be_visible()
    editor.reload()
    expect(editor.get_by_text("Tolong sebutkan untuk siapa.")).to_be_visible()
    editor.get_by_role("button", name="Minta persetujuan").click()
    editor.goto(f"{site.url}/staff/events/{event_id}/edit")
    editor.fill("#field-title_id", "Menulis Cerita Anak untuk Guru")
    editor.click("text=Simpan perubahan")
    editor.wait_for_url("**?done=saved")
    approver.goto(f"{site.url}/staff/events/{event_id}/review")
    expect(approver.locator("ins")).to_contain_text("untuk Guru")
    assert_accessible(approver)
    approver.get_by_role("button", name="Setujui dan terbitkan").click()
    approver.wait_for_url("**?done=published")
    assert site.life.event(event_id).stage is Stage.REGISTRATION_OPEN
    for each in desks.values():
        each.context.close()


def test_a_programme_is_put_in_order_by_keys_and_by_dragging(site: Site, owner: StaffIdentity, page: Page) -> None:
    event_id = site.life.webinar(Stage.DRAFT)
    sign_in(page, site, owner.email)
    page.goto(f"{site.url}/staff/events/{event_id}/programme")
    for number, title in enumerate(("Pembukaan", "Paparan", "Tanya jawab")):
        if number:
            page.locator("#add-line").press("Enter")
        page.fill(f"#field-{number}_title_id", title)
    titles = page.locator("#programme-lines [id$=_title_id]")
    up = page.locator("[data-line='2'] button[value='up:2']")
    key = up.get_attribute("id")
    up.press("Enter")
    expect(titles.nth(1)).to_have_value("Tanya jawab")
    expect(page.locator(f"#{key}")).to_be_focused()
    # A mouse on a screen that holds all of it; on a phone the page would scroll under the finger.
    page.set_viewport_size({"width": 1280, "height": 1900})
    handle, target = (page.locator(f"[data-line='{n}'] [data-drag]").bounding_box() for n in (2, 0))
    assert handle is not None
    assert target is not None
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"], steps=6)
    page.mouse.up()
    expect(titles.nth(0)).to_have_value("Paparan")
    assert_accessible(page)
    page.locator(".save-bar").get_by_text("Simpan susunan acara").click()
    page.wait_for_url("**?done=saved")
