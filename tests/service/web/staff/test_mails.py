"""The pages of an event's e-mails and of their health, as staff use them."""

from __future__ import annotations

import re

from events.storage import Session
from notifications.models.email import Email, EmailKind, EmailState
from notifications.planning import emails
from service.accounts.models import Role
from tests.service.web.staff.room import Room
from tests.support.life import NOW


def _owed(room: Room, state: EmailState = EmailState.QUEUED, **changes: object) -> tuple[str, str]:
    """Owe somebody a confirmation; returns the address of the list and of the e-mail."""
    event_id = room.life.webinar()
    made = room.life.register(event_id, 1)

    def use_case(session: Session) -> str:
        key = emails.queue(session, EmailKind.CONFIRMATION, registration_id=made.registration_id, now=NOW)
        row = session.get_one(Email, key)
        row.state = state
        for name, value in changes.items():
            setattr(row, name, value)
        return str(key)

    home = f"/staff/events/{event_id}/emails"
    return home, f"{home}/{room.runtime.database.write(use_case)}"


def test_a_failed_mail_says_why_and_what_to_do_and_is_sent_once_more(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.EDITOR)
    failed = {"reason": "no_such_address", "last_error": "550 5.1.1 <b>nobody</b>"}
    home, mail = _owed(sqlite_room, EmailState.FAILED, **failed)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        listed = client.get(home).text
        assert "Konfirmasi" in listed
        assert "Alamat itu tidak ada." in listed
        page = client.get(mail).text
        assert "Tanyakan alamat yang benar" in page
        assert "<b>nobody</b>" not in page, "a server's words are text"
        assert "Anda terdaftar: Menulis Cerita Anak, 12 Desember 2026" in page, "the preview's subject"
        frame = client.get(f"{mail}/html")
        assert frame.headers["content-security-policy"].endswith("sandbox")
        assert "script" not in frame.headers["content-security-policy"]
        again = client.post(f"{mail}/resend", headers={"sec-fetch-site": "same-origin"})
        assert again.status_code == 303
        new = again.headers["location"].partition("?")[0]
        assert new != mail
        page = client.get(new).text
        assert re.search(r"Dikirim ulang", page)
        refused = client.post(f"{new}/resend", headers={"sec-fetch-site": "same-origin"})
        assert refused.status_code == 409, "it has not gone out yet"


def test_everything_is_held_and_released(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.EDITOR)
    home, mail = _owed(sqlite_room)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        own = {"sec-fetch-site": "same-origin"}
        assert client.post(f"{mail}/hold", headers=own).status_code == 303
        assert "Ditahan" in client.get(mail).text
        assert client.post(f"{mail}/release", headers=own).status_code == 303
        assert client.post(f"{home}/hold", headers=own).status_code == 303
        assert "Surel acara ini ditahan sejak" in client.get(home).text
        assert client.post(f"{home}/release", headers=own).status_code == 303
        assert client.post(f"{home}/release", headers=own).status_code == 409
        assert client.post("/staff/health/hold", headers=own).status_code == 303
        health = client.get("/staff/health").text
        assert "Ada surel yang ditahan, sejak" in health
        assert "Belum pernah ada pekerja yang membaca antrean surel" in health
        assert "Jalankan: acara serve" in health
        assert client.post("/staff/health/release", headers=own).status_code == 303
        assert "Ada surel yang ditahan" not in client.get("/staff/health").text


def test_another_events_mail_is_not_under_this_one(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.EDITOR)
    _, mail = _owed(sqlite_room)
    other = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        key = mail.rpartition("/")[2]
        assert client.get(f"/staff/events/{other}/emails/{key}").status_code == 404
