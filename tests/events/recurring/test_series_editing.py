"""Changing a series: what a change reaches, what was changed by hand, who hears of it; splitting, calling off."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import authoring, lifecycle
from events.errors import Conflict, Invalid, NotFound
from events.models import Event, Series, Stage
from events.recurring import series, series_editing, series_listing
from events.recurring.series_editing import Changes, DateChange, Scope
from events.recurring.series_planning import ChosenDate
from events.storage import LocalizedText
from tests.support.counting import counted
from tests.support.databases import Database
from tests.support.life import Life
from tests.support.series_life import make_series, timing

HALL = LocalizedText("Aula Lantai 2")
VENUE = Changes(fields={"venue": HALL})


def _dates(life: Life) -> list[Event]:
    statement = sa.select(Event).where(Event.series_id.is_not(None)).order_by(Event.starts_at)
    return life.database.read(lambda session: list(session.scalars(statement)))


def _series(life: Life) -> list[Series]:
    return life.database.read(lambda session: list(session.scalars(sa.select(Series).order_by(Series.id))))


def _preview(life: Life, series_id: uuid.UUID, event_id: uuid.UUID, scope: Scope, changes: Changes) -> list[DateChange]:
    return life.database.read(lambda s: series_editing.preview(s, series_id, event_id, scope, changes))


def _page(life: Life, slug: str) -> series_listing.SeriesPage:
    return life.database.read(lambda session: series_listing.series_page(session, "perpustakaan-batam", slug))


@pytest.fixture
def saturdays(life: Life) -> uuid.UUID:
    """Four published Saturdays from 5 December on."""
    series_id = make_series(life, "setiap Sabtu", count=4)
    life.do(series.publish_all, series_id, decides=True)
    return series_id


@pytest.mark.parametrize(
    ("scope", "reached"),
    [(Scope.THIS, [2]), (Scope.FOLLOWING, [2, 3]), (Scope.ALL, [0, 1, 2, 3])],
)
def test_a_change_reaches_the_dates_of_its_scope(
    life: Life, saturdays: uuid.UUID, scope: Scope, reached: list[int]
) -> None:
    third = _dates(life)[2]
    life.do(series_editing.edit, saturdays, third.id, scope, VENUE)
    assert [number for number, event in enumerate(_dates(life)) if event.venue == HALL] == reached


def test_what_has_begun_stays_as_it_was(life: Life, saturdays: uuid.UUID) -> None:
    first, second, *_ = _dates(life)
    life.do(lifecycle.start, first.id)
    life.do(series_editing.edit, saturdays, second.id, Scope.ALL, VENUE)
    assert [event.venue == HALL for event in _dates(life)] == [False, True, True, True]
    with pytest.raises(Conflict):
        life.do(series_editing.edit, saturdays, first.id, Scope.ALL, Changes(fields={"venue": LocalizedText("X")}))


def test_the_preview_is_what_then_happens(life: Life, saturdays: uuid.UUID) -> None:
    """Each date with what changes, what stays because it was changed by hand, and how many hear of it."""
    first, second, third, fourth = _dates(life)
    life.do(authoring.edit_event, second.id, venue=LocalizedText("Taman"))
    starts_at = third.starts_at + timedelta(days=1)
    life.do(lifecycle.reschedule, third.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    life.register(first.id, 1)
    life.register(third.id, 2)
    life.register(third.id, 3)
    changes = Changes(fields={"venue": HALL, "summary": LocalizedText("Baru")}, times=(time(16), 60), capacity=(5,))
    planned = _preview(life, saturdays, first.id, Scope.ALL, changes)
    assert [(sorted(each.changed), sorted(each.kept), each.told) for each in planned] == [
        (["capacity", "summary", "times", "venue"], [], 1),
        (["capacity", "summary", "times"], ["venue"], 0),
        (["capacity", "summary", "venue"], ["times"], 2),
        (["capacity", "summary", "times", "venue"], [], 0),
    ]
    life.do(series_editing.edit, saturdays, first.id, Scope.ALL, changes)
    found = [(event.venue.id, event.summary.id, event.starts_at.isoformat()) for event in _dates(life)]
    assert found == [
        ("Aula Lantai 2", "Baru", "2026-12-05T09:00:00+00:00"),
        ("Taman", "Baru", "2026-12-12T09:00:00+00:00"),
        ("Aula Lantai 2", "Baru", "2026-12-20T08:00:00+00:00"),
        ("Aula Lantai 2", "Baru", "2026-12-26T09:00:00+00:00"),
    ]
    assert [life.pool(event.id).capacity for event in (first, second, third, fourth)] == [5, 5, 5, 5]
    again = _preview(life, saturdays, first.id, Scope.ALL, changes)
    assert [each.changed for each in again] == [frozenset()] * 4
    with pytest.raises(Conflict):
        life.do(series_editing.edit, saturdays, first.id, Scope.ALL, changes)


def test_what_was_changed_by_hand_is_changed_where_the_person_says_so(life: Life, saturdays: uuid.UUID) -> None:
    """The moved date gets the new time of day, and keeps the day that somebody chose for it."""
    first, second, *_ = _dates(life)
    starts_at = second.starts_at + timedelta(days=1)
    life.do(lifecycle.reschedule, second.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    life.do(series_editing.edit, saturdays, first.id, Scope.ALL, Changes(times=(time(10), 60), override=True))
    assert [event.starts_at.isoformat()[5:16] for event in _dates(life)] == [
        "12-05T03:00",
        "12-13T03:00",
        "12-19T03:00",
        "12-26T03:00",
    ]


def test_everybody_who_holds_a_place_hears_of_it(life: Life, saturdays: uuid.UUID) -> None:
    first, *_ = _dates(life)
    life.do(series_editing.edit, saturdays, first.id, Scope.ALL, Changes(times=(time(10), 60)))
    names = life.facts(first.id)
    assert names[-2:] == ["EventRescheduled", "SeriesEdited"]
    assert life.rows(first.id)[-1].payload["fields"] == ["times"]
    assert life.event(first.id).calendar_sequence == 1


def test_drafts_move_without_anybody_hearing_of_it(life: Life) -> None:
    series_id = make_series(life, "setiap Sabtu", count=2)
    first, *_ = _dates(life)
    life.do(series_editing.edit, series_id, first.id, Scope.ALL, Changes(times=(time(10), 60)))
    assert [event.calendar_sequence for event in _dates(life)] == [0, 0]
    assert [event.starts_at.hour for event in _dates(life)] == [3, 3]


def test_following_splits_the_series_and_both_lead_to_each_other(life: Life, saturdays: uuid.UUID) -> None:
    first, _, third, _ = _dates(life)
    life.do(series_editing.edit, saturdays, third.id, Scope.FOLLOWING, VENUE)
    old, new = _series(life)
    assert (old.rule, new.rule) == ("FREQ=WEEKLY;BYDAY=SA;UNTIL=20261218", "FREQ=WEEKLY;BYDAY=SA;COUNT=2")
    assert (new.previous_id, new.starts_on, new.slug) == (old.id, date(2026, 12, 19), "klub-baca-2")
    assert [event.series_id for event in _dates(life)] == [old.id, old.id, new.id, new.id]
    pages = [_page(life, slug) for slug in ("klub-baca", "klub-baca-2")]
    assert [(each.previous, each.following) for each in pages] == [
        (None, series_listing.Neighbour(new.title, "/series/perpustakaan-batam/klub-baca-2")),
        (series_listing.Neighbour(old.title, "/series/perpustakaan-batam/klub-baca"), None),
    ]
    assert life.event(first.id).venue == LocalizedText("Ruang Serbaguna", "Main hall")
    assert life.facts(third.id)[-3:] == ["SeriesSplit", "EventEdited", "SeriesEdited"]


def test_following_from_the_first_date_splits_nothing(life: Life, saturdays: uuid.UUID) -> None:
    first, *_ = _dates(life)
    assert life.do(series_editing.edit, saturdays, first.id, Scope.FOLLOWING, VENUE) == saturdays
    assert len(_series(life)) == 1


def test_a_refusal_of_one_date_leaves_all_as_they_were(life: Life, saturdays: uuid.UUID) -> None:
    first, *_ = _dates(life)
    for changes in (Changes(fields={"title": LocalizedText()}), Changes(capacity=(0,)), Changes(times=(time(9), 0))):
        with pytest.raises(Invalid):
            life.do(series_editing.edit, saturdays, first.id, Scope.FOLLOWING, changes)
    assert {event.title for event in _dates(life)} == {LocalizedText("Klub Baca", "Reading Club")}
    assert [each.version for each in _series(life)] == [1]


@pytest.mark.parametrize(
    ("scope", "left"),
    [(Scope.THIS, [0, 1, 3]), (Scope.FOLLOWING, [0, 1]), (Scope.ALL, [])],
)
def test_calling_off_cancels_what_is_published(life: Life, saturdays: uuid.UUID, scope: Scope, left: list[int]) -> None:
    third = _dates(life)[2]
    life.register(third.id, 1)
    reached = life.database.read(lambda s: series_editing.reached(s, saturdays, third.id, scope))
    assert reached == (4 - len(left), 1)
    life.do(series_editing.call_off, saturdays, third.id, scope, reason=LocalizedText("Libur"))
    stages = [event.stage for event in _dates(life)]
    assert [number for number, stage in enumerate(stages) if stage is not Stage.CANCELLED] == left
    assert life.event(third.id).reason == LocalizedText("Libur")


def test_calling_off_discards_drafts_and_the_series_can_go_on_later(life: Life) -> None:
    series_id = make_series(life, "setiap Sabtu", count=4)
    second = _dates(life)[1]
    life.do(series_editing.call_off, series_id, second.id, Scope.FOLLOWING)
    assert [event.series_date for event in _dates(life)] == [date(2026, 12, 5)]
    [found] = _series(life)
    assert found.rule == "FREQ=WEEKLY;BYDAY=SA;UNTIL=20261211"
    asked = timing("setiap Sabtu", starts_on=date(2027, 1, 2), count=1)
    life.do(series.add_dates, series_id, [ChosenDate(day, *asked.on(day)) for day in asked.days()])
    assert [event.series_date for event in _dates(life)] == [date(2026, 12, 5), date(2027, 1, 2)]


def test_the_preview_costs_the_same_for_two_dates_and_for_forty(life: Life, database: Database) -> None:
    counts: list[int] = []
    for count in (2, 40):
        series_id = make_series(life, "setiap hari", count=count)
        event_id = next(event.id for event in _dates(life) if event.series_id == series_id)
        with counted(database) as sent:
            _preview(life, series_id, event_id, Scope.ALL, VENUE)
        counts.append(len([each for each in sent if "SELECT" in each]))
    assert counts == [3, 3]


def test_another_series_date_is_none_of_this_ones(life: Life, saturdays: uuid.UUID) -> None:
    other = make_series(life, "setiap Senin", count=1)
    [foreign] = [event for event in _dates(life) if event.series_id == other]
    with pytest.raises(Conflict):
        _preview(life, saturdays, foreign.id, Scope.ALL, VENUE)
    with pytest.raises(NotFound):
        _preview(life, uuid.uuid4(), foreign.id, Scope.ALL, VENUE)


def test_a_form_that_was_left_alone_changes_nothing(life: Life, saturdays: uuid.UUID) -> None:
    [found] = _series(life)
    given: dict[str, Any] = {"venue": LocalizedText("Ruang Serbaguna", "Main hall"), "title": found.title}
    assert series_editing.only_different(found, 20, given, {"venue", "title"}) == Changes()
    assert series_editing.only_different(found, None, given | {"venue": HALL}, {"venue"}) == Changes(
        fields={"venue": HALL}, capacity=(None,)
    )
