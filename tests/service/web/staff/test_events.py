"""From the empty form to the published event and on, over HTTP on both databases."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from litestar.testing import TestClient

from events.models import Event, EventKind, ParticipationRole, Stage
from events.registrations import desk as lists
from events.storage import LocalizedText
from tests.service.web.staff.room import Room
from tests.support.life import Life

WEBINAR = {
    "kind": "webinar",
    "title_id": "Menulis Cerita Anak",
    "title_en": "Writing for Children",
    "summary_id": "Belajar menulis bersama Ibu Siti.",
    "timezone": "Asia/Jakarta",
    "mode": "online",
    "capacity": "100",
    "join_url": "https://meet.example/abc",
    "starts_at_date": "2026-12-12",
    "starts_at_time": "09:00",
    "ends_at_date": "2026-12-12",
    "ends_at_time": "11.30",
    "waitlist": "yes",
    "max_party_size": "1",
    "offer_hours": "24",
    "attendance_needs": ["start_code", "end_code"],
    "attendance_match": "all",
    "start_code": "PENYU",
    "end_code": "BAKAU",
    "certificate": "yes",
    "certificate_hours": "2",
}


def drafted(client: TestClient[Any], organiser: object, **changes: Any) -> str:
    answer = client.post(f"/staff/events/new?organiser={organiser}", data=WEBINAR | changes)
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    return location.removeprefix("/staff/events/")[:36]


def event(life: Life, event_id: str) -> Event:
    return life.event(uuid.UUID(event_id))


def test_a_webinar_is_drafted_and_published(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    made = event(room.life, key)
    assert (made.stage, made.title, made.kind) == (
        Stage.DRAFT,
        LocalizedText("Menulis Cerita Anak", "Writing for Children"),
        EventKind.WEBINAR,
    )
    assert (made.starts_at.isoformat(), made.ends_at.isoformat()) == (
        "2026-12-12T02:00:00+00:00",
        "2026-12-12T04:30:00+00:00",
    )
    assert made.attendance_rule == {"needs": ["start_code", "end_code"], "match": "all"}
    assert made.certificate == {"enabled": True, "hours": 2}
    assert owner.post(f"/staff/events/{key}/publish").headers["location"].endswith("?done=published")
    assert event(room.life, key).stage is Stage.REGISTRATION_OPEN
    for move, stage in (("close", Stage.REGISTRATION_CLOSED), ("open", Stage.REGISTRATION_OPEN)):
        owner.post(f"/staff/events/{key}/registration/{move}")
        assert event(room.life, key).stage is stage


def test_publishing_says_what_is_missing(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id, summary_id="", kind="exhibition", mode="onsite")
    assert owner.post(f"/staff/events/{key}/publish").status_code == 303
    assert event(room.life, key).stage is Stage.DRAFT
    text = owner.get(f"/staff/events/{key}?lang=en").text
    said = re.findall(r"<strong>([^<]+):</strong>", text)
    assert said == ["In one or two sentences", "Place", "Visiting times"]


def test_every_error_is_told_at_once_and_what_was_typed_stays(room: Room, owner: TestClient[Any]) -> None:
    bad = WEBINAR | {
        "title_id": "",
        "title_en": "",
        "starts_at_date": "besok",
        "ends_at_date": "2026-12-12",
        "capacity": "banyak",
        "join_url": "javascript:alert(1)",
        "max_party_size": "0",
        "summary_id": "<script>alert(1)</script>",
    }
    answer = owner.post(f"/staff/events/new?organiser={room.life.organiser_id}", data=bad)
    assert answer.status_code == 422
    assert set(re.findall(r'href="#field-([\w-]+)"', answer.text)) == {
        "starts_at",
        "capacity",
        "join_url",
        "max_party_size",
    }
    assert "javascript:alert(1)" in answer.text
    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_a_stale_edit_is_refused_and_keeps_its_text(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    seen = re.findall(r'name="version" value="(\d+)"', owner.get(f"/staff/events/{key}/edit").text)[0]
    first = owner.post(f"/staff/events/{key}/edit", data=WEBINAR | {"version": seen, "title_id": "Dari Ani"})
    assert first.status_code == 303
    second = owner.post(f"/staff/events/{key}/edit", data=WEBINAR | {"version": seen, "title_id": "Dari Budi"})
    assert second.status_code == 409
    assert 'value="Dari Budi"' in second.text
    assert event(room.life, key).title.id == "Dari Ani"
    again = re.findall(r'name="version" value="(\d+)"', second.text)[0]
    assert (
        owner.post(f"/staff/events/{key}/edit", data=WEBINAR | {"version": again, "title_id": "Dari Budi"}).status_code
        == 303
    )
    assert event(room.life, key).title.id == "Dari Budi"


def test_editing_changes_seats_and_times_of_a_draft_or_nothing(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    change = WEBINAR | {"version": "1", "capacity": "", "starts_at_time": "10:00", "join_url": "", "certificate": ""}
    assert owner.post(f"/staff/events/{key}/edit", data=change | {"ends_at_time": "08:00"}).status_code == 422
    assert event(room.life, key).join_url == "https://meet.example/abc"
    assert owner.post(f"/staff/events/{key}/edit", data=change).status_code == 303
    after = event(room.life, key)
    assert (after.starts_at.hour, after.join_url, after.certificate) == (3, None, {})
    assert room.life.pool(after.id).capacity is None


def test_moving_asks_and_says_who_is_told(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    for person in range(3):
        room.life.register(event_id, person)
    page = f"/staff/events/{event_id}/reschedule"
    assert "3 registered or waiting people" in owner.get(f"{page}?lang=en").text
    times = {"starts_at_date": "2026-12-19", "starts_at_time": "09:00", "ends_at_date": "2026-12-19"}
    same = {"starts_at_date": "2026-12-12", "starts_at_time": "09:00", "ends_at_date": "2026-12-12"}
    assert owner.post(page, data=same | {"ends_at_time": "11:30"}).status_code == 422
    moved = owner.post(page, data=times | {"ends_at_time": "11:00", "reason_id": "Listrik padam"})
    assert moved.status_code == 303
    after = room.life.event(event_id)
    assert (after.starts_at.isoformat(), after.reason.id) == ("2026-12-19T02:00:00+00:00", "Listrik padam")


@pytest.mark.parametrize(("move", "stage"), [("postpone", Stage.POSTPONED), ("cancel", Stage.CANCELLED)])
def test_postponing_and_cancelling_need_a_second_look(
    room: Room, owner: TestClient[Any], move: str, stage: Stage
) -> None:
    event_id = room.life.webinar()
    assert owner.get(f"/staff/events/{event_id}/{move}").status_code == 200
    assert room.life.event(event_id).stage is Stage.REGISTRATION_OPEN
    assert owner.post(f"/staff/events/{event_id}/{move}", data={"reason_id": "Sakit"}).status_code == 303
    after = room.life.event(event_id)
    assert (after.stage, after.reason.id) == (stage, "Sakit")
    assert owner.post(f"/staff/events/{event_id}/{move}", data={}).status_code == 409


def test_an_exhibition_gets_its_visiting_times_from_opening_hours(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(
        owner,
        room.life.organiser_id,
        kind="exhibition",
        mode="onsite",
        venue_id="Lantai 2",
        starts_at_date="2026-12-07",
        starts_at_time="09:00",
        ends_at_date="2026-12-13",
        ends_at_time="16:00",
    )
    hours = {
        "first": "2026-12-07",
        "last": "2026-12-13",
        "weekdays": ["5", "6"],
        "opens": "09:00",
        "closes": "12:00",
        "minutes": "60",
        "capacity": "25",
    }
    page = f"/staff/events/{key}/slots"
    assert owner.post(page, data=hours | {"weekdays": []}).status_code == 422
    assert owner.post(page, data=hours | {"capacity": ""}).status_code == 422
    assert owner.post(page, data=hours).status_code == 303
    assert owner.post(page, data=hours).status_code == 422  # nothing new
    made = event(room.life, key)
    slots = room.runtime.database.read(lambda session: lists.list_slots(session, made.id))
    assert [(row.slot.starts_at.day, row.slot.starts_at.hour, row.pool.capacity) for row in slots] == [
        (day, hour, 25) for day in (12, 13) for hour in (2, 3, 4)
    ]
    assert owner.post(f"{page}/{slots[0].pool.id}", data={"capacity": "30"}).status_code == 303
    assert owner.post(f"{page}/{slots[0].pool.id}", data={"capacity": "dua"}).status_code == 422
    assert owner.post(f"/staff/events/{key}/publish").status_code == 303
    assert event(room.life, key).stage is Stage.REGISTRATION_OPEN


def test_speakers_and_programme(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    page = f"/staff/events/{key}/partners"
    somebody = {"name": "Dr. Hj. Siti Aminah, S.Pd., M.M.", "role": "speaker", "kind": "speaker", "topic_id": "Kisah"}
    assert owner.post(page, data={"role": "speaker"}).status_code == 422
    assert owner.post(page, data=somebody | {"email": "bukan-surel"}).status_code == 422
    assert owner.post(page, data=somebody | {"email": "siti@uni.example"}).status_code == 303
    made = event(room.life, key)
    [row] = room.runtime.database.read(lambda session: lists.list_participations(session, made.id))
    assert (row.partner.name, row.participation.role) == (somebody["name"], ParticipationRole.SPEAKER)
    programme = {
        "0_title_id": "Pembukaan",
        "0_starts_at_time": "09:00",
        "0_ends_at_time": "09:15",
        "1_title_id": "Menulis dari hati",
        "1_starts_at_time": "09:15",
        "1_ends_at_time": "10:30",
        "1_speaker_id": str(row.partner.id),
    }
    bad = owner.post(f"/staff/events/{key}/programme", data=programme | {"1_ends_at_time": "09:00"})
    assert bad.status_code == 422
    assert 'value="Menulis dari hati"' in bad.text
    assert owner.post(f"/staff/events/{key}/programme", data=programme).status_code == 303
    items = room.runtime.database.read(lambda session: lists.list_programme(session, made.id))
    assert [(item.title.id, item.starts_at.hour, item.starts_at.minute) for item in items] == [
        ("Pembukaan", 2, 0),
        ("Menulis dari hati", 2, 15),
    ]
    assert owner.post(f"{page}/{row.participation.id}/withdraw").status_code == 303
    [row] = room.runtime.database.read(lambda session: lists.list_participations(session, made.id))
    assert row.participation.withdrawn_at is not None


def test_a_preview_is_for_staff_and_for_who_has_a_link_until_it_is_revoked(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    own = owner.get(f"/staff/events/{key}/preview")
    assert "Menulis Cerita Anak" in own.text
    page = f"/staff/events/{key}/previews"
    assert owner.post(page, data={"days": "900"}).status_code == 422
    assert owner.post(page, data={"label": "SMP 6 <b>", "days": "3"}).status_code == 303
    shown = owner.get(page).text
    assert "SMP 6 &lt;b&gt;" in shown
    [link] = set(re.findall(r"(/preview/[\w.-]+)</p>", shown))
    assert "https://wa.me/?text=" in shown
    with room.visitor() as stranger:
        seen = stranger.get(f"{link}?lang=en")
        assert seen.status_code == 200
        assert "Menulis Cerita Anak" not in seen.text  # the English page
        assert "Writing for Children" in seen.text
        assert "This page is not public yet" in seen.text
        assert (seen.headers["x-robots-tag"], seen.headers["cache-control"]) == ("noindex, nofollow", "no-store")
        assert stranger.get(link[:-2]).status_code == 404
        assert stranger.get(f"/staff/events/{key}/preview").status_code == 303
        owner.post(f"/staff/events/{key}/publish")
        assert stranger.get(link).headers["location"] == "/events/perpustakaan-batam/menulis-cerita-anak"
        [revoke] = re.findall(rf"{page}/[\w-]+/revoke", shown)
        assert owner.post(revoke).status_code == 303
        assert stranger.get(link).status_code == 410


def test_the_timeline_tells_the_story_in_both_languages(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    for person in range(3):
        room.life.register(event_id, person)
    owner.post(f"/staff/events/{event_id}/cancel", data={})

    def told(lang: str) -> list[str]:
        page = owner.get(f"/staff/events/{event_id}/timeline?lang={lang}").text
        return [text.strip() for text in re.findall(r"</time><p>([^<]+)<span", page)]

    assert told("en") == [
        "The event was cancelled.",
        "3 people registered.",
        "Registration was opened.",
        "The event was published.",
        "The event was drafted.",
    ]
    assert told("id") == [
        "Acara dibatalkan.",
        "3 orang mendaftar.",
        "Pendaftaran dibuka.",
        "Acara diterbitkan.",
        "Acara mulai disusun.",
    ]
    assert room.installation.name in owner.get(f"/staff/events/{event_id}/timeline").text
