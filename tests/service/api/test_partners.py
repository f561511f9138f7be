"""Partners by token: the record with its contacts, seats, what is asked for, the board, reminders, forgetting."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx

from events import outbox
from events.links import PARTNER
from events.models import ContributionItem, PartnerAnswer, Stage
from events.partnership import contributions, partners
from events.recordings import recording_consent
from service.clock import real_now
from service.processes import work
from tests.notifications.post_office import PostOffice, calendar_of
from tests.service.api.conftest import Site
from tests.support.life import NOW, STARTS_AT

SCHOOL = {"kind": "school", "name": "SMP Negeri 6 Batam", "contact_name": "Pak Hendra", "email": "tu@smpn6.example"}


def _id(path: str) -> uuid.UUID:
    return uuid.UUID(path.rpartition("/")[2])


def _invited(staff: httpx.Client, event_id: uuid.UUID) -> tuple[str, str]:
    """Return the addresses of a school's record and of its part in an event."""
    key = staff.post("/staff/partners", json=SCHOOL).json()["id"]
    sent = {"partner_id": key, "role": "guest"}
    part = staff.post(f"/staff/events/{event_id}/participations", json=sent).json()["id"]
    return f"/staff/partners/{key}", f"/staff/participations/{part}"


def test_a_record_has_contacts_of_whom_one_is_written_to(site: Site, staff: httpx.Client) -> None:
    partner, _ = _invited(staff, site.life.webinar())
    added = staff.post(f"{partner}/contacts", json={"name": "Ibu Rina", "email": "rina@smpn6.example"})
    assert added.status_code == 201
    contact = added.json()["contacts"][0]["id"]
    main = staff.put(f"{partner}/contacts/{contact}/main").json()
    assert main["partner"]["email"] == "rina@smpn6.example"
    assert [each["name"] for each in main["contacts"]] == ["Pak Hendra"]
    changed = staff.put(partner, json={**SCHOOL, "email": "rina@smpn6.example", "locale": "en"}).json()
    assert (changed["partner"]["locale"], changed["partner"]["phone"]) == ("en", None)
    assert staff.delete(f"{partner}/contacts/{contact}").status_code == 204
    assert staff.get(partner).json()["contacts"] == []


def test_seats_are_given_and_taken_back(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar(capacity=40)
    _, part = _invited(staff, event_id)
    until = "2026-12-09T12:00:00+07:00"
    given = staff.put(f"{part}/seats", json={"seats": 30, "release_at": until}).json()
    assert (given["seats"]["seats"], given["seats"]["held"], given["standing"]) == (30, 30, "silent")
    more = staff.put(f"{part}/seats", json={"seats": 41, "release_at": until})
    assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "seats")
    assert staff.delete(f"{part}/seats").json()["seats"]["held"] == 0
    assert site.life.pool(event_id).taken == 0


def test_what_is_asked_for_is_taken_over_or_dropped(site: Site, staff: httpx.Client) -> None:
    partner, part = _invited(staff, site.life.webinar())
    asked = staff.post(f"{part}/asks", json={"items": ["needs", "biography"]}).json()["asked"]
    assert [each["item"] for each in asked] == ["biography", "needs"]
    assert staff.post(f"{part}/asks/biography/accept").status_code == 409
    said = {"id": "Sekolah penggerak.", "en": ""}
    site.life.do(contributions.give, _id(part), ContributionItem.BIOGRAPHY, said, by="partner:x")
    accepted = staff.post(f"{part}/asks/biography/accept").json()["asked"][0]
    assert (accepted["text"]["id"], accepted["accepted_at"] is not None) == ("Sekolah penggerak.", True)
    assert staff.get(partner).json()["partner"]["biography"]["id"] == "Sekolah penggerak."
    assert [each["item"] for each in staff.delete(f"{part}/asks/needs").json()["asked"]] == ["biography"]
    assert staff.delete(f"{part}/asks/tari").status_code == 404


def test_a_proposed_time_is_declined_and_the_partners_calendar_told(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    _, part = _invited(staff, event_id)
    wished = STARTS_AT + timedelta(days=1)
    tentative, proposed = PartnerAnswer.TENTATIVE, (wished, wished + timedelta(hours=2))
    site.life.do(partners.answer, _id(part), tentative, proposed=proposed, by="mail:x")
    [before] = staff.get(f"/staff/events/{event_id}/partner-board").json()["items"]
    assert before["proposed_starts_at"] == "2026-12-13T02:00:00Z"
    refused = staff.post(f"{part}/decline-proposal", json={"reply": "x" * 501})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reply")
    declined = staff.post(f"{part}/decline-proposal", json={"reply": "Ruangan terpakai."}).json()
    assert (declined["proposed_starts_at"], declined["standing"]) == (None, "tentative")
    assert staff.post(f"{part}/decline-proposal", json={}).status_code == 409

    ahead = real_now() + timedelta(minutes=1)
    facts = site.runtime.database.read(lambda session: outbox.unsettled(session, real_now=ahead))
    work.react_to(site.runtime, facts)
    later = NOW + timedelta(seconds=59)  # the clock runs on meanwhile
    mails = [each for each in PostOffice(site.life, site.runtime.files).send(now=later) if "tu@smpn6" in each["To"]]
    told = b"".join(calendar_of(each) or b"" for each in mails)
    assert told.count(b"METHOD:DECLINECOUNTER") == 1
    assert b"COMMENT:Ruangan terpakai." in told


def test_the_silent_are_reminded_and_former_partners_forgotten(site: Site, staff: httpx.Client) -> None:
    event_id = site.life.webinar()
    partner, part = _invited(staff, event_id)
    assert staff.post(f"/staff/events/{event_id}/remind-partners").json() == {"reminded": 1}
    board = staff.get(f"/staff/events/{event_id}/partner-board").json()
    assert (board["counts"], board["items"][0]["reminded_at"] is not None) == ({"silent": 1}, True)
    token = board["items"][0]["page_url"].rpartition("/")[2]
    assert site.runtime.links.read(PARTNER, token).id == _id(part)
    assert staff.post(f"{partner}/forget").status_code == 409
    site.life.do(partners.withdraw, _id(part))
    forgotten = staff.post(f"{partner}/forget").json()
    assert (forgotten["partner"]["email"], forgotten["forgotten_at"] is not None) == (None, True)


def test_a_recording_waits_for_the_word_of_who_spoke(site: Site, staff: httpx.Client) -> None:
    life = site.life
    event_id = life.webinar(Stage.LIVE)
    speaker = staff.post("/staff/partners", json={"kind": "speaker", "name": "Sulastri"}).json()["id"]
    event = f"/staff/events/{event_id}"
    part = staff.post(f"{event}/participations", json={"partner_id": speaker, "role": "speaker"}).json()["id"]
    link = {"url": "https://youtu.be/dQw4w9WgXcQ", "title": "Rekaman"}
    silent = staff.post(f"{event}/recording-link", json=link)
    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "consent_missing")
    video: dict[str, Any] = {"content": b"\x00" * 64, "headers": {"content-type": "video/mp4"}}
    unsaid = staff.put(f"{event}/recording", params={"title": "Rekaman"}, **video)
    assert unsaid.status_code == 422
    life.do(recording_consent.say, _id(part), recorded=True, published=False, locale="id", by=f"partner:{part}")
    no = staff.post(f"{event}/recording-link", json={**link, "agreed": True})
    assert (no.status_code, "Sulastri" in no.json()["detail"]) == (409, True)
    hidden = staff.put(f"{event}/recording", params={"title": "Rekaman", "visibility": "private"}, **video)
    assert hidden.status_code == 201
    told = staff.get(f"{event}/partner-board").json()["items"][0]["consent"]
    assert (told["recorded"], told["published"]) == (True, False)
