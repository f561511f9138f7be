"""What visitors and the office see of the door: the kiosk, the entry code, the reports; accessible, on a phone too."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from events.links import MANAGE
from events.models import EventMode
from service.accounts.models import Role
from service.clock import real_now
from tests.service.accounts.people import People
from tests.service.web.staff.browsing import fill_in
from tests.service.web.staff.test_door_in_the_browser import code_of, wait_inside
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import STARTS_AT
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=STARTS_AT) as running:
        yield running


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_doors_other_pages_are_accessible(site: Site, page: Page, lang: str, theme: str) -> None:
    event_id = site.life.webinar(mode=EventMode.ONSITE, join_url=None, max_party_size=3)
    made = site.life.register(event_id, 1, name="Siti Aminah", party_size=3)
    people = People(site.runtime.database)
    owner = people.first_owner(real_now=real_now())
    people.join(owner, site.life.organiser_id, Role.DOOR, real_now=real_now(), name="door")
    page.goto(f"{site.url}/staff/sign-in?lang={lang}&theme={theme}")
    fill_in(page, owner.email)
    page.wait_for_url(f"{site.url}/staff")
    token = site.runtime.links.token(MANAGE, made.registration_id, 1)
    for path in (
        f"/staff/events/{event_id}/reports",
        f"/staff/events/{event_id}/door/problems",
        f"/staff/events/{event_id}/kiosk",
        f"/r/{token}",
        f"/r/{token}/entry",
    ):
        page.goto(site.url + path)
        _check(page)
    page.goto(f"{site.url}/staff/events/{event_id}/kiosk")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"{site.url}/kiosk")
    _check(page)
    _let_party_in(page, site, event_id)


def _let_party_in(page: Page, site: Site, event_id: uuid.UUID) -> None:
    page.fill("#code", "0000-0000-0000")
    page.press("#code", "Enter")
    expect(page.locator(".door-result")).to_have_attribute("data-tone", "bad")
    _check(page)
    page.goto(f"{site.url}/kiosk")
    page.fill("#code", code_of(site, event_id, "Siti Aminah"))
    page.press("#code", "Enter")
    _check(page)
    page.click(".kiosk-numbers button[value='2']")
    expect(page.locator(".door-result")).to_have_attribute("data-tone", "good")
    _check(page)
    wait_inside(site, event_id, 2)


def _check(page: Page) -> None:
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
