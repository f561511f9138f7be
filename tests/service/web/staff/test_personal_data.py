"""The page on which an owner erases a person who asks for it."""

from __future__ import annotations

import re

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
