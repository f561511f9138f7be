"""Programs see an organiser's news in numbers, say when it goes out, and look at the next issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from notifications.news.subscribing import Wishes
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.clock import set_clock
from tests.service.api.conftest import make_token
from tests.service.web.staff.room import Room, open_room
from tests.support.app import create_app
from tests.support.life import NOW
from tests.support.news_readers import subscribe
from tests.support.running import make_runtime

FRIDAY = {"active": True, "weekday": "friday", "hour": 16}


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Room]:
    set_clock(tmp_path / "clock", NOW)
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock", smtp_url=None)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient[Any]]:
    token = make_token(room.runtime, room.join(Role.OWNER), [Action.EDIT_NEWS.value])
    with TestClient(create_app(room.runtime)) as made:
        made.headers["authorization"] = f"Bearer {token}"
        yield made


@pytest.fixture
def path(room: Room) -> str:
    return f"/api/v1/staff/organisers/{room.life.organiser_id}/news"


def test_the_news_is_seen_in_numbers_and_moved(room: Room, client: TestClient[Any], path: str) -> None:
    subscribe(room.life, 2, wishes=Wishes("en", ["teachers"], ["robotik"]))
    subscribe(room.life, 3)
    event_id = room.life.webinar()
    begun = client.get(path)
    assert "@" not in begun.text
    seen = begun.json()
    assert seen["schedule"] == {"active": True, "weekday": "thursday", "hour": 9, "timezone": "Asia/Jakarta"}
    assert seen["readers"] == {
        "count": 5,
        "unconfirmed": 0,
        "by_locale": {"id": 3, "en": 2},
        "by_audience": {"teachers": 2},
        "any_audience": 3,
        "by_topic": {"robotik": 2},
        "any_topic": 3,
    }
    assert (seen["next"]["at"], seen["next"]["recipients"], seen["past"]) == ("2026-12-03T02:00:00Z", 3, [])
    assert [each["id"] for each in seen["next"]["new"]] == [str(event_id)]
    moved = client.put(f"{path}/schedule", json=FRIDAY).json()
    assert (moved["schedule"]["weekday"], moved["next"]["at"]) == ("friday", "2026-12-04T09:00:00Z")
    off = client.put(f"{path}/schedule", json=FRIDAY | {"active": False}).json()
    assert (off["schedule"]["active"], off["next"]["at"]) == (False, None)


def test_what_cannot_be_is_refused_at_its_field(room: Room, client: TestClient[Any], path: str) -> None:
    def faults(**changes: Any) -> list[str]:
        answer = client.put(f"{path}/schedule", json=FRIDAY | changes)
        assert answer.status_code == 422
        return [each["field"] for each in answer.json()["errors"]]

    assert faults(hour=6) == faults(hour=20) == faults(hour="pagi") == ["hour"]
    assert faults(weekday="someday") == faults(weekday=4) == ["weekday"]
    assert faults(active="perhaps") == ["active"]
    assert faults(until="tomorrow") == ["until"]
    assert client.get(path.replace(str(room.life.organiser_id), str(room.other.organiser_id))).status_code == 404
    assert client.get(path).json()["schedule"]["weekday"] == "thursday"


def test_the_next_issue_is_looked_at_and_tried(room: Room, client: TestClient[Any], path: str) -> None:
    assert client.get(f"{path}/preview").json()["example"] is True
    room.life.webinar()
    shown = client.get(f"{path}/preview", params={"locale": "en"}).json()
    assert (shown["example"], "Writing for Children" in shown["text"], "Writing for Children" in shown["html"]) == (
        False,
        True,
        True,
    )
    assert client.post(f"{path}/test", params={"locale": "en"}).status_code == 204
    [letter] = room.runtime.settings.mail_dir.glob("*.eml")
    assert b"Subject: Test: " in letter.read_bytes()
