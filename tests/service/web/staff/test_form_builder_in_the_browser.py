"""The form builder on a phone: by keyboard, by finger, without a script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from events.questions import forms
from events.questions.form_presets import document
from service.clock import real_now
from tests.service.accounts.people import People
from tests.service.web.staff.browsing import sign_in
from tests.service.web.staff.room import Room
from tests.support.browser import assert_accessible
from tests.support.life import NOW
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, mailbox_page=True, smtp_url=None) as running:
        yield running


@pytest.fixture
def room(site: Site) -> Room:
    people = People(site.runtime.database)
    return Room(site.runtime, site.life, people, people.first_owner(real_now=real_now()), site.life, site.life)


def names(page: Page) -> list[str]:
    return page.locator("#questions [data-name]").all_inner_texts()


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for pictures."""
    folder = os.environ.get("ACARA_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_form_is_built_by_keyboard_alone(site: Site, room: Room, page: Page) -> None:
    event_id = site.life.webinar()
    sign_in(page, site, room.installation.email)
    page.goto(f"{site.url}/staff/events/{event_id}/form")
    page.locator("button[value=preset]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#questions > li")).to_have_count(8)
    page.locator("#field-kind").focus()
    page.keyboard.type("Angka")
    page.locator("button[value=add]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#questions > li")).to_have_count(9)
    expect(page.locator("#questions > li:last-child input[name$='.label_id']")).to_be_focused()
    page.keyboard.type("Berapa buku yang Anda baca tahun ini?")
    expect(page.locator(".phone").first).to_contain_text("Berapa buku yang Anda baca tahun ini?")
    move_by_keyboard(page)
    take_off_and_put_back(page)
    check_looks(page)
    page.locator(".action-bar button[value=save]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/form?done=form")
    saved = site.runtime.database.read(lambda session: forms.load(session, event_id))
    assert saved.questions[0].label.id == "Berapa buku yang Anda baca tahun ini?"
    assert [each.id for each in saved.questions[1:]] == [each.id for each in document("umum").questions]


def check_looks(page: Page) -> None:
    """Axe, and no scrolling sideways on a phone."""
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    look(page, "builder-360")
    page.set_viewport_size({"width": 1280, "height": 900})
    look(page, "builder-1280")


def move_by_keyboard(page: Page) -> None:
    """Bring the last of nine questions to the top."""
    page.locator("#questions > li:last-child [data-handle]").focus()
    for _ in range(7):
        page.keyboard.press("ArrowUp")
    expect(page.locator("#questions > li:nth-child(2) [data-handle]")).to_be_focused()
    expect(page.locator("#moved")).to_contain_text("pertanyaan ke-2 dari 9")
    page.locator("#questions > li:nth-child(2) button[value^=up]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#moved")).to_contain_text("pertanyaan ke-1 dari 9")


def take_off_and_put_back(page: Page) -> None:
    """Remove the third of nine questions and undo it."""
    page.locator("#questions > li:nth-child(3) button[value^=remove]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#questions > li")).to_have_count(8)
    expect(page.locator("button[value=undo]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#questions > li")).to_have_count(9)


def drag_third_over_second(page: Page) -> None:
    """Put a finger on the third question's handle and draw it up to where the second begins."""
    handle = page.locator("#questions > li").nth(2).locator("[data-handle]")
    handle.scroll_into_view_if_needed()
    start, goal = handle.bounding_box(), page.locator("#questions > li").nth(1).bounding_box()
    assert start is not None
    assert goal is not None
    session = page.context.new_cdp_session(page)
    x, y = start["x"] + 10, start["y"] + 10
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        at = y + (goal["y"] + 10 - y) * step / 8
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": at}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_question_is_dragged_by_finger(site: Site, room: Room, browser: Browser) -> None:
    event_id = site.life.webinar()
    site.life.do(forms.save, event_id, document("komunitas"))
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="id-ID", has_touch=True)
    try:
        page = context.new_page()
        sign_in(page, site, room.installation.email)
        page.goto(f"{site.url}/staff/events/{event_id}/form")
        before = names(page)
        drag_third_over_second(page)
        wanted = [before[0], before[2], before[1], *before[3:]]
        expect(page.locator("#questions [data-name]")).to_have_text(wanted)
        expect(page.locator("#moved")).to_contain_text("pertanyaan ke-2 dari")
    finally:
        context.close()


def test_without_a_script_everything_is_a_button(site: Site, room: Room, browser: Browser) -> None:
    event_id = site.life.webinar()
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="en-GB", java_script_enabled=False, color_scheme="dark"
    )
    try:
        page = context.new_page()
        sign_in(page, site, room.installation.email)
        page.goto(f"{site.url}/staff/events/{event_id}/form")
        page.get_by_label("Teachers").check()
        page.get_by_role("button", name="Add these questions").click()
        assert len(names(page)) == 7
        first, second = names(page)[:2]
        page.locator("#questions > li").first.locator("button[value^=down]").click()
        assert names(page)[:2] == [second, first]
        page.locator("#questions > li").first.locator("button[value^=remove]").click()
        page.get_by_role("button", name="Put it back").click()
        assert names(page)[:2] == [second, first]
        page.locator(".action-bar button").first.click()
        page.get_by_text("The form is saved.").wait_for()
        saved = site.runtime.database.read(lambda session: forms.load(session, event_id))
        assert [each.label.en for each in saved.questions[:2]] == [second, first]
    finally:
        context.close()
