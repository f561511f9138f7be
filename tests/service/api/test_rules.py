"""Programs keep the rules by which e-mails go out, under the rules of the pages, and see what they have planned."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from events import outbox
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.clock import real_now, set_clock
from service.processes.work import react_to
from tests.service.api.conftest import make_token
from tests.service.web.staff.room import Room, open_room
from tests.support.app import create_app
from tests.support.life import NOW
from tests.support.running import make_runtime

THANKS: dict[str, Any] = {
    "amount": 2,
    "unit": "hours",
    "when": "after",
    "anchor": "end",
    "subject": {"id": "Sampai jumpa lagi: {judul}"},
    "body": {"id": "Terima kasih, {nama}."},
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


def of_house(room: Room) -> str:
    return f"/api/v1/staff/organisers/{room.life.organiser_id}/rules"


def of_event(event_id: uuid.UUID) -> str:
    return f"/api/v1/staff/events/{event_id}/rules"


def react(room: Room) -> None:
    """Do what follows from what has happened so far, and from that."""
    for _ in range(3):
        react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))


def planned(client: TestClient[Any], event_id: uuid.UUID) -> dict[str, int]:
    """Return how many e-mails each rule of an event has planned, where there are any."""
    items = client.get(of_event(event_id)).json()["items"]
    return {each["key"]: each["outlook"]["planned"] for each in items if each["outlook"]["planned"]}


def test_a_rule_of_the_library_is_added_changed_switched_and_taken_back(room: Room, client: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    for number in (1, 2):
        room.life.register(event_id, number)
    begun = client.get(of_house(room)).json()["items"]
    assert [(each["key"], each["outlook"]) for each in begun if each["enabled"]] == [
        (key, None) for key in ("reminder_7d", "reminder_1d", "reminder_1h")
    ]
    once = {"Idempotency-Key": "rule-of-thanks"}
    made = client.post(of_house(room), json=THANKS, headers=once)
    assert made.status_code == 201
    assert client.post(of_house(room), json=THANKS, headers=once).json() == made.json()
    rule = made.json()
    one = f"{of_house(room)}/{rule['key']}"
    assert {name: rule[name] for name in THANKS if name not in ("subject", "body")} == {
        name: THANKS[name] for name in THANKS if name not in ("subject", "body")
    }
    assert (rule["origin"], rule["enabled"], rule["version"]) == ("organiser", True, 1)
    react(room)
    usual = {"reminder_7d": 2, "reminder_1d": 2, "reminder_1h": 2}
    assert planned(client, event_id) == {**usual, rule["key"]: 2}
    changed = client.put(one, json={**THANKS, "amount": 3, "version": 1}).json()
    assert (changed["amount"], changed["version"]) == (3, 2)
    assert client.put(one, json={**THANKS, "version": 1}).status_code == 409
    assert client.post(f"{one}/switch", json={"enabled": False}).json()["enabled"] is False
    react(room)
    assert planned(client, event_id) == usual
    assert [client.delete(one).status_code for _ in range(2)] == [204, 204]
    assert client.get(one).status_code == 404


def test_an_event_differs_from_its_library_and_comes_back(room: Room, client: TestClient[Any]) -> None:
    event_id, sibling = room.life.webinar(), room.life.webinar()
    for each in (event_id, sibling):
        room.life.register(each)
    one = f"{of_event(event_id)}/reminder_7d"
    assert client.get(one).json()["origin"] == "house"
    off = client.post(f"{one}/switch", json={"enabled": False}).json()
    assert (off["origin"], off["enabled"]) == ("event", False)
    react(room)
    assert planned(client, event_id) == {"reminder_1d": 1, "reminder_1h": 1}
    assert planned(client, sibling) == {"reminder_7d": 1, "reminder_1d": 1, "reminder_1h": 1}
    shown = client.get(f"{of_event(event_id)}/reminder_1d").json()["outlook"]
    assert shown == {
        "planned": 1,
        "first_at": "2026-12-11T02:00:00Z",
        "last_at": "2026-12-11T02:00:00Z",
        "sent": 0,
        "failed": 0,
        "dropped": 0,
        "texts": [],
    }
    assert client.delete(one).status_code == 204
    assert client.get(one).json()["origin"] == "house"
    react(room)
    assert planned(client, event_id) == {"reminder_7d": 1, "reminder_1d": 1, "reminder_1h": 1}


def test_who_is_told_by_hand_is_counted_by_rule_and_by_message(room: Room, client: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, 1, email=None, phone="+6281234567890")
    message = {"segment": "confirmed", "subject": {"id": "Kabar"}, "body": {"id": "Halo."}}
    made = client.post(f"/api/v1/staff/events/{event_id}/announcements", json=message).json()
    one = f"/api/v1/staff/events/{event_id}/announcements/{made['id']}"
    assert (made["texts"], client.post(f"{one}/send", json={"version": 1}).json()) == ([], {"emails": 0})
    react(room)
    by_hand = {"channel": "by_hand", "waiting": 1, "sent": 0, "failed": 0, "dropped": 0}
    assert client.get(one).json()["texts"] == [by_hand]
    shown = client.get(f"{of_event(event_id)}/reminder_1d").json()["outlook"]
    assert (shown["planned"], shown["first_at"], shown["texts"]) == (0, "2026-12-11T02:00:00Z", [by_hand])


def test_what_cannot_be_is_refused_at_its_field(room: Room, client: TestClient[Any]) -> None:
    path = of_event(room.life.webinar())

    def faults(**changes: Any) -> list[tuple[str, str]]:
        answer = client.post(path, json=THANKS | changes)
        assert answer.status_code == 422
        return [(each["field"], each["code"]) for each in answer.json()["errors"]]

    assert faults(when="before") == [("when", "past")]
    assert faults(amount=600_000) == [("amount", "range")]
    assert faults(audience="attended", anchor="start") == [("audience", "too_early")]
    assert faults(body={"id": "{sandi}"}) == [("body.id", "placeholder")]
    assert faults(sends="certificate") == [("sends", "kind")]
    assert faults(anchor="the moon") == [("anchor", "choice")]
    assert client.put(f"{path}/no_such_rule", json={**THANKS, "version": 0}).status_code == 404
    assert client.post(f"{path}/no_such_rule/switch", json={"enabled": True}).status_code == 404
    assert client.get(of_event(room.other.webinar())).status_code == 404


def test_a_rule_is_looked_at_and_tested(room: Room, client: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, name="Ibu Komang")
    one = f"{of_event(event_id)}/reminder_1d"
    shown = client.get(f"{one}/preview", params={"locale": "en"}).json()
    assert (shown["to"], shown["example"], shown["due_at"]) == ("Ibu Komang", False, "2026-12-11T02:00:00Z")
    assert shown["reach"] == {
        "by_email": 1,
        "guardians": 0,
        "texted": 0,
        "by_hand": 0,
        "partners": 0,
        "out_of_reach": 0,
    }
    assert ("Ibu Komang" in shown["text"], "Ibu Komang" in shown["html"]) == (True, True)
    assert client.post(f"{one}/test").status_code == 204
    [letter] = room.runtime.settings.mail_dir.glob("*.eml")
    assert b"Uji coba: " in letter.read_bytes()
    of_library = f"{of_house(room)}/thanks/preview"
    example = client.get(of_library).json()
    assert (example["to"], example["example"], example["reach"]) == ("Siti Rahmawati", True, None)
    assert client.get(of_library, params={"event": str(event_id)}).json()["to"] == "Ibu Komang"
    assert client.get(of_library, params={"event": str(room.other.webinar())}).status_code == 404
