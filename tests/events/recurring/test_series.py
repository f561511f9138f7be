"""Series: planned, made, published, added to; each date an ordinary event."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import authoring
from events.errors import Conflict, Invalid
from events.models import Event, EventKind, EventMode, SeatPool, Series, Stage
from events.recurring import series
from events.recurring.series_planning import ChosenDate, Timing, plan
from events.storage import LocalizedText
from tests.support.counting import counted
from tests.support.databases import Database
from tests.support.life import NOW, Life
from tests.support.series_life import draft, make_series, timing


def _events(life: Life, series_id: uuid.UUID) -> list[Event]:
    statement = sa.select(Event).where(Event.series_id == series_id).order_by(Event.starts_at)
    return life.database.read(lambda session: list(session.scalars(statement)))


def _series(life: Life, series_id: uuid.UUID) -> Series:
    found: Series = life.database.read(
        lambda session: session.scalars(sa.select(Series).where(Series.id == series_id)).one()
    )
    return found


def _plan(life: Life, asked: Timing, **changes: Any) -> list[Any]:
    wanted: dict[str, Any] = {
        "mode": EventMode.ONSITE,
        "venue": LocalizedText("Ruang Serbaguna"),
        "locale": "id",
        "now": NOW,
    } | changes
    return life.database.read(lambda session: plan(session, life.organiser_id, asked, **wanted))


# ---------------------------------------------------------------- planning
def test_the_preview_marks_holidays_weekends_and_what_is_past(life: Life) -> None:
    asked = timing("setiap hari", starts_on=date(2026, 12, 1), until=date(2026, 12, 26), start_time=time(8))
    rows = _plan(life, asked)
    assert [(row.day.day, row.holiday.name) for row in rows if row.holiday] == [
        (24, "Cuti Bersama Hari Raya Natal"),
        (25, "Hari Raya Natal"),
    ]
    assert [row.day.day for row in rows if row.weekend] == [5, 6, 12, 13, 19, 20, 26]
    assert [row.day.day for row in rows if row.past] == [1]  # it is 9 o'clock, and this was to begin at 8
    assert [row.day.day for row in rows if not row.advised] == [1, 24, 25]


def test_the_preview_names_what_is_in_the_same_room_at_that_time(life: Life) -> None:
    taken = life.webinar(mode=EventMode.ONSITE)  # Saturday, 12 December, 09.00–11.30 in the same hall
    elsewhere = life.webinar(mode=EventMode.ONSITE, venue=LocalizedText("Taman Baca"))
    life.webinar(mode=EventMode.ONSITE, stage=Stage.CANCELLED)
    rows = _plan(life, timing("setiap Sabtu", start_time=time(11), count=3))
    assert [[(clash.event_id, clash.same_venue) for clash in row.clashes] for row in rows] == [
        [],
        [(taken, True), (elsewhere, False)],
        [],
    ]


def test_events_back_to_back_do_not_clash(life: Life) -> None:
    life.webinar(mode=EventMode.ONSITE)
    [row] = _plan(life, timing("setiap Sabtu", start_time=time(11, 30), starts_on=date(2026, 12, 12), count=1))
    assert row.clashes == ()


def test_the_plan_costs_one_query_however_many_dates(life: Life, database: Database) -> None:
    for count in (1, 104):
        with counted(database) as sent:
            _plan(life, timing("setiap hari", count=count))
        assert len([each for each in sent if "SELECT" in each]) == 1


@pytest.mark.parametrize(
    ("words", "changes", "code"),
    [
        ("setiap hari", {"until": date(2027, 12, 1)}, "too_many"),
        ("setiap Sabtu", {"until": date(2026, 12, 1)}, "no_dates"),
        ("setiap Sabtu", {"minutes": 0}, "order"),
        ("setiap Sabtu", {"minutes": 24 * 60}, "order"),
        ("setiap Sabtu", {"starts_on": date(2099, 1, 1)}, "moment"),
    ],
)
def test_a_rule_that_leads_nowhere_is_refused(life: Life, words: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        _plan(life, timing(words, **changes))
    assert [error.code for error in refusal.value.errors] == [code]


# ---------------------------------------------------------------- making
def test_each_date_is_an_event_with_its_own_page_pool_and_time(life: Life) -> None:
    series_id = make_series(life, "setiap Rabu ketiga", count=3, capacity=30)
    rows = _events(life, series_id)
    assert [(row.slug, row.series_date, row.stage, row.starts_at.isoformat()) for row in rows] == [
        ("klub-baca-2026-12-16", date(2026, 12, 16), Stage.DRAFT, "2026-12-16T08:00:00+00:00"),
        ("klub-baca-2027-01-20", date(2027, 1, 20), Stage.DRAFT, "2027-01-20T08:00:00+00:00"),
        ("klub-baca-2027-02-17", date(2027, 2, 17), Stage.DRAFT, "2027-02-17T08:00:00+00:00"),
    ]
    assert {row.title for row in rows} == {LocalizedText("Klub Baca", "Reading Club")}
    pools = life.database.read(lambda s: [pool.capacity for _, pool in series.dates_of(s, series_id) if pool])
    assert pools == [30, 30, 30]
    made = _series(life, series_id)
    assert (made.rule, made.slug, made.start_time, made.minutes) == (
        "FREQ=MONTHLY;BYDAY=3WE;COUNT=3",
        "klub-baca",
        time(15),
        90,
    )


def test_a_moved_date_keeps_the_day_that_the_rule_gave_it(life: Life) -> None:
    asked = timing("setiap Sabtu", count=2)
    [first, second] = asked.days()
    moved = ChosenDate(first, *asked.on(date(2026, 12, 6)))
    series_id = life.do(series.create, draft(life, asked), [moved, ChosenDate(second, *asked.on(second))])
    assert [(row.series_date, row.starts_at.day) for row in _events(life, series_id)] == [
        (date(2026, 12, 5), 6),
        (date(2026, 12, 12), 12),
    ]


def test_a_second_series_of_one_name_gets_an_address_of_its_own(life: Life) -> None:
    make_series(life, "setiap Sabtu", count=1)
    other = make_series(life, "setiap Sabtu", count=1)
    assert _series(life, other).slug == "klub-baca-2"
    assert [row.slug for row in _events(life, other)] == ["klub-baca-2-2026-12-05"]


def test_no_date_and_a_past_date_make_no_series(life: Life) -> None:
    asked = timing("setiap Sabtu", count=1)
    past = ChosenDate(date(2026, 11, 28), *asked.on(date(2026, 11, 28)))
    for chosen in ([], [past]):
        with pytest.raises(Invalid):
            life.do(series.create, draft(life, asked), chosen)
    assert life.database.read(lambda s: s.scalar(sa.select(sa.func.count()).select_from(Series))) == 0


def test_an_exhibition_is_no_series(life: Life) -> None:
    asked = timing("setiap Sabtu", count=1)
    with pytest.raises(Conflict):
        life.do(series.create, draft(life, asked, kind=EventKind.EXHIBITION), [])


# ---------------------------------------------------------------- publishing, adding
def test_all_dates_are_published_at_once_or_none(life: Life) -> None:
    series_id = make_series(life, "setiap Sabtu", count=3)
    [first, *_] = _events(life, series_id)
    life.do(authoring.edit_event, first.id, summary=LocalizedText())
    with pytest.raises(Invalid):
        life.do(series.publish_all, series_id, decides=True)
    assert {row.stage for row in _events(life, series_id)} == {Stage.DRAFT}
    life.do(authoring.edit_event, first.id, summary=LocalizedText("Ada lagi"))
    assert life.do(series.publish_all, series_id, decides=True) == 3
    assert {row.stage for row in _events(life, series_id)} == {Stage.REGISTRATION_OPEN}
    with pytest.raises(Conflict):
        life.do(series.publish_all, series_id, decides=True)


def test_added_dates_are_drafts_like_the_others_and_never_double(life: Life) -> None:
    series_id = make_series(life, "setiap Sabtu", count=2)
    asked = timing("setiap Sabtu", count=4)
    chosen = [ChosenDate(day, *asked.on(day)) for day in asked.days()]
    made = life.do(series.add_dates, series_id, chosen)
    assert [row.series_date.day for row in _events(life, series_id) if row.series_date] == [5, 12, 19, 26]
    assert len(made) == 2
    with pytest.raises(Invalid):
        life.do(series.add_dates, series_id, chosen)


def test_the_facts_tell_the_story_of_the_series(life: Life) -> None:
    series_id = make_series(life, "setiap Sabtu", count=2)
    [first, _] = _events(life, series_id)
    assert [row.name for row in life.rows(first.id)] == ["EventDrafted", "SeriesCreated"]
    assert life.rows(first.id)[-1].payload["dates"] == 2


def test_every_date_has_seats_of_its_own(life: Life) -> None:
    """Every date has a pool of its own: a full one says nothing about the others."""
    series_id = make_series(life, "setiap Sabtu", count=2, capacity=1)
    life.do(series.publish_all, series_id, decides=True)
    first, second = _events(life, series_id)
    life.register(first.id)
    taken = life.database.read(lambda s: {pool.event_id: pool.taken for pool in s.scalars(sa.select(SeatPool))})
    assert (taken[first.id], taken[second.id]) == (1, 0)
