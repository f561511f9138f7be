"""Changing a place that one holds: the new seat first, the old one back to who waits, nothing lost on the way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import authoring
from events.errors import AlreadyRegistered, ChoiceFull, Closed, Conflict, Full, Invalid, Refused
from events.models import (
    SEATED_STATES,
    Event,
    Evidence,
    PartyMember,
    Registration,
    RegistrationState,
    SeatHold,
    SeatPool,
    Slot,
    Stage,
)
from events.presence import attendance
from events.questions import answers, forms
from events.questions.answers import Member
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.registrations import changing, registration
from events.registrations.changing import NewAnswers
from events.registrations.registration import Registered
from events.storage import LocalizedText, ReadSession
from tests.support.life import NOW, STARTS_AT, Life

CONFIRMED, WAITLISTED, OFFERED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
)
WORKSHOP = Question(
    id="workshop",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Lokakarya"),
    choices=(
        Choice(id="write", label=LocalizedText("Menulis")),
        Choice(id="draw", label=LocalizedText("Menggambar")),
    ),
)
SHIRT = Question(
    id="shirt",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Kaus"),
    per_person=True,
    choices=(Choice(id="s", label=LocalizedText("S")), Choice(id="m", label=LocalizedText("M"))),
)


def _taken(life: Life, event_id: uuid.UUID) -> list[tuple[int, int]]:
    """Return (taken, waiting) of each slot's pool in the order of the slots."""
    statement = (
        sa.select(SeatPool.taken, SeatPool.waiting)
        .join(Slot, Slot.pool_id == SeatPool.id)
        .where(SeatPool.event_id == event_id)
        .order_by(Slot.starts_at)
    )
    return life.database.read(lambda session: [(taken, waiting) for taken, waiting in session.execute(statement)])


def _move(life: Life, made: Registered, slot_id: uuid.UUID, **more: Any) -> None:
    life.do(changing.move_to_slot, made.registration_id, slot_id, **more)


def _fewer(life: Life, made: Registered, size: int, **more: Any) -> None:
    life.do(changing.bring_fewer, made.registration_id, size, **more)


def _state(life: Life, made: Registered) -> RegistrationState:
    return life.registration(made.registration_id).state


# ---------------------------------------------------------------- another time
def test_a_visit_moves_with_its_seats(life: Life) -> None:
    event_id = life.exhibition(max_party_size=3)
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, slot_id=first, party_size=3)
    before = life.registration(made.registration_id)
    _move(life, made, second)
    after = life.registration(made.registration_id)
    assert (after.slot_id, after.place_id, after.calendar_sequence - before.calendar_sequence) == (second, second, 1)
    assert (_taken(life, event_id), life.facts(event_id)[-1]) == ([(0, 0), (3, 0), (0, 0)], "VisitMoved")


def test_to_the_same_time_nothing_changes(life: Life) -> None:
    event_id = life.exhibition()
    first = life.slots(event_id)[0]
    made = life.register(event_id, slot_id=first)
    told = life.facts(event_id)
    _move(life, made, first)
    assert (_taken(life, event_id)[0], life.facts(event_id)) == ((1, 0), told)


def test_who_finds_no_room_keeps_what_they_have(life: Life) -> None:
    event_id = life.exhibition(capacity=1)
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, 1, slot_id=first)
    life.register(event_id, 2, slot_id=second)
    with pytest.raises(Full):
        _move(life, made, second)
    assert (life.registration(made.registration_id).slot_id, _taken(life, event_id)[:2]) == (first, [(1, 0), (1, 0)])


def test_the_seat_that_is_left_behind_goes_to_who_waits_for_it(life: Life) -> None:
    event_id = life.exhibition(capacity=1)
    first, second, _ = life.slots(event_id)
    made, waiting = (life.register(event_id, number, slot_id=first) for number in (1, 2))
    _move(life, made, second)
    assert (_state(life, waiting), _taken(life, event_id)[:2]) == (OFFERED, [(1, 0), (1, 0)])


def test_nobody_passes_those_who_wait_at_the_other_time(life: Life) -> None:
    event_id = life.exhibition(capacity=2, max_party_size=2)
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, 1, slot_id=first)
    life.register(event_id, 2, slot_id=second, party_size=2)
    waiting = life.register(event_id, 3, slot_id=second)
    pool_id = life.registration(waiting.registration_id).pool_id
    life.do(authoring.set_capacity, pool_id, capacity=3)
    with pytest.raises(Full):
        _move(life, made, second)
    assert _state(life, waiting) is OFFERED


def test_what_has_begun_or_is_another_event_cannot_be_had(life: Life) -> None:
    event_id, other = life.exhibition(), life.exhibition()
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, slot_id=second)
    with pytest.raises(Closed):
        _move(life, made, first, now=STARTS_AT)
    with pytest.raises(Refused):
        _move(life, made, life.slots(other)[0])
    assert life.registration(made.registration_id).slot_id == second


def test_one_person_holds_one_place_at_a_time(life: Life) -> None:
    event_id = life.exhibition()
    first, second, _ = life.slots(event_id)
    made = life.register(event_id, 1, slot_id=first)
    life.register(event_id, 1, slot_id=second)
    with pytest.raises(AlreadyRegistered):
        _move(life, made, second)


@pytest.mark.parametrize("given_up", [True, False])
def test_only_a_place_that_is_held_can_be_exchanged(life: Life, given_up: bool) -> None:
    event_id = life.exhibition(capacity=1)
    first, second, _ = life.slots(event_id)
    life.register(event_id, 1, slot_id=first)
    made = life.register(event_id, 2, slot_id=first)
    if given_up:
        life.do(registration.cancel, made.registration_id)
    with pytest.raises(Conflict):
        _move(life, made, second)


def test_a_crowd_that_exchanges_times_neither_oversells_nor_loses_a_seat(life: Life) -> None:
    event_id = life.exhibition(slots=2, capacity=10)
    slots = life.slots(event_id)
    people = [life.register(event_id, number, slot_id=slots[number % 2]) for number in range(20)]
    spare = life.register(event_id, "late", slot_id=slots[0])

    def swap(number: int) -> str:
        try:
            _move(life, people[number % 20], slots[(number // 20 + number) % 2])
        except Refused as refusal:
            return refusal.code
        return "moved"

    with ThreadPoolExecutor(8) as crowd:
        answers_given = list(crowd.map(swap, range(120)))
    seated = life.database.read(lambda session: _seated_by_slot(session, event_id))
    assert [seated.get(slot, 0) for slot in slots] == [taken for taken, _ in _taken(life, event_id)]
    assert max(seated.values()) <= 10
    assert {_state(life, made) for made in people} == {CONFIRMED}
    assert "moved" in answers_given
    assert _state(life, spare) in (WAITLISTED, OFFERED)


def _seated_by_slot(session: ReadSession, event_id: uuid.UUID) -> dict[uuid.UUID | None, int]:
    rows = session.execute(
        sa.select(Registration.slot_id, sa.func.sum(Registration.party_size))
        .where(Registration.event_id == event_id, Registration.state.in_(SEATED_STATES))
        .group_by(Registration.slot_id)
    )
    return {slot: int(people) for slot, people in rows}


# ---------------------------------------------------------------- fewer people
def test_fewer_people_give_seats_to_who_waits(life: Life) -> None:
    event_id = life.webinar(capacity=4, max_party_size=4)
    family, waiting = life.register(event_id, 1, party_size=4), life.register(event_id, 2, party_size=2)
    _fewer(life, family, 2)
    pool = life.pool(event_id)
    assert (_state(life, waiting), pool.taken, life.registration(family.registration_id).party_size) == (OFFERED, 4, 2)


def test_the_same_number_again_changes_nothing(life: Life) -> None:
    event_id = life.webinar(max_party_size=4)
    family = life.register(event_id, 1, party_size=3)
    _fewer(life, family, 2)
    told = life.facts(event_id)
    _fewer(life, family, 2)
    assert (life.pool(event_id).taken, life.facts(event_id)) == (2, told)


@pytest.mark.parametrize("size", [0, -1, 4, 1000])
def test_a_party_cannot_vanish_or_grow(life: Life, size: int) -> None:
    event_id = life.webinar(max_party_size=5)
    family = life.register(event_id, 1, party_size=3)
    with pytest.raises(Invalid):
        _fewer(life, family, size)
    assert life.pool(event_id).taken == 3


def test_who_waits_as_a_smaller_party_is_seated_at_once(life: Life) -> None:
    event_id = life.webinar(capacity=4, max_party_size=4)
    life.register(event_id, 1, party_size=2)
    waiting = life.register(event_id, 2, party_size=4)
    assert _state(life, waiting) is WAITLISTED
    _fewer(life, waiting, 2)
    pool = life.pool(event_id)
    assert (_state(life, waiting), pool.taken, pool.waiting) == (OFFERED, 4, 0)


def test_those_who_stay_move_up_and_their_choices_stay_theirs(life: Life) -> None:
    event_id = life.webinar(max_party_size=4)
    life.do(forms.save, event_id, FormDocument((SHIRT,)), places={("shirt", "s"): 3, ("shirt", "m"): 3})
    given = life.database.read(lambda session: forms.load(session, event_id))
    checked = answers.check_answers(
        given,
        {"shirt": "s"},
        revision=1,
        now=NOW,
        party_size=3,
        members=[{"name": "Ani", "answers": {"shirt": "m"}}, {"name": "Budi", "answers": {"shirt": "s"}}],
    )
    made = life.register(event_id, party_size=3, **checked.fields())
    _fewer(life, made, 2, absent=[1])
    members = life.database.read(lambda session: _members(session, made.registration_id))
    assert (members, _choice_places(life, event_id)) == ([(1, "Budi", {"shirt": "s"})], {"s": 2, "m": 0})


def _members(session: ReadSession, registration_id: uuid.UUID) -> list[tuple[int, str, dict[str, Any]]]:
    rows = session.scalars(
        sa.select(PartyMember).where(PartyMember.registration_id == registration_id).order_by(PartyMember.person)
    )
    return [(row.person, row.name, row.answers) for row in rows]


def _choice_places(life: Life, event_id: uuid.UUID) -> dict[str, int]:
    """Return how many places of each choice are taken; what is written down is what the pools say."""

    def read(session: ReadSession) -> dict[str, int]:
        document = forms.load(session, event_id)
        pools = forms.places(session, event_id)
        held = session.execute(
            sa.select(SeatHold.pool_id, sa.func.sum(SeatHold.count))
            .join(Registration, Registration.id == SeatHold.registration_id)
            .where(Registration.event_id == event_id, Registration.state.in_(SEATED_STATES))
            .group_by(SeatHold.pool_id)
        )
        written = {pool_id: int(count) for pool_id, count in held}
        assert {key: pool.taken for key, pool in pools.items()} == {key: written.get(key, 0) for key in pools}
        choices = [choice for question in document.questions for choice in question.choices]
        return {choice.id: pools[choice.pool_id].taken for choice in choices if choice.pool_id is not None}

    return life.database.read(read)


@pytest.mark.parametrize("absent", [(), (3,), (1, 2)])
def test_those_who_do_not_come_are_named(life: Life, absent: Sequence[int]) -> None:
    event_id = life.webinar(max_party_size=4)
    made = life.register(event_id, party_size=3, members=(Member("Ani"), Member("Budi")))
    with pytest.raises(Invalid):
        _fewer(life, made, 2, absent=absent)


def test_once_somebody_came_the_door_decides(life: Life) -> None:
    event_id = life.exhibition(max_party_size=3)
    made = life.register(event_id, party_size=3, slot_id=life.slots(event_id)[1])
    life.do(attendance.note, made.registration_id, Evidence.DOOR)
    with pytest.raises(Conflict):
        _fewer(life, made, 2)


# ---------------------------------------------------------------- other answers
def _new(life: Life, event_id: uuid.UUID, given: dict[str, Any], **more: Any) -> NewAnswers:
    revision, document = life.database.read(lambda session: forms.current(session, event_id))
    checked = answers.check_answers(document, given, revision=revision, now=NOW)
    return replace(NewAnswers(name="Siti Aminah, S.Pd.", answers=checked), **more)


def _with_workshops(life: Life, write: int, draw: int) -> uuid.UUID:
    event_id = life.webinar()
    places = {("workshop", "write"): write, ("workshop", "draw"): draw}
    life.do(forms.save, event_id, FormDocument((WORKSHOP,)), places=places)
    return event_id


def _answering(life: Life, event_id: uuid.UUID, person: int, choice: str) -> Registered:
    checked = _new(life, event_id, {"workshop": choice}).answers
    return life.register(event_id, person, **checked.fields())


def test_answers_are_replaced_and_the_log_says_which_not_what(life: Life) -> None:
    event_id = _with_workshops(life, 5, 5)
    made = _answering(life, event_id, 1, "write")
    new = _new(life, event_id, {"workshop": "draw"}, access_needs="kursi roda")
    life.do(changing.edit_answers, made.registration_id, new)
    row = life.registration(made.registration_id)
    assert (row.name, row.access_needs, row.answers) == ("Siti Aminah, S.Pd.", "kursi roda", {"workshop": "draw"})
    assert _choice_places(life, event_id) == {"write": 0, "draw": 1}
    assert life.rows(event_id)[-1].payload["fields"] == ["name", "access_needs", "answers"]


def test_a_full_choice_leaves_everything_as_it_was(life: Life) -> None:
    event_id = _with_workshops(life, 5, 1)
    made = _answering(life, event_id, 1, "write")
    _answering(life, event_id, 2, "draw")
    with pytest.raises(ChoiceFull):
        life.do(changing.edit_answers, made.registration_id, _new(life, event_id, {"workshop": "draw"}))
    assert life.registration(made.registration_id).answers == {"workshop": "write"}
    assert _choice_places(life, event_id) == {"write": 1, "draw": 1}


def test_the_same_answers_again_are_no_news(life: Life) -> None:
    event_id = _with_workshops(life, 5, 5)
    made = _answering(life, event_id, 1, "write")
    new = _new(life, event_id, {"workshop": "write"})
    life.do(changing.edit_answers, made.registration_id, new)
    told = life.facts(event_id)
    life.do(changing.edit_answers, made.registration_id, new)
    assert life.facts(event_id) == told


def test_answers_can_be_changed_until_the_day_that_staff_chose(life: Life) -> None:
    event_id = _with_workshops(life, 5, 5)
    until = STARTS_AT - timedelta(days=2)

    def choose(session: Any) -> None:
        session.get(Event, event_id).answers_editable_until = until

    life.database.write(choose)
    made = _answering(life, event_id, 1, "write")
    new = _new(life, event_id, {"workshop": "draw"})
    with pytest.raises(Closed):
        life.do(changing.edit_answers, made.registration_id, new, now=until)
    life.do(changing.edit_answers, made.registration_id, new, now=until - timedelta(seconds=1))
    with pytest.raises(Closed):
        life.do(changing.edit_answers, made.registration_id, replace(new, name="Ani"), now=STARTS_AT)


def test_the_last_place_of_a_choice_goes_to_one_of_many(life: Life) -> None:
    event_id = _with_workshops(life, 20, 1)
    people = [_answering(life, event_id, number, "write") for number in range(12)]
    new = _new(life, event_id, {"workshop": "draw"})

    def change(made: Registered) -> str:
        try:
            life.do(changing.edit_answers, made.registration_id, new)
        except ChoiceFull:
            return "full"
        return "changed"

    with ThreadPoolExecutor(8) as crowd:
        told = sorted(crowd.map(change, people))
    assert (told, _choice_places(life, event_id)) == (["changed", *["full"] * 11], {"write": 11, "draw": 1})


def test_what_is_over_stays_as_it_is(life: Life) -> None:
    event_id = life.webinar(Stage.REGISTRATION_OPEN)
    made = life.register(event_id)
    life.do(registration.cancel, made.registration_id)
    with pytest.raises(Conflict):
        life.do(changing.edit_answers, made.registration_id, _new(life, event_id, {}))
