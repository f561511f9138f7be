"""A rule of attendance tried out on what was seen, made the event's, and what follows from it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from certificates import issuing
from certificates.models import Certificate
from events import outbox
from events.drafts import lifecycle
from events.models import Evidence, Stay, StaySource, Track
from events.presence import attendance
from events.storage import Session
from service.clock import real_now
from service.processes import work
from tests.service.web.staff.room import Room
from tests.support.life import STARTS_AT
from tests.support.site import words


@pytest.fixture
def event_id(room: Room) -> uuid.UUID:
    """A webinar at which one person stayed for an hour, one for a moment; a third did not come."""
    made = room.life.webinar(ends_at=STARTS_AT + timedelta(hours=2), certificate={"enabled": True})
    for number, minutes in ((1, 60), (2, 5)):
        person = room.life.register(made, number, name=f"Peserta {number}").registration_id
        room.life.do(attendance.note, person, Evidence.JOINED, now=STARTS_AT)
        room.life.do(_sit, made, person, minutes)
    room.life.register(made, 3, name="Peserta 3")
    return made


def _sit(session: Session, event_id: uuid.UUID, person: uuid.UUID, minutes: int) -> None:
    until = STARTS_AT + timedelta(minutes=minutes)
    session.add(
        Stay(event_id=event_id, registration_id=person, source=StaySource.PAGE, from_at=STARTS_AT, until_at=until)
    )


def test_a_rule_is_tried_without_changing_anything(room: Room, owner: TestClient[Any], event_id: uuid.UUID) -> None:
    page = f"/staff/events/{event_id}/attendance/rule"
    assert "attended by this rule 2" in words(owner.get(f"{page}?lang=en").text)
    tried = owner.get(page, params={"attendance_match": "all", "attendance_rule_share": "50"})
    said = words(tried.text)
    assert said.index("Peserta 2 ") < said.index("Peserta 1 ")  # who falls short stands first
    assert "attended by this rule 1" in said
    assert "60 minutes, 50 % of the time" in said
    assert "Peserta 3" not in said
    part = owner.get(page, params={"attendance_rule_minutes": "5"}, headers={"HX-Target": "outlook"})
    assert "<form" not in part.text
    assert room.life.event(event_id).attendance_rule == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"attendance_rule_minutes": "lama"}, "attendance_rule_minutes"),
        ({"attendance_rule_share": "101"}, "attendance_rule_share"),
        ({"attendance_needs": "telepathy"}, "attendance_rule"),
        ({"attendance_match": "all"}, "attendance_rule"),
    ],
)
def test_what_is_no_rule_is_told_at_its_field(
    room: Room, owner: TestClient[Any], event_id: uuid.UUID, given: dict[str, str], field: str
) -> None:
    page = f"/staff/events/{event_id}/attendance/rule"
    for answer in (owner.get(page, params=given), owner.post(page, data=given | {"version": "1"})):
        assert answer.status_code == 422
        assert f'id="error-{field}"' in answer.text
    assert room.life.event(event_id).attendance_rule == {}


def test_a_page_that_is_outdated_changes_nothing(room: Room, owner: TestClient[Any], event_id: uuid.UUID) -> None:
    page = f"/staff/events/{event_id}/attendance/rule"
    given = {"attendance_rule_minutes": "30", "attendance_match": "any", "version": "99"}
    assert owner.post(page, data=given).status_code == 409
    assert room.life.event(event_id).attendance_rule == {}


def test_a_rule_that_is_used_after_the_end_issues_what_was_earned_by_it(
    room: Room, owner: TestClient[Any], event_id: uuid.UUID
) -> None:
    life = room.life
    page = f"/staff/events/{event_id}/attendance/rule"

    def use(**given: str) -> None:
        version = str(life.event(event_id).version)
        assert owner.post(page, data=given | {"attendance_match": "all", "version": version}).status_code == 303

    def certificates() -> int:
        return life.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Certificate))) or 0

    use(attendance_rule_minutes="90")
    assert life.event(event_id).attendance_rule == {"needs": [], "match": "all", "minutes": 90}
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    life.do(lifecycle.end, event_id, now=STARTS_AT + timedelta(hours=2))
    life.database.write(lambda s: issuing.plan(s, event_id, now=STARTS_AT + timedelta(hours=3)))
    assert (certificates(), life.event(event_id).certificate_track) == (0, Track.DONE)
    use(attendance_rule_minutes="60")
    ahead = real_now() + timedelta(minutes=1)
    while facts := life.database.read(lambda session: outbox.unsettled(session, real_now=ahead)):
        work.react_to(room.runtime, facts)
    assert certificates() == 1
