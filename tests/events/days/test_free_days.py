"""The day that a new event's form proposes: a Saturday on which the library holds nothing."""

from __future__ import annotations

from datetime import date, timedelta

from events.days import free_days
from events.models import Stage
from tests.support.life import NOW, STARTS_AT, Life


def proposed(life: Life) -> date:
    return life.database.read(
        lambda session: free_days.next_free_day(session, life.organiser_id, now=NOW, timezone="Asia/Jakarta")
    )


def test_the_first_saturday_on_which_nothing_is_held(life: Life) -> None:
    assert proposed(life) == date(2026, 12, 19)
    week = timedelta(days=7)
    life.webinar(Stage.CANCELLED, starts_at=STARTS_AT + week, ends_at=STARTS_AT + week + timedelta(hours=1))
    assert proposed(life) == date(2026, 12, 19)
    life.webinar(Stage.DRAFT, starts_at=STARTS_AT + week, ends_at=STARTS_AT + week + timedelta(hours=1))
    assert proposed(life) == date(2026, 12, 26)
    # From Wednesday evening to Sunday: the Saturday in it is not free either.
    life.exhibition(
        starts_at=STARTS_AT + 2 * week - timedelta(days=3), ends_at=STARTS_AT + 2 * week + timedelta(days=1)
    )
    assert proposed(life) == date(2027, 1, 2)
