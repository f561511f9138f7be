"""The page beside a meeting on a phone: it says that it is open, and stops when there is nothing to be at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from events.drafts import lifecycle
from events.links import JOIN
from events.models import Stay
from tests.support.browser import assert_accessible
from tests.support.life import STARTS_AT
from tests.support.polling import until
from tests.support.site import Site, serving

MEETING = "https://meet.example/abc"


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=STARTS_AT) as running:
        yield running


def stays(site: Site) -> int:
    return site.runtime.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Stay))) or 0


def test_the_meeting_opens_beside_the_page_which_counts(site: Site, page: Page) -> None:
    event_id = site.life.webinar(attendance_rule={"needs": ["joined"], "match": "all", "share": 70})
    made = site.life.register(event_id)
    page.context.route(f"{MEETING}**", _meet)
    page.goto(f"{site.url}/j/{site.runtime.links.token(JOIN, made.registration_id)}")
    assert stays(site) == 0
    assert_accessible(page)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Masuk sekarang").click()
    expect(opened.value).to_have_url(MEETING)
    expect(page.locator("[data-stay-line]")).to_be_visible()
    until(lambda: stays(site) == 1, what="the page says that it is open")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    site.life.do(lifecycle.start, event_id, now=STARTS_AT)
    site.life.do(lifecycle.end, event_id, now=STARTS_AT)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-stay-over]")).to_be_visible()
    expect(page.locator("[data-stay-line]")).to_be_hidden()


def _meet(route: Route) -> None:
    route.fulfill(body="<title>Rapat</title>", content_type="text/html")
