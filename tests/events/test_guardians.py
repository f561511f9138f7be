"""A minor's place waits for a guardian, and never longer than it may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events import guardians, registration, waitlist
from events.errors import Gone, Invalid, NotFound, WrongStage
from events.models import RegistrationState, Stage
from events.registration import GUARDIAN_WITHIN, Guardian, Registered
from tests.support.life import NOW, STARTS_AT, Life

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
