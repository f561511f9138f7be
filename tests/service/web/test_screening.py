"""What keeps programs out of public forms: nobody loses what they typed, and one more press sends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Browser, expect

from events.models import AnswerFile, Event, OwnEventsLink, Registration, Stage
from events.questions import forms
from service.app import create_app
from service.clock import real_now
from service.wiring import Runtime
from tests.support.documents import EVERY_KIND, GOOD_ANSWERS, pdf
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import make_runtime
from tests.support.site import Site, at, serving, words
from tests.support.visitor import Visitor, stamp_in

GOOD = {"name": "Siti Aminah", "email": "siti@gmail.com", "consent": "yes", "key": "0123456789abcdef"}
QUICK = "Cepat sekali. Silakan periksa lagi jawaban Anda, lalu tekan tombolnya sekali lagi."
STALE = "Halaman ini sudah lama terbuka, atau tidak terkirim dengan utuh."
FILLED = "Kolom ini harus tetap kosong"


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime that gives people the seconds of a new installation."""
    made = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock", public_form_seconds=2)
    at(made, NOW)
    yield made
    made.close()


@pytest.fixture
def client(runtime: Runtime) -> Iterator[TestClient[Any]]:
    """A client that brings the stamps that the test gives it, and none else."""
    with TestClient(create_app(runtime)) as visitor:
        visitor.follow_redirects = False
        yield visitor


@pytest.fixture
def path(life: Life) -> str:
    """The address of a form."""
    return f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}/register"


def stamped(runtime: Runtime, life: Life, *, seconds_ago: float) -> str:
    """Return the stamp of the only event's form, opened some seconds ago."""
    event_id = life.database.read(lambda session: session.scalars(sa.select(Event.id)).one())
    return runtime.stamps.make(f"register:{event_id}", real_now=real_now() - timedelta(seconds=seconds_ago))


def registered(life: Life) -> list[str]:
    return list(life.database.read(lambda session: session.scalars(sa.select(Registration.name)).all()))


def typed(answer: httpx.Response) -> dict[str, str]:
    """Return what the form on a page holds, as a browser would send it."""
    form = answer.text.split('<form method="post"', 1)[1].split("</form>", 1)[0]
    fields = re.findall(r'<input[^>]* name="([^"]+)"[^>]*?value="([^"]*)"([^>]*)>', form.replace("\n", " "))
    found = {name: unescape(value) for name, value, rest in fields if "checkbox" not in rest}
    boxes = re.findall(
        r'<input[^>]*type="checkbox"[^>]* name="([^"]+)" value="([^"]+)"[^>]* checked', form.replace("\n", " ")
    )
    return {name: value for name, value in found.items() if value != "yes"} | dict(boxes)


def test_a_program_that_sends_at_once_is_asked_again_and_one_press_of_a_person_sends_it(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str
) -> None:
    stamp = stamp_in(client.get(path).text)
    assert stamp is not None
    answer = client.post(path, data=GOOD | {"stamp": stamp})
    assert answer.status_code == 422
    assert QUICK in words(answer.text)
    again = typed(answer)
    assert {name: again[name] for name in (*GOOD, "stamp")} == GOOD | {"stamp": stamp}
    assert registered(life) == []
    # The same form a moment later: nothing of it is renewed, so that its age counts from when it was opened.
    sent = client.post(path, data=again | {"stamp": stamped(runtime, life, seconds_ago=2)})
    assert sent.status_code == 303
    assert registered(life) == ["Siti Aminah"]


def test_the_hidden_field_is_told_about_and_never_dropped_in_silence(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str
) -> None:
    stamp = stamped(runtime, life, seconds_ago=60)
    answer = client.post(path, data=GOOD | {"stamp": stamp, "comments": "Beli obat <b>murah</b>"})
    assert answer.status_code == 422
    assert FILLED in words(answer.text)
    again = typed(answer)
    empty = {"phone": "", "institution": ""}
    assert again == GOOD | empty | {"stamp": stamp, "comments": "Beli obat <b>murah</b>"}
    assert 'class="unseen"' not in answer.text
    assert re.findall(r'href="#field-(\w+)"', answer.text) == ["comments"]
    assert registered(life) == []
    assert client.post(path, data=again | {"comments": ""}).status_code == 303
    assert registered(life) == ["Siti Aminah"]


def test_other_errors_and_the_hidden_field_are_told_at_once(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str
) -> None:
    stamp = stamped(runtime, life, seconds_ago=60)
    answer = client.post(path, data={"name": "", "comments": "x", "stamp": stamp})
    assert answer.status_code == 422
    assert re.findall(r'href="#field-(\w+)"', answer.text) == ["comments", "name", "email", "consent"]


@pytest.mark.parametrize(
    "forged", [None, "", "x", "0.", "19999999999.abc", "1" * 10_000, "\u0661.\u0662", "another event", "tomorrow"]
)
def test_a_stamp_that_was_not_made_for_this_form_costs_one_more_press(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str, forged: str | None
) -> None:
    if forged == "another event":
        forged = runtime.stamps.make(f"register:{life.organiser_id}", real_now=real_now() - timedelta(minutes=1))
    elif forged == "tomorrow":
        forged = stamped(runtime, life, seconds_ago=-86_400)
    answer = client.post(path, data=GOOD | ({} if forged is None else {"stamp": forged}))
    assert answer.status_code == 422
    assert STALE in words(answer.text)
    fresh = typed(answer)
    assert fresh["stamp"] not in ("", forged)
    assert {name: fresh[name] for name in GOOD} == GOOD
    assert registered(life) == []


def test_a_form_that_was_left_open_over_night_is_taken_with_one_more_press(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str
) -> None:
    answer = client.post(path, data=GOOD | {"stamp": stamped(runtime, life, seconds_ago=100_000)})
    assert (answer.status_code, STALE in words(answer.text)) == (422, True)
    assert client.post(path, data=typed(answer)).status_code == 303
    assert registered(life) == ["Siti Aminah"]


def test_answers_and_files_stay_when_a_form_is_held_back(
    client: TestClient[Any], runtime: Runtime, life: Life, path: str
) -> None:
    event_id = life.database.read(lambda session: session.scalars(sa.select(Event.id)).one())
    life.do(forms.save, event_id, EVERY_KIND)
    fields = {**GOOD, **GOOD_ANSWERS, "form_revision": "1"}
    answer = client.post(path, data=fields, files={"answers.letter": ("surat.pdf", pdf(), "application/pdf")})
    assert answer.status_code == 422
    letter = re.search(r'name="answers.letter" value="([0-9a-f-]{36})"', answer.text)
    assert letter is not None
    ripe = {"stamp": stamped(runtime, life, seconds_ago=10), "answers.letter": letter[1]}
    assert client.post(path, data=fields | ripe).status_code == 303
    kept = life.database.read(lambda session: session.scalars(sa.select(AnswerFile)).one())
    assert (str(kept.id), kept.filename, kept.registration_id is not None) == (letter[1], "surat.pdf", True)


def test_who_comes_too_late_is_told_so_and_not_that_they_were_quick(client: TestClient[Any], life: Life) -> None:
    event = life.event(life.webinar(Stage.REGISTRATION_CLOSED))
    answer = client.post(f"/events/perpustakaan-batam/{event.slug}/register", data=GOOD)
    assert QUICK not in answer.text
    assert STALE not in answer.text


def test_asking_for_ones_own_events_is_screened_and_limited(
    client: TestClient[Any], runtime: Runtime, life: Life
) -> None:
    event_id = life.webinar()
    life.register(event_id, 1)
    asked = {"email": "peserta1@example.org"}
    quick = client.post("/mine", data=asked)
    assert (quick.status_code, 'value="peserta1@example.org"' in quick.text) == (422, True)
    stamp = runtime.stamps.make("mine", real_now=real_now() - timedelta(minutes=1))
    trapped = client.post("/mine", data=asked | {"stamp": stamp, "comments": "x"})
    assert (trapped.status_code, FILLED in words(trapped.text)) == (422, True)
    most = runtime.settings.public_mails_per_day
    told = [client.post("/mine", data=asked | {"stamp": stamp}).status_code for _ in range(most + 1)]
    assert told == [200] * most + [429]
    links = life.database.read(lambda session: session.scalar(sa.select(sa.func.count(OwnEventsLink.id))))
    assert links == 1


def test_an_address_that_has_had_its_mails_is_registered_and_told_to_keep_the_link(
    database_url: str, tmp_path: Path
) -> None:
    runtime = make_runtime(database_url, tmp_path, public_mails_per_day=1, clock_file=tmp_path / "clock")
    at(runtime, NOW)
    life = Life(runtime.database, runtime.database.write(add_organiser))
    pages: list[str] = []
    with Visitor(create_app(runtime)) as client:
        for number in range(2):
            path = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}/register"
            pages.append(words(client.post(path, data=GOOD | {"key": f"key-of-{number}"}).text))
    assert registered(life) == ["Siti Aminah"] * 2
    runtime.close()
    assert "Konfirmasi" in pages[0]
    assert "kami tidak mengirim surel" not in pages[0]
    assert "Untuk pendaftaran ini kami tidak mengirim surel, karena siti@gmail.com sudah" in pages[1]


def test_a_person_without_javascript_meets_none_of_it(browser: Browser, sqlite_url: str, tmp_path: Path) -> None:
    """On a narrow telephone: the hidden field is neither seen nor reached; filled in by a browser, it is shown."""
    with serving(sqlite_url, tmp_path, now=NOW, public_form_seconds=0.1) as site:
        _walk(browser, site)


def _walk(browser: Browser, site: Site) -> None:
    event = site.life.event(site.life.webinar())
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="id-ID")
    page = context.new_page()
    page.goto(f"{site.url}/events/perpustakaan-batam/{event.slug}/register")
    hidden = page.locator("input[name=comments]")
    box = hidden.bounding_box()
    assert box is None or page.locator(".unseen").bounding_box()["width"] <= 1  # type: ignore[index] # it has one
    assert (hidden.get_attribute("tabindex"), page.locator(".unseen").get_attribute("aria-hidden")) == ("-1", "true")
    page.get_by_label("Nama lengkap").fill("Siti Aminah")
    page.get_by_label("Surel (e-mail)").fill("siti@gmail.com")
    page.get_by_role("checkbox", name="Saya setuju").check()
    hidden.fill("diisi peramban", force=True)
    page.get_by_role("button", name="Daftar").click()
    expect(page.get_by_label("Biarkan kolom ini kosong")).to_be_visible()
    expect(page.get_by_label("Nama lengkap")).to_have_value("Siti Aminah")
    page.get_by_label("Biarkan kolom ini kosong").fill("")
    page.get_by_role("checkbox", name="Saya setuju").check()
    page.get_by_role("button", name="Daftar").click()
    expect(page.get_by_text("Terima kasih, Siti Aminah. Tempat Anda sudah pasti.")).to_be_visible()
    context.close()
