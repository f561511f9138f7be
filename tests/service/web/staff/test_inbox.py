"""The page of what came in: what it says, why it waits, and what a person can do about it."""

from __future__ import annotations

import uuid
from typing import Any

from litestar.testing import TestClient

from events.models import Participation, PartnerAnswer
from events.storage import Session
from notifications.models.inbound import InboundKind, InboundMessage, InboundState
from tests.service.web.staff.room import Room, things_of
from tests.support.life import NOW

EVIL = '<img src=x onerror="alert(1)">'


def wait(room: Room, participation_id: str, **values: Any) -> uuid.UUID:
    """Have a message wait, by default a doubtful acceptance."""

    def use_case(session: Session) -> uuid.UUID:
        row = InboundMessage(
            **{
                "organiser_id": room.life.organiser_id,
                "participation_id": uuid.UUID(participation_id),
                "key": uuid.uuid4().hex,
                "kind": InboundKind.ANSWER,
                "state": InboundState.WAITING,
                "reason": "other_sender",
                "sender": "pribadi@gmail.example",
                "sender_name": EVIL,
                "subject": EVIL,
                "text": EVIL,
                "said": {"method": "REPLY", "attendees": [["pribadi@gmail.example", "accepted"]]},
                "received_at": NOW,
                **values,
            }
        )
        session.add(row)
        session.flush()
        return row.id

    return room.runtime.database.write(use_case)


def test_what_came_in_is_shown_as_text_with_why_it_waits(room: Room, owner: TestClient[Any]) -> None:
    wait(room, things_of(room, room.life)["participation_id"])
    page = owner.get("/staff/inbox").text

    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") == 5  # name, subject (read out at two buttons as well) and text
    assert "Datang dari alamat lain" in page


def test_one_press_lets_it_count_and_another_takes_it_back(room: Room, owner: TestClient[Any]) -> None:
    part = things_of(room, room.life)["participation_id"]
    key = wait(room, part)

    def answer() -> PartnerAnswer:
        return room.runtime.database.write(lambda s: s.get_one(Participation, uuid.UUID(part)).answer)

    assert "jawaban atau surat menunggu dibaca" in owner.get("/staff").text
    assert owner.post(f"/staff/inbox/{key}/apply").status_code == 303
    assert answer() is PartnerAnswer.ACCEPTED
    assert "Urungkan" in owner.get("/staff/inbox?settled").text
    owner.post(f"/staff/inbox/{key}/reopen")
    assert answer() is PartnerAnswer.NEEDS_ACTION


def test_what_cannot_be_done_is_said_on_the_page(room: Room, owner: TestClient[Any]) -> None:
    key = wait(room, things_of(room, room.life)["participation_id"], said={}, kind=InboundKind.LETTER)
    said = owner.post(f"/staff/inbox/{key}/apply")

    assert said.status_code == 409
    assert "pilih sendiri" in said.text
