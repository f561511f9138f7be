"""`make screenshots`, first half: takes the guide's pictures of a library that is always the same."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from events.storage import LOCALES
from service.migrations import migrate
from service.web.guide_markdown import PICTURES
from tests.service.accounts.people import PASSWORD
from tests.support.browser import launch
from tests.support.guide_house import House, furnish
from tests.support.life import NOW
from tests.support.site import Site, serving

SHARPNESS = 1.5
PHONE = 360
_WHOLE = {"main", ".staff-body"}
"""What is shown from its very edge; everything else gets some air above."""
_BELOW_TABS = ".event-menu ~ :is(h2, header)"
"""Where an event's page begins to be its own."""
_CSV = """Nama,Surel,Nomor WhatsApp,Sekolah
Siti Aminah,siti.aminah@sman1batam.example,,SMA Negeri 1 Batam
"Muhammad Rizky, S.Pd.",rizky@sman3batam.example,,SMA Negeri 3 Batam
Nur'aini,,081277712345,SMP Negeri 6 Batam
Budi Santoso,budi.santoso@,,SMA Negeri 1 Batam
Cut Nyak Meutia,meutia@sman1batam.example,,SMA Negeri 1 Batam
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which page, how wide the window is (CSS pixels), where it begins and how high it may be."""

    name: str
    path: str
    width: int = 480
    height: int = 640
    start: str = ".staff-body"
    act: Callable[[Page], None] | None = None


def _write_event(page: Page) -> None:
    page.fill("#field-title_id", "Dongeng dari Pulau Penyengat")
    page.fill("#field-summary_id", "Pendongeng Melayu mengajak anak-anak berlayar lewat cerita.")


def _plan_series(page: Page) -> None:
    page.fill("#field-starts_on", "2026-12-03")
    page.fill("#field-start_time", "15:00")
    page.fill("#field-end_time", "16:30")
    page.fill("#field-words", "setiap Jumat" if page.locator("html").get_attribute("lang") == "id" else "every Friday")
    page.fill("#field-count", "5")
    page.fill("#field-title_id", "Klub Baca Jumat Sore")
    page.fill("#field-title_en", "Friday Reading Club")
    page.fill("#field-summary_id", "Membaca bersama satu bab, lalu berbincang.")
    page.fill("#field-venue_id", "Ruang Anak Lantai 1")
    page.click("#field-form > div:last-child button[type=submit]")
    page.wait_for_selector("#field-dates")


def _try_import(page: Page) -> None:
    file: Any = {"name": "peserta-sekolah.csv", "mimeType": "text/csv", "buffer": _CSV.encode()}
    page.set_input_files("#field-file", file)
    page.click("#field-form button[type=submit]")
    page.wait_for_selector("dl.counts")


def _find_at_door(page: Page) -> None:
    page.wait_for_selector("#door:not([hidden])")
    page.fill("#find", "a")
    page.wait_for_selector("#found li")


SHOTS = (
    Shot("sign-in", "/staff/sign-in", PHONE, 560, start="main"),
    Shot("overview", "/staff", height=720),
    Shot("new-event", "/staff/events/new?kind=webinar", height=760, start="#field-form", act=_write_event),
    Shot("event-home", "/staff/events/{webinar}", height=720),
    Shot("review", "/staff/events/{draft}/review", height=760, start=_BELOW_TABS),
    Shot("programme", "/staff/events/{webinar}/programme", start=_BELOW_TABS),
    Shot("visiting-times", "/staff/events/{exhibition}/slots", height=900, start=_BELOW_TABS),
    Shot("series-dates", "/staff/series/new", height=840, act=_plan_series),
    Shot("form", "/staff/events/{workshop}/form", width=1100, height=760, start="#builder"),
    Shot("registrations", "/staff/events/{workshop}/registrations", width=860, height=640, start="#search"),
    Shot("import", "/staff/events/{training}/registrations/import", width=720, start="h2", act=_try_import),
    Shot("getting-in", "/staff/events/{training}/registration-settings", height=760, start=_BELOW_TABS),
    Shot("approval", "/staff/events/{training}/approvals", start=_BELOW_TABS),
    Shot("own-page", "/r/{guest}", PHONE, 760, start="main"),
    Shot("invitees", "/staff/events/{training}/invitees", height=700, start=_BELOW_TABS),
    Shot("waiting", "/r/{waiting}", PHONE, 420, start="main"),
    Shot("waitlist", "/staff/events/{workshop}/waitlist", height=760, start=_BELOW_TABS),
    Shot("door", "/staff/events/{workshop}/door", PHONE, 760, start="#door", act=_find_at_door),
    Shot("reports", "/staff/events/{ended}/reports", height=760, start=_BELOW_TABS),
    Shot("partners", "/staff/events/{webinar}/partners", height=640, start=_BELOW_TABS),
    Shot("posts", "/staff/posts", width=640, height=700),
    Shot("recordings", "/staff/events/{ended}/recording", height=640, start=_BELOW_TABS),
    Shot("certificates", "/staff/events/{ended}/certificates", width=760, height=560, start=_BELOW_TABS),
    Shot("brand", "/staff/brand", width=640, height=760),
    Shot("people", "/staff/people", width=640, height=720),
)


def main() -> None:
    """Take every picture in every language, and write down what they are."""
    listed: dict[str, dict[str, Any]] = {}
    for locale in LOCALES:
        shutil.rmtree(PICTURES / locale, ignore_errors=True)
        (PICTURES / locale).mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, launch() as browser:
        settings: dict[str, Any] = {"mailbox_page": True, "smtp_url": None}
        address = f"sqlite:///{folder}/guide.db"
        migrate(address)
        with serving(address, Path(folder), now=NOW, **settings) as site:
            house = furnish(site)
            for locale in LOCALES:
                page = _sign_in(browser, site, house, locale)
                for shot in SHOTS:
                    listed[f"{locale}/{shot.name}"] = _take(page, site, house, shot, locale)
    (PICTURES / "pictures.json").write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n")
    total = sum(file.stat().st_size for file in PICTURES.rglob("*.webp"))
    print(f"guide: {len(listed)} pictures, {total >> 10} kB")


def _sign_in(browser: Browser, site: Site, house: House, locale: str) -> Page:
    context = browser.new_context(device_scale_factor=SHARPNESS, locale=locale, timezone_id="Asia/Jakarta")
    page = context.new_page()
    page.goto(f"{site.url}/staff/sign-in?lang={locale}&theme=light")
    page.fill("#field-email", house.owner.email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site.url}/staff")
    return page


def _take(page: Page, site: Site, house: House, shot: Shot, locale: str) -> dict[str, Any]:
    page.set_viewport_size({"width": shot.width, "height": 900})
    ids = {name: getattr(house, name) for name in House.__slots__}
    page.goto(site.url + shot.path.format(**ids))
    if shot.act is not None:
        shot.act(page)
    page.evaluate("document.querySelectorAll('.save-bar, .action-bar').forEach(each => each.style.position = 'static')")
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement?.blur()")
    box = page.locator(shot.start).first.bounding_box()
    assert box is not None, shot
    top = max(0.0, box["y"] + page.evaluate("scrollY") - (0 if shot.start in _WHOLE else 16))
    height = min(
        shot.height, page.evaluate("document.querySelector('main').getBoundingClientRect().bottom + scrollY") - top
    )
    clip: Any = {"x": 0, "y": top, "width": shot.width, "height": height}
    body = io.BytesIO()
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip))).convert("RGB")
    picture.save(body, "WEBP", quality=78, method=6)
    (PICTURES / locale / f"{shot.name}.webp").write_bytes(body.getvalue())
    print(f"{locale}/{shot.name}: {len(body.getvalue()) >> 10} kB")
    digest = hashlib.sha256(body.getvalue()).hexdigest()[:12]
    return {"width": round(picture.width / SHARPNESS), "height": round(picture.height / SHARPNESS), "digest": digest}


if __name__ == "__main__":
    main()
