"""`make screenshots`: plays the demonstration and takes the README's pictures of what it leaves behind."""

from __future__ import annotations

import io
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page

from certificates.models import Certificate, CertificateState
from events.links import PARTNER_SERIES
from events.models import PartnerAnswer
from notifications.letters import rendering
from notifications.models.email import EmailKind
from notifications.models.moment import Moment
from notifications.models.poster import Poster
from service.demo.driver import EMAIL, PASSWORD, run
from service.demo.play import Play
from service.migrations import migrate
from tests.notifications.post_office import links
from tests.notifications.test_templates import NOW, material
from tests.support.browser import launch
from tests.support.life import NOW as BEFORE
from tests.support.series_speaker import FIRST, WEEK, SeriesSpeaker
from tests.support.site import serving

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PHONE = {"width": 360, "height": 740}
_LETTERS = (EmailKind.CONFIRMATION, EmailKind.SERIES_BOOKED, EmailKind.CERTIFICATE, EmailKind.PARTNER_INVITATION)
DESK = {"width": 1280, "height": 800}


def take(play: Play) -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with launch() as browser:
        _public(browser, play)
        _staff(browser, play)
        _mails(browser)
        _partner(browser)
    _documents(play)


def _page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type] # playwright's own TypedDict of the same shape
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        device_scale_factor=1.5,
    )
    return context.new_page()


def _shoot(page: Page, name: str, *, full: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(full_page=full))).convert("RGB")
    picture.save(FOLDER / f"{name}.webp", quality=82, method=6)
    print(f"{name}: {(FOLDER / f'{name}.webp').stat().st_size >> 10} kB")


def _public(browser: Browser, play: Play) -> None:
    desk, phone = _page(browser, DESK), _page(browser, PHONE)
    url = play.theatre.url
    desk.goto(url)
    _shoot(desk, "home")
    desk.goto(f"{url}/calendar/now")
    _shoot(desk, "calendar")
    address = f"{url}/events/perpustakaan-batam"
    phone.goto(f"{address}/{play.webinar['slug']}")
    _shoot(phone, "event")
    phone.goto(f"{url}{_open_event(desk, url)}/register")
    phone.locator("main form [type=submit]").last.click()
    _shoot(phone, "register")
    _, place = play.places[0]
    phone.goto(f"{url}/r/{place['token']}")
    _shoot(phone, "manage")


def _open_event(page: Page, url: str) -> str:
    """Return the path of the first event on the home page for which people can register."""
    page.goto(url)
    links = page.locator("main a[href*='/events/perpustakaan-batam/']").all()
    paths = dict.fromkeys(str(link.get_attribute("href")).split("?")[0].split("#")[0] for link in links)
    for path in paths:
        page.goto(f"{url}{path}/register")
        if page.locator("main form [type=submit]").count():
            return path
    raise AssertionError(f"nothing is open for registration among {list(paths)}")


def _staff(browser: Browser, play: Play) -> None:
    page = _page(browser, DESK)
    page.goto(f"{play.theatre.url}/staff")
    page.fill("input[type=email]", EMAIL)
    page.fill("input[type=password]", PASSWORD)
    page.locator("form [type=submit]").last.click()
    _shoot(page, "staff")
    page.goto(f"{play.theatre.url}/staff/events/{play.webinar['id']}")
    _shoot(page, "staff-event")


def _mails(browser: Browser) -> None:
    """Draw some e-mails side by side: on a desk by day, on a phone by night, without any picture from the network."""
    shots = [_letter(browser, kind, width=600, dark=False) for kind in _LETTERS]
    shots += [_letter(browser, kind, width=360, dark=True) for kind in _LETTERS]
    columns = len(_LETTERS)
    rows = (shots[:columns], shots[columns:])
    width = max(sum(each.width + 24 for each in row) for row in rows) + 24
    sheet = Image.new("RGB", (width, sum(max(each.height for each in row) + 24 for row in rows) + 24), "#d9dcda")
    top = 24
    for row in rows:
        left = (width - sum(each.width + 24 for each in row) + 24) // 2
        for each in row:
            sheet.paste(each, (left, top))
            left += each.width + 24
        top += max(each.height for each in row) + 24
    sheet.thumbnail((2000, 2000))
    sheet.save(FOLDER / "mails.webp", quality=82, method=6)
    print(f"mails: {(FOLDER / 'mails.webp').stat().st_size >> 10} kB")


def _partner(browser: Browser) -> None:
    """Show the page where a speaker answers for all dates of a series, one of them moved and one cancelled."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/partner.db"
        migrate(address)
        with serving(address, Path(folder), now=BEFORE) as site:
            speaker = SeriesSpeaker(site.life)
            speaker.answer(PartnerAnswer.ACCEPTED, 0)
            speaker.move(1, FIRST + WEEK + timedelta(days=1))
            speaker.cancel(2)
            page = _page(browser, {"width": 640, "height": 860})
            page.goto(f"{site.url}/ps/{site.runtime.links.token(PARTNER_SERIES, speaker.invitations()[0].id)}")
            _shoot(page, "partner-dates")


def _letter(browser: Browser, kind: EmailKind, *, width: int, dark: bool) -> Image.Image:
    page = browser.new_page(
        viewport={"width": width, "height": 400}, color_scheme="dark" if dark else "light", device_scale_factor=1.5
    )
    page.set_content(rendering.render(material(kind, "id"), links, now=NOW).html)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    page.close()
    return picture


def _documents(play: Play) -> None:
    files, database = play.theatre.runtime.files, play.theatre.runtime.database
    certificates = (
        sa.select(Certificate).where(Certificate.state == CertificateState.ISSUED).order_by(Certificate.number)
    )
    certificate: Any = database.read(lambda session: session.scalars(certificates.limit(1)).one())
    page = pypdfium2.PdfDocument(files.get(certificate.file_key))[0]
    page.render(scale=1.4).to_pil().convert("RGB").save(FOLDER / "certificate.webp", quality=85, method=6)
    posters = sa.select(Poster).where(Poster.moment == Moment.ANNOUNCED, Poster.portrait_key.is_not(None))
    for number, poster in enumerate(database.read(lambda session: session.scalars(posters.limit(3)).all())):
        picture = Image.open(io.BytesIO(files.get(str(poster.portrait_key)))).convert("RGB")
        picture.thumbnail((540, 675))
        picture.save(FOLDER / f"poster-{number}.webp", quality=85, method=6)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(run(Path(folder) / "demo", port=0, serve=False, afterwards=take))
