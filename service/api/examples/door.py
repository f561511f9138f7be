"""Examples of what the door is answered, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from events.doors.door_reading import DoorCount, DoorEntry, PersonIn
from events.models import RegistrationState
from service.inputs import door as door_inputs

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_STARTS = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
_COUNT = DoorCount(
    expected=63, came=41, inside=38, left=3, heads={"child": 4, "teenager": 0, "adult": 2, "senior": 0}, problems=0
)
_AT_DOOR = DoorEntry(
    id=_OTHER,
    code_hash="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    name="Rina Wulandari",
    others=["Budi"],
    size=2,
    state=RegistrationState.CONFIRMED,
    phone_end="5432",
    institution="SMP Negeri 6 Batam",
    needs="",
    slot_starts_at=None,
    people=[PersonIn(person=0, came=True, inside=True, since=_STARTS, door="Pintu Utara")],
)

DOOR: dict[str, Any] = {
    "DoorList": door_inputs.DoorList(as_of=_STARTS, entries=[_AT_DOOR], count=_COUNT),
    "DoorAnswers": door_inputs.DoorAnswers(
        items=[door_inputs.DoorAnswer(id=_ID, outcome="counted", registration_id=_OTHER, name="Rina Wulandari")],
        count=_COUNT,
    ),
}
