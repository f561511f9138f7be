"""What staff do with a token: a webinar's life, its people, its recording; and what they may not."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import openpyxl
import pytest

from events.drafts import lifecycle
from events.models import Evidence, Recording, RecordingState, Stage
from events.presence import attendance
from events.registrations import registration_rules
from events.registrations.approval_rules import ApprovalRules
from notifications.news import subscribing
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.reports import exports
from tests.service.api.conftest import Site
from tests.service.api.test_openapi import operations
from tests.support.counting import counted
from tests.support.polling import until

TIMES = {"starts_at": "2026-12-12T09:00:00+07:00", "ends_at": "2026-12-12T11:30:00+07:00"}
DRAFT = {
    "kind": "webinar",
    "title": {"id": "Menulis Cerita Anak", "en": "Writing for Children"},
    "summary": {"id": "Belajar menulis."},
    "capacity": 2,
    **TIMES,
}


def test_draft_is_written_published_and_filled(staff: httpx.Client) -> None:
    made = staff.post("/staff/events", json=DRAFT, headers={"Idempotency-Key": "draf-pertama"})
    assert (made.status_code, made.headers["etag"]) == (201, '"v1"')
    assert staff.post("/staff/events", json=DRAFT, headers={"Idempotency-Key": "draf-pertama"}).text == made.text
    event = f"/staff/events/{made.json()['id']}"
    speaker = staff.post("/staff/partners", json={"kind": "speaker", "name": "Dr. Siti Aminah"}).json()
    part = staff.post(f"{event}/participations", json={"partner_id": speaker["id"], "role": "speaker"})
    assert part.status_code == 201
    programme = {"items": [{**TIMES, "title": {"id": "Membangun tokoh"}, "speaker_id": speaker["id"]}]}
    assert staff.put(f"{event}/programme", json=programme).json()["programme"][0]["speaker_id"] == speaker["id"]
    assert staff.get(f"/events/{made.json()['id']}").status_code == 404
    assert staff.post(f"{event}/publish").json()["stage"] == "registration_open"
    assert staff.get(f"/events/{made.json()['id']}").json()["speakers"][0]["name"] == "Dr. Siti Aminah"
    places = [
        staff.post(f"{event}/registrations", json={"name": name, "phone": phone, "consent": True}).json()
        for name, phone in (("Rina", "081234567801"), ("Budi", "081234567802"), ("Dewi", "081234567803"))
    ]
    assert [place["state"] for place in places] == ["confirmed", "confirmed", "waitlisted"]
    pool = staff.get(event).json()["seats"]["id"]
    grown = staff.put(f"/staff/pools/{pool}", json={"capacity": 3}).json()["seats"]
    assert (grown["capacity"], grown["taken"], grown["waiting"]) == (3, 3, 0)


def test_event_is_moved_held_and_recorded(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    place, event = site.life.register(event_id).registration_id, f"/staff/events/{event_id}"
    moved = staff.post(
        f"{event}/reschedule",
        json={"starts_at": "2026-12-13T09:00:00+07:00", "ends_at": "2026-12-13T11:30:00+07:00"},
    ).json()
    assert moved["starts_at"] == "2026-12-13T02:00:00Z"
    assert staff.post(f"{event}/start").json()["stage"] == "live"
    marked = staff.put(f"/staff/registrations/{place}/attendance", json={"evidence": "staff"}).json()
    assert [each["evidence"] for each in marked["attendance"]] == ["staff"]
    assert staff.delete(f"/staff/registrations/{place}/attendance").status_code == 204
    assert staff.post(f"{event}/end").json()["stage"] == "ended"
    link = staff.post(f"{event}/recording-link", json={"url": "https://youtu.be/dQw4w9WgXcQ", "title": "Menulis"})
    assert (link.status_code, link.json()["state"]) == (201, "published")
    assert staff.get(f"/events/{event_id}").json()["recording_url"].endswith("dQw4w9WgXcQ")
    facts = [each["fact"] for each in staff.get(f"{event}/timeline").json()["items"]]
    assert facts[-6:] == [
        "EventRescheduled",
        "EventStarted",
        "AttendanceRecorded",
        "AttendanceWithdrawn",
        "EventEnded",
        "RecordingPublished",
    ]
    assert staff.post(f"{event}/cancel", json={}).json()["code"] == "wrong_stage"


def test_two_editors_never_overwrite_each_other(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    seen = staff.get(f"/staff/events/{event_id}").headers["etag"]
    path = f"/staff/events/{event_id}"
    first = staff.patch(path, json={"start_code": "melati"}, headers={"If-Match": seen})
    assert (first.status_code, first.json()["start_code"]) == (200, "melati")
    second = staff.patch(path, json={"start_code": "mawar"}, headers={"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "outdated")
    assert staff.patch(path, json={"start_code": "mawar"}, headers={"If-Match": "x"}).status_code == 400
    assert staff.patch(path, json={"start_code": None}).json()["start_code"] is None
    assert staff.patch(path, json={"title": None}).json()["errors"][0]["field"] == "title"
    assert site.life.event(event_id).start_code is None


def test_publishing_says_everything_that_is_missing(staff: httpx.Client) -> None:
    empty = {"kind": "exhibition", "title": {"id": "Pameran"}, **TIMES}
    event = staff.post("/staff/events", json=empty).json()
    refused = staff.post(f"/staff/events/{event['id']}/publish")
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["summary", "venue", "slots"]
    hours = {"first": "2026-12-12", "last": "2026-12-12", "weekdays": [5], "opens": "09:00", "closes": "11:00"}
    slots = staff.post(f"/staff/events/{event['id']}/slots", json={"hours": {**hours, "minutes": 60}, "capacity": 5})
    assert [slot["starts_at"] for slot in slots.json()["slots"]] == ["2026-12-12T02:00:00Z", "2026-12-12T03:00:00Z"]
    assert staff.delete(f"/staff/events/{event['id']}").status_code == 204
    assert staff.get(f"/staff/events/{event['id']}").status_code == 404


def test_pages_of_registrations_hold_everybody_once(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    for person in range(7):
        site.life.register(event_id, person)
    path, found, cursor = f"/staff/events/{event_id}/registrations", [], ""
    for _ in range(10):
        page = staff.get(f"{path}?limit=3{cursor}").json()
        found += [each["name"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        site.life.register(event_id, f"baru{len(found)}")
    assert len(found) == len(set(found))
    assert {f"Peserta {person}" for person in range(7)} <= set(found)
    assert [each["name"] for each in staff.get(f"{path}?search=peserta3@").json()["items"]] == ["Peserta 3"]
    assert staff.get(f"{path}?state=cancelled").json()["items"] == []


@pytest.mark.parametrize("path", ["/events", "/staff/events", "/staff/events/{event}/registrations"])
def test_lists_cost_the_same_queries_for_one_row_and_for_three(site: Site, staff: httpx.Client, path: str) -> None:
    event_id = site.life.webinar()
    site.life.register(event_id, 0)
    address = path.format(event=event_id)
    staff.get(address)
    with counted(site.runtime.database) as for_one:
        staff.get(address)
    for person in (1, 2):
        site.life.register(event_id, person)
        site.life.webinar()
    with counted(site.runtime.database) as for_three:
        assert len(staff.get(address).json()["items"]) == 3
    assert len(for_three) == len(for_one)


# ---------------------------------------------------------------- recordings
def chunks(count: int, size: int = 65_536) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 251]) * size


def test_recording_is_streamed_to_storage(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar(Stage.ENDED)
    digest = hashlib.sha256(b"".join(chunks(160))).hexdigest()
    sent = staff.put(
        f"/staff/events/{event_id}/recording?title=Menulis",
        content=chunks(160),
        headers={"Content-Type": "video/mp4"},
    )
    assert (sent.status_code, sent.json()["state"], sent.json()["size"]) == (201, "queued", 160 * 65_536)
    row = site.runtime.database.read(lambda session: session.get(Recording, uuid.UUID(sent.json()["id"])))
    assert row is not None
    assert row.sha256 == digest
    assert site.runtime.files.size(row.storage_key or "") == 160 * 65_536
    again = staff.put(
        f"/staff/events/{event_id}/recording?title=x", content=b"x", headers={"Content-Type": "video/mp4"}
    )
    assert again.status_code == 409
    text = staff.put(f"/staff/events/{event_id}/recording?title=x", content=b"x", headers={"Content-Type": "text/csv"})
    assert text.status_code == 415


def test_recording_that_breaks_off_leaves_the_way_free(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar(Stage.ENDED)
    path = f"/staff/events/{event_id}/recording?title=Menulis"

    def broken() -> Iterator[bytes]:
        yield b"x" * 65_536
        raise ConnectionResetError("the network is gone")

    with pytest.raises(ConnectionResetError):
        staff.put(path, content=broken(), headers={"Content-Type": "video/mp4"})

    def again() -> httpx.Response | None:
        answer = staff.put(path, content=b"y" * 1000, headers={"Content-Type": "video/mp4"})
        return answer if answer.status_code == 201 else None

    sent = until(again, what="the second attempt is taken")
    assert (sent.json()["size"], sent.json()["state"]) == (1000, RecordingState.QUEUED.value)


# ---------------------------------------------------------------- who may
def test_every_staff_route_wants_a_token_and_its_scope(site: Site, anybody: httpx.Client) -> None:
    description: dict[str, Any] = anybody.get("/openapi.json").json()
    routes = [each for each in operations(description) if each[0].startswith("/api/v1/staff/")]
    assert len(routes) > 50
    owner = site.staff()
    with (
        site.client(site.token(owner, Action.OWN_ACCOUNT.value)) as powerless,
        site.client() as stranger,
    ):
        for path, method, _ in routes:
            address = path.removeprefix("/api/v1")
            for name in {part for part in path.split("/") if part.startswith("{")}:
                address = address.replace(name, "1" if name in ("{number}", "{version}") else str(uuid.uuid4()))
            assert stranger.request(method, address).status_code == 401, (method, path)
            assert powerless.request(method, address).status_code == 403, (method, path)


def test_token_never_makes_a_stronger_one(site: Site) -> None:
    owner = site.staff()
    weak = site.token(owner, Action.MANAGE_TOKENS.value, Action.VIEW_EVENTS.value)
    with site.client(weak) as client:
        wanted = {"name": "Situs", "scopes": [Action.MANAGE_STAFF.value]}
        assert client.post("/staff/tokens", json=wanted).status_code == 403
        made = client.post("/staff/tokens", json={"name": "Situs", "scopes": [Action.VIEW_EVENTS.value]})
        assert made.status_code == 201
        assert made.headers["cache-control"] == "no-store"
        listed = client.get("/staff/tokens")
        assert made.json()["token"] not in listed.text
        newest = listed.json()["items"][0]
        with site.client(made.json()["token"]) as fresh:
            assert fresh.get("/staff/events").status_code == 200
            assert client.delete(f"/staff/tokens/{newest['id']}").status_code == 204
            assert fresh.get("/staff/events").status_code == 401


def test_colleague_who_is_disabled_is_out_at_once(site: Site, staff: httpx.Client) -> None:
    colleague = site.staff(Role.OWNER)
    with site.client(site.token(colleague)) as theirs:
        assert theirs.get("/staff/events").status_code == 200
        assert staff.post(f"/staff/colleagues/{colleague.staff_id}/disable").status_code == 200
        assert theirs.get("/staff/events").status_code == 401
    others = site.staff(Role.OWNER, life=site.other)
    assert staff.post(f"/staff/colleagues/{others.staff_id}/disable").status_code == 404


def test_installation_owner_says_which_organiser_it_is_for(site: Site) -> None:
    token = site.token(site.owner)
    with site.client(token) as client:
        refused = client.post("/staff/events", json=DRAFT)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "organiser")
        made = client.post(f"/staff/events?organiser={site.other.organiser_id}", json=DRAFT)
        assert made.json()["organiser_id"] == str(site.other.organiser_id)
        assert len(client.get("/staff/organisers").json()["items"]) == 2
    with site.client(site.token(site.staff())) as client:
        assert client.post(f"/staff/events?organiser={site.other.organiser_id}", json=DRAFT).status_code == 404


def test_registrations_are_exported_in_the_language_that_is_asked_for(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    site.life.register(event_id, 1, name="=Rina")
    for language, heading in (("id", "Nama"), ("en", "Name")):
        answer = staff.get(f"/staff/events/{event_id}/registrations.xlsx", headers={"Accept-Language": language})
        assert (answer.status_code, answer.headers["content-type"]) == (200, exports.XLSX)
        assert "no-store" in answer.headers["cache-control"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert [sheet["B1"].value, sheet["B2"].value] == [heading, "=Rina"]
    elsewhere = site.other.webinar()
    assert staff.get(f"/staff/events/{elsewhere}/registrations.xlsx").status_code == 404
    with site.client(site.token(site.staff(), Action.VIEW_REGISTRATIONS.value)) as reader:
        assert reader.get(f"/staff/events/{event_id}/registrations.xlsx").status_code == 403


def test_a_person_is_found_shown_and_erased(site: Site) -> None:
    event_id = site.life.webinar(max_party_size=3)
    here = site.life.register(event_id, 1, name="Rina Wulandari", email="rina@contoh.example", party_size=2)
    there = site.life.register(site.life.webinar(), 1, name="Rina W.", email="Rina@contoh.example")
    with site.client(site.token(site.staff())) as client:
        [found] = client.get("/staff/personal-data", params={"search": "wulandari"}).json()["items"]
        assert (found["registration_id"], found["registrations"]) == (str(here.registration_id), 1)
        held = client.get(f"/staff/registrations/{here.registration_id}/personal-data").json()["items"]
        assert {each["name"] for each in held} == {"Rina Wulandari", "Rina W."}
        erased = client.post(f"/staff/registrations/{here.registration_id}/erase", json={}).json()
        assert erased == {"registrations": [str(here.registration_id)], "people": 1}
        assert site.life.registration(there.registration_id).name == "Rina W."
        gone = client.post(f"/staff/registrations/{here.registration_id}/erase", json={})
        assert gone.status_code == HTTPStatus.NOT_FOUND
        nobody = client.post(f"/staff/registrations/{there.registration_id}/erase", json={"person": 5}).json()
        assert nobody == {"registrations": [], "people": 0}
        rest = client.post(f"/staff/registrations/{there.registration_id}/erase", json={"everywhere": True}).json()
        assert rest["registrations"] == [str(there.registration_id)]
        assert client.get("/staff/personal-data", params={"search": "rina"}).json() == {"items": [], "news": []}
    assert site.life.registration(there.registration_id).email is None


def test_who_only_asked_for_news_is_found_and_erased(site: Site) -> None:
    organiser_id = site.life.organiser_id
    site.life.do(subscribing.ask, organiser_id, "Ani@contoh.example", locale="id", words="1", by="page")
    with site.client(site.token(site.staff())) as client:
        [found] = client.get("/staff/personal-data", params={"search": "ani@"}).json()["news"]
        assert (found["email"], found["organiser_id"], found["confirmed_at"]) == (
            "Ani@contoh.example",
            str(organiser_id),
            None,
        )
        gone = [
            client.post("/staff/personal-data/erase-subscribers", json={"email": "ani@contoh.example"}).json()
            for _ in range(2)
        ]
        assert gone == [{"subscriptions": 1}, {"subscriptions": 0}]
        assert client.get("/staff/personal-data", params={"search": "ani"}).json() == {"items": [], "news": []}


def test_decisions_are_narrowed_as_on_the_page_of_approvals(site: Site) -> None:
    life, past = site.life, site.life.webinar()
    came = life.register(past, 2, email="guru@smpn6.sch.id")
    life.do(lifecycle.start, past)
    life.do(attendance.note, came.registration_id, Evidence.STAFF)
    event_id = life.webinar(max_party_size=5)
    approval = ApprovalRules(required=True, pending_holds_seats=True, domains=("batam.go.id",))
    life.do(registration_rules.set_rules, event_id, approval=approval, waitlist=True, offer_hours=24)
    addresses = ("ani@gmail.com", "guru@smpn6.sch.id", "budi@unrika.ac.id", "staf@dinas.batam.go.id")
    for number, (address, size) in enumerate(zip(addresses, (1, 2, 4, 1), strict=True)):
        life.register(event_id, number, email=address, party_size=size)

    def asked(**query: Any) -> tuple[list[str], int, int]:
        found = client.get(f"/staff/events/{event_id}/decisions", params=query).json()
        emails = [each["email"] for each in found["items"]]
        return emails, found["undecided_parties"], found["undecided_people"]

    with site.client(site.token(site.staff())) as client:
        assert asked() == (list(addresses[:3]), 3, 7)
        assert asked(domain="sch.id") == ([addresses[1]], 1, 2)
        assert asked(came_before="true") == ([addresses[1]], 1, 2)
        assert asked(came_before="false", at_least=2) == ([addresses[2]], 1, 4)
        assert asked(at_most=2, search="ani@") == ([addresses[0]], 1, 1)
        assert asked(state="waitlisted") == ([], 0, 0)
        assert asked(decided="true")[0] == [addresses[3]]
        assert [asked(decided="true", rule=rule)[0] for rule in ("domain", "staff")] == [[addresses[3]], []]
        assert len(asked(limit=1)[0]) == 1
        for query in ("rule=luck", "at_least=0", "state=x", f"domain={'x' * 101}"):
            refused = client.get(f"/staff/events/{event_id}/decisions?{query}")
            assert refused.status_code == HTTPStatus.BAD_REQUEST
