"""Exchanging a date of a series for another: nobody is without a place on the way, and no seat is given twice."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import AlreadyRegistered, Closed, Conflict, FormReplaced, Full, Invalid, NotFound, Refused
from events.models import (
    SEATED_STATES,
    Event,
    PartyMember,
    Registration,
    RegistrationState,
    SeatPool,
)
from events.questions import forms
from events.questions.answers import Member, check_answers
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.recurring import exchanging, series, series_booking
from events.registrations import registration
from events.registrations.registration import Registered
from events.seating import waitlist
from events.storage import LocalizedText, new_id
from tests.support.life import NOW, Life, application
from tests.support.series_life import make_series

CONFIRMED, WAITLISTED, OFFERED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.CANCELLED,
)
SHIRT = Question(id="shirt", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Ukuran kaus"), required=True)


def _published(life: Life, *, count: int = 3, capacity: int | None = 20) -> list[uuid.UUID]:
    series_id = make_series(life, "setiap Sabtu", count=count, capacity=capacity)
    life.do(series.publish_all, series_id, decides=True)
    statement = sa.select(Event.id).where(Event.series_id == series_id).order_by(Event.starts_at)
    return life.database.read(lambda session: list(session.scalars(statement)))


def _exchange(life: Life, made: Registered, event_id: uuid.UUID, **more: Any) -> Registered:
    return life.do(exchanging.exchange_date, made.registration_id, event_id, **({"by": "person:x"} | more))


def _seats(life: Life, dates: Sequence[uuid.UUID]) -> list[tuple[int, int]]:
    """Return (taken, waiting) of each date."""
    return [(pool.taken, pool.waiting) for pool in map(life.pool, dates)]


def _set(life: Life, event_id: uuid.UUID, **values: Any) -> None:
    life.database.write(lambda session: session.execute(sa.update(Event).where(Event.id == event_id).values(values)))


def _states(life: Life, *made: Registered) -> list[RegistrationState]:
    return [life.registration(each.registration_id).state for each in made]


def test_a_free_seat_is_taken_and_the_old_one_given_back(life: Life) -> None:
    dates = _published(life)
    old = life.register(dates[0], party_size=1, institution="SMAN 3", wheelchair=True)
    new = _exchange(life, old, dates[1])
    assert (_states(life, old, new), _seats(life, dates)) == ([CANCELLED, CONFIRMED], [(0, 0), (1, 0), (0, 0)])
    held, before = life.registration(new.registration_id), life.registration(old.registration_id)
    assert (held.replaces_id, held.institution, held.wheelchair) == (old.registration_id, "SMAN 3", True)
    assert (held.name, held.email, held.locale) == (before.name, before.email, before.locale)
    assert (life.facts(dates[0])[-1], life.facts(dates[1])[-1]) == ("RegistrationCancelled", "DateExchanged")


def test_pressing_twice_is_one_exchange(life: Life) -> None:
    dates = _published(life)
    old = life.register(dates[0])
    assert _exchange(life, old, dates[1]) == _exchange(life, old, dates[1])
    assert _seats(life, dates) == [(0, 0), (1, 0), (0, 0)]


def test_who_waits_for_the_new_date_keeps_the_old_until_the_seat_is_theirs(life: Life) -> None:
    dates = _published(life, capacity=1)
    old, other = life.register(dates[0], 1), life.register(dates[1], 2)
    new = _exchange(life, old, dates[1])
    assert (_states(life, old, new), _seats(life, dates)[:2]) == ([CONFIRMED, WAITLISTED], [(1, 0), (1, 1)])
    life.do(registration.cancel, other.registration_id)
    assert _states(life, old, new) == [CONFIRMED, OFFERED]
    life.do(waitlist.accept_offer, new.registration_id)
    assert life.do(exchanging.settle, new.registration_id)
    assert (_states(life, old, new), _seats(life, dates)[:2]) == ([CANCELLED, CONFIRMED], [(0, 0), (1, 0)])
    assert not life.do(exchanging.settle, new.registration_id)


def test_one_exchange_is_awaited_at_a_time(life: Life) -> None:
    dates = _published(life, capacity=1)
    old = life.register(dates[0], 1)
    life.register(dates[1], 2)
    new = _exchange(life, old, dates[1])
    with pytest.raises(Conflict, match="waiting for another date"):
        _exchange(life, old, dates[2])
    life.do(registration.cancel, new.registration_id)
    assert _states(life, _exchange(life, old, dates[2])) == [CONFIRMED]


def test_what_is_given_back_goes_to_who_waits_for_it(life: Life) -> None:
    dates = _published(life, capacity=1)
    old, waiting = life.register(dates[0], 1), life.register(dates[0], 2)
    _exchange(life, old, dates[1])
    assert (_states(life, waiting), _seats(life, dates)[:2]) == ([OFFERED], [(1, 0), (1, 0)])


def test_who_cannot_have_the_new_date_keeps_the_old(life: Life) -> None:
    dates = _published(life, count=5, capacity=1)
    mine, full, shut, held, _ = dates
    old = life.register(mine, 1)
    life.register(full, 2)
    life.register(held, 1)
    _set(life, full, waitlist=False)
    life.do(lifecycle.close_registration, shut)
    elsewhere = life.webinar()
    refusals: list[tuple[uuid.UUID, type[Refused]]] = [
        (full, Full),
        (shut, Closed),
        (held, AlreadyRegistered),
        (elsewhere, NotFound),
        (mine, NotFound),
        (new_id(), NotFound),
    ]
    for event_id, refusal in refusals:
        with pytest.raises(refusal):
            _exchange(life, old, event_id)
    assert (_states(life, old), _seats(life, dates)) == ([CONFIRMED], [(1, 0), (1, 0), (0, 0), (1, 0), (0, 0)])


def test_who_holds_nothing_or_comes_too_late_exchanges_nothing(life: Life) -> None:
    dates = _published(life)
    gone, begun = life.register(dates[0], 1), life.register(dates[0], 2)
    life.do(registration.cancel, gone.registration_id)
    with pytest.raises(Conflict, match="holds no place"):
        _exchange(life, gone, dates[1])
    with pytest.raises(Closed):
        _exchange(life, begun, dates[1], now=life.event(dates[0]).starts_at)
    assert _seats(life, dates) == [(1, 0), (0, 0), (0, 0)]


def test_who_was_at_the_old_date_keeps_it(life: Life) -> None:
    dates = _published(life, capacity=1)
    old, other = life.register(dates[0], 1), life.register(dates[1], 2)
    new = _exchange(life, old, dates[1])
    begun = life.event(dates[0]).starts_at + timedelta(minutes=1)
    life.do(lifecycle.start, dates[0], now=begun)
    life.do(registration.cancel, other.registration_id, now=begun)
    life.do(waitlist.accept_offer, new.registration_id, now=begun)
    assert not life.do(exchanging.settle, new.registration_id, now=begun)
    assert _states(life, old, new) == [CONFIRMED, CONFIRMED]


def test_a_date_with_questions_wants_its_own_answers(life: Life) -> None:
    dates = _published(life)
    old = life.register(dates[0])
    document = FormDocument((SHIRT,))
    revision = life.do(forms.save, dates[1], document)
    with pytest.raises(FormReplaced):
        _exchange(life, old, dates[1])
    answers = check_answers(document, {"shirt": "M"}, revision=revision, now=NOW)
    new = _exchange(life, old, dates[1], answers=answers)
    assert dict(life.registration(new.registration_id).answers) == {"shirt": "M"}


def test_a_party_goes_along_or_stays_together(life: Life) -> None:
    dates = _published(life)
    for event_id in dates[:2]:
        _set(life, event_id, max_party_size=3)
    old = life.register(dates[0], party_size=3, members=(Member("Ani"), Member("Budi")))
    with pytest.raises(Invalid):
        _exchange(life, old, dates[2])
    new = _exchange(life, old, dates[1])
    names = sa.select(PartyMember.name).where(PartyMember.registration_id == new.registration_id)
    told = life.database.read(lambda session: list(session.scalars(names.order_by(PartyMember.person))))
    assert (told, _seats(life, dates)) == (["Ani", "Budi"], [(0, 0), (3, 0), (0, 0)])


def test_who_has_all_dates_keeps_them_together(life: Life) -> None:
    dates = _published(life)
    life.do(lifecycle.close_registration, dates[2])
    series_id = life.event(dates[0]).series_id
    booked = life.do(series_booking.book, series_id, application(new_id()), by="person")
    life.do(lifecycle.open_registration, dates[2])
    [first] = [each.registration_id for each in booked.outcomes if each.event_id == dates[0] and each.registration_id]
    new = _exchange(life, Registered(first, CONFIRMED), dates[2])
    assert life.registration(new.registration_id).series_booking_id == booked.booking_id


# ---------------------------------------------------------------- a crowd
PEOPLE, SEATS = 30, 8


def _at_once(life: Life, held: Sequence[Registered], wanted: Sequence[uuid.UUID]) -> list[RegistrationState | str]:
    """Have everybody exchange at the same moment, and return what came of it."""
    barrier = threading.Barrier(len(held), timeout=60)

    def want(person: int) -> RegistrationState | str:
        barrier.wait()
        try:
            return _exchange(life, held[person], wanted[person]).state
        except Full as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(held)) as pool:
        return list(pool.map(want, range(len(held))))


def _seated(life: Life, dates: Sequence[uuid.UUID]) -> list[int]:
    rows = life.database.read(lambda s: list(s.scalars(sa.select(Registration))))
    seated = [row for row in rows if row.state in SEATED_STATES]
    assert {row.person_key for row in seated} == {row.person_key for row in rows}  # nobody is without a place
    counts = Counter(row.event_id for row in seated)
    return [counts[each] for each in dates]


@pytest.mark.parametrize("waitlist_", [True, False])
def test_a_crowd_exchanges_for_the_last_seats(life: Life, waitlist_: bool) -> None:
    """Thirty people of two dates want the last eight seats of the third: eight get them, the others keep theirs."""
    dates = _published(life, capacity=PEOPLE)
    small = {"capacity": SEATS, "sellable": SEATS}
    life.database.write(lambda s: s.execute(sa.update(SeatPool).where(SeatPool.event_id == dates[2]).values(small)))
    _set(life, dates[2], waitlist=waitlist_)
    held = [life.register(dates[person % 2], person) for person in range(PEOPLE)]
    outcomes = _at_once(life, held, [dates[2]] * PEOPLE)
    late = WAITLISTED if waitlist_ else "full"
    assert Counter(outcomes) == {CONFIRMED: SEATS, late: PEOPLE - SEATS}
    seated = _seated(life, dates)
    assert (seated[2], sum(seated)) == (SEATS, PEOPLE)
    waiting = PEOPLE - SEATS if waitlist_ else 0
    assert _seats(life, dates) == [(seated[0], 0), (seated[1], 0), (SEATS, waiting)]


def test_two_crowds_change_places(life: Life) -> None:
    """Everybody of one date wants the other, and the other way round: nobody waits for anybody for ever."""
    dates = _published(life, capacity=PEOPLE)
    held = [life.register(dates[person % 2], person) for person in range(PEOPLE)]
    outcomes = _at_once(life, held, [dates[1 - person % 2] for person in range(PEOPLE)])
    assert (Counter(outcomes), _seated(life, dates)) == ({CONFIRMED: PEOPLE}, [PEOPLE // 2, PEOPLE // 2, 0])
    assert _seats(life, dates) == [(PEOPLE // 2, 0), (PEOPLE // 2, 0), (0, 0)]
