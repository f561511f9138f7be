"""Overbooking by the share of people who do not come: the formula, the risk, what was observed, what follows."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from events.drafts import authoring, lifecycle
from events.errors import Invalid
from events.models import Evidence, RegistrationState
from events.presence import attendance
from events.seating import no_shows
from tests.support.life import NOW, Life


@pytest.mark.parametrize(
    ("capacity", "percent", "more"),
    [(100, 10, 11), (100, 0, 0), (50, 20, 12), (10, 5, 0), (None, 20, 0), (100, 50, 100)],
)
def test_no_more_are_expected_than_there_are_seats(capacity: int | None, percent: int, more: int) -> None:
    assert no_shows.planned_overbooking(capacity, percent) == more
    if capacity is not None:
        assert (capacity + more) * (100 - percent) / 100 <= capacity
        assert (capacity + more + 1) * (100 - percent) / 100 > capacity or percent == 0


@pytest.mark.parametrize(("capacity", "percent"), [(100, 10), (20, 25), (7, 40)])
def test_the_risk_is_the_binomial_tail(capacity: int, percent: int) -> None:
    more = no_shows.planned_overbooking(capacity, percent)
    people, comes = capacity + more, 1 - percent / 100
    exact = sum(math.comb(people, k) * comes**k * (1 - comes) ** (people - k) for k in range(capacity + 1, people + 1))
    assert no_shows.risk_of_too_many(capacity, more, percent) == pytest.approx(exact, rel=1e-9)
    assert no_shows.risk_of_too_many(capacity, 0, percent) == 0


def test_planned_overbooking_seats_who_waits_and_follows_the_capacity(life: Life) -> None:
    event_id = life.webinar(capacity=10)
    people = [life.register(event_id, person) for person in range(12)]
    life.do(no_shows.plan_overbooking, event_id, 10)
    pool = life.pool(event_id)
    assert (pool.overbooking, pool.sellable, pool.taken, pool.waiting) == (1, 11, 11, 1)
    assert life.registration(people[10].registration_id).state is RegistrationState.OFFERED
    life.do(authoring.set_capacity, pool.id, capacity=20)
    assert (life.pool(event_id).overbooking, life.pool(event_id).sellable) == (2, 22)
    with pytest.raises(Invalid):
        life.do(no_shows.plan_overbooking, event_id, 51)


def test_what_was_observed_is_of_like_events_where_attendance_was_noted(life: Life) -> None:
    for came, of in ((3, 4), (0, 2), (1, 4)):
        event_id = life.webinar(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
        people = [life.register(event_id, person, now=NOW - timedelta(hours=1)) for person in range(of)]
        life.do(lifecycle.start, event_id)
        for each in people[:came]:
            life.do(attendance.note, each.registration_id, Evidence.STAFF)
        life.do(lifecycle.end, event_id)
    event = life.event(life.webinar())
    past = life.database.read(lambda session: no_shows.past_events(session, event))
    assert sorted((each.expected, each.came, each.percent) for each in past) == [(4, 1, 75), (4, 3, 25)]
    assert no_shows.observed_percent(past) == 50
    assert no_shows.observed_percent([]) is None
