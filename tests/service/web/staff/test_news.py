"""The news on the staff's page: when it goes out, how many get it, what stands in it, a test to oneself."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from events.outbox import FactRow
from events.storage import ReadSession
from notifications.models.news import NewsSchedule, NewsSubscription
from notifications.news import issuing, schedules
from notifications.news.subscribing import Wishes
from service.accounts import audit
from service.accounts.audit import Wanted
from service.accounts.models import Role
from service.clock import set_clock
from tests.service.web.staff.room import Room, open_room
from tests.support.life import NOW
from tests.support.news_readers import subscribe
from tests.support.running import make_runtime
from tests.support.site import at, words

THURSDAY = datetime.fromisoformat("2026-12-03T09:00+07:00")
FRIDAY = {"active": "yes", "weekday": "friday", "hour": "16"}
OFF = {"active": "no", "weekday": "thursday", "hour": "9"}


def home_of(room: Room) -> str:
    return f"/staff/organisers/{room.life.organiser_id}/news"


def scheduled(session: ReadSession) -> list[tuple[bool, int, int]]:
    return [(row.active, row.weekday, row.hour) for row in session.scalars(sa.select(NewsSchedule))]


def test_an_editor_chooses_day_and_hour_and_the_trail_tells_who(room: Room) -> None:
    editor = room.join(Role.EDITOR)
    with room.visitor() as client:
        room.sign_in(client, editor.email)
        shown = client.get("/staff/news").text
        assert ("Belum ada yang menerima kabar." in words(shown), 'value="thursday" selected' in shown) == (True, True)
        answer = client.post(home_of(room), data=FRIDAY)
        assert answer.headers["location"] == f"/staff/news?organiser={room.life.organiser_id}&done=news_on"
        assert 'value="friday" selected' in client.get(answer.headers["location"]).text
    assert room.runtime.database.read(scheduled) == [(True, 4, 16)]
    facts = sa.select(FactRow.by).where(FactRow.name == "NewsScheduled")
    assert list(room.runtime.database.read(lambda s: s.scalars(facts).all())) == [editor.by]
    wanted = Wanted(by=editor.staff_id)
    lines = room.runtime.database.read(lambda s: audit.search(s, room.installation, wanted, limit=10))
    assert [line.entry.action for line in lines if line.entry.act.endswith("/news")] == ["news.edit"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hour": "23"}, "hour"),
        ({"hour": "6"}, "hour"),
        ({"hour": "pagi"}, "hour"),
        ({"hour": "9" * 30}, "hour"),
        ({"weekday": "someday"}, "weekday"),
        ({"weekday": ""}, "weekday"),
        ({"active": "perhaps"}, "active"),
        ({"active": ""}, "active"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_changes_nothing(
    sqlite_room: Room, changes: dict[str, str], field: str
) -> None:
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        answer = client.post(home_of(sqlite_room), data=FRIDAY | changes)
        assert (answer.status_code, f'id="error-{field}"' in answer.text) == (422, True)
        kept = [f'value="{name}" selected' in answer.text for name in ("friday", "16") if name not in changes.values()]
        assert any(kept), "what was right stays in the form"
    assert sqlite_room.runtime.database.read(scheduled) == []


def test_the_page_says_what_happens_in_each_state_and_names_nobody(room: Room) -> None:
    life = room.life
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)

        def said() -> str:
            page = client.get(f"/staff/news?organiser={life.organiser_id}").text
            assert "@mail.example" not in page
            return words(page)

        subscribe(life, 2, wishes=Wishes("id", ["teachers"], ["robotik"]))
        assert "Jika sampai Kamis, 3 Desember 2026, pukul 09.00 WIB tidak ada yang diterbitkan" in said()
        life.webinar()
        assert "tidak satu pun sesuai dengan yang dipilih pembaca" in said()
        subscribe(life, 3, wishes=Wishes("en"))
        assert "Dikirim Kamis, 3 Desember 2026, pukul 09.00 WIB kepada 3 orang." in said()
        assert client.post(home_of(room), data=OFF).headers["location"].endswith("done=news_off")
        assert "Kabar dimatikan." in said()
        client.post(home_of(room), data=OFF | {"active": "yes"})
        room.runtime.database.write(lambda s: issuing.begin(s, now=THURSDAY))
        room.runtime.database.write(lambda s: issuing.plan_chunk(s, now=THURSDAY))
        at(room.runtime, THURSDAY)
        after = said()
        assert "Sedang dikirim kepada 3 orang." in after
        assert "Jika sampai Kamis, 10 Desember 2026, pukul 09.00 WIB tidak ada yang diterbitkan" in after


def test_the_preview_runs_nothing_and_the_test_goes_to_oneself_only(room: Room) -> None:
    subscribe(room.life, 1)
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        example = client.get(f"{home_of(room)}/preview?in=id")
        assert "Contoh: tidak ada yang baru di sini" in unescape(example.text)
        room.life.webinar()
        for code, title in (("id", "Menulis Cerita Anak"), ("en", "Writing for Children"), ("xx", "Menulis")):
            framed = client.get(f"{home_of(room)}/preview?in={code}")
            assert (title in framed.text, "Contoh:" in framed.text) == (True, False)
            assert ("<body style" in framed.text, "&lt;body" in framed.text) == (True, False)
            assert "sandbox" in framed.headers["content-security-policy"]
        answer = client.post(f"{home_of(room)}/test", data={"in": "en"})
        assert answer.headers["location"].endswith("done=news_test")
    [letter] = room.runtime.settings.mail_dir.glob("*.eml")
    assert f"To: {room.installation.email}".encode() in letter.read_bytes()
    assert b"Subject: Test: " in letter.read_bytes()
    keys = room.runtime.database.read(lambda s: s.scalars(sa.select(NewsSubscription.id)).all())
    assert not any(str(key).encode() in letter.read_bytes() for key in keys)


def test_a_mail_server_that_takes_no_test_is_quoted_and_the_page_stays(sqlite_url: str, tmp_path: Path) -> None:
    set_clock(tmp_path / "clock", NOW)
    nowhere = SecretStr("smtp://127.0.0.1:1")
    runtime = make_runtime(sqlite_url, tmp_path, clock_file=tmp_path / "clock", smtp_url=nowhere)
    room = open_room(runtime)
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        answer = client.post(f"{home_of(room)}/test", data={"in": "id"})
        assert (answer.status_code, 'value="thursday" selected' in answer.text) == (409, True)
        assert "Server surel tidak menerima uji coba:" in words(answer.text)
    runtime.close()


def test_a_branch_follows_its_library_until_it_says_otherwise(room: Room) -> None:
    branch = f"/staff/organisers/{room.branch.organiser_id}/news"
    with room.visitor() as client:
        room.sign_in(client, room.join(Role.OWNER).email)
        client.post(home_of(room), data=FRIDAY)
        assert 'value="friday" selected' in client.get(branch).text
        client.post(branch, data=FRIDAY | {"weekday": "monday"})
        assert 'value="friday" selected' in client.get(home_of(room)).text
        assert 'value="monday" selected' in client.get(branch).text
        assert client.get(f"/staff/news?organiser={room.other.organiser_id}").status_code == 404
    assert room.runtime.database.read(lambda s: schedules.schedule_of(s, room.life.organiser_id)).weekday == 4
