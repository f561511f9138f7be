"""Registering once for a whole series: every date answers for itself, in one transaction, for one person or a crowd."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import AlreadyRegistered, ChoiceFull, Closed, FormReplaced, Full, Invalid, NotFound
from events.models import ACTIVE_STATES, SEATED_STATES, Event, Registration, RegistrationState, SeatPool, SeriesBooking
from events.questions import forms
from events.questions.answers import Answers, check_answers
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.recurring import series, series_booking
from events.recurring.series_booking import Booked
from events.recurring.series_planning import ChosenDate
from events.registrations import guardian_paper, guardians, registration
from events.registrations.applications import Guardian
from events.registrations.guardian_reading import guardian_question
from events.registrations.guardians import GUARDIAN_WITHIN
from events.storage import LocalizedText, new_id
from tests.support.life import NOW, Life, application
from tests.support.series_life import draft, make_series, timing

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED


def _published(life: Life, *, count: int, capacity: int | None = 20, **fields: Any) -> uuid.UUID:
    asked = timing("setiap Sabtu", count=count)
    chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
    wanted = draft(life, asked, capacity=capacity)
    series_id = life.do(
        series.create, draft(life, asked, capacity=capacity, fields={**wanted.fields, **fields}), chosen
    )
    life.do(series.publish_all, series_id, decides=True)
    return series_id


def _dates(life: Life, series_id: uuid.UUID) -> list[uuid.UUID]:
    statement = sa.select(Event.id).where(Event.series_id == series_id).order_by(Event.starts_at)
    return life.database.read(lambda session: list(session.scalars(statement)))


def _book(life: Life, series_id: uuid.UUID, person: int = 1, **changes: Any) -> Booked:
    return life.do(series_booking.book, series_id, application(new_id(), person, **changes), by="person")


def _states(life: Life, booked: Booked) -> list[RegistrationState | str]:
    named = {each.event_id: each.state or (each.refusal.code if each.refusal else "") for each in booked.outcomes}
    return [named[event_id] for event_id in sorted(named)]


def _counts(life: Life, table: type[Any]) -> int:
    return int(life.database.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(table))))


def test_one_form_is_a_registration_for_every_date(life: Life) -> None:
    series_id = _published(life, count=3)
    booked = _book(life, series_id, name="Siti", institution="SMAN 3", party_size=1)
    assert _states(life, booked) == [CONFIRMED] * 3
    held = [life.registration(key) for key in booked.registrations]
    assert {row.series_booking_id for row in held} == {booked.booking_id}
    assert {row.event_id for row in held} == set(_dates(life, series_id))
    assert {(row.name, row.institution) for row in held} == {("Siti", "SMAN 3")}
    [first, *_] = _dates(life, series_id)
    assert Counter(life.facts(first))["SeriesBooked"] == 1


def test_each_date_says_seat_queue_or_no(life: Life) -> None:
    """Full with a queue, full without one, not open yet, registered already, and one that is over."""
    series_id = _published(life, count=6, capacity=1)
    full, closed_queue, shut, mine, begun, free = _dates(life, series_id)
    life.register(full, 2)
    life.register(closed_queue, 3)
    life.database.write(lambda s: s.execute(sa.update(Event).where(Event.id == closed_queue).values(waitlist=False)))
    life.do(lifecycle.close_registration, shut)
    life.register(mine, 1)
    life.do(lifecycle.start, begun)
    booked = _book(life, series_id, 1)
    named = {each.event_id: each.state or (each.refusal.code if each.refusal else "") for each in booked.outcomes}
    assert named == {full: WAITLISTED, closed_queue: "full", mine: "already_registered", free: CONFIRMED}
    pools = life.database.read(
        lambda s: {pool.event_id: (pool.taken, pool.waiting) for pool in s.scalars(sa.select(SeatPool))}
    )
    assert [pools[each] for each in (full, closed_queue, shut, mine, begun, free)] == [
        (1, 1),
        (1, 0),
        (0, 0),
        (1, 0),
        (0, 0),
        (1, 0),
    ]


def test_where_no_date_can_be_had_nothing_is_left_behind(life: Life) -> None:
    series_id = _published(life, count=2, capacity=1, waitlist=False)
    _book(life, series_id, 1)
    before = _counts(life, SeriesBooking), _counts(life, Registration)
    for person, refusal in ((1, AlreadyRegistered), (2, Full)):
        with pytest.raises(refusal):
            _book(life, series_id, person)
    assert (_counts(life, SeriesBooking), _counts(life, Registration)) == before
    with pytest.raises(NotFound):
        _book(life, new_id(), 3)
    for event_id in _dates(life, series_id):
        life.do(lifecycle.close_registration, event_id)
    with pytest.raises(Closed):
        _book(life, series_id, 3)


def test_a_wrong_answer_is_told_once_and_registers_nowhere(life: Life) -> None:
    series_id = _published(life, count=3)
    with pytest.raises(Invalid):
        _book(life, series_id, party_size=2)
    assert _counts(life, Registration) == 0


def test_all_dates_are_given_back_at_once_and_go_to_who_waits(life: Life) -> None:
    series_id = _published(life, count=3, capacity=1)
    first, second = _book(life, series_id, 1), _book(life, series_id, 2)
    assert _states(life, second) == [WAITLISTED] * 3
    assert life.do(series_booking.cancel_all, first.booking_id, by="person:1") == 3
    assert life.do(series_booking.cancel_all, first.booking_id, by="person:1") == 0
    assert {life.registration(key).state for key in second.registrations} == {RegistrationState.OFFERED}


def test_giving_back_leaves_the_dates_that_are_over(life: Life) -> None:
    series_id = _published(life, count=2)
    booked = _book(life, series_id)
    life.do(lifecycle.start, _dates(life, series_id)[0])
    assert life.do(series_booking.cancel_all, booked.booking_id, by="person:1") == 1


def test_added_dates_are_taken_once_and_given_back_ones_stay_given_back(life: Life) -> None:
    series_id = _published(life, count=2)
    booked = _book(life, series_id, name="Siti", phone="+628123456789")
    life.do(registration.cancel, booked.registrations[0], by="person:1")
    asked = timing("setiap Sabtu", count=4)
    later = life.do(
        series.add_dates,
        series_id,
        [ChosenDate(day, *asked.on(day)) for day in asked.days()],
        now=NOW + timedelta(hours=1),
    )
    life.do(series.publish_all, series_id, decides=True)
    for expected in (set(later), set()):
        taken = life.do(series_booking.take_added, booked.booking_id, by="person:1")
        assert {each.event_id for each in taken} == expected
    everything = life.database.read(
        lambda s: list(
            s.scalars(
                sa.select(Registration).where(
                    Registration.series_booking_id == booked.booking_id, Registration.state.in_(ACTIVE_STATES)
                )
            )
        )
    )
    assert Counter((row.name, row.phone) for row in everything) == {("Siti", "+628123456789"): 3}
    added = life.event(later[0])
    assert life.database.read(lambda s: series_booking.bookings_before(s, added, limit=9, after=None)) == [
        booked.booking_id
    ]


def test_who_gave_everything_back_is_no_longer_in_the_series(life: Life) -> None:
    series_id = _published(life, count=1)
    booked = _book(life, series_id)
    life.do(series_booking.cancel_all, booked.booking_id, by="person:1")
    with pytest.raises(NotFound):
        life.do(series_booking.take_added, booked.booking_id, by="person:1")


# ---------------------------------------------------------------- dates that ask
SHIRT = Question(id="shirt", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Ukuran kaus"), required=True)
SEAT = Question(
    id="seat",
    kind=QuestionKind.CHOICE,
    label=LocalizedText("Tempat duduk"),
    choices=(Choice(id="front", label=LocalizedText("Depan")), Choice(id="back", label=LocalizedText("Belakang"))),
)


def _asked(life: Life, event_id: uuid.UUID, given: dict[str, Any]) -> Answers:
    revision, document = life.database.read(lambda session: forms.current(session, event_id))
    return check_answers(document, given, revision=revision, now=NOW)


def test_a_date_that_asks_is_booked_with_its_answers(life: Life) -> None:
    series_id = _published(life, count=3)
    plain, asking, silent = _dates(life, series_id)
    for event_id in (asking, silent):
        life.do(forms.save, event_id, FormDocument((SHIRT,)))
    answers = {asking: _asked(life, asking, {"shirt": "M"})}
    booked = life.do(series_booking.book, series_id, application(new_id()), by="person", answers=answers)
    told = {each.event_id: each.state or (each.refusal.code if each.refusal else "") for each in booked.outcomes}
    assert told == {plain: CONFIRMED, asking: CONFIRMED, silent: "conflict"}
    [held] = [row for row in map(life.registration, booked.registrations) if row.event_id == asking]
    assert (held.answers, held.form_revision, held.series_booking_id) == ({"shirt": "M"}, 1, booked.booking_id)


def test_a_form_that_changed_and_a_choice_that_is_full_register_nowhere(life: Life) -> None:
    series_id = _published(life, count=2)
    _, asking = _dates(life, series_id)
    life.do(forms.save, asking, FormDocument((SEAT,)), places={("seat", "front"): 1})
    first = {asking: _asked(life, asking, {"seat": "front"})}
    life.do(series_booking.book, series_id, application(new_id(), 1), by="person", answers=first)
    with pytest.raises(ChoiceFull):
        life.do(series_booking.book, series_id, application(new_id(), 2), by="person", answers=first)
    life.do(forms.save, asking, FormDocument((SHIRT,)))
    with pytest.raises(FormReplaced):
        life.do(series_booking.book, series_id, application(new_id(), 3), by="person", answers=first)
    assert (_counts(life, SeriesBooking), _counts(life, Registration)) == (1, 2)


# ---------------------------------------------------------------- a crowd
PEOPLE, DATES, SEATS = 40, 6, 7


def test_forty_people_want_all_six_dates_at_once(life: Life) -> None:
    """Half of them want the whole series, half single dates from the last to the first: no seat twice, no lock-up.

    Whoever registers for all holds or awaits a place at every date; the counters agree with the rows.
    """
    series_id = _published(life, count=DATES, capacity=SEATS)
    dates = _dates(life, series_id)
    barrier = threading.Barrier(PEOPLE // 2, timeout=60)

    def want_all(person: int) -> Booked:
        barrier.wait()
        return _book(life, series_id, person)

    def want_each(person: int) -> None:
        barrier.wait()
        for event_id in reversed(dates):
            life.register(event_id, person)

    with ThreadPoolExecutor(PEOPLE // 2) as pool:
        tasks = [pool.submit(want_all if person % 2 else want_each, person) for person in range(PEOPLE)]
        booked = [found for task in tasks if (found := task.result(timeout=120)) is not None]
    assert len(booked) == PEOPLE // 2
    assert {len(each.registrations) for each in booked} == {DATES}
    rows = life.database.read(lambda s: list(s.scalars(sa.select(Registration))))
    pools = life.database.read(lambda s: {pool.event_id: pool for pool in s.scalars(sa.select(SeatPool))})
    for event_id in dates:
        held = [row for row in rows if row.event_id == event_id]
        seated = [row for row in held if row.state in SEATED_STATES]
        assert (len(held), len(seated)) == (PEOPLE, SEATS)
        assert (pools[event_id].taken, pools[event_id].waiting) == (SEATS, PEOPLE - SEATS)
    assert _counts(life, SeriesBooking) == PEOPLE // 2


def test_a_person_who_presses_twice_at_once_is_registered_once(life: Life) -> None:
    series_id = _published(life, count=DATES)
    barrier = threading.Barrier(4, timeout=60)

    def press(_: int) -> object:
        barrier.wait()
        try:
            return _book(life, series_id, 1)
        except AlreadyRegistered as refusal:
            return refusal

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(press, range(4)))
    assert Counter(type(each).__name__ for each in outcomes) == {"Booked": 1, "AlreadyRegistered": 3}
    assert (_counts(life, Registration), _counts(life, SeriesBooking)) == (DATES, 1)


def test_a_series_in_words_is_the_one_that_is_booked(life: Life) -> None:
    series_id = make_series(life, "setiap Rabu ketiga", count=2)
    life.do(series.publish_all, series_id, decides=True)
    _book(life, series_id)
    assert [life.event(each).series_date for each in _dates(life, series_id)] == [date(2026, 12, 16), date(2027, 1, 20)]
    assert life.event(_dates(life, series_id)[0]).title == LocalizedText("Klub Baca", "Reading Club")


# ---------------------------------------------------------------- minors
MOTHER = Guardian("Hj. Nur'aini", "nuraini@example.org")
PENDING, DECLINED, CANCELLED = RegistrationState.PENDING, RegistrationState.DECLINED, RegistrationState.CANCELLED


def _minors_series(life: Life, *, count: int = 3, capacity: int | None = 20) -> uuid.UUID:
    """A series of which one date asks minors for a guardian."""
    series_id = _published(life, count=count, capacity=capacity)
    life.do(guardians.allow_minors, _dates(life, series_id)[1], True)
    return series_id


def _of(life: Life, booked: Booked) -> list[Registration]:
    return [life.registration(key) for key in booked.registrations]


def test_where_one_date_asks_for_a_guardian_all_wait_and_one_answer_counts_for_all(life: Life) -> None:
    booked = _book(life, _minors_series(life), guardian=MOTHER)
    assert [(row.state, row.needs_guardian, row.guardian_name) for row in _of(life, booked)] == [
        (PENDING, True, MOTHER.name)
    ] * 3
    first, second, third = booked.registrations
    question = life.database.read(lambda session: guardian_question(session, second))
    assert (len(question.dates), len(question.awaited), question.due_at) == (3, 3, NOW + GUARDIAN_WITHIN)
    life.do(registration.cancel, first)  # whose link it is may have been given back
    assert life.do(guardians.consent, first) is CANCELLED
    assert [row.state for row in _of(life, booked)] == [CANCELLED, CONFIRMED, CONFIRMED]
    assert life.do(guardians.consent, third) is CONFIRMED
    asked = life.database.read(lambda session: guardian_question(session, first))
    assert (asked.awaited, [each.event_id for each in asked.consented]) == (
        [],
        sorted([life.registration(second).event_id, life.registration(third).event_id]),
    )


@pytest.mark.parametrize("silent", [True, False])
def test_without_a_guardians_word_no_date_is_kept(life: Life, silent: bool) -> None:
    series_id = _minors_series(life, capacity=1)
    booked = _book(life, series_id, 1, guardian=MOTHER)
    waiting = _book(life, series_id, 2)
    if silent:
        last = max(row.guardian_due_at for row in _of(life, booked) if row.guardian_due_at)
        # Wherever the tick cuts, what is over of one booking goes together.
        assert life.do(guardians.expire, now=last, limit=1) == 3
        assert life.do(guardians.expire, now=last) == 0
    else:
        life.do(guardians.refuse, booked.registrations[2])
        life.do(guardians.refuse, booked.registrations[0])
    assert [row.state for row in _of(life, booked)] == [DECLINED] * 3
    assert [row.state for row in _of(life, waiting)] == [RegistrationState.OFFERED] * 3


def test_a_date_that_begins_sooner_is_held_until_then(life: Life) -> None:
    series_id = _minors_series(life, count=2)
    starts_at = min(life.event(key).starts_at for key in _dates(life, series_id))
    minor = application(new_id(), guardian=MOTHER)
    booked = life.do(series_booking.book, series_id, minor, now=starts_at - timedelta(hours=5), by="person")
    assert sorted(row.guardian_due_at for row in _of(life, booked) if row.guardian_due_at) == [
        starts_at,
        starts_at - timedelta(hours=5) + GUARDIAN_WITHIN,
    ]


def test_nobody_under_age_where_no_date_asks_for_a_guardian(life: Life) -> None:
    series_id = _published(life, count=2)
    with pytest.raises(Invalid):
        _book(life, series_id, guardian=MOTHER)
    assert _counts(life, Registration) == 0


def test_the_guardian_is_asked_for_added_dates_too(life: Life) -> None:
    series_id = _minors_series(life, count=3)
    late = _dates(life, series_id)[2]
    life.do(lifecycle.close_registration, late)
    booked = _book(life, series_id, guardian=MOTHER)
    life.do(guardians.consent, booked.registrations[0])
    life.do(lifecycle.open_registration, late)
    [added] = life.do(series_booking.take_added, booked.booking_id, by="person")
    assert (added.state, life.registration(booked.registrations[0]).state) == (PENDING, CONFIRMED)
    life.do(guardians.consent, booked.registrations[0])
    assert added.registration_id is not None
    assert life.registration(added.registration_id).state is CONFIRMED


def test_what_staff_note_of_a_guardian_counts_for_all_dates(life: Life) -> None:
    booked = _book(life, _minors_series(life), guardian=MOTHER)
    one = booked.registrations[1]
    life.do(guardians.ask_again, one, now=NOW + timedelta(hours=20))
    assert {row.guardian_due_at for row in _of(life, booked)} == {
        min(NOW + timedelta(hours=20) + GUARDIAN_WITHIN, life.event(row.event_id).starts_at)
        for row in _of(life, booked)
    }
    life.do(guardian_paper.record_paper, one, note="Ibu Ani, 3 Desember")
    assert [(row.state, row.guardian_note) for row in _of(life, booked)] == [(CONFIRMED, "Ibu Ani, 3 Desember")] * 3
    life.do(guardian_paper.withdraw, one)
    assert [row.state for row in _of(life, booked)] == [CANCELLED] * 3
