"""The door's camera: Chromium is shown a film of a code, tilted, as a phone would see it."""

from __future__ import annotations

import io
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from service.accounts.models import Role
from tests.service.web.staff.browsing import colleague, sign_in
from tests.service.web.staff.test_door_in_the_browser import code_of, open_door, wait_inside
from tests.support import browser as chromium
from tests.support.life import STARTS_AT
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=STARTS_AT) as running:
        yield running


@pytest.fixture
def event_id(site: Site) -> uuid.UUID:
    made = site.life.webinar()
    site.life.register(made, 1, name="Wulan")
    return made


def _film_of(code: str) -> bytes:
    """Return what a camera sees that is held a little askew over a code: motion JPEG, one picture after the other."""
    drawn = io.BytesIO()
    segno.make(code, error="q", micro=False).save(drawn, kind="png", scale=9, border=6)
    seen = Image.new("RGB", (640, 480), "gray")
    paper = Image.open(drawn).convert("RGB")
    seen.paste(paper, ((640 - paper.width) // 2, (480 - paper.height) // 2))
    frame = io.BytesIO()
    seen.rotate(-7, resample=Image.Resampling.BICUBIC, fillcolor="gray").save(frame, "jpeg", quality=90)
    return frame.getvalue() * 5


@pytest.fixture
def scanning(site: Site, event_id: uuid.UUID, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera sees the code of Wulan's page."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    film = tmp_path / "code.mjpeg"
    film.write_bytes(_film_of(code_of(site, event_id, "Wulan")))
    arguments = [
        *chromium.ARGUMENTS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        context = running.new_context(viewport={"width": 360, "height": 800}, locale="id-ID", permissions=["camera"])
        yield context.new_page()
        running.close()


def test_the_camera_reads_a_code(site: Site, scanning: Page, event_id: uuid.UUID) -> None:
    sign_in(scanning, site, colleague(site, Role.DOOR))
    open_door(scanning, site, event_id)
    scanning.click("#camera")
    expect(scanning.locator("#result")).to_contain_text("Wulan", timeout=20_000)
    wait_inside(site, event_id, 1)
    scanning.click("#camera")
    expect(scanning.locator("#camera-frame")).to_be_hidden()
