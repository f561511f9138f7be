"""Lists, events and proofs over HTTP: each stage tells its own, and every refusal is a page."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from litestar import get
from litestar.testing import TestClient

from events.models import Stage
from events.recordings import recording
from service.app import create_app
from tests.support.life import NOW, STAFF, Life
from tests.support.running import make_runtime
from tests.support.site import words


def _path(life: Life, event_id: uuid.UUID) -> str:
    return f"/events/perpustakaan-batam/{life.event(event_id).slug}"


def test_the_front_page_lists_what_is_coming(client: TestClient[Any], life: Life) -> None:
    event_id = life.webinar()
    answer = client.get("/")
    assert answer.status_code == 200
    assert f'href="{_path(life, event_id)}"' in answer.text
    assert "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB" in words(answer.text)


def test_an_empty_front_page_says_so(client: TestClient[Any], life: Life) -> None:
    assert "Belum ada acara terjadwal" in words(client.get("/").text)
    assert client.get("/events/perpustakaan-batam").status_code == 200
    assert client.get("/events/nobody").status_code == 404


@pytest.mark.parametrize(
    ("stage", "said", "may_register"),
    [
        (Stage.PUBLISHED, "Pendaftaran belum dibuka.", False),
        (Stage.REGISTRATION_OPEN, "Sisa 100 kursi dari 100", True),
        (Stage.REGISTRATION_CLOSED, "Pendaftaran sudah ditutup.", False),
        (Stage.LIVE, "Acara ini sedang berlangsung.", False),
        (Stage.ENDED, "Acara ini sudah selesai.", False),
        (Stage.ARCHIVED, "Acara ini sudah selesai.", False),
        (Stage.POSTPONED, "Acara ini ditunda; waktu barunya belum ditentukan.", False),
        (Stage.CANCELLED, "Acara ini dibatalkan.", False),
    ],
)
def test_an_event_page_tells_its_stage(
    client: TestClient[Any], life: Life, stage: Stage, said: str, may_register: bool
) -> None:
    path = _path(life, life.webinar(stage))
    answer = client.get(path)
    assert said in words(answer.text)
    assert (f'href="{path}/register"' in answer.text) is may_register


def test_seats_left_are_right_as_soon_as_somebody_registers_here(client: TestClient[Any], life: Life) -> None:
    path = _path(life, life.webinar(capacity=3))
    assert "Sisa 3 kursi" in words(client.get(path).text)
    form = {"name": "Siti", "email": "siti@gmail.com", "consent": "yes", "key": "0123456789"}
    client.post(f"{path}/register", data=form)
    assert "Sisa 2 kursi" in words(client.get(path).text)


def test_a_recording_is_shown_and_only_its_player_is_let_in(client: TestClient[Any], life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    url = "https://youtu.be/dQw4w9WgXcQ"
    life.database.write(lambda session: recording.paste_link(session, event_id, url, title="x", now=NOW, by=STAFF))
    answer = client.get(_path(life, event_id))
    assert re.findall(r'<iframe[^>]*src="([^"]+)"', answer.text) == [
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
    ]
    assert "frame-src https://www.youtube-nocookie.com" in answer.headers["content-security-policy"]
    assert "frame-src" not in client.get("/").headers["content-security-policy"]


def test_the_calendar_file_names_the_event_and_nobody(client: TestClient[Any], life: Life) -> None:
    event_id = life.webinar()
    life.register(event_id)
    answer = client.get(f"{_path(life, event_id)}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert f"UID:{event_id}" in answer.text
    assert "ATTENDEE" not in answer.text
    assert "meet.example" not in answer.text
    assert client.get(f"{_path(life, event_id)}/calendar.ics?slot={uuid.uuid4()}").status_code == 404


def test_a_slot_of_another_exhibition_is_not_this_ones(client: TestClient[Any], life: Life) -> None:
    here, there = life.exhibition(), life.exhibition()
    path = _path(life, here)
    assert client.get(f"{path}/calendar.ics?slot={life.slots(here)[0]}").status_code == 200
    assert client.get(f"{path}/calendar.ics?slot={life.slots(there)[0]}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/events/perpustakaan-batam/nothing", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/r/not-a-token", 404),
        ("GET", "/p/%00", 400),
        ("GET", "/v/0123456789ABCDEFGHJKMNPQRS", 404),
        ("GET", "/v/" + "[" * 2000, 404),
        ("GET", "/brand/nobody.css", 404),
        ("DELETE", "/", 405),
    ],
)
def test_refusals_are_pages_in_the_visitors_language(
    client: TestClient[Any], life: Life, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert '<html lang="en"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_a_failure_of_ours_says_so_and_nothing_else(sqlite_url: str, tmp_path: Any) -> None:
    @get("/fails", sync_to_thread=False)
    def fails() -> str:
        raise ValueError("secret-in-a-message")

    runtime = make_runtime(sqlite_url, tmp_path)
    with TestClient(create_app(runtime, routes=[fails]), raise_server_exceptions=False) as client:
        answer = client.get("/fails")
    runtime.close()
    assert answer.status_code == 500
    assert "Ada kesalahan di pihak kami" in words(answer.text)
    assert "secret" not in answer.text


def test_every_answer_carries_the_safety_headers(client: TestClient[Any], life: Life) -> None:
    for path in ("/", "/healthz", "/robots.txt", "/nothing", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


def test_health_with_a_database_is_ok(client: TestClient[Any], life: Life) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_health_without_a_database_is_503(tmp_path: Any) -> None:
    runtime = make_runtime(f"sqlite:///{tmp_path}/missing/acara.sqlite", tmp_path)
    with TestClient(create_app(runtime)) as client:
        answer = client.get("/healthz")
    runtime.close()
    assert (answer.status_code, answer.json()) == (503, {"status": "database"})


def test_the_brands_stylesheet_is_kept_for_ever_under_its_own_address_only(client: TestClient[Any], life: Life) -> None:
    found = re.search(r'href="(/brand/[^"]+)"', client.get("/").text)
    assert found is not None
    assert "immutable" in client.get(found[1]).headers["cache-control"]
    other = client.get("/brand/perpustakaan-batam.0000000000.css")
    assert (other.status_code, other.headers["cache-control"]) == (200, "no-cache")


def test_a_choice_is_kept_and_a_foreign_value_is_not(client: TestClient[Any], life: Life) -> None:
    assert client.get("/?lang=en&theme=dark").headers.get_list("set-cookie") == [
        "lang=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax",
        "theme=dark; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax",
    ]
    assert "set-cookie" not in client.get('/?lang=xx&theme="><script>').headers


def test_a_typed_code_is_read_as_it_was_meant(client: TestClient[Any], life: Life) -> None:
    answer = client.get("/v", params={"code": "o123456789-abcdefghjk mnpqrs"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/v/0123456789ABCDEFGHJKMNPQRS")
    assert "Ini bukan kode sertifikat." in words(client.get("/v", params={"code": "abc"}).text)


def test_a_kept_page_is_shared_by_those_alike_only(client: TestClient[Any], life: Life) -> None:
    path = _path(life, life.webinar())
    indonesian = client.get(path)
    assert client.get(path).text == indonesian.text
    english = client.get(f"{path}?lang=en")
    assert ('<html lang="id"' in indonesian.text, '<html lang="en"' in english.text) == (True, True)
    assert "lang=en" in english.headers["set-cookie"]
    assert "set-cookie" not in client.get(path).headers
    assert 'data-theme="dark"' in client.get(path, headers={"Cookie": "theme=dark"}).text
    assert "data-theme" not in client.get(path, headers={"Cookie": "theme=none"}).text
