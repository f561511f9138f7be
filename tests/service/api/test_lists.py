"""Lists of people by the API: tried on a copy, read row by row, brought in whole or not at all."""

from __future__ import annotations

import io
import uuid
from typing import Any

import httpx
import openpyxl
import sqlalchemy as sa

from events.models import Registration
from service.reports.exports import XLSX
from tests.service.api.conftest import Site

ROWS = [
    {"name": "Ani", "email": "ani@example.org"},
    {"name": "Budi", "phone": "0812 3456 7890"},
    {"name": "Cici", "email": "cici@example.org"},
]
CONSENT = "Formulir kertas, 1 Desember"


def _people(site: Site, event_id: uuid.UUID) -> list[str]:
    wanted = sa.select(Registration.name).where(Registration.event_id == event_id).order_by(Registration.name)
    return site.runtime.database.read(lambda session: list(session.scalars(wanted)))


def _send(staff: httpx.Client, event_id: uuid.UUID, rows: list[dict[str, str]]) -> dict[str, Any]:
    answer = staff.post(f"/staff/events/{event_id}/lists", json={"rows": rows})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _apply(staff: httpx.Client, event_id: uuid.UUID, trial: dict[str, Any], **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"consent": CONSENT, "seen": trial["seen"], **more}
    return staff.post(f"/staff/events/{event_id}/lists/{trial['id']}/apply", json=body, headers=headers)


def test_rows_are_tried_first_and_brought_in_once(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar(capacity=2)
    trial = _send(staff, event_id, ROWS)
    assert [(each["number"], each["name"], each["becomes"], each["seats_left"]) for each in trial["rows"]] == [
        (1, "Ani", "confirmed", 1),
        (2, "Budi", "confirmed", 0),
        (3, "Cici", "waitlisted", 0),
    ]
    assert trial["counts"] == {"confirmed": 2, "waitlisted": 1}
    assert [each["field"] for each in trial["columns"]] == ["name", "email", "phone"]
    assert _people(site, event_id) == []
    key = {"Idempotency-Key": "list-of-class-7a"}
    answers = [_apply(staff, event_id, trial, headers=key) for _ in range(2)]
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"id": trial["id"], "registered": 3})] * 2
    assert _people(site, event_id) == ["Ani", "Budi", "Cici"]
    assert _apply(staff, event_id, trial).status_code == 409
    again = staff.get(f"/staff/events/{event_id}/lists/{trial['id']}").json()
    assert (again["applied"], again["rows"]) == (True, [])


def test_a_line_with_an_error_keeps_everybody_out_unless_it_is_left_out(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    trial = _send(staff, event_id, [ROWS[0], {"name": "Dodi", "email": "bukan surel"}])
    [wrong] = [each for each in trial["rows"] if each["becomes"] == "error"]
    assert (wrong["number"], [each["field"] for each in wrong["errors"]]) == (2, ["email"])
    refused = _apply(staff, event_id, trial)
    assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, ["rows.2.email"])
    assert _people(site, event_id) == []
    assert _apply(staff, event_id, trial, leave_out_errors=True).json()["registered"] == 1
    assert _people(site, event_id) == ["Ani"]


def test_what_nobody_saw_does_not_happen(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar(capacity=3)
    trial = _send(staff, event_id, ROWS)
    site.life.register(event_id, 9)
    moved = _apply(staff, event_id, trial)
    assert (moved.status_code, moved.json()["code"]) == (409, "import_moved")
    assert _people(site, event_id) == ["Peserta 9"]
    anew = staff.get(f"/staff/events/{event_id}/lists/{trial['id']}").json()
    assert anew["counts"] == {"confirmed": 2, "waitlisted": 1}
    assert _apply(staff, event_id, anew).json()["registered"] == 3


def test_files_are_taken_and_their_columns_named(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    where = f"/staff/events/{event_id}/lists/file"
    sent = staff.post(where, content="Siapa;Surel\nAni;ani@example.org\n", headers={"Content-Type": "text/csv"})
    trial = sent.json()
    assert (sent.status_code, trial["counts"]) == (201, {"error": 1})
    columns = f"/staff/events/{event_id}/lists/{trial['id']}/columns"
    twice = staff.put(columns, json={"columns": {"0": "name", "1": "name"}})
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "twice")
    named = staff.put(columns, json={"columns": {"0": "name", "1": "email"}}).json()
    assert (named["counts"], named["rows"][0]["number"]) == ({"confirmed": 1}, 2)
    book = openpyxl.Workbook()
    for line in (["Nama", "Surel"], ["Budi", "budi@example.org"]):
        book.worksheets[0].append(line)
    written = io.BytesIO()
    book.save(written)
    workbook = staff.post(where, content=written.getvalue(), headers={"Content-Type": XLSX})
    assert (workbook.status_code, workbook.json()["counts"]) == (201, {"confirmed": 1})


def test_what_is_no_list_is_refused_clearly(site: Site, staff: httpx.Client) -> None:
    event_id, other = site.life.webinar(), site.life.webinar()
    where = f"/staff/events/{event_id}/lists"
    assert staff.post(where, json={"rows": []}).status_code == 422
    assert staff.post(where, json={"rows": [{"name": 7}]}).status_code == 422
    assert staff.post(f"{where}/file", content=b"x", headers={"Content-Type": "image/png"}).status_code == 415
    assert staff.post(f"{where}/file", content=b"", headers={"Content-Type": "text/csv"}).status_code == 422
    for unkeepable in ({"name": "A\x00ni"}, {"na\x00me": "Ani"}):
        assert staff.post(where, json={"rows": [unkeepable]}).status_code == 422
    trial = _send(staff, event_id, ROWS)
    assert _apply(staff, event_id, trial, consent="Form\x00").status_code == 422
    assert staff.get(f"/staff/events/{other}/lists/{trial['id']}").status_code == 404
    assert _apply(staff, other, trial).status_code == 404
    assert _apply(staff, event_id, trial, consent=" ").status_code == 422
    assert _people(site, event_id) == []
