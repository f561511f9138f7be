"""The public pages in a real browser: for everybody, with and without JavaScript, whatever a title wants to be."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

from certificates.models import Certificate, CertificateRole, CertificateState
from events.drafts import lifecycle
from events.links import JOIN, MANAGE, PARTNER, PARTNER_SERIES, SERIES
from events.models import ContributionItem, ParticipationRole, PartnerAnswer, PartnerKind, ProgrammeItem, Stage
from events.partnership import contributions, partners
from events.recurring import series, series_booking
from events.registrations import registration
from events.registrations.registration import Registered
from events.storage import LocalizedText, Session
from tests.support.browser import LOOKS, assert_accessible
from tests.support.life import NOW, STAFF, STARTS_AT, application
from tests.support.series_life import make_series
from tests.support.series_speaker import FIRST, WEEK, SeriesSpeaker
from tests.support.site import Site

PHONE, DESK = 360, 1280
FORMULA, ITS_RESULT = "{{7*191}}", "1337"
HOSTILE = FORMULA + " </title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"


def _fill(site: Site) -> dict[str, str]:
    """Put everything into the site that a public page can show; return the pages' addresses."""
    life, links = site.life, site.runtime.links
    event_id = life.webinar(
        max_party_size=3,
        certificate={"hours": 3},
        description=LocalizedText("Satu.\n\nDua.", "One.\n\nTwo."),
        audience=LocalizedText("Guru", "Teachers"),
    )
    participation_id = life.database.write(lambda session: _take_part(session, life.organiser_id, event_id))
    full = life.webinar(capacity=1)
    held, waiting = life.register(full, 1), life.register(full, 2)
    exhibition = life.exhibition(slots=2)
    cancelled, ended = life.webinar(Stage.CANCELLED), life.webinar(Stage.ENDED)
    offered, gone = life.webinar(capacity=1), life.webinar()
    freed, taker = life.register(offered, 1), life.register(offered, 2)
    life.do(registration.cancel, freed.registration_id)
    left = life.register(gone, 1)
    life.do(registration.cancel, left.registration_id)
    attended = life.register(over := life.webinar(), 1)
    life.do(lifecycle.start, over)
    life.do(lifecycle.end, over)
    codes = life.database.write(lambda session: _certify(session, life.organiser_id, over, attended))
    outdated = links.token(MANAGE, left.registration_id, 7)

    def page(key: uuid.UUID) -> str:
        return f"/events/perpustakaan-batam/{life.event(key).slug}"

    return {
        "home": "/",
        "house": "/events/perpustakaan-batam",
        "event": page(event_id),
        "form": f"{page(event_id)}/register",
        "full": f"{page(full)}/register",
        "exhibition": page(exhibition),
        "visits": f"{page(exhibition)}/register",
        "cancelled": page(cancelled),
        "ended": page(ended),
        "own": f"/r/{links.token(MANAGE, held.registration_id)}?new=1",
        "waiting": f"/r/{links.token(MANAGE, waiting.registration_id)}",
        "cancel": f"/r/{links.token(MANAGE, held.registration_id)}/cancel",
        "join": f"/j/{links.token(JOIN, held.registration_id)}",
        "partner": f"/p/{links.token(PARTNER, participation_id)}",
        **_fill_series(site),
        "verify": "/v",
        "no-code": "/v?code=abc",
        "unknown": "/v/AAAAAAAAAAAAAAAAAAAAAAAAAA",
        "offered": f"/r/{links.token(MANAGE, taker.registration_id)}",
        "given-back": f"/r/{links.token(MANAGE, left.registration_id)}",
        "certified": f"/r/{links.token(MANAGE, attended.registration_id)}",
        **{state: f"/v/{code}" for state, code in codes.items()},
        "nothing": "/nothing-here",
        "outdated": f"/r/{outdated}",
        "wrong-method": f"/r/{links.token(MANAGE, left.registration_id)}/accept",
        "failing": "/failing",
    }


def _fill_series(site: Site) -> dict[str, str]:
    """Publish a series and have somebody register for all of it; return its pages' addresses."""
    life = site.life
    series_id = make_series(life, "setiap Rabu ketiga", count=3, capacity=1)
    life.do(series.publish_all, series_id, decides=True)
    booked = [life.do(series_booking.book, series_id, application(series_id, person)) for person in (1, 2)]
    holds, waits = (f"/s/{site.runtime.links.token(SERIES, each.booking_id)}" for each in booked)
    return {
        "series": "/series/perpustakaan-batam/klub-baca",
        "series-form": "/series/perpustakaan-batam/klub-baca/register",
        "series-date": "/events/perpustakaan-batam/klub-baca-2026-12-16",
        "series-own": f"{holds}?new=1",
        "series-waiting": waits,
        "series-cancel": f"{holds}/cancel",
        "partner-series": _fill_partner_series(site),
    }


def _fill_partner_series(site: Site) -> str:
    """Have somebody speak at dates in every state; return the page of all their dates."""
    speaker = SeriesSpeaker(site.life)
    speaker.answer(PartnerAnswer.ACCEPTED, 0)
    speaker.move(1, FIRST + WEEK + timedelta(days=1))
    speaker.cancel(2)
    return f"/ps/{site.runtime.links.token(PARTNER_SERIES, speaker.invitations()[0].id)}?noted=one"


def _certify(session: Session, organiser_id: uuid.UUID, event_id: uuid.UUID, person: Registered) -> dict[str, str]:
    """Issue a certificate in each state that the public page tells apart; return their codes by state."""
    states = (CertificateState.ISSUED, CertificateState.REPLACED, CertificateState.REVOKED)
    codes = {state.value: f"{version:026}" for version, state in enumerate(states, start=1)}
    for version, state in enumerate(states, start=1):
        session.add(
            Certificate(
                organiser_id=organiser_id,
                event_id=event_id,
                registration_id=person.registration_id,
                role=CertificateRole.PARTICIPANT,
                version=version,
                name="Peserta 1",
                locale="id",
                number="0001/PERPUS/XII/2026",
                code=codes[state.value],
                state=state,
                created_at=NOW,
                issued_at=NOW,
            )
        )
    return codes


def _take_part(session: Session, organiser_id: uuid.UUID, event_id: uuid.UUID, name: str = "Sulastri") -> uuid.UUID:
    text = LocalizedText(name, name)
    partner_id = partners.add_partner(
        session, organiser_id, kind=PartnerKind.SPEAKER, name=name, now=NOW, affiliation=text, biography=text
    )
    ends_at = STARTS_AT + timedelta(minutes=30)
    session.add(
        ProgrammeItem(
            event_id=event_id, starts_at=STARTS_AT, ends_at=ends_at, title=text, room=text, speaker_id=partner_id
        )
    )
    return partners.invite(session, event_id, partner_id, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF, topic=text)


def _width_over(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.timeout(900)  # every page twice in two widths, on a machine that other tests share
@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_every_public_page_is_for_everybody(
    site: Site, browser: Browser, scheme: Literal["light", "dark"], locale: str
) -> None:
    paths = _fill(site)
    context = browser.new_context(viewport={"width": PHONE, "height": 780}, color_scheme=scheme, locale=locale)
    try:
        page = context.new_page()
        page.goto(f"{site.url}/?lang={locale}")
        statuses: dict[str, int] = {}
        for name, path in paths.items():
            answer = page.goto(site.url + path)
            assert answer is not None
            statuses[name] = answer.status
            assert page.locator("html").get_attribute("lang") == locale
            assert_accessible(page)
            assert (path, _width_over(page)) == (path, 0)
            page.set_viewport_size({"width": DESK, "height": 800})
            assert (path, _width_over(page)) == (path, 0)
            page.set_viewport_size({"width": PHONE, "height": 780})
        refused = {"unknown": 404, "nothing": 404, "outdated": 410, "wrong-method": 405, "failing": 500}
        assert {name: status for name, status in statuses.items() if status != 200} == refused
        page.goto(site.url + paths["form"])
        page.locator("main form button").last.click()
        page.wait_for_selector("#errors")
        assert_accessible(page)
    finally:
        context.close()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser on a phone, with and without JavaScript."""
    context = browser.new_context(
        viewport={"width": PHONE, "height": 780}, locale="id-ID", java_script_enabled=request.param
    )
    yield context
    context.close()


def test_registering_and_giving_the_place_back(site: Site, visitor: BrowserContext) -> None:
    paths = _fill(site)
    page = visitor.new_page()
    page.goto(site.url + paths["event"])
    page.get_by_role("link", name="Daftar, gratis").last.click()
    page.get_by_label("Nama lengkap").fill("Siti Aminah")
    page.get_by_role("button", name="Daftar").click()
    summary = page.locator("#errors")
    assert summary.get_by_role("link").all_inner_texts() == [
        "Surel (e-mail): Isi alamat surel atau nomor WhatsApp.",
        "Kami hanya dapat mendaftarkan Anda dengan persetujuan Anda.",
    ]
    assert page.get_by_label("Nama lengkap").input_value() == "Siti Aminah"
    page.get_by_label("Surel (e-mail)").fill("siti@gmail.com")
    page.get_by_label("Saya setuju").check()
    page.get_by_role("button", name="Daftar").click()
    page.get_by_text("Terima kasih, Siti Aminah.").wait_for()
    page.get_by_role("link", name="Batalkan kehadiran saya").click()
    page.get_by_role("button", name="Tidak bisa hadir").click()
    page.get_by_text("Pendaftaran ini sudah dibatalkan.").wait_for()


def test_answering_all_dates_and_one_of_them_differently(site: Site, visitor: BrowserContext) -> None:
    speaker = SeriesSpeaker(site.life)
    page = visitor.new_page()
    page.goto(f"{site.url}/ps/{site.runtime.links.token(PARTNER_SERIES, speaker.invitations()[0].id)}")
    page.get_by_role("button", name="Saya bersedia hadir").last.click()
    page.get_by_text("kami catat untuk semua tanggal").wait_for()
    page.get_by_text("Jawab untuk tanggal ini saja").nth(2).click()
    third = page.locator("main li").nth(2)
    third.get_by_role("button", name="Saya berhalangan").click()
    page.get_by_text("Jawaban Anda untuk tanggal itu kami catat.").wait_for()
    assert speaker.said() == ["accepted", "accepted", "declined", "accepted"]
    assert _width_over(page) == 0


def test_subscribing_to_a_calendar_by_keyboard(
    site: Site, visitor: BrowserContext, request: pytest.FixtureRequest
) -> None:
    """The list's feed is unfolded, one's own is made and replaced, by keyboard; axe, which is a script, looks on."""
    scripted = request.node.callspec.id == "with-javascript"
    made = site.life.register(site.life.webinar(), 1)
    page = visitor.new_page()
    page.goto(f"{site.url}/?kind=webinar")
    page.locator("#calendar > summary").focus()
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.href").startswith("webcal://")
    if scripted:
        assert_accessible(page)
    own = f"{site.url}/r/{site.runtime.links.token(MANAGE, made.registration_id)}"
    seen: list[str] = []
    for name in ("Buat alamat kalender", "Buat alamat baru"):
        page.goto(own)
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**?calendar=new#calendar")
        seen.append(page.locator("#feed-address").inner_text())
    if scripted:
        assert_accessible(page)
    assert (len(set(seen)), _width_over(page)) == (2, 0)
    page.get_by_role("button", name="Matikan").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?calendar=off#calendar")
    assert page.locator("#feed-address").count() == 0


def test_language_and_theme_are_kept(site: Site, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto(site.url)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Dark appearance").click()
    page.goto(f"{site.url}/v")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_no_text_of_ours_or_theirs_becomes_code(site: Site, page: Page) -> None:
    """Others ran scripts from an event's title; ours is told to run none, and finds none to run."""
    life = site.life
    text = LocalizedText(HOSTILE, HOSTILE)
    event_id = life.webinar(title=text, summary=text, description=text, audience=text)
    participation_id = life.database.write(lambda session: _take_part(session, life.organiser_id, event_id, HOSTILE))
    made = life.register(event_id, 1, name=HOSTILE, institution=HOSTILE)
    links = site.runtime.links
    ran: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    def note_refused_code(message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            ran.append(message.text)

    page.on("dialog", note_dialog)
    page.on("console", note_refused_code)
    path = f"/events/perpustakaan-batam/{life.event(event_id).slug}"
    shown: dict[str, bool] = {}
    for name, each in {
        "home": "/",
        "event": path,
        "form": f"{path}/register?slot={HOSTILE}",
        "own": f"/r/{links.token(MANAGE, made.registration_id)}",
        "cancel": f"/r/{links.token(MANAGE, made.registration_id)}/cancel",
        "join": f"/j/{links.token(JOIN, made.registration_id)}",
        "partner": f"/p/{links.token(PARTNER, participation_id)}",
        "verify": f"/v?code={HOSTILE}",
        "nothing": f"/{HOSTILE}",
    }.items():
        page.goto(site.url + each)
        text_of_page = page.locator("main").inner_text()
        assert page.locator("main script, main img, main svg[onload]").count() == 0
        assert ITS_RESULT not in text_of_page, name
        shown[name] = FORMULA in text_of_page
    assert ran == []
    assert {name for name, literally in shown.items() if not literally} == {"verify", "nothing"}


def test_a_public_page_is_light(site: Site, page: Page) -> None:
    """Fonts, styles and all, without the poster: what a phone with little data left has to load."""
    paths = _fill(site)
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto(site.url + paths["event"])
    page.wait_for_load_state("networkidle")
    assert {url for url in sizes if not url.startswith(site.url)} == set()
    assert sum(sizes.values()) < 100_000


def test_an_events_page_with_five_faces_is_light(site: Site, page: Page) -> None:
    """Five speakers with pictures that nothing makes small and biographies as long as they may be."""
    event_id = site.life.webinar()
    with httpx.Client(base_url=site.url, timeout=60) as visitor:
        for number in range(5):
            part = site.life.database.write(
                lambda session, name=f"Pembicara {number}": _take_part(session, site.life.organiser_id, event_id, name)  # type: ignore[misc] # a default binds the loop's value
            )
            site.life.do(contributions.ask, part, [ContributionItem.PHOTO, ContributionItem.BIOGRAPHY], due_at=None)
            sent = {"biography_id": "Menulis cerita anak di Batam sejak dulu. " * 20}
            photo = {"photo": ("saya.png", _noise(number), "image/png")}
            address = f"/p/{site.runtime.links.token(PARTNER, part)}/materials"
            assert visitor.post(address, data=sent, files=photo).status_code == 303
            for item in (ContributionItem.PHOTO, ContributionItem.BIOGRAPHY):
                site.life.do(contributions.accept, part, item)
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.set_viewport_size({"width": PHONE, "height": 780})
    page.goto(f"{site.url}/events/perpustakaan-batam/{site.life.event(event_id).slug}")
    page.wait_for_load_state("networkidle")
    faces = page.locator("img.face")
    assert [each.get_attribute("loading") for each in faces.all()] == ["lazy"] * 5
    assert sum(sizes.values()) < 100_000
    for face in faces.all():
        face.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('img.face')].every(each => each.complete && each.naturalWidth)"
    )
    assert len([url for url in sizes if "/speakers/" in url]) == 5


def _noise(seed: int) -> bytes:
    side = 400
    picture, out = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)), io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
