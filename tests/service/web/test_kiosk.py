"""The kiosk: who has a code comes in, a tablet can do nothing else, and staff can end it from anywhere."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from events.doors import door_reading
from events.registrations import registration
from service.accounts.models import Role
from tests.service.web.staff.conftest import room as room  # noqa: PLC0414 - a fixture of the staff's tests
from tests.service.web.staff.room import Room
from tests.support.site import words


@pytest.fixture
def event_id(room: Room) -> uuid.UUID:
    made = room.life.webinar(max_party_size=4)
    room.life.register(made, 1, name="Siti Aminah", phone="+6281234567890")
    room.life.register(made, 2, name="Siti Wulandari", phone="+6281299997890", party_size=3)
    return made


@pytest.fixture
def tablet(room: Room, event_id: uuid.UUID) -> Iterator[TestClient[Any]]:
    with room.visitor() as client:
        room.sign_in(client, room.join(Role.DOOR).email)
        answer = client.post(f"/staff/events/{event_id}/kiosk", data={"door": "Lobi"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/kiosk")
        yield client


def inside(room: Room, event_id: uuid.UUID) -> int:
    return room.runtime.database.read(lambda session: door_reading.door_count(session, event_id)).inside


def code_of(room: Room, event_id: uuid.UUID, name: str) -> str:
    entries = room.runtime.database.read(lambda s: door_reading.door_list(s, event_id, room.runtime.links))
    [found] = [each.id for each in entries if each.name == name]
    return room.runtime.links.door_code(event_id, found, 1)


def test_a_tablet_can_let_in_and_nothing_else(room: Room, tablet: TestClient[Any], event_id: uuid.UUID) -> None:
    assert tablet.get("/kiosk").status_code == 200
    for path in ("/staff", f"/staff/events/{event_id}/door/list", f"/staff/events/{event_id}/registrations"):
        assert tablet.get(path).headers["location"].startswith("/staff/sign-in")
    assert "Siti" not in tablet.get("/kiosk").text
    cookie = tablet.cookies.jar
    assert [each.name for each in cookie if "staff" in each.name] == []


def test_a_code_lets_one_in_and_a_party_says_how_many(room: Room, tablet: TestClient[Any], event_id: uuid.UUID) -> None:
    code = code_of(room, event_id, "Siti Aminah")
    assert "Silakan masuk, Siti Aminah!" in words(tablet.post("/kiosk", data={"code": code.lower()}).text)
    assert "sudah tercatat masuk" in words(tablet.post("/kiosk", data={"code": code}).text)
    party = code_of(room, event_id, "Siti Wulandari")
    asked = tablet.post("/kiosk", data={"code": party}).text
    assert re.findall(r'name="count" value="(\d)"', asked) == ["1", "2", "3"]
    for nonsense in ("0", "4", "-1", "²", "9" * 5000):
        assert 'name="count"' in tablet.post("/kiosk", data={"code": party, "count": nonsense}).text
    assert inside(room, event_id) == 1
    assert "2 orang" in words(tablet.post("/kiosk", data={"code": party, "count": "2"}).text)
    assert inside(room, event_id) == 3
    assert re.findall(r'name="count" value="(\d)"', tablet.post("/kiosk", data={"code": party}).text) == ["1"]
    entries = room.runtime.database.read(lambda s: door_reading.door_list(s, event_id, room.runtime.links))
    assert {each.door for entry in entries for each in entry.people} == {"Lobi"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("siti AMINAH", "7890"), True),
        (("Aminah", "7890"), True),
        (("Siti", "7890"), False),  # two of that name and number: the staff decide
        (("Aminah", "7891"), False),
        (("", "7890"), False),
        (("%", "7890"), False),
        (("Aminah", "____"), False),
    ],
)
def test_the_end_of_the_number_and_the_name_find_exactly_one(
    room: Room, tablet: TestClient[Any], event_id: uuid.UUID, typed: tuple[str, str], found: bool
) -> None:
    answer = words(tablet.post("/kiosk", data=dict(zip(("name", "ending"), typed, strict=True))).text)
    assert ("Silakan masuk" in answer) is found
    assert inside(room, event_id) == int(found)


def test_codes_of_others_and_of_cancelled_places_are_nobodys(
    room: Room, tablet: TestClient[Any], event_id: uuid.UUID
) -> None:
    other = room.life.webinar()
    room.life.register(other, 1, name="Budi")
    gone = room.life.register(event_id, 9, name="Harun").registration_id
    codes = [code_of(room, other, "Budi"), code_of(room, event_id, "Harun"), "0000-0000-0000", "<b>", ""]
    room.life.do(registration.cancel, gone)
    for code in codes:
        assert "tidak menemukan" in words(tablet.post("/kiosk", data={"code": code}).text)
    assert inside(room, event_id) == 0


def test_staff_end_a_kiosk_from_their_desk(room: Room, tablet: TestClient[Any], event_id: uuid.UUID) -> None:
    with room.visitor() as desk:
        room.sign_in(desk, room.installation.email)
        page = f"/staff/events/{event_id}/kiosk"
        [address] = re.findall(rf'action="({page}/[^"]+/close)"', desk.get(page).text)
        for _ in range(2):
            assert desk.post(address).status_code == 303
        elsewhere = address.replace(str(event_id), str(room.life.webinar()))
        assert desk.post(elsewhere).status_code == 404
    assert "Kios ini sudah ditutup" in words(tablet.get("/kiosk").text)
    assert tablet.post("/kiosk", data={"code": code_of(room, event_id, "Siti Aminah")}).status_code == 303
    assert inside(room, event_id) == 0
    facts = room.life.facts(event_id)
    assert [name for name in facts if name.startswith("Kiosk")] == ["KioskOpened", "KioskClosed"]


def test_without_a_kiosks_cookie_there_is_nothing(room: Room, event_id: uuid.UUID) -> None:
    with room.visitor() as client:
        for secret in ("", "x" * 43):
            client.cookies.set("kiosk", secret)
            assert "Kios ini sudah ditutup" in words(client.get("/kiosk").text)
