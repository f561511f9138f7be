"""A minor's place waits for a guardian, and never longer than it may."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from events.errors import Conflict, Gone, Invalid, NotFound, WrongStage
from events.models import RegistrationState, Stage
from events.registrations import guardian_paper, guardians, registration
from events.registrations.applications import Guardian
from events.registrations.guardians import GUARDIAN_WITHIN
from events.registrations.registration import Registered
from events.seating import waitlist
from tests.support.life import NOW, STAFF, STARTS_AT, Life

CONFIRMED, PENDING, DECLINED, OFFERED, WAITLISTED = (
    RegistrationState.CONFIRMED,
    RegistrationState.PENDING,
    RegistrationState.DECLINED,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
)
MOTHER = Guardian("Hj. Nur'aini", "nuraini@example.org")


def _event(life: Life, **changes: Any) -> Any:
    event_id = life.webinar(**changes)
    life.do(guardians.allow_minors, event_id, True)
    return event_id


def _state(life: Life, made: Registered) -> RegistrationState:
    return life.registration(made.registration_id).state


def test_a_minor_holds_a_seat_until_the_guardian_consents(life: Life) -> None:
    event_id = _event(life)
    made = life.register(event_id, guardian=MOTHER)
    row = life.registration(made.registration_id)
    assert (made.state, row.needs_guardian, row.guardian_due_at) == (PENDING, True, NOW + GUARDIAN_WITHIN)
    assert life.pool(event_id).taken == 1
    assert life.do(guardians.consent, made.registration_id) is CONFIRMED
    row = life.registration(made.registration_id)
    assert (row.state, row.guardian_consented_at, row.guardian_due_at) == (CONFIRMED, NOW, None)
    assert (life.pool(event_id).taken, life.facts(event_id)[-1]) == (1, "GuardianConsented")


def test_consenting_eight_times_is_one_consent(life: Life) -> None:
    event_id = _event(life)
    made = life.register(event_id, guardian=MOTHER)
    assert {life.do(guardians.consent, made.registration_id) for _ in range(8)} == {CONFIRMED}
    assert life.facts(event_id).count("GuardianConsented") == 1


@pytest.mark.parametrize("silent", [True, False])
def test_without_consent_the_seat_goes_to_who_waits(life: Life, silent: bool) -> None:
    event_id = _event(life, capacity=1)
    made, waiting = life.register(event_id, 1, guardian=MOTHER), life.register(event_id, 2)
    if silent:
        assert life.do(guardians.expire, now=NOW + GUARDIAN_WITHIN - timedelta(seconds=1)) == 0
        assert life.do(guardians.expire, now=NOW + GUARDIAN_WITHIN) == 1
    else:
        life.do(guardians.refuse, made.registration_id)
        life.do(guardians.refuse, made.registration_id)
    assert (_state(life, made), _state(life, waiting), life.pool(event_id).taken) == (DECLINED, OFFERED, 1)
    with pytest.raises(Gone):
        life.do(guardians.consent, made.registration_id)


def test_a_seat_is_not_held_past_the_start(life: Life) -> None:
    event_id = _event(life)
    late = STARTS_AT - timedelta(hours=5)
    made = life.register(event_id, guardian=MOTHER, now=late)
    assert life.registration(made.registration_id).guardian_due_at == STARTS_AT


def test_who_waits_is_asked_for_consent_too_and_needs_it_for_the_offered_seat(life: Life) -> None:
    event_id = _event(life, capacity=1)
    first, made = life.register(event_id, 1), life.register(event_id, 2, guardian=MOTHER)
    assert made.state is WAITLISTED
    life.do(registration.cancel, first.registration_id)
    life.do(waitlist.accept_offer, made.registration_id)
    assert _state(life, made) is PENDING
    assert life.do(guardians.consent, made.registration_id) is CONFIRMED


def test_consent_comes_before_the_seat_for_who_waits(life: Life) -> None:
    event_id = _event(life, capacity=1)
    first, made = life.register(event_id, 1), life.register(event_id, 2, guardian=MOTHER)
    assert life.do(guardians.consent, made.registration_id) is WAITLISTED
    life.do(registration.cancel, first.registration_id)
    life.do(waitlist.accept_offer, made.registration_id)
    assert _state(life, made) is CONFIRMED


def test_nobody_under_age_where_staff_did_not_allow_it(life: Life) -> None:
    event_id = life.webinar()
    with pytest.raises(Invalid):
        life.register(event_id, guardian=MOTHER)
    assert life.pool(event_id).taken == 0


def test_a_guardian_who_cannot_be_reached_is_none(life: Life) -> None:
    with pytest.raises(Invalid):
        life.register(_event(life), guardian=Guardian("Ibu"))


def test_a_registration_without_a_minor_has_nothing_to_answer(life: Life) -> None:
    made = life.register(_event(life))
    for answer in (guardians.consent, guardians.refuse):
        with pytest.raises(Gone):
            life.do(answer, made.registration_id)
    assert _state(life, made) is CONFIRMED


def test_the_setting_is_an_event_s_and_told_once(life: Life) -> None:
    event_id = _event(life)
    told = life.facts(event_id)
    life.do(guardians.allow_minors, event_id, True)
    assert life.facts(event_id) == told
    with pytest.raises(WrongStage):
        life.do(guardians.allow_minors, life.webinar(Stage.ENDED), True)
    with pytest.raises(NotFound):
        life.do(guardians.allow_minors, life.organiser_id, True)


# ---------------------------------------------------------------- by staff
def open_to_minors(life: Life) -> tuple[uuid.UUID, uuid.UUID]:
    """Make an event with one seat, which a minor holds who waits for their guardian."""
    event_id: uuid.UUID = _event(life, capacity=1)
    return event_id, life.register(event_id, 1, guardian=MOTHER).registration_id


def test_a_consent_on_paper_counts_with_who_noted_it(life: Life) -> None:
    event_id, held = open_to_minors(life)
    with pytest.raises(Invalid):
        life.do(guardian_paper.record_paper, held, note="  ")
    state = life.do(guardian_paper.record_paper, held, note=" Ibu Ani,  3 Desember ")
    assert state is RegistrationState.CONFIRMED
    found = life.registration(held)
    assert (found.guardian_note, found.guardian_consented_at) == ("Ibu Ani, 3 Desember", NOW)
    assert not found.needs_guardian
    assert life.do(guardian_paper.record_paper, held, note="Lain") is RegistrationState.CONFIRMED
    told = [row for row in life.rows(event_id) if row.name == "GuardianConsented"]
    assert [row.by for row in told] == [STAFF]
    assert life.registration(held).guardian_note == "Ibu Ani, 3 Desember"


def test_a_guardian_who_is_asked_again_has_all_the_time(life: Life) -> None:
    event_id, held = open_to_minors(life)
    later = NOW + timedelta(hours=60)
    life.do(guardians.ask_again, held, now=later)
    assert life.registration(held).guardian_due_at == later + guardians.GUARDIAN_WITHIN
    assert life.do(guardians.expire, now=later + timedelta(hours=71)) == 0
    assert life.facts(event_id)[-1] == "GuardianAsked"
    life.do(guardian_paper.record_paper, held, note="Ibu Ani")
    with pytest.raises(Conflict):
        life.do(guardians.ask_again, held)


@pytest.mark.parametrize("consented", [True, False])
def test_a_consent_that_is_taken_back_gives_the_seat_to_who_waits(life: Life, consented: bool) -> None:
    event_id, held = open_to_minors(life)
    if consented:
        life.do(guardian_paper.record_paper, held, note="Ibu Ani")
    waiting = life.register(event_id, 2).registration_id
    for _ in range(2):
        life.do(guardian_paper.withdraw, held)
    found = life.registration(held)
    assert found.state is (RegistrationState.CANCELLED if consented else RegistrationState.DECLINED)
    assert (found.guardian_consented_at, found.needs_guardian) == (None, True)
    assert life.registration(waiting).state is RegistrationState.OFFERED
    with pytest.raises(Conflict):
        life.do(guardian_paper.withdraw, waiting)
