"""What an event's fields may be, refused in the core, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.drafts import authoring, lifecycle
from events.errors import Invalid
from events.models import Stage
from events.storage import LocalizedText
from tests.support.life import NOW, STARTS_AT, Life

ENDS_AT = STARTS_AT + timedelta(hours=2, minutes=30)

BAD: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"title": LocalizedText()}, ("title", "missing")),
    ({"title": LocalizedText("a" * 201)}, ("title", "too_long")),
    ({"summary": LocalizedText("", "a" * 1001)}, ("summary", "too_long")),
    ({"description": LocalizedText("a" * 20_001)}, ("description", "too_long")),
    ({"venue": LocalizedText("a" * 1001)}, ("venue", "too_long")),
    ({"start_code": "a" * 41}, ("start_code", "too_long")),
    ({"max_party_size": 0}, ("max_party_size", "too_small")),
    ({"max_party_size": 101}, ("max_party_size", "too_large")),
    ({"offer_hours": 0}, ("offer_hours", "too_small")),
    ({"offer_hours": 721}, ("offer_hours", "too_large")),
    ({"mode": "telepathy"}, ("mode", "choice")),
    ({"join_url": "javascript:alert(1)"}, ("join_url", "invalid")),
    ({"join_url": "https://[meet"}, ("join_url", "invalid")),
    ({"survey_url": "https://a.example/" + "a" * 1000}, ("survey_url", "too_long")),
    ({"attendance_rule": {"needs": ["telepathy"]}}, ("attendance_rule", "choice")),
    ({"attendance_rule": {"needs": ["door"], "match": "most"}}, ("attendance_rule", "choice")),
    (
        {"registration_opens_at": NOW + timedelta(days=2), "registration_closes_at": NOW + timedelta(days=1)},
        ("registration_closes_at", "order"),
    ),
    ({"registration_closes_at": ENDS_AT + timedelta(seconds=1)}, ("registration_closes_at", "order")),
    ({"registration_opens_at": datetime(1999, 1, 1, tzinfo=UTC)}, ("registration_opens_at", "moment")),
]
DRAFT_ONLY: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"ends_at": STARTS_AT}, ("ends_at", "order")),
    ({"ends_at": datetime(2101, 1, 1, tzinfo=UTC)}, ("ends_at", "moment")),
    ({"starts_at": datetime(2026, 12, 12)}, ("starts_at", "moment")),  # noqa: DTZ001 - without a zone, on purpose
    ({"timezone": "Mars/Olympus"}, ("timezone", "choice")),
    ({"capacity": 0}, ("capacity", "too_small")),
    ({"capacity": 100_001}, ("capacity", "too_large")),
]


def _refused(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in refused.value.errors]


@pytest.mark.parametrize(("fields", "fault"), [*BAD, *DRAFT_ONLY])
def test_a_draft_that_cannot_be_is_refused_at_its_field(
    life: Life, fields: dict[str, Any], fault: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        life.webinar(Stage.DRAFT, **fields)
    assert _refused(refused) == [fault]


@pytest.mark.parametrize(("fields", "fault"), BAD)
def test_so_is_a_change_of_a_published_event(life: Life, fields: dict[str, Any], fault: tuple[str, str]) -> None:
    event_id = life.webinar()
    before = life.facts(event_id)
    with pytest.raises(Invalid) as refused:
        life.do(authoring.edit_event, event_id, **fields)
    assert (_refused(refused), life.facts(event_id)) == ([fault], before)


def test_every_fault_is_told_at_once(life: Life) -> None:
    with pytest.raises(Invalid) as refused:
        life.webinar(Stage.DRAFT, title=LocalizedText(), max_party_size=0, ends_at=STARTS_AT, capacity=-1)
    assert _refused(refused) == [
        ("title", "missing"),
        ("max_party_size", "too_small"),
        ("ends_at", "order"),
        ("capacity", "too_small"),
    ]


def test_one_deadline_is_held_against_the_other_that_stands_already(life: Life) -> None:
    event_id = life.webinar(registration_closes_at=NOW + timedelta(days=3))
    with pytest.raises(Invalid) as refused:
        life.do(authoring.edit_event, event_id, registration_opens_at=NOW + timedelta(days=3))
    assert _refused(refused) == [("registration_closes_at", "order")]
    life.do(authoring.edit_event, event_id, registration_closes_at=None)
    life.do(authoring.edit_event, event_id, registration_opens_at=NOW + timedelta(days=3))


def test_a_draft_may_be_moved_after_its_deadline_but_not_published_before_it(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    later = ENDS_AT + timedelta(days=1)
    life.do(authoring.edit_event, event_id, registration_closes_at=later)
    with pytest.raises(Invalid) as refused:
        life.do(lifecycle.publish, event_id)
    assert _refused(refused) == [("registration_closes_at", "order")]
    life.do(authoring.set_times, event_id, starts_at=STARTS_AT + timedelta(days=2), ends_at=ENDS_AT + timedelta(days=2))
    life.do(lifecycle.publish, event_id)
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN


@pytest.mark.parametrize(
    ("capacity", "overbooking", "fault"),
    [
        (0, 0, ("capacity", "too_small")),
        (100_001, 0, ("capacity", "too_large")),
        (10, -1, ("overbooking", "too_small")),
        (None, -1, ("overbooking", "too_small")),
        (10, 10_001, ("overbooking", "too_large")),
    ],
)
def test_seats_in_an_impossible_number_are_refused(
    life: Life, capacity: int | None, overbooking: int, fault: tuple[str, str]
) -> None:
    event_id = life.webinar(capacity=10)
    pool = life.pool(event_id)
    with pytest.raises(Invalid) as refused:
        life.do(authoring.set_capacity, pool.id, capacity=capacity, overbooking=overbooking)
    after = life.pool(event_id)
    assert (_refused(refused), after.capacity, after.sellable) == ([fault], 10, 10)


def test_a_field_that_no_event_has_is_a_mistake_of_the_program(life: Life) -> None:
    event_id = life.webinar()
    for change in ({"stage": Stage.ENDED}, {"starts_at": STARTS_AT}):
        with pytest.raises(TypeError):
            life.do(authoring.edit_event, event_id, **change)
