"""A series in public: its page, registering once for all dates, the person's page, giving back, taking added dates."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events import authoring, lifecycle, series
from events.links import SERIES
from events.models import ACTIVE_STATES, Event, Registration, RegistrationState, SeriesBooking
from events.series_planning import ChosenDate
from events.storage import LocalizedText
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser
from tests.support.series_life import make_series, timing

PATH = "/series/perpustakaan-batam/klub-baca"
PERSON = {"name": "Siti Aminah", "email": "siti@example.org", "consent": "yes"}


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


@pytest.fixture
def publish(life: Life) -> Callable[..., list[uuid.UUID]]:
    """Make a published series of Saturdays and return its dates."""

    def make(*, count: int = 3, capacity: int = 20) -> list[uuid.UUID]:
        series_id = make_series(life, "setiap Sabtu", count=count, capacity=capacity)
        life.do(series.publish_all, series_id, decides=True)
        return _dates(life)

    return make


def _dates(life: Life) -> list[uuid.UUID]:
    return life.database.read(lambda session: list(session.scalars(sa.select(Event.id).order_by(Event.starts_at))))


def _registrations(life: Life) -> list[Registration]:
    return life.database.read(lambda session: list(session.scalars(sa.select(Registration).order_by(Registration.id))))


def test_the_page_lists_the_dates_and_tells_machines_the_same(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    answer = client.get(PATH)
    assert answer.status_code == 200
    for said in ("Setiap hari Sabtu", "Sabtu, 5 Desember 2026, pukul 15.00–16.30 WIB", "Daftar untuk 3 tanggal"):
        assert said in answer.text
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    told = json.loads(data)
    assert (told["@type"], [each["startDate"] for each in told["subEvent"]]) == (
        "EventSeries",
        ["2026-12-05T15:00:00+07:00", "2026-12-12T15:00:00+07:00", "2026-12-19T15:00:00+07:00"],
    )
    assert "Every Saturday" in client.get(PATH, params={"lang": "en"}).text
    assert f"{PATH}</loc>" in client.get("/sitemap.xml").text


def test_drafts_are_nobodys_business(client: TestClient[Any], life: Life) -> None:
    make_series(life, "setiap Sabtu", count=2)
    assert [client.get(path).status_code for path in (PATH, f"{PATH}/register", "/series/perpustakaan-batam/x")] == [
        404
    ] * 3


def test_a_dates_own_page_leads_to_the_others(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    [first, *_] = publish(count=7)
    text = client.get(f"/events/perpustakaan-batam/{life.event(first).slug}").text
    assert (PATH in text, "Sabtu, 12 Desember 2026" in text, "2 tanggal lagi" in text) == (True, True, True)
    assert '"superEvent": {"@type": "EventSeries"' in text


def test_registering_once_is_a_place_at_every_date(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    [first, *_] = publish(capacity=1)
    life.register(first, 2)
    answer = client.post(f"{PATH}/register", data=PERSON | {"key": "k" * 12})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    assert page.text.count("Tempat Anda terkonfirmasi") == 2
    assert page.text.count("Daftar tunggu, nomor 1") == 1
    assert "siti@example.org" in page.text
    again = client.post(f"{PATH}/register", data=PERSON | {"key": "k" * 12})
    assert again.headers["location"] == answer.headers["location"]
    assert len(_registrations(life)) == 4


def test_what_is_wrong_is_said_at_its_field(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    answer = client.post(f"{PATH}/register", data={"name": "Siti"})
    assert (answer.status_code, 'id="error-email"' in answer.text, 'value="Siti"' in answer.text) == (422, True, True)
    client.post(f"{PATH}/register", data=PERSON)
    twice = client.post(f"{PATH}/register", data=PERSON)
    assert (twice.status_code, 'id="error-email"' in twice.text) == (409, True)
    for event_id in _dates(life):
        life.do(lifecycle.close_registration, event_id)
    closed = client.post(f"{PATH}/register", data=PERSON | {"email": "budi@example.org"})
    assert closed.status_code == 409
    assert "Saat ini tidak ada tanggal" in closed.text


def test_everything_is_given_back_by_a_post_only(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    page = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    client.get(f"{page}/cancel")
    assert {row.state for row in _registrations(life)} == {RegistrationState.CONFIRMED}
    assert client.post(f"{page}/cancel").status_code == 303
    assert {row.state for row in _registrations(life)} == {RegistrationState.CANCELLED}
    assert "tidak lagi terdaftar" in client.get(page).text


def test_added_dates_are_shown_and_taken(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish(count=2)
    page = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    asked = timing("setiap Sabtu", count=3)
    series_id = life.event(_dates(life)[0]).series_id
    chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
    life.do(series.add_dates, series_id, chosen, now=NOW + timedelta(hours=1))
    assert "1 tanggal lagi" not in client.get(page).text  # a draft
    life.do(series.publish_all, series_id, decides=True)
    assert "1 tanggal lagi" in client.get(page).text
    assert client.post(f"{page}/take").status_code == 303
    assert client.post(f"{page}/take").status_code == 303
    assert [row.state for row in _registrations(life)] == [RegistrationState.CONFIRMED] * 3


def test_the_calendar_file_holds_every_date_under_its_registrations_uid(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    page = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    text = client.get(f"{page}/calendar.ics").text
    assert sorted(re.findall(r"UID:(\S+)", text)) == sorted(str(row.id) for row in _registrations(life))
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_a_revoked_or_forged_link_opens_nothing(
    client: TestClient[Any], runtime: Runtime, life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    page = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    [booking] = life.database.read(lambda session: list(session.scalars(sa.select(SeriesBooking.id))))
    outdated = runtime.links.token(SERIES, booking, 7)
    wrong = runtime.links.token("manage", booking, 1)
    assert [client.get(f"/s/{token}").status_code for token in (outdated, wrong, "x" * 60)] == [410, 404, 404]
    assert client.get(page).headers["cache-control"] == "no-store"


def test_a_date_with_questions_of_its_own_is_left_to_its_own_form(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    [first, *_] = publish()
    life.database.write(lambda s: s.execute(sa.update(Event).where(Event.id == first).values(form_revision=1)))
    life.do(authoring.edit_event, first, summary=LocalizedText("Bawa buku."))
    assert client.post(f"{PATH}/register", data=PERSON).status_code == 303
    held = [row for row in _registrations(life) if row.state in ACTIVE_STATES]
    assert first not in {row.event_id for row in held}
    assert len(held) == 2
