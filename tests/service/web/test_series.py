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

from events.drafts import lifecycle
from events.links import SERIES
from events.models import Event, Registration, RegistrationState, SeriesBooking
from events.questions import forms
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.recurring import series
from events.recurring.series_planning import ChosenDate
from events.registrations import registration
from events.storage import LocalizedText
from service.wiring import Runtime
from tests.support.documents import pdf
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


# ---------------------------------------------------------------- dates that ask
SHIRT = Question(id="shirt", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Ukuran kaus"), required=True)
LETTER = Question(
    id="letter", kind=QuestionKind.FILE, label=LocalizedText("Surat izin"), accepts=("pdf",), required=True
)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_what_dates_ask_is_answered_once_or_for_each(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    """Two dates ask the same, which is answered once; a third wants a file of its own."""
    first, second, third, plain = publish(count=4)
    for event_id in (first, second):
        life.do(forms.save, event_id, FormDocument((SHIRT,)))
    life.do(forms.save, third, FormDocument((LETTER,)))
    page = client.get(f"{PATH}/register").text
    shirt, letter = f"dates.{first}.answers.shirt", f"dates.{third}.answers.letter"
    assert [f'name="{each}"' in page for each in (shirt, letter, f"dates.{second}.answers.shirt")] == [
        True,
        True,
        False,
    ]
    typed = PERSON | {"questions": _hidden(page, "questions")}
    refused = client.post(f"{PATH}/register", data=typed)
    assert (refused.status_code, [f'id="error-{each}"' in refused.text for each in (shirt, letter)]) == (
        422,
        [True] * 2,
    )
    assert _registrations(life) == []
    with_file = client.post(f"{PATH}/register", data=typed, files={letter: ("surat.pdf", pdf(), "application/pdf")})
    assert (with_file.status_code, "surat.pdf" in with_file.text) == (422, True)
    kept = {letter: _hidden(with_file.text, re.escape(letter))}
    taken = client.post(f"{PATH}/register", data=typed | kept | {shirt: "M"})
    assert taken.status_code == 303
    answers = {row.event_id: dict(row.answers) for row in _registrations(life)}
    assert answers == {first: {"shirt": "M"}, second: {"shirt": "M"}, third: {"letter": kept[letter]}, plain: {}}


def test_a_form_that_changed_is_shown_anew(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    first, *_ = publish()
    life.do(forms.save, first, FormDocument((SHIRT,)))
    seen = _hidden(client.get(f"{PATH}/register").text, "questions")
    life.do(forms.save, first, FormDocument((LETTER,)))
    answer = client.post(f"{PATH}/register", data=PERSON | {"questions": seen, f"dates.{first}.answers.shirt": "M"})
    assert (answer.status_code, "Surat izin" in answer.text, _registrations(life)) == (409, True, [])


def test_a_date_added_with_questions_is_taken_by_itself(
    client: TestClient[Any], life: Life, runtime: Runtime, publish: Callable[..., list[uuid.UUID]]
) -> None:
    second = publish(count=2)[1]
    life.do(lifecycle.close_registration, second)
    token = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    life.do(lifecycle.open_registration, second)
    life.do(forms.save, second, FormDocument((SHIRT,)))
    page = client.get(token).text
    assert (f"{life.event(second).slug}/register" in page, f'action="{token}/take"' in page) == (True, False)


def test_all_dates_are_a_feed_to_subscribe_to(
    client: TestClient[Any], life: Life, publish: Callable[..., list[uuid.UUID]]
) -> None:
    publish()
    own = client.post(f"{PATH}/register", data=PERSON).headers["location"].partition("?")[0]
    assert f"{own}/feed.ics" in client.get(own).text
    [first, *_] = _registrations(life)
    life.do(registration.cancel, first.id)
    feed = client.get(f"{own}/feed.ics")
    assert (feed.headers["content-type"].partition(";")[0], feed.text.count("BEGIN:VEVENT")) == ("text/calendar", 3)
    assert (feed.text.count("STATUS:CANCELLED"), "X-WR-CALNAME:Klub Baca" in feed.text) == (1, True)
