"""Seats that partners fill: never too many, never lost, given back in time, and nobody else's meanwhile."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from events.drafts import authoring, lifecycle
from events.errors import Closed, Conflict, Full, Gone, Invalid, NotFound
from events.models import (
    Event,
    ParticipationRole,
    PartnerKind,
    Registration,
    RegistrationSource,
    RegistrationState,
    SeatAllotment,
    SeatPool,
    Stage,
)
from events.pages.partner_pages import seats_of
from events.partnership import allotments, partners
from events.partnership.allotments import Brought
from events.registrations import changing, registration
from events.registrations.applications import Application, Guardian
from events.seating import allotment_release, seat_audit
from events.storage import Session
from tests.support.life import NOW, STARTS_AT, Life

UNTIL = NOW + timedelta(days=2)


def _part(life: Life, event_id: uuid.UUID, name: str = "SMPN 6 Batam") -> uuid.UUID:
    partner_id = life.do(
        partners.add_partner, life.organiser_id, kind=PartnerKind.SCHOOL, name=name, email="sekolah@contoh.example"
    )
    return life.do(partners.invite, event_id, partner_id, role=ParticipationRole.GUEST)


def _allot(life: Life, part: uuid.UUID, count: int, **kwargs: Any) -> uuid.UUID:
    return life.do(allotments.allot, part, count, **{"release_at": UNTIL, **kwargs})


def _people(*names: str, **fields: Any) -> list[Brought]:
    blank = uuid.UUID(int=0)
    return [
        Brought(Application(event_id=blank, name=name, consent_version="1", **fields), f"people.{number}")
        for number, name in enumerate(names)
    ]


def _pool(life: Life, event_id: uuid.UUID) -> SeatPool:
    def query(session: Session) -> SeatPool:
        return session.query(SeatPool).filter_by(event_id=event_id).one()

    return life.database.write(query)


def _held(life: Life, key: uuid.UUID) -> int:
    return life.database.write(lambda session: session.get_one(SeatAllotment, key).held)


def _with(life: Life, event_id: uuid.UUID, **columns: Any) -> uuid.UUID:
    def use_case(session: Session) -> None:
        for name, value in columns.items():
            setattr(session.get_one(Event, event_id), name, value)

    life.database.write(use_case)
    return event_id


def _sound(life: Life) -> bool:
    return list(life.database.read(seat_audit.find_drift)) == []


def test_a_partner_fills_what_was_kept_and_no_pool_changes(life: Life) -> None:
    event_id = life.webinar(capacity=10)
    part = _part(life, event_id)
    key = _allot(life, part, 4)
    assert (_pool(life, event_id).taken, _held(life, key)) == (4, 4)
    made = life.do(allotments.fill, key, _people("Ani", "Budi"), by=f"partner:{part}")
    assert [each.state for each in made] == [RegistrationState.CONFIRMED] * 2
    assert (_pool(life, event_id).taken, _held(life, key)) == (4, 2)
    found = life.database.read(lambda session: seats_of(session, part))
    assert found is not None
    assert [(each.name, each.source) for each in found.people] == [
        ("Ani", RegistrationSource.PARTNER),
        ("Budi", RegistrationSource.PARTNER),
    ]
    assert [fact.by for fact in life.rows(event_id) if fact.name == "AttendeeRegistered"] == [f"partner:{part}"] * 2
    assert _sound(life)


def test_nobody_names_more_people_than_there_are_seats_and_then_nobody_is_in(life: Life) -> None:
    event_id = life.webinar(capacity=10)
    part = _part(life, event_id)
    key = _allot(life, part, 2)
    with pytest.raises(Invalid) as refusal:
        life.do(allotments.fill, key, _people("Ani", "Budi", "Citra"))
    assert [(each.field, each.params) for each in refusal.value.errors] == [("people", {"left": 2})]
    assert (_held(life, key), _sound(life)) == (2, True)


def test_the_same_name_twice_is_refused_with_its_line(life: Life) -> None:
    event_id = life.webinar(capacity=10)
    key = _allot(life, _part(life, event_id), 5)
    life.do(allotments.fill, key, _people("Ani"))
    with pytest.raises(Invalid) as refusal:
        life.do(allotments.fill, key, _people("Budi", "  ANI "))
    assert [each.field for each in refusal.value.errors] == ["people.1"]
    assert _held(life, key) == 4


def test_a_seat_that_was_given_up_is_the_partners_again_until_the_time_is_over(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    key = _allot(life, _part(life, event_id), 3)
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    for _ in range(2):
        life.do(allotments.withdraw_person, key, made.registration_id, by="partner:x")
    assert (_held(life, key), _pool(life, event_id).taken) == (3, 3)
    (again,) = life.do(allotments.fill, key, _people("Ani"))
    life.do(allotment_release.release_overdue, now=UNTIL)
    assert (_held(life, key), _pool(life, event_id).taken) == (0, 1)
    life.do(registration.cancel, again.registration_id, now=UNTIL)
    assert (_held(life, key), _pool(life, event_id).taken, _sound(life)) == (0, 0, True)


def test_what_is_not_filled_goes_to_who_waits_at_once(life: Life) -> None:
    event_id = life.webinar(capacity=3)
    key = _allot(life, _part(life, event_id), 3)
    waiting = life.register(event_id, "ani@example.org")
    assert waiting.state is RegistrationState.WAITLISTED
    life.do(allotments.fill, key, _people("Budi"))
    assert not life.database.read(lambda s: allotment_release.has_overdue(s, now=UNTIL - timedelta(seconds=1)))
    assert life.do(allotment_release.release_overdue, now=UNTIL) == 1
    assert life.do(allotment_release.release_overdue, now=UNTIL) == 0
    state = life.database.write(lambda session: session.get_one(Registration, waiting.registration_id).state)
    assert state is RegistrationState.OFFERED
    assert (_pool(life, event_id).taken, _sound(life)) == (2, True)
    with pytest.raises(Gone):
        life.do(allotments.fill, key, _people("Citra"), now=UNTIL)


def test_more_seats_than_are_free_are_not_given_and_fewer_than_named_not_taken(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    part = _part(life, event_id)
    life.register(event_id, "ani@example.org")
    with pytest.raises(Invalid) as refusal:
        _allot(life, part, 5)
    assert refusal.value.errors[0].params == {"free": 4}
    key = _allot(life, part, 4)
    life.do(allotments.fill, key, _people("Budi", "Citra"))
    with pytest.raises(Invalid):
        _allot(life, part, 1)
    _allot(life, part, 2)
    assert (_held(life, key), _pool(life, event_id).taken, _sound(life)) == (0, 3, True)


@pytest.mark.parametrize("count", [0, 1001])
def test_an_impossible_number_of_seats(life: Life, count: int) -> None:
    part = _part(life, life.webinar())
    with pytest.raises(Invalid):
        _allot(life, part, count)


@pytest.mark.parametrize("until", [NOW, STARTS_AT + timedelta(hours=1)])
def test_an_impossible_moment(life: Life, until: Any) -> None:
    part = _part(life, life.webinar())
    with pytest.raises(Invalid):
        _allot(life, part, 1, release_at=until)


def test_a_partner_who_is_taken_off_loses_what_nobody_has(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    part = _part(life, event_id)
    key = _allot(life, part, 5)
    life.do(allotments.fill, key, _people("Ani"))
    life.do(partners.withdraw, part)
    assert (_held(life, key), _pool(life, event_id).taken, _sound(life)) == (0, 1, True)
    with pytest.raises(Gone):
        life.do(allotments.fill, key, _people("Budi"))


def test_a_moved_event_gives_partners_as_long_as_before(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    key = _allot(life, _part(life, event_id), 5)
    later = STARTS_AT + timedelta(days=7)
    life.do(lifecycle.reschedule, event_id, starts_at=later, ends_at=later + timedelta(hours=1))
    row = life.database.write(lambda session: session.get_one(SeatAllotment, key))
    assert row.release_at == UNTIL + timedelta(days=7)


def test_while_an_event_is_postponed_nothing_is_filled_and_nothing_taken_away(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    key = _allot(life, _part(life, event_id), 5)
    life.do(lifecycle.postpone, event_id)
    with pytest.raises(Closed):
        life.do(allotments.fill, key, _people("Ani"))
    assert life.do(allotment_release.release_overdue, now=UNTIL) == 0
    assert _held(life, key) == 5


def test_a_cancelled_event_takes_nobody(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    part = _part(life, event_id)
    key = _allot(life, part, 5)
    life.do(lifecycle.cancel, event_id)
    with pytest.raises(Closed):
        life.do(allotments.fill, key, _people("Ani"))
    with pytest.raises(Closed):
        _allot(life, part, 3)


def test_partners_name_people_whether_others_can_register_or_not(life: Life) -> None:
    event_id = life.webinar(Stage.REGISTRATION_CLOSED, capacity=5)
    key = _allot(life, _part(life, event_id), 2)
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    assert made.state is RegistrationState.CONFIRMED


def test_a_minor_waits_for_the_guardian_and_goes_back_to_the_partner(life: Life) -> None:
    event_id = _with(life, life.webinar(capacity=5), guardian_consent=True)
    key = _allot(life, _part(life, event_id), 2)
    guardian = Guardian("Ibu Rina", email="rina@example.org")
    (made,) = life.do(allotments.fill, key, _people("Ani", guardian=guardian))
    assert made.state is RegistrationState.PENDING
    assert (_held(life, key), _pool(life, event_id).taken) == (1, 2)
    life.do(registration.cancel, made.registration_id)
    assert (_held(life, key), _sound(life)) == (2, True)


def test_minors_only_where_the_event_lets_them_come(life: Life) -> None:
    key = _allot(life, _part(life, life.webinar(capacity=5)), 2)
    with pytest.raises(Invalid):
        life.do(allotments.fill, key, _people("Ani", guardian=Guardian("Ibu Rina", email="rina@example.org")))


def test_partners_people_need_no_approval(life: Life) -> None:
    event_id = _with(life, life.webinar(capacity=5), approval={"required": True})
    key = _allot(life, _part(life, event_id), 2)
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    row = life.database.write(lambda session: session.get_one(Registration, made.registration_id))
    assert (row.state, row.decided_by) == (RegistrationState.CONFIRMED, "rule:partner")


def test_a_name_is_corrected_but_never_to_somebody_elses(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    key = _allot(life, _part(life, event_id), 3)
    made = life.do(allotments.fill, key, _people("Ani", "Budi"))
    life.do(allotments.rename_person, key, made[0].registration_id, "Ani Lestari")
    with pytest.raises(Invalid):
        life.do(allotments.rename_person, key, made[0].registration_id, "budi")
    found = life.database.write(lambda session: session.get_one(Registration, made[0].registration_id))
    assert found.name == "Ani Lestari"
    assert life.facts(event_id).count("AnswersEdited") == 1


def test_nobody_touches_another_partners_people(life: Life) -> None:
    event_id = life.webinar(capacity=5)
    key, other = (_allot(life, _part(life, event_id, name), 2) for name in ("SMPN 6", "SMPN 7"))
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    for use_case, arguments in ((allotments.withdraw_person, ()), (allotments.rename_person, ("Budi",))):
        with pytest.raises(NotFound):
            life.do(use_case, other, made.registration_id, *arguments)
    stranger = life.register(event_id, "citra@example.org")
    with pytest.raises(NotFound):
        life.do(allotments.withdraw_person, key, stranger.registration_id)


def test_lowering_the_capacity_takes_no_kept_seat_away(life: Life) -> None:
    event_id = life.webinar(capacity=10)
    key = _allot(life, _part(life, event_id), 6)
    life.do(authoring.set_capacity, _pool(life, event_id).id, capacity=2)
    life.do(allotments.fill, key, _people(*(f"Siswa {number}" for number in range(6))))
    assert (_pool(life, event_id).taken, _sound(life)) == (6, True)


def test_two_partners_and_passers_by_compete_and_not_one_seat_is_sold_twice(life: Life) -> None:
    """A crowd of 60 with 30 seats: partners fill, give back and fill again while people register and staff change."""
    event_id = life.webinar(capacity=30)
    keys = [_allot(life, _part(life, event_id, name), 10) for name in ("SMPN 6", "SMPN 7")]
    barrier = threading.Barrier(12, timeout=60)

    def act(number: int) -> None:
        barrier.wait()
        for turn in range(5):
            who = f"{number}-{turn}"
            try:
                if number % 3 == 2:
                    life.register(event_id, f"orang{who}@example.org")
                    continue
                made = life.do(allotments.fill, keys[number % 3], _people(f"Siswa {who}", f"Teman {who}"))
                if turn == 2:
                    life.do(allotments.withdraw_person, keys[number % 3], made[0].registration_id)
            except (Invalid, Full, Conflict):
                continue

    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(act, range(12)))

    assert life.database.write(lambda session: _seated(session, event_id, keys)) == (30, [10, 10])
    assert _sound(life)


def _seated(session: Session, event_id: uuid.UUID, keys: list[uuid.UUID]) -> tuple[int, list[int]]:
    """Return the pool's count and each partner's seats, filled or not; all that is counted has an owner."""
    pool = session.query(SeatPool).filter_by(event_id=event_id).one()
    rows = session.query(Registration).filter_by(event_id=event_id, state=RegistrationState.CONFIRMED).all()
    of_partners = [
        session.get_one(SeatAllotment, key).held + sum(row.allotment_id == key for row in rows) for key in keys
    ]
    assert pool.taken == sum(of_partners) + sum(row.allotment_id is None for row in rows)
    return pool.taken, of_partners


def test_seats_that_were_taken_back_are_given_for_another_visiting_time(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=5)
    first, second = life.slots(event_id)
    part = _part(life, event_id)
    key = _allot(life, part, 3, slot_id=first)
    with pytest.raises(Invalid):
        _allot(life, part, 3, slot_id=second)
    life.do(allotments.take_back, part)
    assert _allot(life, part, 4, slot_id=second) == key
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    assert life.registration(made.registration_id).slot_id == second
    assert (_held(life, key), _sound(life)) == (3, True)


def test_who_takes_another_visiting_time_leaves_their_seat_to_the_partner(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=5)
    first, second = life.slots(event_id)
    key = _allot(life, _part(life, event_id), 3, slot_id=first)
    (made,) = life.do(allotments.fill, key, _people("Ani"))
    life.do(changing.move_to_slot, made.registration_id, second)
    assert (_held(life, key), _sound(life)) == (3, True)
    life.do(registration.cancel, made.registration_id)
    assert (_held(life, key), _sound(life)) == (3, True)
