"""The page of those who are told by hand: what staff see of an event's life for people without e-mail."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from events import outbox
from events.drafts import lifecycle
from events.registrations import approval, registration_rules
from events.registrations.approval_rules import ApprovalRules
from service.accounts.models import Role
from service.clock import real_now
from service.processes.work import react_to
from tests.service.web.staff.room import Room
from tests.support.life import STARTS_AT
from tests.support.site import words


def react(room: Room) -> None:
    """Do what follows from what has happened so far."""
    react_to(room.runtime, room.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())))


def test_an_approval_a_press_and_a_press_back(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.do(
        registration_rules.set_rules, event_id, approval=ApprovalRules(required=True), waitlist=True, offer_hours=24
    )
    key = room.life.register(event_id, name="Pak Budi", email=None, phone="+6281234567890").registration_id
    room.life.do(approval.approve, event_id, [key])
    react(room)
    home = f"/staff/events/{event_id}"
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        assert "1 orang tanpa surel menunggu pesan Anda" in words(client.get(home).text)
        html = client.get(f"{home}/by-hand").text
        link = re.search(r'href="(https://wa\.me/[^"]+)"', html)
        assert link is not None
        chat = urlsplit(link[1].replace("&amp;", "&"))
        assert chat.path == "/6281234567890"
        (text,) = parse_qs(chat.query)["text"]
        assert text.startswith("Halo Pak Budi, pendaftaran Anda untuk *Menulis Cerita Anak* sudah kami terima.")
        (press,) = re.findall(r'action="([^"]+/by-hand/[^"]+)"', html)
        client.post(press, data={"do": "told"})
        told = words(client.get(f"{home}/by-hand").text)
        assert "Tidak ada yang perlu dikabari sekarang" in told
        assert "menunggu pesan Anda" not in words(client.get(home).text)
        client.post(press, data={"do": "undo"})
        assert "Buka di WhatsApp" in words(client.get(f"{home}/by-hand").text)
        assert client.post(press, data={"do": "nonsense"}).status_code == 422


def test_who_registers_on_the_page_is_told_there_and_hears_of_a_move_from_staff(room: Room) -> None:
    event_id = room.life.webinar()
    room.life.register(event_id, name="Pak Budi", email=None, phone="+6281234567890")
    react(room)
    path = f"/staff/events/{event_id}/by-hand"
    with room.visitor() as client:
        room.sign_in(client, room.join(Role.EDITOR).email)
        assert "Tidak ada yang perlu dikabari sekarang" in words(client.get(path).text)
        later = STARTS_AT.replace(day=19)
        room.life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later.replace(hour=4))
        react(room)
        assert "ada perubahan pada" in words(client.get(path).text)
