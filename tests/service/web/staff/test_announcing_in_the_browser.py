"""“Tautan Zoom berubah” from a phone: written, looked at, tried out, sent, and read by whom it is for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from events.links import MANAGE
from service.accounts.models import Role
from tests.service.web.staff.browsing import colleague, sign_in
from tests.support.browser import assert_accessible
from tests.support.life import NOW
from tests.support.polling import until
from tests.support.running import workers
from tests.support.site import Site, serving
from tests.support.smtp import SmtpSink

SAID = "Halo Siti Nurhaliza, ruang rapat kita pindah."


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, smtp_url=smtp_sink.url) as running:
        yield running


def had(sink: SmtpSink, address: str) -> list[str]:
    """Return the texts that somebody has got."""
    return [
        each.message.get_body(("plain",)).get_content()  # type: ignore[union-attr] # every mail of ours has a text part
        for each in sink.delivered
        if each.recipients == (address,) and "Tautan Zoom berubah" in str(each.message["Subject"])
    ]


def check(phone: Page, *, scripted: bool) -> None:
    """Look at the page with axe and a ruler, which need a script."""
    if scripted:
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def write(phone: Page, site: Site, event_id: uuid.UUID, *, scripted: bool) -> None:
    """Write it, and look at it as one of those gets it whom it is for."""
    phone.goto(f"{site.url}/staff/events/{event_id}/messages")
    phone.get_by_role("link", name="Tulis pesan").click()
    phone.fill("#field-subject_id", "Tautan Zoom berubah")
    phone.fill("#field-body_id", "Halo {nama}, ruang rapat kita pindah.\n\n[Gabung]({tautan_masuk})")
    check(phone, scripted=scripted)
    phone.get_by_role("button", name="Simpan dan lihat").click()
    letter = phone.frame_locator("iframe").first
    expect(letter.get_by_text(SAID, exact=True)).to_be_attached()
    expect(phone.get_by_text("1 orang lewat surel")).to_be_visible()
    check(phone, scripted=scripted)


def test_a_new_link_is_told_to_everybody(site: Site, phone: Page, scripted: bool, smtp_sink: SmtpSink) -> None:
    event_id = site.life.webinar()
    key = site.life.register(event_id, 1, name="Siti Nurhaliza").registration_id
    site.life.register(event_id, 2, name="Pak Budi", email=None, phone="+6281234567890")
    editor = colleague(site, Role.EDITOR)
    sign_in(phone, site, editor)
    write(phone, site, event_id, scripted=scripted)

    phone.get_by_role("button", name="Kirim uji coba kepada saya").click()
    expect(phone.get_by_role("status")).to_contain_text(f"Uji coba sedang dikirim ke {editor}.")
    until(lambda: had(smtp_sink, editor), what="the test arrives")
    assert had(smtp_sink, "peserta1@example.org") == []

    phone.get_by_role("button", name="Kirim sekarang").click()
    expect(phone.get_by_role("heading", name="Hasilnya")).to_be_visible()
    with workers(site.runtime):
        (text,) = until(lambda: had(smtp_sink, "peserta1@example.org"), what="it arrives")
    assert SAID in text
    phone.reload()
    check(phone, scripted=scripted)

    phone.goto(f"{site.url}/staff/events/{event_id}/timeline")
    expect(phone.get_by_text("Pesan dikirim: 1 lewat surel, 1 perlu dikabari sendiri.")).to_be_visible()
    phone.goto(f"{site.url}/r/{site.runtime.links.token(MANAGE, key)}")
    expect(phone.get_by_text(SAID)).to_be_visible()
