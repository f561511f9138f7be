"""The page on which an owner erases a person who asks for it."""

from __future__ import annotations

import re
import uuid

import sqlalchemy as sa

from events.storage import Session
from notifications.models.news import NewsSubscription
from notifications.news import subscribing
from service.accounts import audit
from service.accounts.audit import Wanted
from service.accounts.models import Role
from tests.service.web.staff.room import Room

PATH = "/staff/personal-data"


def test_an_owner_finds_looks_confirms_and_erases(sqlite_room: Room) -> None:
    life = sqlite_room.life
    event_id = life.webinar(max_party_size=2)
    made = life.register(event_id, 1, name="Rina <i>Wulandari</i>", email="rina@contoh.example", phone="+628127777001")
    sqlite_room.other.register(sqlite_room.other.webinar(), 1, name="Rina Lain", email="rina@contoh.example")
    me = sqlite_room.join(Role.OWNER)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        found = client.get(PATH, params={"q": "0812 7777 001"}).text
        assert re.findall(r"/staff/personal-data/([0-9a-f-]{36})", found) == [str(made.registration_id)]
        assert "Rina &lt;i&gt;Wulandari" in found
        sheet = f"{PATH}/{made.registration_id}"
        page = client.get(sheet).text
        [ticked] = re.findall(r'name="person" value="([^"]+)" checked', page)
        assert (ticked, "Rina Lain" in page) == (f"{made.registration_id}:0", False)
        for data, complaint in (
            ({"sure": "yes"}, "Centang paling sedikit satu orang."),
            ({"person": ticked}, "Centang dahulu bahwa orangnya memang meminta."),
            ({"person": "nonsense:x", "sure": "yes"}, "Centang paling sedikit satu orang."),
        ):
            refused = client.post(sheet, data=data)
            assert (refused.status_code, complaint in refused.text) == (422, True)
        assert life.registration(made.registration_id).name == "Rina <i>Wulandari</i>"
        done = client.post(sheet, data={"person": ticked, "sure": "yes"})
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=erased")
        assert "Data orang itu sudah dihapus" in client.get(done.headers["location"]).text
        assert client.get(sheet).status_code == 404
        assert "Tidak ada yang ditemukan" in client.get(PATH, params={"q": "rina"}).text
    assert life.registration(made.registration_id).name == "–"
    lines = sqlite_room.runtime.database.read(lambda session: audit.search(session, me, Wanted()))
    assert [line.entry.by for line in lines if line.entry.action == "people.erase"] == [me.by]


def test_an_owner_finds_and_erases_who_only_asked_for_news(room: Room) -> None:
    """Another library's subscriber with the same address is neither shown nor touched."""

    def ask(session: Session, organiser_id: uuid.UUID) -> None:
        subscribing.ask(session, organiser_id, "Ani@contoh.example", locale="id", words="1", now=room.life.now)

    room.runtime.database.write(lambda session: ask(session, room.life.organiser_id))
    room.runtime.database.write(lambda session: ask(session, room.other.organiser_id))
    me = room.join(Role.OWNER)
    with room.visitor() as client:
        room.sign_in(client, me.email)
        page = client.get(PATH, params={"q": "ANI@"}).text
        assert re.findall(r'name="address" value="([^"]+)"', page) == ["ani@contoh.example"]
        assert ("Ani@contoh.example" in page, "belum disetujui" in page, "Tidak ada yang ditemukan" in page) == (
            True,
            True,
            False,
        )
        for data, complaint in (
            ({"sure": "yes"}, "Centang paling sedikit satu alamat."),
            ({"address": "ani@contoh.example"}, "Centang dahulu bahwa orangnya memang meminta."),
        ):
            refused = client.post(f"{PATH}?q=ani", data=data)
            assert (refused.status_code, complaint in refused.text) == (422, True)
        done = client.post(f"{PATH}?q=ani", data={"address": "ani@contoh.example", "sure": "yes"})
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=erased")
        assert "Tidak ada yang ditemukan" in client.get(PATH, params={"q": "ani"}).text
    rows = room.runtime.database.read(lambda session: session.scalars(sa.select(NewsSubscription)).all())
    assert {row.organiser_id: row.email for row in rows} == {
        room.life.organiser_id: None,
        room.other.organiser_id: "Ani@contoh.example",
    }
    lines = room.runtime.database.read(lambda session: audit.search(session, me, Wanted()))
    assert [line.entry.by for line in lines if line.entry.action == "people.erase"] == [me.by]
