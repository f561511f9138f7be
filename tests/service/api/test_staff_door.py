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


def test_one_malformed_item_holds_up_none_of_the_others(site: Site) -> None:
    """Each is answered in its place: what is good counts, once, and what is not says which fields were wrong."""
    event_id = site.life.webinar()
    made = site.life.register(event_id, 1, name="Siti Aminah")
    scan = {"id": str(new_id()), "kind": "in", "at": AT, "registration_id": str(made.registration_id)}
    heads = {"id": str(new_id()), "kind": "heads", "at": AT, "age_group": "adult", "delta": 2}
    walk_in = {"id": str(new_id()), "kind": "walk_in", "at": AT, "name": "Pak Harun"}
    unnamed = {"id": "x", "kind": "in", "at": AT}
    malformed: list[tuple[Any, list[str]]] = [
        (scan | {"id": str(new_id()), "kind": "teleport"}, ["kind"]),
        (unnamed, ["id"]),
        (7, []),
        (None, []),
        (heads | {"id": str(new_id()), "delta": "2", "colour": "red"}, ["delta", "colour"]),
        ({"id": str(new_id()), "kind": "in"}, ["at"]),
        ({"id": str(new_id()), "kind": "undo", "at": AT}, ["undoes"]),
        ({"id": str(new_id()), "kind": "heads", "at": AT}, ["age_group"]),
        (walk_in | {"id": str(new_id()), "name": "", "phone": "12"}, ["name", "phone"]),
        ({"id": str(new_id()), "kind": "heads", "at": "2026-12-12T08:55:00", "age_group": "adult"}, ["at"]),
    ]
    wrong = [item for item, _ in malformed]
    items = [*wrong[:3], scan, *wrong[3:5], heads, *wrong[5:], walk_in]
    with site.client(site.token(site.staff())) as client:
        for outcome in ("counted", "counted"), ("counted", "repeated"):
            batch = {"sent_at": AT, "items": items}
            found = client.post(f"/staff/events/{event_id}/door", json=batch).json()
            told = found["items"]
            assert [each["id"] for each in told] == [_id_of(item) for item in items]
            refused = [each for each in told if each["outcome"] == "invalid"]
            assert [each["fields"] for each in refused] == [fields for _, fields in malformed]
            assert (told[3]["outcome"], told[6]["outcome"]) == outcome
            assert (found["count"]["inside"], found["count"]["heads"]["adult"]) == (2, 2)


def _id_of(item: Any) -> str | None:
    return None if not isinstance(item, dict) or item["id"] == "x" else item["id"]


def test_a_batch_that_makes_no_sense_is_refused_whole(site: Site) -> None:
    event_id = site.life.webinar()
    door = f"/staff/events/{event_id}/door"
    batches: list[dict[str, Any]] = [
        {"items": []},
        {"sent_at": "yesterday", "items": []},
        {"sent_at": AT, "items": [{"id": str(new_id()), "kind": "in", "at": AT}] * 201},
    ]
    with site.client(site.token(site.staff())) as client:
        assert [client.post(door, json=batch).status_code for batch in batches] == [422] * 3
        report = client.get(f"/staff/events/{event_id}/reports/attendance-list.xlsx")
        assert report.content.startswith(b"PK")
        assert client.get(f"/staff/events/{event_id}/reports/secrets.xlsx").status_code == HTTPStatus.NOT_FOUND
