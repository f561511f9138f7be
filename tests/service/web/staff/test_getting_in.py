"""Approval, the waitlist, invitees and the settings, as staff use them; and what the person sees of it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from litestar.testing import TestClient

from events.errors import Invalid
from events.links import MANAGE
from events.models import PartyKind, RegistrationState
from events.registrations import registration
from events.seating.invitees import Guest
from service.inputs.seats import guests_in
from tests.service.web.staff.room import Room

CONFIRMED, PENDING, WAITLISTED, OFFERED, DECLINED = (
    RegistrationState.CONFIRMED,
    RegistrationState.PENDING,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
)
SETTINGS = {
    "required": "yes",
    "pending_holds_seats": "yes",
    "waitlist": "yes",
    "offer_hours": "24",
    "no_show_percent": "0",
}


def state(room: Room, made: registration.Registered) -> RegistrationState:
    return room.life.registration(made.registration_id).state


def own_page(room: Room, client: TestClient[Any], made: registration.Registered) -> str:
    token = room.runtime.links.token(MANAGE, made.registration_id, 1)
    return client.get(f"/r/{token}?lang=en").text


def test_settings_are_saved_shown_again_and_refused_at_their_field(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=100)
    page = f"/staff/events/{event_id}/registration-settings"
    assert owner.get(page).status_code == 200
    wrong = owner.post(page, data=SETTINGS | {"domains": "bukan domain!"})
    assert wrong.status_code == 422
    assert "field-domains" in wrong.text
    assert owner.post(page, data=SETTINGS | {"domains": "@sch.id", "no_show_percent": "10"}).status_code == 303
    event, pool = room.life.event(event_id), room.life.pool(event_id)
    assert (event.approval, event.no_show_percent) == ({"required": True, "domains": ["sch.id"]}, 10)
    assert (pool.capacity, pool.overbooking) == (100, 11)
    shown = owner.get(f"{page}?lang=en").text
    assert "111 seats are given out where there are 100" in shown


def test_what_a_group_is_called_is_chosen_and_kept(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=100, max_party_size=40)
    page = f"/staff/events/{event_id}/registration-settings"
    assert owner.post(page, data=SETTINGS | {"party_kind": "class"}).status_code == 303
    assert re.search(r'<option value="class"[^>]* selected', owner.get(page).text)
    assert "Nama siswa" in owner.get(f"/staff/events/{event_id}/registrations/new").text
    assert owner.post(page, data=SETTINGS).status_code == 303  # a form that does not ask changes nothing
    assert owner.post(page, data=SETTINGS | {"party_kind": "herd"}).status_code == 422
    assert room.life.event(event_id).party_kind is PartyKind.CLASS


def test_many_are_decided_at_once_and_one_is_undone(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    owner.post(f"/staff/events/{event_id}/registration-settings", data=SETTINGS)
    people = [room.life.register(event_id, person, name=f"Peserta <b>{person}</b>") for person in range(3)]
    page = f"/staff/events/{event_id}/approvals"
    shown = owner.get(f"{page}?lang=en").text
    assert "3 registrations await a decision" in shown
    assert "Peserta &lt;b&gt;1&lt;/b&gt;" in shown
    assert "being looked at" in own_page(room, owner, people[0])
    assert owner.post(page, data={"act": "approve"}).status_code == 422
    assert owner.post(page, data={"act": "approve", "chosen": "nonsense"}).status_code == 422
    ids = [str(each.registration_id) for each in people]
    assert owner.post(page, data={"act": "approve", "chosen": ids[:2]}).status_code == 303
    assert owner.post(page, data={"act": "decline", "chosen": ids[2:], "reason": ""}).status_code == 422
    assert owner.post(page, data={"act": "decline", "chosen": ids[2:], "reason": "Hanya guru"}).status_code == 303
    assert [state(room, each) for each in people] == [CONFIRMED, CONFIRMED, DECLINED]
    assert "Hanya guru" in own_page(room, owner, people[2])
    assert "Hanya guru" in owner.get(f"{page}?show=decided").text
    assert owner.post(f"{page}/{ids[2]}/undo").status_code == 303
    assert owner.post(f"{page}/{ids[2]}/undo").status_code == 409
    assert state(room, people[2]) is PENDING


def test_the_waitlist_says_why_and_staff_can_change_it(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=3, max_party_size=3)
    holder = room.life.register(event_id, 1, party_size=2)
    room.life.register(event_id, 2)
    group, single = room.life.register(event_id, 3, party_size=3), room.life.register(event_id, 4)
    page = f"/staff/events/{event_id}/waitlist"
    assert "All seats are taken." in owner.get(f"{page}?lang=en").text
    change = f"{page}/{single.registration_id}"
    assert owner.post(change, data={"act": "offer"}).status_code == 409
    assert owner.post(change, data={"act": "nonsense"}).status_code == 422
    assert owner.post(change, data={"act": "priority", "priority": "5", "reason": ""}).status_code == 422
    assert owner.post(change, data={"act": "priority", "priority": "5", "reason": "Tamu"}).status_code == 303
    room.life.do(registration.cancel, holder.registration_id)
    assert [state(room, group), state(room, single)] == [WAITLISTED, OFFERED]
    assert "Your party of 3 needs as many seats at once; right now there is 1." in owner.get(f"{page}?lang=en").text
    assert "Your party of 3" in own_page(room, owner, group)
    late = {"act": "extend", "until_date": "2026-12-03", "until_time": "10:00"}
    assert owner.post(change, data=late | {"until_date": "2026-12-01"}).status_code == 422
    assert owner.post(change, data=late).status_code == 303


def test_invitees_are_pasted_and_seats_kept_for_them(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=2)
    page = f"/staff/events/{event_id}/invitees"
    assert owner.post(page, data={"people": "tanpa alamat"}).status_code == 422
    pasted = "guru@sdn1.sch.id, Ibu Rahma, 2\n0812 3456 7890\tPak Budi"
    assert owner.post(page, data={"people": pasted}).status_code == 303
    shown = owner.get(f"{page}?lang=en").text
    assert "Ibu Rahma" in shown
    assert "+6281234567890" in shown
    keep = f"{page}/reserved/{room.life.pool(event_id).id}"
    until = {"reserved_until_date": "2026-12-10", "reserved_until_time": "12:00"}
    assert owner.post(keep, data={"reserved": "3"} | until).status_code == 422
    assert owner.post(keep, data={"reserved": "1"} | until).status_code == 303
    assert room.life.pool(event_id).reserved == 1
    again = dict(re.findall(r'name="(reserved\w*)"[^>]* value="([^"]*)"', owner.get(page).text))
    assert again == {"reserved": "1"} | until, "saving once more must not drop until when"
    assert owner.post(f"{page}/reserved/{uuid.uuid4()}", data={"reserved": "1"} | until).status_code == 404
    public = owner.get(f"/events/perpustakaan-batam/{room.life.event(event_id).slug}").text
    assert "guru@sdn1" not in public


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("guru@sdn1.sch.id", [Guest("email:guru@sdn1.sch.id")]),
        ("Ibu Rahma; Guru@SDN1.sch.id ;3\n\n", [Guest("email:guru@sdn1.sch.id", "Ibu Rahma", 3)]),
        ("0812-3456-7890,Budi", [Guest("phone:+6281234567890", "Budi")]),
        ("Budi", None),
        ("a@b", None),
        ("", None),
    ],
)
def test_lists_as_people_paste_them(text: str, guests: list[Guest] | None) -> None:
    if guests is None:
        with pytest.raises(Invalid):
            guests_in(text)
    else:
        assert guests_in(text) == guests


def test_visiting_times_share_their_seats(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.exhibition(slots=3, capacity=1)
    slots = room.life.slots(event_id)
    room.life.register(event_id, 1, slot_id=slots[0])
    waits = room.life.register(event_id, 2, slot_id=slots[0])
    page = f"/staff/events/{event_id}/slots"
    shared = {"shared": [str(slots[0]), str(slots[1])], "shared_capacity": "3"}
    assert owner.post(f"{page}/share", data=shared | {"shared_capacity": "0"}).status_code == 422
    assert owner.post(f"{page}/share", data=shared).status_code == 303
    assert state(room, waits) is OFFERED
    later = room.life.register(event_id, 3, slot_id=slots[1])
    last = room.life.register(event_id, 4, slot_id=slots[1])
    assert [state(room, later), state(room, last)] == [CONFIRMED, WAITLISTED]
    assert "shares with 1 other" in owner.get(f"{page}?lang=en").text


def test_the_list_of_approval_is_narrowed_and_everybody_in_it_decided_at_once(
    room: Room, owner: TestClient[Any]
) -> None:
    event_id = room.life.webinar(max_party_size=4)
    owner.post(f"/staff/events/{event_id}/registration-settings", data=SETTINGS)
    school = [room.life.register(event_id, email=f"guru{n}@sdn1.sch.id", name=f"Guru {n}") for n in range(3)]
    family = room.life.register(event_id, email="ani@example.org", name="Ani", party_size=4)
    page = f"/staff/events/{event_id}/approvals"

    def shown(query: str) -> list[str]:
        text = owner.get(f"{page}?{query}&lang=en").text
        return [name for name in ("Guru 0", "Guru 1", "Guru 2", "Ani") if f">{name}</span>" in text]

    assert shown("") == ["Guru 0", "Guru 1", "Guru 2", "Ani"]
    assert shown("domain=SCH.id") == ["Guru 0", "Guru 1", "Guru 2"]
    assert shown("domain=ch.id") == []
    assert shown("from=2") == ["Ani"]
    assert shown("to=1&q=guru+2") == ["Guru 2"]
    assert shown("before=yes") == []
    assert shown("state=requested") == []
    assert shown("state=pending&before=no") == ["Guru 0", "Guru 1", "Guru 2", "Ani"]
    late = {"act": "approve:all", "seen": "2026-11-01T00:00:00+00:00"}
    assert owner.post(f"{page}?domain=sch.id", data=late).status_code == 303
    assert {state(room, made) for made in (*school, family)} == {PENDING}  # nobody had asked yet on that page
    assert owner.post(f"{page}?domain=sch.id", data={"act": "approve:all", "seen": "?"}).status_code == 422
    seen = {"act": "approve:all", "seen": room.life.now.isoformat()}
    assert owner.post(f"{page}?domain=sch.id", data=seen).status_code == 303
    assert [state(room, made) for made in (*school, family)] == [CONFIRMED] * 3 + [PENDING]
    assert shown("show=decided&rule=staff") == ["Guru 0", "Guru 1", "Guru 2"]
    assert shown("show=decided&rule=domain") == []


def test_who_waits_is_found_at_their_true_place(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(capacity=1)
    for name in ("Ani", "Budi", "Citra"):
        room.life.register(event_id, email=f"{name}@example.org", name=name)
    page = owner.get(f"/staff/events/{event_id}/waitlist?q=citra&lang=en").text
    assert ("Citra" in page, "Budi" in page, '<span class="tag">2</span>' in page) == (True, False, True)
    assert "Nobody who waits fits this search" in owner.get(f"/staff/events/{event_id}/waitlist?q=ani&lang=en").text


def test_the_waitlist_is_set_in_one_place(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(waitlist=False, offer_hours=12)
    page = owner.get(f"/staff/events/{event_id}/edit?lang=en").text
    assert "Nobody can wait when all seats are taken." in page
    assert 'name="offer_hours"' not in page
    version = str(room.life.event(event_id).version)
    form = {"title_id": "Menulis", "title_en": "Writing", "summary_id": "Belajar", "mode": "online", "version": version}
    stale = form | {"offer_hours": "24", "waitlist": "yes", "join_url": "https://meet.example/abc"}
    assert owner.post(f"/staff/events/{event_id}/edit", data=stale).status_code == 303
    event = room.life.event(event_id)
    assert (event.title.id, event.waitlist, event.offer_hours) == ("Menulis", False, 12)
