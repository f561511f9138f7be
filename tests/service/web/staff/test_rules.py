"""Who gets what when, on the staff's pages: a library's rules, an event's own, and what they plan."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
import sqlalchemy as sa

from events import outbox
from events.links import MANAGE
from events.models import MailRule
from notifications.models.email import Email, EmailState
from service.clock import real_now
from service.processes.work import react_to
from tests.service.web.staff.room import Room
from tests.support.site import words

THANKS = {
    "amount": "2",
    "unit": "hours",
    "when": "after",
    "anchor": "end",
    "audience": "confirmed",
    "sends": "rule",
    "subject_id": "Sampai jumpa lagi: {judul}",
    "body_id": "Terima kasih, {nama}.",
}


def react(room: Room) -> None:
    """Do what follows from what has happened so far, and from that."""
    for _ in range(3):
        react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))


def planned(room: Room, event_id: uuid.UUID) -> list[str]:
    """Return the rules that an e-mail waits for, by their marks."""
    statement = sa.select(Email.rule).where(
        Email.event_id == event_id, Email.rule.is_not(None), Email.state == EmailState.QUEUED
    )
    return sorted(str(mark) for mark in room.runtime.database.read(lambda s: s.scalars(statement).all()))


def test_an_event_differs_from_its_library_and_comes_back(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id)
    react(room)
    before = planned(room, event_id)
    assert before == ["reminder_1d@-1440", "reminder_1h@-60", "reminder_7d@-10080"]
    home = f"/staff/events/{event_id}/rules"
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        shown = words(client.get(home).text)
        assert "1 hari sebelum acara mulai" in shown
        assert "Direncanakan: Jumat, 11 Desember 2026, pukul 09.00 WIB. Lewat surel: 1 direncanakan" in shown
        assert client.post(f"{home}/reminder_7d/switch", data={"on": ""}).status_code == 303
        changed = {"amount": "2", "unit": "days", "when": "before", "anchor": "start", "audience": "confirmed"}
        answer = client.post(f"{home}/reminder_1d", data=changed | {"sends": "reminder_1d", "version": "0"})
        assert answer.status_code == 303, words(answer.text)
        react(room)
        assert planned(room, event_id) == ["reminder_1d@-2880", "reminder_1h@-60"]
        for key in ("reminder_7d", "reminder_1d"):
            for _ in range(2):
                assert client.post(f"{home}/{key}/reset").status_code == 303
        react(room)
        assert planned(room, event_id) == before


def test_a_rule_of_the_library_reaches_its_events(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id)
    home = f"/staff/organisers/{room.life.organiser_id}/rules"
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        assert client.post(f"{home}/new", data=THANKS).status_code == 303
        assert "2 jam setelah acara selesai" in words(client.get("/staff/rules").text)
        react(room)
        key = room.runtime.database.read(lambda s: s.scalars(sa.select(MailRule.key)).one())
        assert f"{key}@120" in planned(room, event_id)
        assert "“Sampai jumpa lagi: {judul}”" in words(client.get(f"/staff/events/{event_id}/rules").text)
        assert client.post(f"{home}/{key}/reset").status_code == 303
        react(room)
        assert f"{key}@120" not in planned(room, event_id)
        assert client.get(f"{home}/{key}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "-1"},
        {"amount": "9999999999999999999999"},
        {"amount": "600000"},
        {"amount": "banyak"},
        {"when": "before"},
        {"anchor": "the moon"},
        {"audience": "attended", "anchor": "start"},
        {"audience": "everybody"},
        {"sends": "certificate"},
        {"sends": "reminder_1d"},
        {"subject_id": ""},
        {"body_id": "{sandi}"},
        {"body_id": "a" * 25_000},
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(sqlite_room: Room, changes: dict[str, str]) -> None:
    home = f"/staff/events/{sqlite_room.life.webinar()}/rules"
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        answer = client.post(f"{home}/new", data=THANKS | changes)
        assert answer.status_code == 422
        if "body_id" not in changes:
            assert "Terima kasih, {nama}." in answer.text


def test_two_who_change_one_rule_do_not_overwrite_each_other(sqlite_room: Room) -> None:
    home = f"/staff/events/{sqlite_room.life.webinar()}/rules"
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        seen = THANKS | {"version": "0"}
        assert client.post(f"{home}/thanks", data=seen).status_code == 303
        late = client.post(f"{home}/thanks", data=seen | {"subject_id": "Terlambat"})
        assert (late.status_code, "Terlambat" in late.text) == (409, True)


def read(framed: str) -> str:
    """Return what an e-mail in a frame says, without its tags."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", framed).split()))


def test_a_rule_is_looked_at_as_a_real_person_reads_it(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, name="Ibu Komang")
    home = f"/staff/events/{event_id}/rules"
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        page = client.get(f"{home}/reminder_1d").text
        assert f'src="{home}/reminder_1d/preview?in=id&amp;event="' in page
        kept = client.get(f"{home}/reminder_1d/preview?in=id")
        assert "sandbox" in kept.headers["content-security-policy"]
        shown = read(kept.text)
        assert "Kepada: Ibu Komang" in shown
        assert "Dikirim: Jumat, 11 Desember 2026, pukul 09.00 WIB" in shown
        assert "Saat ini: 1 lewat surel, 0 lewat WhatsApp atau Telegram, 0 dikabari sendiri" in shown
        assert "Tidak terjangkau" not in shown
        # Own words go by e-mail only: who gave a number is not reached, and nobody tells them.
        room.life.register(event_id, 2, email=None, phone="+6281234567890")
        own = read(client.post(f"{home}/preview", data=THANKS | {"in": "id"}).text)
        assert "0 lewat WhatsApp atau Telegram, 0 dikabari sendiri" in own
        assert "Tidak terjangkau karena tidak memberi alamat yang diperlukan: 1" in own


def test_what_is_being_written_is_looked_at_and_tested_before_it_is_kept(room: Room) -> None:
    event_id = room.life.webinar()
    person = room.life.register(event_id, name="Ibu Komang").registration_id
    home = f"/staff/events/{event_id}/rules"
    typed = THANKS | {"body_id": "Terima kasih, {nama}.\n\n[Kelola]({tautan_kelola})", "in": "id"}
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        written = client.post(f"{home}/preview", data=typed).text
        assert "Terima kasih, Ibu Komang." in read(written)
        assert room.runtime.links.token(MANAGE, person) not in written
        wrong = client.post(f"{home}/preview", data=typed | {"body_id": "{sandi}"})
        assert (wrong.status_code, "Teks ini belum dapat dikirim" in read(wrong.text)) == (200, True)
        tested = client.post(f"{home}/test", data=typed | {"rule": ""})
        assert f"Uji coba sedang dikirim ke {room.installation.email}" in words(tested.text)
        assert "[Kelola]({tautan_kelola})" in tested.text
        [letter] = room.runtime.settings.mail_dir.glob("*.eml")
        assert f"To: {room.installation.email}".encode() in letter.read_bytes()
        refused = client.post(f"{home}/test", data=typed | {"subject_id": ""})
        assert (refused.status_code, "[Kelola]({tautan_kelola})" in refused.text) == (422, True)
        assert len(list(room.runtime.settings.mail_dir.glob("*.eml"))) == 1
        assert planned(room, event_id) == []


def test_a_librarys_rule_is_looked_at_with_the_people_of_an_event_of_its_own(sqlite_room: Room) -> None:
    room = sqlite_room
    event_id, foreign = room.life.webinar(), room.other.webinar()
    room.life.register(event_id, name="Ibu Komang")
    home = f"/staff/organisers/{room.life.organiser_id}/rules"
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        assert f'<option value="{event_id}" selected>' in client.get(f"{home}/thanks").text
        shown = read(client.get(f"{home}/thanks/preview?event={event_id}").text)
        assert "Kepada: Ibu Komang" in shown
        assert "Siapa yang hadir baru diketahui setelah acara." in shown
        example = read(client.get(f"{home}/thanks/preview?in=en").text)
        assert "Kepada: Siti Rahmawati (belum ada siapa-siapa, jadi ini contoh)" in example
        assert "Thank you for coming to" in example
        assert client.get(f"{home}/thanks/preview?event={foreign}").status_code == 404
        assert client.get(f"{home}/no_such_rule/preview").status_code == 404
