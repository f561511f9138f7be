"""The report of a meeting over HTTP and in a browser: sent, matched with a person's help, counted, taken back."""

from __future__ import annotations

import io
import os
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from playwright.sync_api import Page, expect

from certificates import issuing
from certificates.models import Certificate
from events import outbox
from events.drafts import lifecycle
from events.models import AttendanceReport, Track
from events.presence import stays
from service.clock import real_now
from service.processes import work
from tests.service.accounts.people import People
from tests.service.web.staff.browsing import sign_in
from tests.service.web.staff.room import Room
from tests.support.browser import assert_accessible
from tests.support.life import NOW, STARTS_AT, Life
from tests.support.site import Site, serving, words

ENDS_AT = STARTS_AT + timedelta(hours=2)
ZOOM = """Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ani (iPhone Ani),ani@example.org,12/12/2026 09:00:00 AM,12/12/2026 10:30:00 AM,90,Yes
AMINAH SITI,,12/12/2026 09:00:00 AM,12/12/2026 10:00:00 AM,60,Yes
Galaxy A12 (Siti Aminah),,12/12/2026 09:30:00 AM,12/12/2026 10:10:00 AM,40,Yes
Dewi,,12/12/2026 09:00:00 AM,12/12/2026 11:00:00 AM,120,Yes
Orang Asing,,12/12/2026 09:00:00 AM,12/12/2026 11:00:00 AM,120,Yes
Terlalu Pagi,,12/12/2026 08:00:00 AM,12/12/2026 08:59:00 AM,59,Yes
"""


class Held:
    """A webinar that goes on, with three people."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.event_id = life.webinar(
            ends_at=ENDS_AT,
            certificate={"enabled": True},
            attendance_rule={"needs": [], "match": "all", "minutes": 60},
        )
        self.ani, self.siti, self.dewi = (
            life.register(self.event_id, number, name=name, email=email).registration_id
            for number, (name, email) in enumerate(
                [("Ani", "Ani@example.org"), ("Siti Aminah, S.Pd.", "siti@example.org"), ("Dewi Lestari", None)]
            )
            for email in [email or f"peserta{number}@example.org"]
        )
        life.do(lifecycle.start, self.event_id, now=STARTS_AT)

    def end(self) -> None:
        self.life.do(lifecycle.end, self.event_id, now=ENDS_AT)

    def minutes(self) -> dict[uuid.UUID, int]:
        event = self.life.event(self.event_id)
        return self.life.database.read(lambda s: {key: time.minutes for key, time in stays.times(s, event).items()})


@pytest.fixture
def held(room: Room) -> Held:
    return Held(room.life)


def send(client: TestClient[Any], held: Held, data: bytes | str = ZOOM, name: str = "zoom.csv") -> Any:
    return client.post(f"/staff/events/{held.event_id}/attendance/report", files={"file": (name, data)})


def choices(page: str) -> list[tuple[str, str]]:
    """Return whom the page asks about, with the field that says who it is."""
    return re.findall(r'for="(choice-[0-9a-f]{16})">([^<]+)<', page)


def field(page: str, name: str) -> str:
    [found] = [key for key, label in choices(page) if label == name]
    return found.replace("-", ".", 1)


def digest(page: str) -> str:
    [found] = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
    return str(found)


def test_nobody_is_counted_by_a_name_before_somebody_says_so(held: Held, owner: TestClient[Any]) -> None:
    sent = send(owner, held)
    assert sent.status_code == 303
    page = sent.headers["location"]
    shown = owner.get(f"{page}?lang=en").text
    said = "known by their address 1 to decide 3 not on the list 1 would be counted 1"
    assert said in words(shown)
    assert "Asia/Jakarta" in shown
    assert "1 person in the report was not there during the event." in words(shown)
    assert {label for _, label in choices(shown)} == {"AMINAH SITI", "Galaxy A12 (Siti Aminah)", "Dewi"}
    assert owner.post(page, data={"do": "count", "seen": digest(shown)}).status_code == 422
    assert held.minutes() == {}
    counted = owner.post(page, data={"do": "count", "seen": digest(shown), "leave_out": "yes"})
    assert counted.headers["location"].endswith("?done=report_counted")
    assert held.minutes() == {held.ani: 90}


def test_what_is_chosen_is_kept_and_two_devices_of_one_person_count_once(held: Held, owner: TestClient[Any]) -> None:
    page = send(owner, held).headers["location"]
    shown = owner.get(page).text
    kept = owner.post(page, data={"do": "same"})
    assert kept.headers["location"] == f"{page}?done=saved"
    later = owner.get(page).text
    assert later.count("selected>Siti Aminah, S.Pd.") == 2
    assert owner.post(page, data={field(shown, "Dewi"): str(held.dewi)}).status_code == 303
    assert owner.get(page).text.count("selected>Dewi Lestari") == 1
    assert owner.post(page, data={"do": "count", "seen": digest(shown)}).status_code == 303
    assert held.minutes() == {held.ani: 90, held.siti: 70, held.dewi: 120}
    row = held.life.database.read(lambda s: s.scalars(sa.select(AttendanceReport)).one())
    assert (row.rows, row.choices, row.people) == ([], {}, 3)
    assert "Ani" not in owner.get(page).text  # what was counted is forgotten
    assert owner.post(page, data={"do": "count"}).status_code == 409
    assert send(owner, held).headers["location"] == page
    assert held.minutes() == {held.ani: 90, held.siti: 70, held.dewi: 120}


def test_minutes_stand_in_the_lists_and_in_the_spreadsheet(held: Held, owner: TestClient[Any]) -> None:
    page = send(owner, held).headers["location"]
    owner.post(page, data={"do": "count", "seen": digest(owner.get(page).text), "leave_out": "yes"})
    assert "90 minutes" in words(owner.get(f"/staff/events/{held.event_id}/attendance?lang=en").text)
    assert "90 minutes there" in words(owner.get(f"/staff/events/{held.event_id}/registrations?lang=en").text)
    sheet = owner.get(f"/staff/events/{held.event_id}/registrations.xlsx?lang=en").content
    [head, *rows] = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0].iter_rows(values_only=True)
    at, name = head.index("Minutes there"), head.index("Name")
    assert {row[name]: row[at] for row in rows} == {"Ani": "90", "Siti Aminah, S.Pd.": "", "Dewi Lestari": ""}


def test_a_choice_that_was_not_offered_is_refused(held: Held, owner: TestClient[Any]) -> None:
    page = send(owner, held).headers["location"]
    shown = owner.get(page).text
    for wrong in (str(held.ani), "x", str(uuid.uuid4())):
        assert owner.post(page, data={field(shown, "Dewi"): wrong}).status_code == 422
    assert owner.post(page, data={"choice.unknown": str(held.ani), "zone": "Mars", "day_order": "x"}).status_code == 303
    assert owner.post(page, data={"do": "count", "seen": "0" * 64, "leave_out": "yes"}).status_code == 409
    assert held.minutes() == {}


def test_a_wrong_zone_is_seen_and_can_be_mended(held: Held, owner: TestClient[Any]) -> None:
    page = send(owner, held).headers["location"]
    assert owner.post(page, data={"do": "look", "zone": "America/Los_Angeles"}).status_code == 303
    shown = owner.get(f"{page}?lang=en").text
    assert "Nobody in this report was there during the event." in words(shown)
    assert owner.post(page, data={"do": "count", "seen": digest(shown), "leave_out": "yes"}).status_code == 422
    owner.post(page, data={"do": "look", "zone": "Asia/Jakarta"})
    assert "Nobody in this report was there" not in words(owner.get(f"{page}?lang=en").text)


@pytest.mark.parametrize("data", ["", "Nama;Surel\nAni;a@example.org\n", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_is_no_report_is_told_at_the_file(held: Held, owner: TestClient[Any], data: str | bytes) -> None:
    answer = send(owner, held, data)
    assert answer.status_code == 422
    assert 'id="error-file"' in answer.text


def test_a_corrected_report_replaces_the_earlier_and_certificates_follow(room: Room, held: Held) -> None:
    with room.visitor() as owner:
        room.sign_in(owner, room.installation.email)
        held.end()
        held.life.database.write(lambda s: issuing.plan(s, held.event_id, now=ENDS_AT + timedelta(minutes=5)))
        assert held.life.event(held.event_id).certificate_track is Track.DONE
        page = send(owner, held).headers["location"]
        first = page.rsplit("/", 1)[-1]
        owner.post(page, data={"do": "count", "seen": digest(owner.get(page).text), "leave_out": "yes"})
        _react(room)
        assert _certified(held) == {held.ani}
        page = send(owner, held, ZOOM.replace("10:30:00 AM,90", "10:00:00 AM,60")).headers["location"]
        shown = owner.get(page).text
        owner.post(page, data={"do": "same"})
        ready = {"do": "count", "seen": digest(shown), "leave_out": "yes", "replaces": first}
        assert owner.post(page, data=ready).status_code == 303
        _react(room)
        assert held.minutes() == {held.ani: 60, held.siti: 70}
        assert _certified(held) == {held.ani, held.siti}
        assert owner.post(f"{page}/take-back").status_code == 303
        assert held.minutes() == {}
        story = words(owner.get(f"/staff/events/{held.event_id}/timeline?lang=en").text)
        assert "A report of the meeting was taken back." in story
        assert "2 people were counted from the meeting's report." in story


def _react(room: Room) -> None:
    ahead = real_now() + timedelta(minutes=1)
    while facts := room.life.database.read(lambda session: outbox.unsettled(session, real_now=ahead)):
        work.react_to(room.runtime, facts)


def _certified(held: Held) -> set[uuid.UUID | None]:
    statement = sa.select(Certificate.registration_id).where(Certificate.event_id == held.event_id)
    return set(held.life.database.read(lambda session: session.scalars(statement).all()))


# ---------------------------------------------------------------- in the browser
@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW, mailbox_page=True, smtp_url=None) as running:
        yield running


def test_a_report_is_counted_on_a_phone(site: Site, page: Page, tmp_path: Path) -> None:
    people = People(site.runtime.database)
    owner = people.first_owner(real_now=real_now())
    held = Held(site.life)
    file = tmp_path / "zoom.csv"
    file.write_text(ZOOM)
    sign_in(page, site, owner.email)
    page.goto(f"{site.url}/staff/events/{held.event_id}/attendance")
    page.get_by_role("link", name="Laporan rapat").click()
    page.set_input_files("#field-file", file)
    _look(page, "report-list")
    page.get_by_role("button", name="Periksa").click()
    expect(page.get_by_role("heading", name="Siapa itu siapa di laporan")).to_be_visible()
    _look(page, "report")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Dewi").select_option(str(held.dewi))
    page.reload()
    expect(page.get_by_label("Dewi")).to_have_value(str(held.dewi))
    page.get_by_role("button", name="Ambil 2 orang yang namanya persis sama").click()
    page.get_by_role("button", name="Hitung kehadirannya").click()
    expect(page.get_by_text("3 orang dihitung")).to_be_visible()
    _look(page, "report-counted")
    assert held.minutes() == {held.ani: 90, held.siti: 70, held.dewi: 120}


def _look(page: Page, name: str) -> None:
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if folder := os.environ.get("ACARA_PICTURES"):
        page.screenshot(path=f"{folder}/{name}-360.png", full_page=True)
