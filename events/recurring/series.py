"""A series: making its dates, adding to them, publishing them. Each date is an ordinary event.

Whoever changes a series as a whole holds its row first (`lock`), then goes through its events in the order of their
ids: one order for everybody, who therefore never meet head-on.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox
from events.days.recurrence import MOST, Rule, from_text, to_text
from events.drafts import authoring, lifecycle, review
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import Additions, Event, EventKind, PoolPurpose, SeatPool, Series, Stage
from events.recurring.series_planning import ChosenDate, Timing
from events.recurring.series_template import capacity_of, fields_of, kind_of, pack
from events.storage import LocalizedText, ReadSession

UNDECIDED = (Stage.DRAFT, *lifecycle.MOVABLE)
"""Stages of dates that a change of the series can still reach: what has begun stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDraft:
    """What staff decided about a series: `fields` are any of `series_template.FIELDS`."""

    organiser_id: uuid.UUID
    timing: Timing
    kind: EventKind
    capacity: int | None
    fields: Mapping[str, Any]
    additions: Additions = Additions.ASK

    @property
    def title(self) -> LocalizedText:
        """The title of the series and of its dates."""
        found: LocalizedText = self.fields.get("title", LocalizedText())
        return found


def create(session: Session, draft: SeriesDraft, chosen: Sequence[ChosenDate], *, now: datetime, by: str) -> uuid.UUID:
    """Make the series and a draft for each chosen date; returns the series' id. The caller commits.

    Raises `Invalid` for what no event may be, for no date, and for more than `MOST`.
    """
    if draft.kind is EventKind.EXHIBITION:
        raise Conflict(N_("An exhibition has visiting times instead of dates."))
    timing = draft.timing
    series = Series(
        organiser_id=draft.organiser_id,
        slug=free_slug(session, draft.organiser_id, draft.title.to("id")),
        title=draft.title,
        rule=to_text(timing.rule),
        starts_on=timing.starts_on,
        start_time=timing.start_time,
        minutes=timing.minutes,
        timezone=timing.timezone,
        template=pack(kind=draft.kind, capacity=draft.capacity, fields=draft.fields),
        additions=draft.additions,
        created_at=now,
        updated_at=now,
    )
    session.add(series)
    session.flush()
    made = _make_dates(session, series, chosen, now=now, by=by)
    fact = facts.SeriesCreated(organiser_id=series.organiser_id, event_id=made[0], series_id=series.id, dates=len(made))
    outbox.record(session, fact, now=now, by=by)
    return series.id


def add_dates(
    session: Session, series_id: uuid.UUID, chosen: Sequence[ChosenDate], *, now: datetime, by: str
) -> list[uuid.UUID]:
    """Add drafts to a series and return their ids; a day that it has already is passed over. The caller commits.

    Who registered for the whole series is asked, or registered, once the new dates take registrations
    (`Series.additions`).
    """
    series = lock(session, series_id)
    known = set(session.scalars(sa.select(Event.series_date).where(Event.series_id == series_id)))
    made = _make_dates(session, series, [each for each in chosen if each.day not in known], now=now, by=by)
    fact = facts.SeriesExtended(
        organiser_id=series.organiser_id, event_id=made[0], series_id=series.id, dates=len(made)
    )
    outbox.record(session, fact, now=now, by=by)
    return made


def _make_dates(
    session: Session, series: Series, chosen: Sequence[ChosenDate], *, now: datetime, by: str
) -> list[uuid.UUID]:
    if not chosen:
        raise Invalid([FieldError("dates", "missing", N_("Choose at least one date."))])
    if len(chosen) > MOST:
        raise Invalid([FieldError("dates", "too_many", N_("A series has at most %(limit)s dates."), {"limit": MOST})])
    made: list[uuid.UUID] = []
    for each in sorted(chosen, key=lambda each: each.starts_at):
        if each.starts_at <= now:
            raise Invalid([FieldError("dates", "past", N_("This time has already passed."))])
        event_id = authoring.draft_event(
            session,
            series.organiser_id,
            kind=kind_of(series.template),
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            timezone=series.timezone,
            capacity=capacity_of(series.template),
            now=now,
            by=by,
            **fields_of(series.template),
        )
        event = session.get_one(Event, event_id)
        event.series_id, event.series_date = series.id, each.day
        event.slug = _dated_slug(session, series, each.day.isoformat()) or event.slug
        session.flush()
        made.append(event_id)
    return made


def _dated_slug(session: Session, series: Series, day: str) -> str | None:
    """Return an address that names the date, ``klub-baca-2026-12-16``; None if another event has it."""
    slug = f"{series.slug[:69]}-{day}"
    taken = session.scalar(sa.select(Event.id).where(Event.organiser_id == series.organiser_id, Event.slug == slug))
    return None if taken else slug


def free_slug(session: ReadSession, organiser_id: uuid.UUID, title: str) -> str:
    """Turn the title into the last part of the series' address; a taken one gets a number."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "seri"
    taken = set(
        session.scalars(sa.select(Series.slug).where(Series.organiser_id == organiser_id, Series.slug.startswith(stem)))
    )
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)


def lock(session: Session, series_id: uuid.UUID) -> Series:
    """Hold the series' row until the commit and return it. Raises `NotFound`."""
    series = session.scalar(
        sa.select(Series)
        .where(Series.id == series_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if series is None:
        raise NotFound
    return series


def rule_of(series: Series) -> Rule:
    """Return the rule of a series."""
    return from_text(series.rule)


def last_day(session: ReadSession, series: Series) -> date:
    """Return the day that the rule gave the last date there is; the day before the first one where there is none."""
    found: date | None = session.scalar(sa.select(sa.func.max(Event.series_date)).where(Event.series_id == series.id))
    return found or series.starts_on - timedelta(days=1)


def dates_of(
    session: ReadSession, series_id: uuid.UUID, *, stages: Iterable[Stage] = tuple(Stage)
) -> list[tuple[Event, SeatPool | None]]:
    """Return the events of a series with the seats of each, in the order of their ids. One query."""
    rows = session.execute(
        sa.select(Event, SeatPool)
        .outerjoin(SeatPool, sa.and_(SeatPool.event_id == Event.id, SeatPool.purpose == PoolPurpose.EVENT))
        .where(Event.series_id == series_id, Event.stage.in_(tuple(stages)))
        .order_by(Event.id)
    )
    return [(event, pool) for event, pool in rows]


def publish_all(session: Session, series_id: uuid.UUID, *, decides: bool, now: datetime, by: str) -> int:
    """Publish every draft of the series that still lies ahead; returns how many. The caller commits.

    All or nothing: raises whatever `review.publish`, whose `decides` this is, has against the first of them.
    """
    lock(session, series_id)
    drafts = [event.id for event, _ in dates_of(session, series_id, stages=[Stage.DRAFT]) if event.ends_at > now]
    if not drafts:
        raise Conflict(N_("There is no draft to publish."))
    for event_id in drafts:
        review.publish(session, event_id, decides=decides, now=now, by=by)
    return len(drafts)


def set_additions(session: Session, series_id: uuid.UUID, additions: Additions, *, now: datetime, by: str) -> None:
    """Decide what happens for people with all dates when dates are added later. The caller commits."""
    series = lock(session, series_id)
    if series.additions is additions:
        return
    series.additions = additions
    series.updated_at = now
    session.flush()
    fact = facts.SeriesEdited(organiser_id=series.organiser_id, series_id=series.id, fields=("additions",), dates=0)
    outbox.record(session, fact, now=now, by=by)
