"""The stage machine: every transition from every stage, what each changes, and what the clock finds due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle, programme
from events.errors import Invalid, NotFound, WrongStage
from events.models import EventMode, ProgrammeItem, SeatPool, Slot, Stage, Track
from events.storage import LocalizedText, Session, new_id
from tests.support.life import NOW, STARTS_AT, Life

LATER = timedelta(days=7)

_S = Stage
TRANSITIONS: dict[str, tuple[Callable[..., Any], dict[str, Any], dict[Stage, Stage]]] = {
    "publish": (lifecycle.publish, {}, {_S.DRAFT: _S.REGISTRATION_OPEN}),
    "open_registration": (
        lifecycle.open_registration,
        {},
        {_S.PUBLISHED: _S.REGISTRATION_OPEN, _S.REGISTRATION_CLOSED: _S.REGISTRATION_OPEN},
    ),
    "close_registration": (lifecycle.close_registration, {}, {_S.REGISTRATION_OPEN: _S.REGISTRATION_CLOSED}),
    "start": (
        lifecycle.start,
        {},
        {_S.PUBLISHED: _S.LIVE, _S.REGISTRATION_OPEN: _S.LIVE, _S.REGISTRATION_CLOSED: _S.LIVE},
    ),
    "end": (lifecycle.end, {}, {_S.LIVE: _S.ENDED}),
    "archive": (lifecycle.archive, {}, {_S.ENDED: _S.ARCHIVED}),
    "reschedule": (
        lifecycle.reschedule,
        {"starts_at": STARTS_AT + LATER, "ends_at": STARTS_AT + LATER + timedelta(hours=1)},
        {
            _S.PUBLISHED: _S.PUBLISHED,
            _S.REGISTRATION_OPEN: _S.REGISTRATION_OPEN,
            _S.REGISTRATION_CLOSED: _S.REGISTRATION_CLOSED,
            _S.POSTPONED: _S.REGISTRATION_OPEN,  # where it was when it was postponed
        },
    ),
    "postpone": (
        lifecycle.postpone,
        {},
        {_S.PUBLISHED: _S.POSTPONED, _S.REGISTRATION_OPEN: _S.POSTPONED, _S.REGISTRATION_CLOSED: _S.POSTPONED},
    ),
    "cancel": (
        lifecycle.cancel,
        {},
        {
            _S.PUBLISHED: _S.CANCELLED,
            _S.REGISTRATION_OPEN: _S.CANCELLED,
            _S.REGISTRATION_CLOSED: _S.CANCELLED,
            _S.LIVE: _S.CANCELLED,
            _S.POSTPONED: _S.CANCELLED,
        },
    ),
}
FACTS = {
    "publish": ["EventPublished", "RegistrationOpened"],
    "open_registration": ["RegistrationOpened"],
    "close_registration": ["RegistrationClosed"],
    "start": ["EventStarted"],
    "end": ["EventEnded"],
    "archive": ["EventArchived"],
    "reschedule": ["EventRescheduled"],
    "postpone": ["EventPostponed"],
    "cancel": ["EventCancelled"],
}


@pytest.mark.parametrize("kind", ["webinar", "exhibition"])
@pytest.mark.parametrize("name", list(TRANSITIONS))
def test_every_transition_from_every_stage(life: Life, name: str, kind: str) -> None:
    transition, arguments, allowed = TRANSITIONS[name]
    outcomes: dict[Stage, Stage] = {}
    for stage in Stage:
        event_id = getattr(life, kind)(stage)
        before, told_before = life.event(event_id), life.facts(event_id)
        try:
            life.do(transition, event_id, **arguments)
        except WrongStage:
            after = life.event(event_id)
            assert (after.stage, after.version, after.updated_at) == (stage, before.version, before.updated_at)
            assert life.facts(event_id) == told_before
        else:
            after = life.event(event_id)
            outcomes[stage] = after.stage
            assert life.facts(event_id)[len(told_before) :] == FACTS[name]
            assert after.version == before.version + len(FACTS[name])
    assert outcomes == allowed


def test_a_refusal_names_the_stage(life: Life) -> None:
    with pytest.raises(WrongStage) as refused:
        life.do(lifecycle.archive, life.webinar(Stage.LIVE))
    assert (refused.value.code, refused.value.params) == ("wrong_stage", {"stage": "live"})


@pytest.mark.parametrize("name", list(TRANSITIONS))
def test_an_event_that_is_not_there(life: Life, name: str) -> None:
    transition, arguments, _ = TRANSITIONS[name]
    with pytest.raises(NotFound):
        life.do(transition, new_id(), **arguments)


def test_a_fact_says_who_and_when(life: Life) -> None:
    event_id = life.webinar()
    life.do(lifecycle.close_registration, event_id, now=NOW + LATER, by="staff:ani")
    row = life.rows(event_id)[-1]
    assert (row.name, row.by, row.recorded_at, row.settled_at) == (
        "RegistrationClosed",
        "staff:ani",
        NOW + LATER,
        None,
    )
    assert row.payload == {"organiser_id": str(life.organiser_id), "event_id": str(event_id)}


# ---------------------------------------------------------------- publishing


def _missing(life: Life, event_id: Any, **named: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        life.do(lifecycle.publish, event_id, **named)
    return [(error.field, error.code) for error in refused.value.errors]


def test_publishing_says_everything_that_is_missing_at_once(life: Life) -> None:
    empty = LocalizedText()
    event_id = life.exhibition(Stage.DRAFT, slots=0, summary=empty, venue=empty)
    assert _missing(life, event_id, now=STARTS_AT + LATER) == [
        ("summary", "missing"),
        ("venue", "missing"),
        ("starts_at", "past"),
        ("slots", "missing"),
    ]
    assert life.event(event_id).stage is Stage.DRAFT


def test_an_online_event_needs_no_venue(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT, venue=LocalizedText(), mode=EventMode.ONLINE)
    life.do(lifecycle.publish, event_id)
    assert life.event(event_id).published_at == NOW


def test_an_event_with_a_later_opening_waits_for_it(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT, registration_opens_at=NOW + timedelta(days=1))
    life.do(lifecycle.publish, event_id)
    assert life.event(event_id).stage is Stage.PUBLISHED
    assert not life.pool(event_id).open
    assert life.facts(event_id) == ["EventDrafted", "EventPublished"]


def test_an_event_whose_deadline_has_passed_does_not_open_by_itself(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT, registration_closes_at=NOW - timedelta(hours=1))
    life.do(lifecycle.publish, event_id)
    event = life.event(event_id)
    assert (event.stage, event.registration_closes_at) == (Stage.PUBLISHED, NOW - timedelta(hours=1))


# ---------------------------------------------------------------- seats open and close with the stage


@pytest.mark.parametrize("stage", list(Stage))
def test_seats_are_given_out_only_while_registration_is_open(life: Life, stage: Stage) -> None:
    assert life.pool(life.webinar(stage)).open is (stage is Stage.REGISTRATION_OPEN)


def test_a_running_exhibition_still_takes_visitors(life: Life) -> None:
    assert life.pool(life.exhibition(Stage.LIVE)).open


def test_a_webinar_with_a_deadline_after_its_start_still_takes_people(life: Life) -> None:
    event_id = life.webinar(registration_closes_at=STARTS_AT + timedelta(hours=1))
    life.do(lifecycle.start, event_id, now=STARTS_AT)
    assert life.pool(event_id).open


def test_opening_again_lifts_a_deadline_that_has_passed(life: Life) -> None:
    event_id = life.webinar(registration_closes_at=NOW + timedelta(hours=1))
    life.do(lifecycle.close_registration, event_id, now=NOW + timedelta(hours=2))
    life.do(lifecycle.open_registration, event_id, now=NOW + timedelta(hours=3))
    assert life.event(event_id).registration_closes_at is None


# ---------------------------------------------------------------- moving


def _add_programme(session: Session, event_id: Any) -> None:
    items = [
        ProgrammeItem(
            starts_at=STARTS_AT + timedelta(minutes=30 * number),
            ends_at=STARTS_AT + timedelta(minutes=30 * number + 30),
            title=LocalizedText(f"Bagian {number}"),
            room=LocalizedText(),
        )
        for number in range(2)
    ]
    programme.set_programme(session, event_id, items, now=NOW, by="staff:test")


@pytest.mark.parametrize("days", [7, -7])
def test_moving_takes_programme_slots_and_deadline_along(life: Life, days: int) -> None:
    """By an hour the slots overlap each other's old places: the unique start must not stand in the way."""
    delta = timedelta(days=days, hours=1)
    event_id = life.exhibition(slots=4, registration_closes_at=STARTS_AT - timedelta(days=1))
    life.do(_add_programme, event_id)
    before = life.event(event_id)
    starts, items = _starts(life, event_id, Slot), _starts(life, event_id, ProgrammeItem)
    life.do(lifecycle.reschedule, event_id, starts_at=before.starts_at + delta, ends_at=before.ends_at + delta)
    after = life.event(event_id)
    assert (after.starts_at, after.ends_at) == (before.starts_at + delta, before.ends_at + delta)
    assert after.registration_closes_at == STARTS_AT - timedelta(days=1) + delta
    assert _starts(life, event_id, Slot) == [start + delta for start in starts]
    assert _starts(life, event_id, ProgrammeItem) == [start + delta for start in items]
    assert len(starts) == 4
    assert len(items) == 2


@pytest.mark.parametrize("hours", [1, -1])
def test_slots_that_move_into_each_others_places(life: Life, hours: int) -> None:
    event_id = life.exhibition(slots=4)
    event, delta = life.event(event_id), timedelta(hours=hours)
    before = _starts(life, event_id, Slot)
    life.do(lifecycle.reschedule, event_id, starts_at=event.starts_at + delta, ends_at=event.ends_at + delta)
    assert _starts(life, event_id, Slot) == [start + delta for start in before]


def _starts(life: Life, event_id: Any, model: type[Slot | ProgrammeItem]) -> list[datetime]:
    statement = sa.select(model.starts_at).where(model.event_id == event_id).order_by(model.starts_at)
    return list(life.database.read(lambda session: session.scalars(statement).all()))


def test_each_move_raises_the_calendar_sequence_and_says_both_times(life: Life) -> None:
    event_id = life.webinar()
    event = life.event(event_id)
    life.do(lifecycle.reschedule, event_id, starts_at=event.starts_at + LATER, ends_at=event.ends_at + LATER)
    life.do(lifecycle.reschedule, event_id, starts_at=event.starts_at, ends_at=event.ends_at)
    life.do(lifecycle.postpone, event_id)
    life.do(lifecycle.cancel, event_id)
    payloads = [row.payload for row in life.rows(event_id)[3:]]
    assert [payload["sequence"] for payload in payloads] == [1, 2, 3, 4]
    assert life.event(event_id).calendar_sequence == 4
    moved = {name: datetime.fromisoformat(payloads[0][name]) for name in payloads[0] if name.endswith("_at")}
    assert moved == {
        "old_starts_at": event.starts_at,
        "old_ends_at": event.ends_at,
        "starts_at": event.starts_at + LATER,
        "ends_at": event.ends_at + LATER,
    }


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "errors"),
    [
        (STARTS_AT, STARTS_AT + timedelta(hours=2, minutes=30), [("starts_at", "same")]),
        (NOW, NOW + timedelta(hours=1), [("starts_at", "past")]),
        (STARTS_AT + LATER, STARTS_AT + LATER, [("ends_at", "order")]),
        (NOW - LATER, NOW - LATER * 2, [("starts_at", "past"), ("ends_at", "order")]),
    ],
)
def test_times_that_are_none_are_refused(
    life: Life, starts_at: datetime, ends_at: datetime, errors: list[tuple[str, str]]
) -> None:
    event_id = life.webinar()
    told = life.facts(event_id)
    with pytest.raises(Invalid) as refused:
        life.do(lifecycle.reschedule, event_id, starts_at=starts_at, ends_at=ends_at)
    assert [(error.field, error.code) for error in refused.value.errors] == errors
    assert life.facts(event_id) == told
    assert life.event(event_id).starts_at == STARTS_AT


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED])
def test_a_postponed_event_comes_back_where_it_was(life: Life, stage: Stage) -> None:
    event_id = life.webinar(stage)
    life.do(lifecycle.postpone, event_id, reason=LocalizedText("Pembicara sakit."))
    postponed = life.event(event_id)
    assert (postponed.postponed_from, postponed.reason.id, life.pool(event_id).open) == (
        stage,
        "Pembicara sakit.",
        False,
    )
    # The same time again is no refusal here: it says that the event takes place after all.
    life.do(lifecycle.reschedule, event_id, starts_at=postponed.starts_at, ends_at=postponed.ends_at)
    event = life.event(event_id)
    assert (event.stage, event.postponed_from, event.reason) == (stage, None, LocalizedText())
    assert life.pool(event_id).open is (stage is Stage.REGISTRATION_OPEN)


def test_a_deadline_never_lies_after_the_start(life: Life) -> None:
    event_id = life.webinar(registration_closes_at=STARTS_AT + timedelta(hours=1))
    life.do(lifecycle.reschedule, event_id, starts_at=STARTS_AT + LATER, ends_at=STARTS_AT + LATER + timedelta(hours=1))
    assert life.event(event_id).registration_closes_at == STARTS_AT + LATER


def test_an_event_moved_to_before_its_opening_opens_at_once(life: Life) -> None:
    """Otherwise the clock would wait for an opening that lies after the event, and nobody could ever register."""
    event_id = life.webinar(Stage.DRAFT, registration_opens_at=STARTS_AT - timedelta(days=1))
    life.do(lifecycle.publish, event_id)
    starts_at = STARTS_AT - timedelta(days=3)
    life.do(lifecycle.reschedule, event_id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    assert _due(life, NOW) == [(event_id, "open_registration")]


# ---------------------------------------------------------------- the end and its tracks


def test_the_tracks_of_a_webinar_with_everything(life: Life) -> None:
    event_id = life.webinar(Stage.LIVE, certificate={"design": "classic"}, survey_url="https://survei.example/1")
    life.do(lifecycle.end, event_id, now=STARTS_AT)
    event = life.event(event_id)
    assert (event.recording_track, event.certificate_track, event.survey_track) == (
        Track.WAITING,
        Track.WAITING,
        Track.RUNNING,
    )
    assert event.ended_at == STARTS_AT
    assert event.certificates_due_at == STARTS_AT + lifecycle.CERTIFICATE_DELAY
    assert life.facts(event_id)[-2:] == ["EventEnded", "SurveyOpened"]


def test_the_tracks_of_an_exhibition_with_nothing(life: Life) -> None:
    event = life.event(life.exhibition(Stage.ENDED))
    assert (event.recording_track, event.certificate_track, event.survey_track) == (Track.NONE,) * 3
    assert event.certificates_due_at is None


def test_certificates_begin_once_and_are_closed_once(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED, certificate={"design": "classic"})
    assert [life.do(lifecycle.begin_certificates, event_id) for _ in range(2)] == [True, False]
    for _ in range(2):
        life.do(lifecycle.close_certificates, event_id, issued=12)
    assert life.event(event_id).certificate_track is Track.DONE
    closed = [row for row in life.rows(event_id) if row.name == "CertificateTrackClosed"]
    assert [row.payload["issued"] for row in closed] == [12]


def test_a_survey_is_closed_once(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED, survey_url="https://survei.example/1")
    for _ in range(2):
        life.do(lifecycle.close_survey, event_id)
    assert life.event(event_id).survey_track is Track.DONE
    assert life.facts(event_id).count("SurveyClosed") == 1


# ---------------------------------------------------------------- the clock


def _due(life: Life, now: datetime) -> list[tuple[Any, str]]:
    found = life.database.read(lambda session: lifecycle.due(session, now=now))
    return [(event_id, transition.__name__) for event_id, transition in found]


def test_the_clock_leads_an_event_through_its_whole_life(life: Life) -> None:
    opens, closes = NOW + timedelta(days=1), STARTS_AT - timedelta(hours=1)
    event_id = life.webinar(
        Stage.DRAFT,
        registration_opens_at=opens,
        registration_closes_at=closes,
        survey_url="https://survei.example/1",
    )
    life.do(lifecycle.publish, event_id)
    ends_at = life.event(event_id).ends_at
    moment = timedelta(microseconds=1)
    for at, name in (
        (opens, "open_registration"),
        (closes, "close_registration"),
        (STARTS_AT, "start"),
        (ends_at, "end"),
        (ends_at + lifecycle.SURVEY_OPEN_FOR, "close_survey"),
        (ends_at + lifecycle.ARCHIVE_AFTER, "archive"),
    ):
        assert _due(life, at - moment) == []
        assert _due(life, at) == [(event_id, name)]
        life.do(getattr(lifecycle, name), event_id, now=at, by=lifecycle.CLOCK)
        assert _due(life, at) == []
    assert life.event(event_id).stage is Stage.ARCHIVED
    assert life.facts(event_id) == [
        "EventDrafted",
        "EventPublished",
        "RegistrationOpened",
        "RegistrationClosed",
        "EventStarted",
        "EventEnded",
        "SurveyOpened",
        "SurveyClosed",
        "EventArchived",
    ]


def test_the_clock_leaves_drafts_postponed_and_cancelled_events_alone(life: Life) -> None:
    for stage in (Stage.DRAFT, Stage.POSTPONED, Stage.CANCELLED, Stage.ARCHIVED):
        life.webinar(stage)
    assert _due(life, datetime(2040, 1, 1, tzinfo=UTC)) == []


def test_the_clock_does_not_open_what_should_be_closed_by_now(life: Life) -> None:
    """The service slept through opening and deadline: opening now would lift the deadline."""
    event_id = life.webinar(
        Stage.DRAFT,
        registration_opens_at=NOW + timedelta(days=1),
        registration_closes_at=NOW + timedelta(days=2),
    )
    life.do(lifecycle.publish, event_id)
    assert _due(life, NOW + timedelta(days=3)) == []
    assert _due(life, STARTS_AT) == [(event_id, "start")]


def test_what_is_due_comes_earliest_first(life: Life) -> None:
    later = life.webinar(starts_at=STARTS_AT + timedelta(hours=1), ends_at=STARTS_AT + timedelta(hours=3))
    closing = life.webinar(registration_closes_at=STARTS_AT + timedelta(minutes=30), ends_at=STARTS_AT + LATER)
    live = life.webinar(Stage.LIVE)
    assert _due(life, STARTS_AT + timedelta(hours=4)) == [
        (closing, "start"),
        (closing, "close_registration"),
        (later, "start"),
        (live, "end"),
    ]


def test_all_pools_of_an_event_close_together(life: Life) -> None:
    event_id = life.exhibition(slots=3)
    statement = sa.select(SeatPool.open).where(SeatPool.event_id == event_id)
    assert life.database.read(lambda session: session.scalars(statement).all()) == [True] * 3
    life.do(lifecycle.close_registration, event_id)
    assert life.database.read(lambda session: session.scalars(statement).all()) == [False] * 3
