"""E-mails as a mail program draws them: on a narrow phone and a desk, light and dark, with nothing from the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from playwright.sync_api import Browser, Page, Route

from events.storage import LocalizedText
from notifications.letters import rendering
from notifications.models.email import OF_NEWS, EmailKind
from tests.notifications import test_news_mails
from tests.notifications.post_office import links
from tests.notifications.test_templates import NOW, material
from tests.support.browser import assert_accessible
from tests.support.sizes import FULL

FEW = (
    EmailKind.CONFIRMATION,
    EmailKind.SERIES_BOOKED,
    EmailKind.CERTIFICATE,
    EmailKind.PARTNER_SEATS,
    EmailKind.REVIEW_ASKED,
)
"""One of each shape: card and button, list of dates, links, a partner's card, prose."""
KINDS = tuple(kind for kind in EmailKind if kind not in OF_NEWS) if FULL else FEW
LONG = "Keberagamanpengetahuankepustakawanansekepulauanriau"
"""A word that no line of a phone holds."""


def _mails() -> Iterator[tuple[str, str]]:
    """Yield each e-mail's name and HTML, about an event with a title that is too long."""
    for kind in KINDS:
        for locale in ("id", "en"):
            made = material(kind, locale)
            made.event.title = LocalizedText(f"Menulis Cerita Anak: {LONG}", f"Writing for Children: {LONG}")
            yield f"{kind.value}.{locale}", rendering.render(made, links, now=NOW).html
    news = test_news_mails.material(EmailKind.NEWS, "id")
    long = test_news_mails.upcoming(2, title=LocalizedText(LONG), venue=LocalizedText(LONG), online=False)
    yield "news.id", rendering.render(replace(news, new=(*news.new, long)), links, now=NOW).html


_TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((each) => each.outerHTML.slice(0, 120))"""


def test_every_mail_fits_and_can_be_read(browser: Browser) -> None:
    page: Page = browser.new_page()
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.route("**/*", refuse)
    for name, html in _mails():
        page.set_content(html, wait_until="domcontentloaded")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width in (320, 600):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate(_TOO_WIDE) == [], f"{name} at {width} px, {scheme}"
            assert_accessible(page, rules=("color-contrast", "link-in-text-block"))
    assert asked == [], "images off changes nothing: a mail asks for none"
    page.close()
