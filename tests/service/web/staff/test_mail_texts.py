"""Staff write their own texts for e-mails: what is refused, shown, tried out, kept, and brought back."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest

from notifications.contents.house_texts import ordinary_text
from notifications.letters import rendering
from notifications.letters.mail_texts import EDITABLE, checked
from notifications.models.email import EmailKind
from service.accounts.models import Role
from service.web.staff.mail_moments import NAMES
from tests.service.web.staff.room import Room

SUBJECT = "Sampai jumpa di {judul}, {nama}"
BODY = """# Selamat datang

{kabar}

Bawalah **botol minum** Anda. <b>Ini teks</b>

{rincian}

[Gabung]({tautan_masuk})

Berhalangan? [Batalkan]({tautan_batal})
"""


@pytest.fixture
def page(sqlite_room: Room) -> str:
    return f"/staff/organisers/{sqlite_room.life.organiser_id}/mail-texts/confirmation/id"


def test_a_text_is_saved_shown_and_counts(sqlite_room: Room, page: str) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.join(Role.OWNER).email)
        assert "Anda terdaftar: {judul}, {tanggal}" in client.get(page).text, "staff begin with the house's text"
        answer = client.post(page, data={"subject": SUBJECT, "body": BODY, "seen": "0"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?done=mail_text")
        shown = client.get(page).text
        assert SUBJECT in shown
        assert "Versi 1" in shown
        listed = client.get("/staff/mail-texts").text
        assert listed.count(">teks Anda sendiri<") == 1
        framed = client.get(f"{page}/preview")
        assert "sandbox" in framed.headers["content-security-policy"]
        assert "&lt;b&gt;Ini teks&lt;/b&gt;" in framed.text
        assert "<strong>botol minum</strong>" in framed.text


def test_what_cannot_be_sent_is_refused_with_line_and_reason(sqlite_room: Room, page: str) -> None:
    lost = "# Halo\n\n{jdul}\n\n[x](javascript:alert(1))\n\n{rincian} di sini"
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.join(Role.OWNER).email)
        answer = client.post(page, data={"subject": "Halo {tautan_batal}", "body": lost, "seen": "0"})
        assert answer.status_code == 422
        for told in (
            "Baris 3: isian {jdul} tidak ada di sini. Mungkin maksud Anda {judul}?",
            "Baris 5: tautan menuju https://…",
            "Baris 7: {rincian} perlu paragraf tersendiri",
            "Pertahankan {kabar}",
            "Pertahankan {tautan_masuk}",
        ):
            assert told in answer.text, told
        framed = client.post(f"{page}/preview", data={"subject": SUBJECT, "body": lost})
        assert "Teks ini belum dapat dikirim" in framed.text


def test_two_who_write_at_once_do_not_overwrite_each_other(sqlite_room: Room, page: str) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.join(Role.OWNER).email)
        assert client.post(page, data={"subject": SUBJECT, "body": BODY, "seen": "0"}).status_code == 303
        again = client.post(page, data={"subject": "Lain", "body": BODY, "seen": "0"})
        assert again.status_code == 409
        assert "Orang lain baru saja mengubah teks ini" in again.text


def test_the_house_text_and_old_versions_come_back(sqlite_room: Room, page: str) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.join(Role.OWNER).email)
        client.post(page, data={"subject": SUBJECT, "body": BODY, "seen": "0"})
        client.post(f"{page}/reset")
        assert 'value="Anda terdaftar: {judul}, {tanggal}"' in client.get(page).text
        assert client.post(f"{page}/versions/1").status_code == 303
        back = client.get(page).text
        assert f'value="{SUBJECT}"' in back
        assert re.findall(r"Versi (\d)", re.sub(r"<button.*?</button>", "", back)) == ["3", "2", "1"]
        assert client.post(f"{page}/versions/9").status_code == 404


def test_a_test_goes_to_who_writes_and_opens_nobodys_page(sqlite_room: Room, page: str) -> None:
    event_id = sqlite_room.life.webinar()
    sqlite_room.life.register(event_id, "tjut")
    me = sqlite_room.join(Role.OWNER)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        answer = client.post(f"{page}/test", data={"subject": SUBJECT, "body": BODY, "event": str(event_id)})
        assert answer.status_code == 200
        assert f"Uji coba sedang dikirim ke {me.email}" in answer.text
        [path] = sqlite_room.runtime.settings.mail_dir.glob("*.eml")
        message = message_from_bytes(path.read_bytes(), policy=default)
        assert message["to"] == me.email
        assert message["subject"].startswith("Uji coba: Sampai jumpa di ")
        part = message.get_body(("html",))
        assert part is not None
        [link] = re.findall(r'href="[^"]+(/r/[^"]+)"', part.get_content())
        assert client.get(link).status_code in (404, 410)


def test_an_event_of_another_library_is_no_example(sqlite_room: Room, page: str) -> None:
    other = sqlite_room.other.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.join(Role.OWNER).email)
        data = {"subject": SUBJECT, "body": BODY, "event": str(other)}
        assert client.post(f"{page}/preview", data=data).status_code == 404
        assert client.get(page.replace("confirmation", "nonsense")).status_code == 404
        assert client.get(page.replace("/id", "/fr")).status_code == 404


def test_every_kind_of_mail_can_be_written_by_staff_and_is_named() -> None:
    """A rule and an announcement bring the words of the staff with them; each other kind has a text and a name."""
    written = [kind for kind in EmailKind if kind not in rendering.STAFFS_OWN]
    assert sorted(EDITABLE) == sorted(written)
    assert sorted(NAMES) == sorted(written)


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", EDITABLE)
def test_what_staff_begin_with_can_be_saved_and_says_what_the_house_says(kind: EmailKind, locale: str) -> None:
    usual = ordinary_text(kind, locale)
    own = checked(kind, usual.subject, usual.body)
    assert own.subject == usual.subject


def test_every_kind_is_shown_to_an_example_and_to_somebody_of_an_event(room: Room) -> None:
    """In both languages, on either database; what the example lacks would break the page, not the mail."""
    event_id = room.life.webinar()
    room.life.register(event_id, "tjut")
    with room.visitor() as client:
        room.sign_in(client, room.join(Role.OWNER).email)
        for kind in EDITABLE:
            for locale in ("id", "en"):
                page = f"/staff/organisers/{room.life.organiser_id}/mail-texts/{kind.value}/{locale}"
                usual = ordinary_text(kind, locale)
                text = {"subject": usual.subject, "body": usual.body}
                saved, real = (
                    client.get(f"{page}/preview"),
                    client.post(f"{page}/preview", data={**text, "event": str(event_id)}),
                )
                assert (saved.status_code, real.status_code) == (200, 200), page
                assert "{" not in re.sub(r"<style.*?</style>", "", saved.text, flags=re.DOTALL), page
                assert "<h1" in real.text, page
