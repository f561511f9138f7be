"""Writing an event: the draft, its edits, its seats and its visiting times."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import event_rules, facts, outbox, search_index
from events.errors import N_, Conflict, FieldError, Invalid, NotFound, Outdated, WrongStage
from events.event_rows import hold_event
from events.models import (
    Event,
    EventKind,
    EventMode,
    FormRevision,
    Invitee,
    Organiser,
    Participation,
    PoolPurpose,
    ProgrammeItem,
    Registration,
    SeatPool,
    Slot,
    Stage,
)
from events.partnership import series_invitations
from events.seating import claims, no_shows, seats, waitlist
from events.storage import LocalizedText, ReadSession

_CLOSED_FOR_EDITS = (Stage.ARCHIVED, Stage.CANCELLED)
_TOLD_TO_PARTNERS = frozenset({"venue", "mode", "join_url"})
"""What partners are written to about, because their calendars show it."""


def draft_event(
    session: Session,
    organiser_id: uuid.UUID,
    *,
    kind: EventKind,
    title: LocalizedText,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    by: str,
    mode: EventMode | None = None,
    timezone: str | None = None,
    capacity: int | None = None,
    **fields: Any,
) -> uuid.UUID:
    """Begin an event and return its id. `fields` are any of `event_rules.EDITABLE`. The caller commits.

    A webinar gets its pool of seats at once (`capacity` None: unlimited); an exhibition's come with its slots.
    Raises `NotFound` (organiser) or `Invalid`.
    """
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFound
    chosen = fields if mode is None else {**fields, "mode": mode}
    event_rules.refuse_bad_draft(
        title=title, starts_at=starts_at, ends_at=ends_at, timezone=timezone, capacity=capacity, fields=chosen
    )
    default_mode = EventMode.ONLINE if kind is EventKind.WEBINAR else EventMode.ONSITE
    empty = LocalizedText()
    texts = dict.fromkeys(("summary", "description", "audience", "venue", "reason"), empty)
    event = Event(
        organiser_id=organiser_id,
        slug=free_slug(session, organiser_id, title.to("id")),
        kind=kind,
        mode=mode or default_mode,
        stage=Stage.DRAFT,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=timezone or organiser.timezone,
        created_at=now,
        updated_at=now,
        **(texts | fields),
    )
    session.add(event)
    session.flush()
    search_index.index_event(session, event)
    if kind is EventKind.WEBINAR:
        seats.open_pool(session, event.id, capacity=capacity)
    outbox.record(session, facts.EventDrafted(organiser_id=organiser_id, event_id=event.id), now=now, by=by)
    return event.id


def free_slug(session: ReadSession, organiser_id: uuid.UUID, title: str) -> str:
    """Turn the title into the last part of the event's address; a taken one gets a number. One query."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "acara"
    taken = set(
        session.scalars(sa.select(Event.slug).where(Event.organiser_id == organiser_id, Event.slug.startswith(stem)))
    )
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)


def edit_event(
    session: Session,
    event_id: uuid.UUID,
    *,
    now: datetime,
    by: str,
    version: int | None = None,
    **fields: Any,
) -> None:
    """Change any of `event_rules.EDITABLE`. `version` is what the editor saw: an older one is refused as `Conflict`.

    Raises `Invalid` with a fault at each field. Nothing is recorded where nothing changed. The caller commits.
    """
    event = editable(session, event_id)
    if version is not None and version != event.version:
        raise Outdated
    event_rules.refuse_bad_changes(event, fields)
    changed = tuple(sorted(name for name, value in fields.items() if getattr(event, name) != value))
    if not changed:
        return
    for name in changed:
        setattr(event, name, fields[name])
    event.version += 1
    event.updated_at = now
    if event.stage is not Stage.DRAFT and _TOLD_TO_PARTNERS & set(changed):
        series_invitations.note_change(session, event, now=now)
    search_index.index_event(session, event)
    outbox.record(
        session,
        facts.EventEdited(organiser_id=event.organiser_id, event_id=event.id, fields=changed),
        now=now,
        by=by,
    )
    if "join_url" in changed and event.stage is not Stage.DRAFT:
        outbox.record(
            session, facts.JoinLinkChanged(organiser_id=event.organiser_id, event_id=event.id), now=now, by=by
        )


def set_times(
    session: Session, event_id: uuid.UUID, *, starts_at: datetime, ends_at: datetime, now: datetime, by: str
) -> None:
    """Set the times of a draft, of which nobody has been told.

    Later on, `events.drafts.lifecycle.reschedule` moves it.
    """
    event = editable(session, event_id)
    if event.stage is not Stage.DRAFT:
        raise WrongStage(stage=event.stage.value)
    event_rules.refuse_bad_times(starts_at, ends_at)
    if (event.starts_at, event.ends_at) == (starts_at, ends_at):
        return
    event.starts_at, event.ends_at = starts_at, ends_at
    event.version += 1
    event.updated_at = now
    session.flush()
    fact = facts.EventEdited(organiser_id=event.organiser_id, event_id=event.id, fields=("ends_at", "starts_at"))
    outbox.record(session, fact, now=now, by=by)


def set_capacity(
    session: Session,
    pool_id: uuid.UUID,
    *,
    capacity: int | None,
    now: datetime,
    by: str,
    overbooking: int | None = None,
) -> None:
    """Change how many seats a pool has; nobody loses theirs, and new ones are offered to those who wait.

    Without `overbooking` it stays in line with the share of people whom the event expects not to come.

    Raises `NotFound` or `Invalid`. The caller commits.
    """
    row = session.execute(
        sa.select(SeatPool, Event.organiser_id, Event.no_show_percent)
        .join(Event, Event.id == SeatPool.event_id)
        .where(SeatPool.id == pool_id)
    ).first()
    event_rules.refuse_bad_capacity(capacity, overbooking or 0)
    if row is None:
        raise NotFound
    pool, organiser_id, percent = row
    if overbooking is None:
        planned = percent and pool.purpose is not PoolPurpose.CHOICE
        overbooking = no_shows.planned_overbooking(capacity, percent) if planned else pool.overbooking
    if (pool.capacity, pool.overbooking) == (capacity, overbooking):
        return
    claims.claim(session, pool.event_id)
    seats.resize(session, pool_id, capacity=capacity, overbooking=overbooking)
    fact = facts.CapacityChanged(organiser_id=organiser_id, event_id=pool.event_id, pool_id=pool_id, capacity=capacity)
    outbox.record(session, fact, now=now, by=by)
    waitlist.promote(session, pool_id, now=now, everywhere=pool.purpose is PoolPurpose.CHOICE)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When an exhibition can be visited: on these weekdays (Monday is 0), local time, in slots of `minutes`."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    minutes: int
    capacity: int


def slots_from_hours(
    first: date, last: date, hours: OpeningHours, timezone: str
) -> Iterable[tuple[datetime, datetime]]:
    """Yield the (start, end) of every slot between two days, both included."""
    zone = ZoneInfo(timezone)
    length = timedelta(minutes=hours.minutes)
    day = first
    while day <= last:
        if day.weekday() in hours.weekdays:
            start = datetime.combine(day, hours.opens, zone)
            closes = datetime.combine(day, hours.closes, zone)
            while start + length <= closes:
                yield start, start + length
                start += length
        day += timedelta(days=1)


def add_slots(
    session: Session,
    event_id: uuid.UUID,
    times: Iterable[tuple[datetime, datetime]],
    *,
    capacity: int,
    now: datetime,
    by: str,
) -> int:
    """Add visiting times of `capacity` seats each; a start that is already there is passed over. Returns how many.

    Raises `Invalid` for times outside the exhibition or in an impossible number. The caller commits.
    """
    event = editable(session, event_id)
    if event.kind is not EventKind.EXHIBITION:
        raise Conflict(N_("Only exhibitions have visiting times."))
    event_rules.refuse_bad_capacity(capacity, 0)
    known = set(session.scalars(sa.select(Slot.starts_at).where(Slot.event_id == event_id)))
    wanted = [(start, end) for start, end in times if start not in known]
    if len(wanted) > 1000:
        raise Invalid([FieldError("minutes", "too_many", N_("These hours make more than 1,000 visiting times."))])
    if any(start < event.starts_at or end > event.ends_at or end <= start for start, end in wanted):
        raise Invalid([FieldError("slots", "outside", N_("Visiting times must lie within the exhibition."))])
    open_ = event.stage in (Stage.REGISTRATION_OPEN, Stage.LIVE)
    overbooking = no_shows.planned_overbooking(capacity, event.no_show_percent)
    for start, end in wanted:
        pool_id = seats.open_pool(
            session, event.id, purpose=PoolPurpose.SLOT, capacity=capacity, overbooking=overbooking, open_=open_
        )
        session.add(Slot(event_id=event.id, pool_id=pool_id, starts_at=start, ends_at=end))
    session.flush()
    if wanted:
        fact = facts.SlotsAdded(organiser_id=event.organiser_id, event_id=event.id, count=len(wanted))
        outbox.record(session, fact, now=now, by=by)
    return len(wanted)


def discard_draft(session: Session, event_id: uuid.UUID) -> None:
    """Remove a draft and all that hangs on it; its facts stay in the log. The caller commits."""
    event = editable(session, event_id)
    if event.stage is not Stage.DRAFT:
        raise WrongStage(stage=event.stage.value)
    if session.scalar(sa.select(Registration.id).where(Registration.event_id == event_id).limit(1)) is not None:
        raise Conflict
    for table in (ProgrammeItem, Participation, FormRevision, Invitee, Slot, SeatPool):  # the rest goes with the row
        session.execute(sa.delete(table).where(table.event_id == event_id))
    session.delete(event)


def editable(session: Session, event_id: uuid.UUID) -> Event:
    """Load an event that may still be written and hold its row until the commit.

    Raises `NotFound`, or `WrongStage` for what is archived or cancelled.
    """
    event = hold_event(session, event_id)
    if event.stage in _CLOSED_FOR_EDITS:
        raise WrongStage(stage=event.stage.value)
    return event
