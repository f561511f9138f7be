"""Counters that are the truth, and counters that somebody has tampered with."""

from __future__ import annotations

import sqlalchemy as sa

from events.models import SeatPool
from events.seating import seat_audit
from events.seating.seat_audit import Drift
from tests.events.seating.test_holdings import choice
from tests.support.life import Life


def test_true_counters_are_left_alone_and_each_drift_is_found(life: Life) -> None:
    event_id = life.webinar(capacity=3, max_party_size=2)
    tour = choice(life, event_id, 2)
    life.register(event_id, 1, party_size=2, choice_places={tour: 2})
    life.register(event_id, 2)
    life.register(event_id, 3)
    life.webinar()
    assert life.database.read(seat_audit.find_drift) == []
    main = life.pool(event_id).id
    life.do(lambda session: session.execute(sa.update(SeatPool).where(SeatPool.id == main).values(waiting=0)) and None)
    life.do(lambda session: session.execute(sa.update(SeatPool).where(SeatPool.id == tour).values(taken=1)) and None)
    assert life.database.read(seat_audit.find_drift) == [
        Drift(main, event_id, 3, 3, 0, 1),
        Drift(tour, event_id, 1, 2, 0, 0),
    ]
