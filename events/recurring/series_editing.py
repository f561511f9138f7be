"""Changing a series: this date, this and the following, or all of them; telling who is told; calling dates off.

Only dates that have not begun are reached. Each is changed by the same use-cases as a single event, so that everybody
who holds a place hears of it. What was changed by hand on one date stays, unless the person says otherwise.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.days.recurrence import from_text, to_text
from events.drafts import authoring, lifecycle
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import ACTIVE_STATES, Event, Registration, SeatPool, Series, Stage
from events.partnership import series_invitations
from events.recurring import series_template
from events.recurring.series import UNDECIDED, dates_of, free_slug, lock
from events.recurring.series_planning import LONGEST
from events.storage import LocalizedText, ReadSession, new_id

TOLD = frozenset({"times", "venue", "mode"})
"""What people's calendars show: a change of these is told to everybody who holds or awaits a place."""


class Scope(enum.StrEnum):
    """Which dates a change is for, seen from one of them."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be different: `fields` of `series_template.FIELDS`, the time of day, the seats."""

    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    times: tuple[time, int] | None = None
    """The time of day on the series' wall clock, and how many minutes it lasts."""
    capacity: tuple[int | None] | None = None
    """One number (None: no limit), or None to leave the seats alone."""
    override: bool = False
    """Whether what was changed by hand on single dates is changed as well."""
    reason: LocalizedText | None = None
    """Why dates are moved, as people are told."""


@dataclass(frozen=True, slots=True)
class DateChange:
    """What a change does to one date."""

    event_id: uuid.UUID
    title: LocalizedText
    starts_at: datetime
    ends_at: datetime
    new_times: tuple[datetime, datetime] | None
    changed: frozenset[str]
    kept: frozenset[str]
    """What stays as it is, because it was changed by hand."""
    told: int
    """How many registrations hear of it."""


def preview(
    session: ReadSession, series_id: uuid.UUID, event_id: uuid.UUID, scope: Scope, changes: Changes
) -> list[DateChange]:
    """Return what `changes` would do, date by date in their order. Raises `NotFound`. Three queries."""
    series = session.get(Series, series_id)
    if series is None:
        raise NotFound
    wanted = _within(session, series_id, event_id, scope)
    told = _held(session, [event.id for event, _ in wanted])
    return [
        _date_change(series, changes, scope, event, pool=pool, held=told.get(event.id, 0)) for event, pool in wanted
    ]


def edit(
    session: Session,
    series_id: uuid.UUID,
    event_id: uuid.UUID,
    scope: Scope,
    changes: Changes,
    *,
    now: datetime,
    by: str,
) -> uuid.UUID:
    """Apply `changes` and return the id of the series that the dates now belong to. The caller commits.

    For *following* the series is split first. Raises `Invalid` as the use-cases of a single event do, `Conflict` where
    nothing is left to change.
    """
    series = lock(session, series_id)
    _refuse_bad(changes)
    planned = preview(session, series_id, event_id, scope, changes)
    if not any(each.changed for each in planned):
        raise Conflict(N_("Nothing would be different."))
    if scope is Scope.FOLLOWING:
        series = split(session, series, event_id, now=now, by=by)
    if scope is not Scope.THIS:
        _change_series(series, changes, now=now)
        session.flush()
    for each in sorted(planned, key=lambda each: each.event_id):
        _apply(session, series, each, changes, together=scope is not Scope.THIS, now=now, by=by)
    session.flush()
    names = sorted({name for each in planned for name in each.changed})
    fact = facts.SeriesEdited(
        organiser_id=series.organiser_id,
        event_id=event_id,
        series_id=series.id,
        fields=tuple(names),
        dates=sum(1 for each in planned if each.changed),
    )
    outbox.record(session, fact, now=now, by=by)
    return series.id


def _refuse_bad(changes: Changes) -> None:
    if changes.times is not None and not 1 <= changes.times[1] <= LONGEST:
        raise Invalid([FieldError("ends", "order", N_("The end must come after the start."))])


def _within(
    session: ReadSession, series_id: uuid.UUID, event_id: uuid.UUID, scope: Scope
) -> list[tuple[Event, SeatPool | None]]:
    """Return the dates of `scope` that can still be changed, in the order of their days."""
    held = dates_of(session, series_id, stages=UNDECIDED)
    seen = next((event for event, _ in held if event.id == event_id), None)
    if seen is None:
        raise Conflict(N_("This date can no longer be changed."))
    day = _day_of(seen)
    wanted = [
        (event, pool)
        for event, pool in held
        if scope is Scope.ALL or event.id == event_id or (scope is Scope.FOLLOWING and _day_of(event) > day)
    ]
    return sorted(wanted, key=lambda each: _day_of(each[0]))


def _day_of(event: Event) -> date:
    return event.series_date or event.starts_at.date()


def _held(session: ReadSession, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = session.execute(
        sa.select(Registration.event_id, sa.func.count())
        .where(Registration.event_id.in_(event_ids), Registration.state.in_(ACTIVE_STATES))
        .group_by(Registration.event_id)
    )
    return {event_id: int(count) for event_id, count in rows}


def _date_change(
    series: Series, changes: Changes, scope: Scope, event: Event, *, pool: SeatPool | None, held: int
) -> DateChange:
    capacity = pool.capacity if pool else None
    by_hand = series_template.changed_by_hand(series, event, capacity)
    kept: frozenset[str] = frozenset() if changes.override or scope is Scope.THIS else by_hand
    wanted = {name for name, value in changes.fields.items() if getattr(event, name) != value}
    if changes.capacity is not None and changes.capacity[0] != capacity:
        wanted.add("capacity")
    times = _times(series, changes, event)
    if times is not None:
        wanted.add("times")
    changed = frozenset(wanted - kept)
    heard = held if changed & TOLD and event.stage is not Stage.DRAFT else 0
    return DateChange(
        event.id,
        event.title,
        event.starts_at,
        event.ends_at,
        times if "times" in changed else None,
        changed,
        frozenset(wanted & kept),
        heard,
    )


def _times(series: Series, changes: Changes, event: Event) -> tuple[datetime, datetime] | None:
    """Return the new times, or None if they stay: the day that the date has now, at the new time of day."""
    if changes.times is None or event.stage is Stage.POSTPONED:
        return None
    day = event.starts_at.astimezone(series_template.zone(series.timezone)).date()
    new = series_template.times_on(day, *changes.times, series.timezone)
    return new if new != (event.starts_at, event.ends_at) else None


def _change_series(series: Series, changes: Changes, *, now: datetime) -> None:
    """Write the change into what the series' dates have in common."""
    template = dict(series.template)
    capacity = changes.capacity[0] if changes.capacity else series_template.capacity_of(template)
    fields = series_template.fields_of(template) | dict(changes.fields)
    series.template = series_template.pack(kind=series_template.kind_of(template), capacity=capacity, fields=fields)
    series.title = fields.get("title", series.title)
    if changes.times is not None:
        series.start_time, series.minutes = changes.times
    series.version += 1
    series.updated_at = now


def _apply(
    session: Session,
    series: Series,
    planned: DateChange,
    changes: Changes,
    *,
    together: bool,
    now: datetime,
    by: str,
) -> None:
    if not planned.changed:
        return
    fields = {name: value for name, value in changes.fields.items() if name in planned.changed}
    if fields:
        authoring.edit_event(session, planned.event_id, now=now, by=by, **fields)
    event = session.get_one(Event, planned.event_id)
    if planned.new_times is not None:
        starts_at, ends_at = planned.new_times
        if event.stage is Stage.DRAFT:
            authoring.set_times(session, event.id, starts_at=starts_at, ends_at=ends_at, now=now, by=by)
        else:
            lifecycle.reschedule(
                session, event.id, starts_at=starts_at, ends_at=ends_at, now=now, by=by, reason=changes.reason
            )
    if "capacity" in planned.changed and changes.capacity is not None:
        pool = next((pool for each, pool in dates_of(session, series.id) if each.id == event.id), None)
        if pool is not None:
            authoring.set_capacity(
                session, pool.id, capacity=changes.capacity[0], overbooking=pool.overbooking, now=now, by=by
            )
    if together:
        event.series_version = event.version


# ---------------------------------------------------------------- splitting
def split(session: Session, series: Series, event_id: uuid.UUID, *, now: datetime, by: str) -> Series:
    """End the series before this date; it and all later ones belong to a new series, which is returned.

    Nothing is split at the first date: then the series is returned as it is. The caller holds the series' row.
    """
    held = dates_of(session, series.id)
    first = next(_day_of(event) for event, _ in held if event.id == event_id)
    later = [event for event, _ in held if _day_of(event) >= first]
    if len(later) == len(held):
        return series
    rule = from_text(series.rule)
    successor = Series(
        id=new_id(),
        organiser_id=series.organiser_id,
        slug=free_slug(session, series.organiser_id, series.title.to("id")),
        title=series.title,
        rule=to_text(rule.ending(until=rule.until, count=len(later) if rule.count else None)),
        starts_on=first,
        start_time=series.start_time,
        minutes=series.minutes,
        timezone=series.timezone,
        template=series.template,
        additions=series.additions,
        previous_id=series.id,
        created_at=now,
        updated_at=now,
    )
    session.add(successor)
    _end_before(series, first, now=now)
    session.flush()
    for event in later:
        event.series_id = successor.id
    series_invitations.follow_split(session, successor, [event.id for event in later], now=now)
    session.flush()
    fact = facts.SeriesSplit(
        organiser_id=series.organiser_id,
        event_id=event_id,
        series_id=series.id,
        next_series_id=successor.id,
        dates=len(later),
    )
    outbox.record(session, fact, now=now, by=by)
    return successor


def _end_before(series: Series, day: date, *, now: datetime) -> None:
    series.rule = to_text(from_text(series.rule).ending(until=day - timedelta(days=1)))
    series.version += 1
    series.updated_at = now


# ---------------------------------------------------------------- calling off
def call_off(
    session: Session,
    series_id: uuid.UUID,
    event_id: uuid.UUID,
    scope: Scope,
    *,
    now: datetime,
    by: str,
    reason: LocalizedText | None = None,
) -> int:
    """Cancel the published dates of `scope` and discard its drafts; returns how many. The caller commits.

    With *following* and *all* the series ends there, so that adding dates later begins anew.
    """
    series = lock(session, series_id)
    wanted = [event for event, _ in _within(session, series_id, event_id, scope)]
    if scope is not Scope.THIS:
        _end_before(series, max(min(map(_day_of, wanted)), series.starts_on + timedelta(days=1)), now=now)
    published: list[uuid.UUID] = []
    for event in sorted(wanted, key=lambda event: event.id):
        if event.stage is Stage.DRAFT:
            authoring.discard_draft(session, event.id)
            continue
        published.append(event.id)
        lifecycle.cancel(session, event.id, now=now, by=by, reason=reason)
        if scope is not Scope.THIS:
            event.series_version = event.version
    session.flush()
    fact = facts.SeriesCalledOff(
        organiser_id=series.organiser_id,
        event_id=published[0] if published else None,
        series_id=series.id,
        dates=len(wanted),
    )
    outbox.record(session, fact, now=now, by=by)
    return len(wanted)


def reached(session: ReadSession, series_id: uuid.UUID, event_id: uuid.UUID, scope: Scope) -> tuple[int, int]:
    """Return how many dates calling off would reach, and how many registrations would hear of it. Two queries."""
    wanted = [event for event, _ in _within(session, series_id, event_id, scope)]
    published = [event.id for event in wanted if event.stage is not Stage.DRAFT]
    return len(wanted), sum(_held(session, published).values())


def told_of(changes: Iterable[DateChange]) -> int:
    """Return how many registrations hear of a change, all dates together."""
    return sum(each.told for each in changes)


def only_different(series: Series, capacity: int | None, given: Mapping[str, Any], names: Collection[str]) -> Changes:
    """Return as `Changes` what of a form differs from what the series has: a field left alone changes nothing."""
    before = series_template.fields_of(series.template)
    fields = {name: value for name, value in given.items() if name in names and before.get(name) != value}
    changed_seats = capacity != series_template.capacity_of(series.template)
    return replace(Changes(fields=fields), capacity=(capacity,) if changed_seats else None)
