"""Programs write the texts of e-mails and say who is left alone, under the rules of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from service.accounts.models import Role
from service.accounts.permissions import Action
from service.clock import set_clock
from tests.service.api.conftest import make_token
from tests.service.web.staff.room import Room, open_room
from tests.support.app import create_app
from tests.support.life import NOW
from tests.support.running import make_runtime

TEXT = {
    "subject": "Semua acara Anda di {penyelenggara}",
    "body": "# Acara Anda\n\nHalo {nama}.\n\n[Buka]({tautan_acara_saya})",
}


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Room]:
    set_clock(tmp_path / "clock", NOW)
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock", smtp_url=None)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient[Any]]:
    token = make_token(room.runtime, room.join(Role.OWNER), [action.value for action in Action])
    with TestClient(create_app(room.runtime)) as made:
        made.headers["authorization"] = f"Bearer {token}"
        yield made


@pytest.fixture
def path(room: Room) -> str:
    return f"/api/v1/staff/organisers/{room.life.organiser_id}/mail-texts"


def test_a_text_is_saved_seen_reset_and_brought_back(client: TestClient[Any], path: str) -> None:
    one = f"{path}/own_events/id"
    begun = client.get(one).json()
    assert (begun["whose"], begun["version"], begun["versions"]) == ("house", 0, [])
    saved = client.put(one, json={**TEXT, "seen": 0}).json()
    assert (saved["whose"], saved["version"], saved["subject"]) == ("own", 1, TEXT["subject"])
    assert client.put(one, json={**TEXT, "subject": "Lain", "seen": 0}).status_code == 412
    listed = client.get(path).json()["items"]
    assert [(each["kind"], each["locale"]) for each in listed if each["whose"] == "own"] == [("own_events", "id")]
    reset = client.delete(one).json()
    assert (reset["whose"], reset["version"], reset["subject"]) == ("house", 2, begun["subject"])
    back = client.post(f"{one}/versions/1").json()
    assert (back["whose"], back["version"], back["subject"]) == ("own", 3, TEXT["subject"])
    assert [each["version"] for each in back["versions"]] == [3, 2, 1]


def test_what_cannot_be_sent_is_refused_at_its_field(client: TestClient[Any], path: str) -> None:
    answer = client.put(f"{path}/own_events/id", json={"subject": "{event.secret}", "body": "Halo"})
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("subject", "placeholder"),
        ("body", "missing"),
    ]
    assert client.get(f"{path}/rule/id").status_code == 404
    assert client.get(f"{path}/nonsense/id").status_code in (400, 404)
    assert client.get(f"{path}/own_events/fr").status_code in (400, 404)


def test_a_text_is_looked_at_and_tested_without_being_saved(room: Room, client: TestClient[Any], path: str) -> None:
    event_id, other = room.life.webinar(), room.other.webinar()
    one = f"{path}/own_events/id"
    shown = client.post(f"{one}/preview", json={**TEXT, "event": str(event_id)}).json()
    assert shown["subject"].startswith("Semua acara Anda di ")
    assert "Halo Siti Rahmawati." in shown["text"]
    assert client.post(f"{one}/preview", json={**TEXT, "event": str(other)}).status_code == 404
    tried = client.post(f"{one}/test", json=TEXT).json()
    assert tried["taken"]
    [letter] = room.runtime.settings.mail_dir.glob("*.eml")
    assert f"To: {tried['to']}".encode() in letter.read_bytes()
    assert client.get(one).json()["version"] == 0


def test_an_address_is_left_alone_until_that_is_ended(client: TestClient[Any]) -> None:
    base = "/api/v1/staff/suppressions"
    made = client.post(base, json={"address": "Rina@Example.org", "why": "Diminta lewat telepon."})
    assert made.status_code == 201
    again = client.post(base, json={"address": "rina@example.org", "why": "Sekali lagi."})
    assert again.json()["id"] == made.json()["id"]
    [listed] = client.get(base, params={"search": "rina"}).json()["items"]
    assert (listed["address"], listed["reason"], listed["said"]) == (
        "rina@example.org",
        "by_staff",
        "Diminta lewat telepon.",
    )
    assert client.get(base, params={"reason": "bounced"}).json()["items"] == []
    end = f"{base}/{listed['id']}/end"
    assert client.post(end, json={"why": " "}).status_code == 422
    assert client.post(end, json={"why": "Minta dikirimi lagi."}).status_code == 204
    assert client.post(end, json={"why": "Dua kali."}).status_code == 409
    assert client.get(base).json()["items"] == []


def test_a_long_list_comes_in_pages(client: TestClient[Any]) -> None:
    base = "/api/v1/staff/suppressions"
    for number in range(3):
        client.post(base, json={"address": f"orang{number}@example.org", "why": "Diminta."})
    first = client.get(base, params={"limit": 2}).json()
    second = client.get(base, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    addresses = [each["address"] for each in (*first["items"], *second["items"])]
    assert addresses == [f"orang{number}@example.org" for number in (2, 1, 0)]
    assert second["next_cursor"] is None
