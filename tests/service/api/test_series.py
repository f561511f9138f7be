"""Series through the API: made by words, published, booked, changed, called off; what is refused and where."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.api.examples.series import SERIES_SENT
from tests.service.api.conftest import Site

PERSON = {"name": "Siti Aminah", "email": "siti@example.org", "consent": True}


@pytest.fixture
def staff(site: Site) -> Any:
    with site.client(site.token(site.staff())) as client:
        yield client


def _make(staff: httpx.Client, **changes: Any) -> httpx.Response:
    return staff.post("/staff/series", json={**SERIES_SENT["SeriesInput"], **changes})


def test_a_series_lives_through_the_api(site: Site, staff: httpx.Client, anybody: httpx.Client) -> None:
    made = _make(staff, summary={"id": "Membaca bersama."}, count=3)
    assert made.status_code == 201
    series = made.json()
    assert (series["rule"], series["sentence"]["id"], [each["day"] for each in series["dates"]]) == (
        "FREQ=MONTHLY;BYDAY=3WE;COUNT=3",
        "Hari Rabu ketiga setiap bulan, 3 kali",
        ["2026-12-16", "2027-01-20", "2027-02-17"],
    )
    here = f"/staff/series/{series['id']}"
    assert {each["stage"] for each in staff.post(f"{here}/publish").json()["dates"]} == {"registration_open"}
    booked = anybody.post(f"/series/{series['id']}/registrations", json=PERSON)
    assert (booked.status_code, {each["state"] for each in booked.json()["dates"]}) == (201, {"confirmed"})
    twice = anybody.post(f"/series/{series['id']}/registrations", json=PERSON)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_registered")
    own = f"/my/series/{booked.json()['token']}"
    assert len(anybody.get(own).json()["dates"]) == 3
    added = staff.post(f"{here}/dates", json={"count": 1}).json()
    assert added["dates"][-1]["day"] == "2027-03-17"
    staff.post(f"{here}/publish")
    assert len(anybody.get(own).json()["untaken"]) == 1
    assert [each["state"] for each in anybody.post(f"{own}/take").json()["dates"]] == ["confirmed"] * 4
    first, second = series["dates"][0]["event_id"], series["dates"][1]["event_id"]
    changed = staff.post(f"{here}/dates/{second}/change", json={"scope": "following", "venue": {"id": "Aula"}})
    assert (changed.status_code, changed.json()["previous_id"], len(changed.json()["dates"])) == (200, series["id"], 3)
    assert staff.put(f"{here}/additions", json={"additions": "register"}).json()["additions"] == "register"
    off = staff.post(f"{here}/dates/{first}/call-off", json={"scope": "all"}).json()
    assert [each["stage"] for each in off["dates"]] == ["cancelled"]
    assert {each["state"] for each in anybody.post(f"{own}/cancel").json()["dates"][1:]} == {"cancelled"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": "setiap Rabu purnama"}, "words"),
        ({"words": None}, "words"),
        ({"rule": "FREQ=DAILY"}, "words"),
        ({"until": "2027-01-01"}, "until"),
        ({"start_code": "melati"}, "start_code"),
        ({"minutes": 0}, "minutes"),
        ({"count": 105}, "count"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(staff: httpx.Client, changes: dict[str, Any], field: str) -> None:
    answer = _make(staff, **changes)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])


def test_holidays_are_left_out_unless_they_are_wanted(staff: httpx.Client) -> None:
    fridays = {"words": "setiap Jumat", "count": 5, "starts_on": "2026-12-10"}
    days = [
        [each["day"][5:] for each in _make(staff, **fridays, **more).json()["dates"]]
        for more in ({}, {"skip_holidays": False})
    ]
    assert days == [["12-11", "12-18", "01-08"], ["12-11", "12-18", "12-25", "01-01", "01-08"]]


def test_a_date_is_exchanged_for_another(staff: httpx.Client, anybody: httpx.Client) -> None:
    series = _make(staff, summary={"id": "Membaca bersama."}, count=3).json()
    staff.post(f"/staff/series/{series['id']}/publish")
    first, second, third = [each["event_id"] for each in series["dates"]]
    held = anybody.post(f"/events/{first}/registrations", json=PERSON).json()
    own = f"/my/registrations/{held['token']}"
    assert [each["id"] for each in anybody.get(f"{own}/dates").json()["events"]] == [second, third]
    made = anybody.post(f"{own}/exchange", json={"event_id": third})
    assert (made.status_code, made.json()["state"]) == (200, "confirmed")
    assert anybody.get(own).json()["state"] == "cancelled"
    assert anybody.get(f"/my/registrations/{made.json()['token']}").json()["event_id"] == third
    again = anybody.post(f"{own}/exchange", json={"event_id": third}).json()
    assert again["id"] == made.json()["id"]
    refused = [anybody.post(f"{own}/exchange", json={"event_id": each}).status_code for each in (first, second)]
    assert refused == [404, 409]


def test_a_minor_names_a_guardian_once_for_all_dates(staff: httpx.Client, anybody: httpx.Client) -> None:
    series = _make(staff, summary={"id": "Membaca bersama."}, count=3).json()
    staff.post(f"/staff/series/{series['id']}/publish")
    there = f"/series/{series['id']}/registrations"
    minor = PERSON | {"guardian": {"name": "Ani", "phone": "0812 3456 7890"}}
    refused = anybody.post(there, json=minor)
    assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, ["guardian"])
    rules = f"/staff/events/{series['dates'][1]['event_id']}/registration-rules"
    assert staff.put(rules, json={"guardian_consent": True}).status_code == 200
    booked = anybody.post(there, json=minor).json()
    assert [each["state"] for each in booked["dates"]] == ["pending"] * 3
