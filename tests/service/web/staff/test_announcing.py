"""A message now on the staff's pages: written, looked at, tested, sent once, and read by whom it was for."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import pytest
from litestar.testing import TestClient

from events import outbox
from events.links import MANAGE
from events.registrations import registration
from notifications.models.email import Email, EmailKind
from service.accounts.models import Role
from service.clock import real_now
from service.processes.work import react_to
from tests.service.web.staff.room import Room
from tests.support.site import words

TEXT = {
    "segment": "confirmed",
    "subject_id": "Tautan berubah: {judul}",
    "body_id": "Halo {nama}, ruangnya pindah.\n\n[Gabung]({tautan_masuk})",
    "also_later": "yes",
}


def react(room: Room) -> None:
    """Do what follows from what has happened so far."""
    react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))


def mails(room: Room) -> list[str]:
    def query(session: Any) -> list[str]:
        return sorted(
            each.to_address for each in session.query(Email).filter(Email.kind == EmailKind.ANNOUNCEMENT).all()
        )

    return room.runtime.database.read(query)


def write(client: TestClient[Any], event_id: uuid.UUID, **changes: str) -> str:
    """Write a message and return the path of its page."""
    answer = client.post(f"/staff/events/{event_id}/messages/new", data=TEXT | changes)
    assert answer.status_code == 303, words(answer.text)
    return str(answer.headers["location"]).split("?")[0]


def own_page(room: Room, key: uuid.UUID) -> str:
    return f"/r/{room.runtime.links.token(MANAGE, key)}"


def test_written_looked_at_sent_once_and_read_on_ones_own_page(room: Room) -> None:
    event_id = room.life.webinar()
    key = room.life.register(event_id, 1).registration_id
    by_hand = room.life.register(event_id, 2, name="Pak Budi", email=None, phone="+6281234567890").registration_id
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        page = write(client, event_id)
        shown = words(client.get(page).text)
        assert "1 orang lewat surel" in shown
        assert "1 orang tanpa surel: teksnya menunggu di “Kabari sendiri”" in shown
        preview = client.get(f"{page}/html?in=id")
        assert (
            "ruangnya pindah" in preview.text,
            f"Kepada: {room.life.registration(key).name}" in unescape(preview.text),
        ) == (True, True)
        assert "sandbox" in preview.headers["content-security-policy"]
        assert own_page(room, key).removeprefix("/r/") not in preview.text
        for _ in range(8):
            assert client.post(f"{page}/send", data={"version": "1"}).status_code == 303
        react(room)
        assert mails(room) == ["peserta1@example.org"]
        for where in (page, f"/staff/events/{event_id}/messages"):
            assert "Lewat surel: 1 dalam perjalanan Kabari sendiri: 1 belum dikabari" in words(client.get(where).text)
        hand = words(client.get(f"/staff/events/{event_id}/by-hand").text)
        assert "Halo Pak Budi, ada kabar dari kami tentang" in hand
        assert "ruangnya pindah" in hand
        later = room.life.register(event_id, 3).registration_id
        for each in (key, by_hand, later):
            said = client.get(own_page(room, each)).text
            assert "Kabar dari perpustakaan" in said
            assert "ruangnya pindah" in said
            assert re.search(r'href="[^"]+/j/[^"]+"', said) is not None


def test_who_was_not_meant_reads_nothing(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, 1)
    gone = room.life.register(event_id, 2).registration_id
    room.life.do(registration.cancel, gone)
    with room.visitor() as client:
        room.sign_in(client, room.join(Role.EDITOR).email)
        page = write(client, event_id, also_later="")
        client.post(f"{page}/send", data={"version": "1"})
        react(room)
        later = room.life.register(event_id, 3).registration_id
        for each in (gone, later):
            assert "Kabar dari perpustakaan" not in client.get(own_page(room, each)).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject_id": ""}, "Mohon tulis setidaknya dalam bahasa Indonesia."),
        ({"body_id": "{sandi}"}, "sandi"),
        ({"subject_id": "{tautan_masuk}"}, "Perihal tidak dapat memuat tautan."),
        ({"subject_id": "Bcc: a\r\nb@example.org"}, ""),
        ({"segment": "the whole town"}, ""),
        ({"slot_id": str(uuid.UUID(int=1))}, "Pilih salah satu waktu kunjungan."),
        ({"body_id": "a" * 5001}, "5000"),
        ({"subject_id": "a" * 10_000}, ""),
    ],
)
def test_what_cannot_be_sent_is_refused_where_it_stands_and_kept_in_the_form(
    sqlite_room: Room, changes: dict[str, str], said: str
) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        answer = client.post(f"/staff/events/{event_id}/messages/new", data=TEXT | changes)
        assert answer.status_code == 422
        assert said in words(answer.text)
        if "body_id" not in changes:
            assert "ruangnya pindah" in answer.text


def test_two_who_change_one_draft_do_not_overwrite_each_other(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        page = write(client, event_id)
        assert 'value="1"' in client.get(f"{page}/edit").text
        assert client.post(f"{page}/edit", data=TEXT | {"version": "1", "subject_id": "Baru"}).status_code == 303
        late = client.post(f"{page}/edit", data=TEXT | {"version": "1", "subject_id": "Lama"})
        assert late.status_code == 409
        assert "Lama" in late.text
        assert client.post(f"{page}/send", data={"version": "1"}).status_code == 409
        assert client.post(f"{page}/discard").status_code == 303
        assert client.get(page).status_code == 404


def test_a_draft_of_an_event_has_nobody_to_write_to(sqlite_room: Room) -> None:
    from events.models import Stage  # noqa: PLC0415 - used here only

    event_id = sqlite_room.life.webinar(Stage.DRAFT)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        assert client.post(f"/staff/events/{event_id}/messages/new", data=TEXT).status_code == 409
        page = words(client.get(f"/staff/events/{event_id}/messages").text)
        assert "terbitkan" in page.casefold()


def test_a_message_to_nobody_is_not_sent(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        page = write(client, event_id, also_later="")
        answer = client.post(f"{page}/send", data={"version": "1"})
        assert (answer.status_code, "Tidak ada orang yang dapat dijangkau." in words(answer.text)) == (409, True)
