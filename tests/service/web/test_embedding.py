"""The widget on another site: it shows, it fits, it opens windows of their own, and nothing else may be framed."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page

from events.models import Stage
from events.storage import LocalizedText
from service.web.embedding import limit_of
from tests.support.browser import assert_accessible
from tests.support.life import Life
from tests.support.site import Site

EMBED = "/embed/perpustakaan-batam"


def test_only_the_widget_may_be_framed(client: TestClient[Any], life: Life) -> None:
    page = client.get(EMBED)
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "script-src 'none'" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    assert "<script" not in page.text
    fitting = client.get(f"{EMBED}?fit=yes").headers["content-security-policy"]
    assert ("frame-ancestors *" in fitting, "script-src 'self'" in fitting) == (True, True)
    for address in ("/", "/calendar/2026-12", "/past", "/v", "/staff/sign-in", "/embed/nobody", "/embed.js"):
        headers = client.get(address).headers
        assert (address, headers["x-frame-options"]) == (address, "DENY")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_widget_shows_what_is_asked_and_keeps_nothing(client: TestClient[Any], life: Life) -> None:
    for number in range(7):
        life.webinar(title=LocalizedText(f"Kelas {number}", f"Class {number}"), audiences=["children"] * (number % 2))
    life.webinar(Stage.DRAFT)

    def titles(query: str) -> list[str]:
        return re.findall(r"<h2><a [^>]*>([^<]*)<", client.get(f"{EMBED}?{query}").text)

    assert titles("") == [f"Kelas {number}" for number in range(5)]
    assert titles("limit=2&lang=en") == ["Class 0", "Class 1"]
    assert titles("audience=children") == ["Kelas 1", "Kelas 3", "Kelas 5"]
    answer = client.get(f"{EMBED}?lang=en&theme=dark")
    assert ("set-cookie" in answer.headers, 'data-theme="dark"' in answer.text) == (False, True)
    assert client.get(EMBED, headers={"if-none-match": client.get(EMBED).headers["etag"]}).status_code == 304
    links = re.findall(r"<a [^>]*>", answer.text)
    assert len(links) == 6
    assert all('target="_blank" rel="noopener"' in link for link in links)


@pytest.mark.parametrize(
    ("text", "limit"), [(None, 5), ("", 5), ("x", 5), ("0", 1), ("3", 3), ("99", 20), ("٣", 5), ("-1", 5)]
)
def test_a_widget_shows_one_to_twenty_events(text: str | None, limit: int) -> None:
    assert limit_of(text) == limit


def test_the_script_is_small_and_loads_nothing(client: TestClient[Any], life: Life) -> None:
    answer = client.get("/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(answer.content) < 2048
    assert re.findall(r"\bimport\b|\bfetch\b|https?://", answer.text) == []


class _School(SimpleHTTPRequestHandler):
    body = ""

    def do_GET(self) -> None:
        page = f"<!doctype html><html lang=id><title>Sekolah</title><body>{self.body}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def another_site(body: str) -> Generator[str]:
    """Serve a page with `body` under another name than our site's; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), type("School", (_School,), {"body": body})) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_the_frame_shows_on_another_site_and_other_pages_do_not(site: Site, page: Page) -> None:
    site.life.webinar(title=LocalizedText("Dongeng"))
    frames = f'<iframe src="{site.url}{EMBED}" title="Acara"></iframe><iframe src="{site.url}/" title="x"></iframe>'
    with another_site(frames) as other:
        page.goto(other)
        widget, whole = page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")
        widget.get_by_role("link", name="Dongeng").wait_for()
        assert whole.locator("main").count() == 0
        with page.context.expect_page() as opened:
            widget.get_by_role("link", name="Dongeng").click()
        opened.value.wait_for_load_state()
        assert opened.value.url.startswith(f"{site.url}/events/perpustakaan-batam/")
        assert opened.value.evaluate("window.opener") is None
        assert page.url == other


def test_the_script_fits_the_frame_and_listens_to_nobody_else(site: Site, page: Page) -> None:
    for number in range(6):
        site.life.webinar(title=LocalizedText(f"Kelas {number}"))
    said = 'data-organiser="perpustakaan-batam" data-limit="6" data-title="Acara"'
    with another_site(f'<script src="{site.url}/embed.js" async {said}></script><p>Sesudahnya</p>') as other:
        page.goto(other)
        page.frame_locator("iframe[title=Acara]").get_by_role("link", name="Kelas 5").wait_for()
        height = "document.querySelector('iframe').getBoundingClientRect().height"
        page.wait_for_function(f"{height} > 500")
        fitting = page.evaluate(height)
        inside = page.frames[1].evaluate("[document.documentElement.scrollHeight, innerHeight]")
        assert inside[0] == inside[1], "nothing is cut off and nothing scrolls"
        page.evaluate("postMessage({ acaraHeight: 77 }, '*')")
        page.evaluate("new Promise(done => setTimeout(done))")
        assert page.evaluate(height) == fitting
        page.frames[1].evaluate("document.querySelector('li').remove()")
        page.wait_for_function(f"{height} < {fitting}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_widget_is_for_everybody(site: Site, browser: Browser, theme: str) -> None:
    site.life.webinar()
    context = browser.new_context(viewport={"width": 320, "height": 600})
    page = context.new_page()
    page.goto(f"{site.url}{EMBED}?theme={theme}&fit=yes&lang=en")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    context.close()
