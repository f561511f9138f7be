"""The door over the API: the list with its ETag, batches that count once, reports."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from events.storage import new_id
from tests.service.api.conftest import Site

AT = "2026-12-12T08:55:00+07:00"


def test_a_device_takes_the_list_and_reports(site: Site) -> None:
    event_id = site.life.webinar()
    made = site.life.register(event_id, 1, name="Siti Aminah")
    door = f"/staff/events/{event_id}/door"
    with site.client(site.token(site.staff())) as client:
        found = client.get(door)
        assert [each["name"] for each in found.json()["entries"]] == ["Siti Aminah"]
        same = client.get(door, headers={"If-None-Match": found.headers["etag"]})
        assert same.status_code == HTTPStatus.NOT_MODIFIED
        scan = {"id": str(new_id()), "kind": "in", "at": AT, "registration_id": str(made.registration_id)}
        wrong = {"id": str(new_id()), "kind": "walk_in", "at": AT, "name": "Budi", "phone": "12"}
        heads = {"id": str(new_id()), "kind": "heads", "at": AT, "age_group": "adult", "delta": 2}
        for _ in range(2):
            answer = client.post(door, json={"sent_at": AT, "door": "Utara", "items": [scan, wrong, heads]}).json()
            assert [each["outcome"] for each in answer["items"]][:2] == ["counted", "invalid"]
            assert (answer["count"]["inside"], answer["count"]["heads"]["adult"]) == (1, 2)
        assert client.get(door, headers={"If-None-Match": found.headers["etag"]}).status_code == HTTPStatus.OK
        assert client.get(door, params={"since": "2030-01-01T00:00:00Z"}).json()["entries"] == []


def test_a_batch_that_makes_no_sense_is_refused_whole(site: Site) -> None:
    event_id = site.life.webinar()
    door = f"/staff/events/{event_id}/door"
    batches: list[dict[str, Any]] = [
        {"items": []},
        {"sent_at": AT, "items": [{"id": "x", "kind": "in", "at": AT}]},
        {"sent_at": AT, "items": [{"id": str(new_id()), "kind": "teleport", "at": AT}]},
    ]
    with site.client(site.token(site.staff())) as client:
        assert [client.post(door, json=batch).status_code for batch in batches] == [422] * 3
        report = client.get(f"/staff/events/{event_id}/reports/attendance-list.xlsx")
        assert report.content.startswith(b"PK")
        assert client.get(f"/staff/events/{event_id}/reports/secrets.xlsx").status_code == HTTPStatus.NOT_FOUND
