"""The calendar of posts on a phone and on a desk: found, moved, refused; with a script and without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from notifications.models.moment import Moment
from notifications.models.post import Post
from service.accounts.models import Role
from tests.notifications.posts.posting import all_posts, draft
from tests.service.web.staff.browsing import colleague, sign_in
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import NOW
from tests.support.programme import webinar
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, smtp_url=None) as running:
        yield running


def drafted(site: Site, hours: dict[str, int]) -> dict[str, Post]:
    """Draft an announcement of an event; on Mastodon it goes out at these hours (WIB) of 5 December, by language."""
    event_id = webinar(site.life)
    draft(site.life, event_id, Moment.ANNOUNCED)
    found = {post.locale: post for post in all_posts(site.life, event_id) if post.channel == "mastodon"}
    for locale, hour in hours.items():
        at = NOW.replace(month=12, day=5, hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour - 7)

        moved = sa.update(Post).where(Post.id == found[locale].id).values(publish_at=at)
        site.life.database.write(lambda s, moved=moved: s.execute(moved))  # type: ignore[misc] # bound now
    return found


def test_an_editor_finds_a_post_and_moves_it(site: Site, phone: Page) -> None:
    drafted(site, {"id": 9, "en": 15})
    sign_in(phone, site, colleague(site, Role.EDITOR))
    phone.goto(f"{site.url}/staff/posts")
    phone.get_by_role("link", name="Kalender unggahan").click()
    phone.goto(f"{site.url}/staff/posts/calendar?month=2026-12&channel=mastodon")
    day = phone.locator(".agenda > li", has_text="Sabtu, 5 Desember")
    expect(day.get_by_role("link")).to_have_count(2)
    expect(day.get_by_role("link").first).to_contain_text("09.00")
    day.get_by_role("link").first.click()
    expect(phone.locator("#field-publish_at_date")).to_have_value("2026-12-05")
    expect(phone.locator("#field-publish_at_time")).to_have_value("09:00")
    phone.fill("#field-publish_at_time", "23:30")
    phone.get_by_role("button", name="Pindahkan unggahan").click()
    expect(phone.locator("#error-publish_at")).to_contain_text("jam tenang")
    phone.fill("#field-publish_at_time", "14:30")
    phone.get_by_role("button", name="Pindahkan unggahan").click()
    expect(phone.locator("#error-publish_at")).to_contain_text("Pukul 15.00 saluran ini sudah punya unggahan lain")
    expect(phone.locator("#field-publish_at_time")).to_have_value("14:30")
    phone.get_by_label("Tetap pada jam ini").check()
    phone.get_by_role("button", name="Pindahkan unggahan").click()
    expect(phone.get_by_role("status").first).to_contain_text("terbit pada waktu yang baru")
    phone.goto(f"{site.url}/staff/posts/calendar?month=2026-12&channel=mastodon")
    expect(phone.locator(".agenda > li", has_text="Sabtu, 5 Desember").get_by_role("link").first).to_contain_text(
        "14.30"
    )
    phone.goto(f"{site.url}/staff/posts/calendar?month=2026-13&channel=nonsense&event=nonsense")
    expect(phone.locator("h1")).to_have_text("Kalender unggahan")


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_pages_are_accessible_and_fit(site: Site, page: Page, lang: str, theme: str) -> None:
    posts = drafted(site, {"id": 9, "en": 9})
    sign_in(page, site, colleague(site, Role.EDITOR))
    for path in ("posts/calendar?month=2026-12", "posts/calendar?month=2027-05", f"posts/{posts['id'].id}"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{site.url}/staff/{path}{'&' if '?' in path else '?'}lang={lang}&theme={theme}")
        assert_accessible(page)
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size({"width": 360, "height": 740})
        assert_accessible(page)
