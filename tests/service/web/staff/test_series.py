"""The pages of series over HTTP: the two steps of the wizard, what is refused where, adding, changing, calling off."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.models import Additions, Event, EventMode, Series, Stage
from events.recurring import series
from events.storage import LocalizedText
from service.accounts.models import Role
from tests.service.web.staff.room import Room
from tests.support.series_life import make_series

FORM = {
    "starts_on": "2026-12-02",
    "start_time": "15:00",
    "end_time": "16:30",
    "timezone": "Asia/Jakarta",
    "how": "words",
    "words": "setiap Jumat",
    "count": "4",
    "skip_holidays": "yes",
    "title_id": "Klub Baca",
    "summary_id": "Membaca bersama.",
    "mode": "onsite",
    "venue_id": "Ruang Serbaguna",
    "capacity": "20",
    "waitlist": "yes",
    "offer_hours": "24",
    "max_party_size": "1",
    "additions": "ask",
}


def _rows(room: Room) -> list[Event]:
    statement = sa.select(Event).where(Event.series_id.is_not(None)).order_by(Event.starts_at)
    return room.life.database.read(lambda session: list(session.scalars(statement)))


def _found(room: Room) -> Series:
    found: Series = room.life.database.read(lambda session: session.scalars(sa.select(Series)).one())
    return found


def _taken(text: str) -> list[str]:
    return re.findall(r'name="take" value="([\d-]+)" checked', text)


def test_the_first_step_shows_the_dates_and_makes_nothing(room: Room, owner: TestClient[Any]) -> None:
    room.life.webinar(mode=EventMode.ONSITE, starts_at=_friday(15), ends_at=_friday(17))
    answer = owner.post(_new(room), data=FORM | {"count": "", "until": "2026-12-31"})
    assert answer.status_code == 200
    assert _taken(answer.text) == ["2026-12-04", "2026-12-11", "2026-12-18"]
    assert ("Hari Raya Natal" in answer.text, "Tempat dan waktu sama" in answer.text) == (True, True)
    assert _rows(room) == []
    kept = owner.post(_new(room), data={name: value for name, value in FORM.items() if name != "skip_holidays"})
    assert _taken(kept.text) == ["2026-12-04", "2026-12-11", "2026-12-18", "2026-12-25"]


def _friday(hour: int) -> datetime:
    return datetime(2026, 12, 4, hour - 7, tzinfo=UTC)


def _new(room: Room) -> str:
    return f"/staff/series/new?organiser={room.life.organiser_id}"


def test_the_second_step_makes_what_was_left_ticked(room: Room, owner: TestClient[Any]) -> None:
    chosen = {"take": ["2026-12-04", "2026-12-18"], "on_2026-12-18": "2026-12-19T10:00", "step": "make"}
    answer = owner.post(_new(room), data={**FORM, **chosen})
    assert answer.status_code == 303
    assert [(row.starts_at.isoformat()[5:16], row.stage) for row in _rows(room)] == [
        ("12-04T08:00", Stage.DRAFT),
        ("12-19T03:00", Stage.DRAFT),
    ]
    assert owner.get(answer.headers["location"]).status_code == 200
    assert "Klub Baca" in owner.get("/staff/series").text


def test_going_back_keeps_what_was_typed(room: Room, owner: TestClient[Any]) -> None:
    text = owner.post(_new(room), data=FORM | {"step": "back"}).text
    assert ('value="setiap Jumat"' in text, 'value="Klub Baca"' in text, _rows(room)) == (True, True, [])


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"words": "setiap Jumat purnama"}, ["words"]),
        ({"words": ""}, ["words"]),
        ({"starts_on": "besok"}, ["starts_on"]),
        ({"end_time": "14:00"}, ["end_time"]),
        ({"count": "105"}, ["count"]),
        ({"count": "banyak"}, ["count"]),
        ({"until": "2026-12-02"}, ["rule"]),
        ({"until": "2029-12-31", "count": ""}, ["until"]),
        ({"title_id": "", "words": "apa"}, ["title", "words"]),
        ({"how": "weekly"}, ["weekdays"]),
        ({"how": "weekday", "weekdays": "2"}, ["ordinals"]),
        ({"how": "day", "month_day": "32"}, ["month_day"]),
        ({"capacity": "0"}, ["capacity"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(sqlite_room: Room, changes: dict[str, str], wrong: list[str]) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        answer = client.post(_new(sqlite_room), data=FORM | changes)
    assert answer.status_code == 422
    assert re.findall(r'href="#field-(\w+)"', answer.text) == wrong


def test_a_rule_can_be_picked_without_typing(room: Room, owner: TestClient[Any]) -> None:
    picked = {"how": "weekday", "words": "", "weekdays": "2", "ordinals": "3", "interval": "2", "count": "3"}
    text = owner.post(_new(room), data=FORM | picked).text
    assert "Hari Rabu ketiga setiap 2 bulan, 3 kali" in text
    assert _taken(text) == ["2026-12-16", "2027-02-17", "2027-04-21"]


def test_a_series_begins_like_an_event(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(title=LocalizedText("Lokakarya Batik"), capacity=12)
    text = owner.get(f"/staff/series/new?from={event_id}&organiser={room.life.organiser_id}").text
    assert ('value="Lokakarya Batik"' in text, 'value="12"' in text, 'value="09:00"' in text) == (True, True, True)
    foreign = room.other.webinar()
    with room.visitor() as client:
        me = room.join(Role.OWNER, room.life.organiser_id)
        room.sign_in(client, me.email)
        assert client.get(f"/staff/series/new?from={foreign}").status_code == 404


def test_dates_are_added_where_the_rule_goes_on(room: Room, owner: TestClient[Any]) -> None:
    series_id = make_series(room.life, "setiap Sabtu", count=2)
    here = f"/staff/series/{series_id}/add"
    assert "Setiap hari Sabtu" in owner.get(here).text
    dates = owner.post(here, data={"count": "3", "skip_holidays": "yes"})
    assert _taken(dates.text) == ["2026-12-19", "2026-12-26", "2027-01-02"]
    assert owner.post(here, data={"count": "3", "step": "make"}).status_code == 422
    made = owner.post(here, data={"count": "3", "step": "make", "take": ["2026-12-19"]})
    assert made.status_code == 303
    assert [row.series_date.isoformat() for row in _rows(room) if row.series_date] == [
        "2026-12-05",
        "2026-12-12",
        "2026-12-19",
    ]
    assert owner.post(here, data={"count": "x"}).status_code == 422


def test_publishing_says_what_is_in_the_way(room: Room, owner: TestClient[Any]) -> None:
    series_id = make_series(room.life, "setiap Sabtu", count=2)
    here = f"/staff/series/{series_id}"
    assert owner.post(f"{here}/publish").status_code == 303
    again = owner.post(f"{here}/publish")
    assert (again.status_code, "Tidak ada draf" in again.text) == (409, True)
    assert owner.post(f"{here}/additions", data={"additions": "register"}).status_code == 303
    assert _found(room).additions is Additions.REGISTER


def test_a_change_is_seen_first_and_a_date_of_another_series_is_none_of_this(
    room: Room, owner: TestClient[Any]
) -> None:
    series_id = make_series(room.life, "setiap Sabtu", count=2)
    room.life.do(series.publish_all, series_id, decides=True)
    first, _ = _rows(room)
    room.life.register(first.id)
    here = f"/staff/series/{series_id}/dates/{first.id}/edit"
    form = {name: value for name, value in FORM.items() if name not in ("words", "how", "count")}
    form |= {"title_en": "Reading Club", "summary_en": "Reading together.", "venue_en": "Main hall", "scope": "all"}
    seen = owner.post(here, data=form | {"start_time": "16:00", "end_time": "17:30"})
    assert ("2 tanggal berubah." in seen.text, "1 pendaftaran diberi tahu." in seen.text) == (True, True)
    assert [row.starts_at.hour for row in _rows(room)] == [8, 8]
    done = owner.post(here, data=form | {"start_time": "16:00", "end_time": "17:30", "step": "apply"})
    assert done.status_code == 303
    assert [row.starts_at.hour for row in _rows(room)] == [9, 9]
    other = make_series(room.life, "setiap Senin", count=1)
    assert owner.get(f"/staff/series/{other}/dates/{first.id}/edit").status_code == 404
    assert owner.get(f"/staff/series/{series_id}/dates/{uuid.uuid4()}/edit").status_code == 404


def test_calling_off_asks_which_dates(room: Room, owner: TestClient[Any]) -> None:
    series_id = make_series(room.life, "setiap Sabtu", count=3)
    room.life.do(series.publish_all, series_id, decides=True)
    _, second, _ = _rows(room)
    here = f"/staff/series/{series_id}/dates/{second.id}/call-off"
    assert owner.get(here).status_code == 200
    assert owner.post(here, data={"reason_id": "Libur"}).status_code == 422
    assert owner.post(here, data={"scope": "following", "reason_id": "Libur"}).status_code == 303
    assert [row.stage for row in _rows(room)] == [Stage.REGISTRATION_OPEN, Stage.CANCELLED, Stage.CANCELLED]
    assert owner.get(here).status_code == 409
