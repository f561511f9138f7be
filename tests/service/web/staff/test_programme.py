"""The programme's form over HTTP, as it works without JavaScript: buttons change lines, only saving keeps them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from litestar.testing import TestClient

from events.drafts import lifecycle
from events.models import Stage
from events.registrations import desk as lists
from tests.service.web.staff.room import Room
from tests.service.web.staff.test_authoring import fields_in
from tests.support.life import STARTS_AT


def shown(text: str) -> list[tuple[str, str, str]]:
    """Return each line's beginning, end and title."""
    fields = fields_in(text)
    count = sum(name.endswith("_key") for name in fields)
    names = ("starts_at_time", "ends_at_time", "title_id")
    return [
        (fields[f"{n}_{names[0]}"][0], fields[f"{n}_{names[1]}"][0], fields[f"{n}_{names[2]}"][0]) for n in range(count)
    ]


def kept(room: Room, event_id: uuid.UUID) -> list[tuple[str, str]]:
    items = room.runtime.database.read(lambda session: lists.list_programme(session, event_id))
    return [(item.starts_at.strftime("%H:%M"), item.title.id) for item in items]


def test_lines_are_added_moved_and_removed_with_times_that_follow(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.DRAFT)
    page = f"/staff/events/{event_id}/programme"
    first = owner.get(page).text
    assert shown(first) == [("09:00", "09:30", "")]

    def press(fields: dict[str, list[str]], button: str) -> str:
        answer = owner.post(page, data=fields | {"do": button})
        assert answer.status_code == 200
        return answer.text

    text = press(
        fields_in(first) | {"0_title_id": ["Pembukaan"], "0_ends_at_time": ["09:10"], "0_room_id": ["Aula"]}, "add"
    )
    text = press(fields_in(text) | {"1_title_id": ["Paparan"], "1_ends_at_time": ["10:10"]}, "add")
    text = press(fields_in(text) | {"2_title_id": ["Tanya jawab"], "2_ends_at_time": ["10:40"]}, "up:2")
    assert shown(text) == [
        ("09:00", "09:10", "Pembukaan"),
        ("09:10", "09:40", "Tanya jawab"),
        ("09:40", "10:40", "Paparan"),
    ]
    assert fields_in(text)["1_room_id"] == ["Aula"]
    text = press(fields_in(text), "move:0:2")
    assert [line[2] for line in shown(text)] == ["Tanya jawab", "Paparan", "Pembukaan"]
    for nonsense in ("up:99", "move:0", "remove:-1", "jump:1", "up:x", "down:2"):
        assert shown(press(fields_in(text), nonsense)) == shown(text)
    text = press(fields_in(text), "remove:0")
    assert kept(room, event_id) == []
    assert owner.post(page, data=fields_in(text)).status_code == 303
    assert kept(room, event_id) == [("02:30", "Paparan"), ("03:30", "Pembukaan")]


def test_a_line_without_times_moves_without_them(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.DRAFT)
    page = f"/staff/events/{event_id}/programme"
    fields = {"0_title_id": "Satu", "0_starts_at_time": "09:00", "0_ends_at_time": "09:30", "1_title_id": "Dua"}
    text = owner.post(page, data=fields | {"do": "down:0"}).text
    assert shown(text) == [("", "", "Dua"), ("09:00", "09:30", "Satu")]
    assert owner.post(page, data=fields).status_code == 422


def test_overlaps_and_lines_outside_the_event_are_told_and_kept(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(Stage.DRAFT)
    page = f"/staff/events/{event_id}/programme"
    fields = {
        "0_title_id": "Doa",
        "0_starts_at_time": "08:30",
        "0_ends_at_time": "09:15",
        "1_title_id": "Paparan",
        "1_starts_at_time": "09:00",
        "1_ends_at_time": "12:00",
    }
    assert owner.post(page, data=fields).status_code == 303
    text = owner.get(f"{page}?lang=en").text
    told = re.findall(r'<p class="odd"><span aria-hidden="true">▲</span> ([^<]+)</p>', text)
    assert told == [
        "Begins before the event does.",
        "Ends after the event does.",
        "At the same time in the same room as “Doa”.",
    ]


def test_it_stands_on_the_public_page_and_follows_a_move(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    fields = {"0_title_id": "Pembukaan", "0_starts_at_time": "09:00", "0_ends_at_time": "09:15"}
    assert owner.post(f"/staff/events/{event_id}/programme", data=fields).status_code == 303
    room.life.do(
        lifecycle.reschedule,
        event_id,
        starts_at=STARTS_AT.replace(day=19, hour=6),
        ends_at=STARTS_AT.replace(day=19, hour=8),
    )
    with room.visitor() as visitor:
        public = visitor.get("/events/perpustakaan-batam/menulis-cerita-anak?lang=id").text
    assert "13.00–13.15 WIB" in public
    assert kept(room, event_id) == [("06:00", "Pembukaan")]
