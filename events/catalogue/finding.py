"""Finding public events: by words, kind, place, audience, topic and days, one page after the other.

Words are compared as `events.tags.plain` writes them (case and accents do not matter), in both languages at once.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from events.catalogue.listing import COMING, Card, cards
from events.models import Event, EventKind, EventMode, EventTag, Organiser, Stage, TagKind, Track
from events.storage import LocalizedText, ReadSession, UtcDateTime
from events.tags import Audience, Topic, plain, write_topic

MOST_WORDS = 8
MOST_TOPICS = 40
PER_PAGE = 24
_OVER = (Stage.ENDED, Stage.ARCHIVED)
_CALLED_OFF = (Stage.CANCELLED, Stage.POSTPONED)
_PLACE = re.compile(r"(\d{8}T\d{12})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a visitor looks for; what is None is left open. Days are local, and both are included."""

    text: str = ""
    kind: EventKind | None = None
    mode: EventMode | None = None
    organiser: str | None = None
    """The slug of an organiser, whose branches are looked through as well."""
    audience: Audience | None = None
    topic: str | None = None
    """A topic's code."""
    first: date | None = None
    last: date | None = None
    recorded: bool = False
    """Only what can be watched."""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the organiser is asked for."""
        return self != Wanted(organiser=self.organiser)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ends: the start and the id of its last event."""

    starts_at: datetime
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.starts_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{self.id.hex}"


def read_place(text: str) -> Place | None:
    """Return the place that ``str(place)`` wrote, or None for anything else."""
    found = _PLACE.fullmatch(text)
    try:
        at = datetime.strptime(found[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
    return Place(at, uuid.UUID(found[2])) if found and at and at.year >= 1000 else None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    cards: tuple[Card, ...]
    after: Place | None
    """Where the next page begins; None on the last one."""


def find_events(
    session: ReadSession,
    wanted: Wanted,
    *,
    now: datetime,
    past: bool = False,
    limit: int = PER_PAGE,
    after: Place | None = None,
) -> Found:
    """Return one page of what is coming, soonest first, or (`past`) of what is over, latest first. Two queries.

    What was called off stays among the coming ones until its day. Events that are added meanwhile move nothing.
    """
    key = sa.tuple_(Event.starts_at, Event.id)
    statement = _of_organisers().where(_over() if past else _coming(now), *matching(wanted)).limit(limit + 1)
    order = (Event.starts_at.desc(), Event.id.desc()) if past else (Event.starts_at, Event.id)
    if after is not None:
        last = sa.tuple_(sa.literal(after.starts_at, UtcDateTime()), sa.literal(after.id, sa.Uuid()))
        statement = statement.where(key < last if past else key > last)
    found = cards(session, statement.order_by(*order))
    page = found[:limit]
    return Found(page, Place(page[-1].starts_at, page[-1].id) if len(found) > limit else None)


def count_events(session: ReadSession, wanted: Wanted, *, now: datetime, past: bool = False) -> int:
    """Return how many `find_events` would find. One query."""
    statement = sa.select(sa.func.count(Event.id)).join(Organiser, Organiser.id == Event.organiser_id)
    counted: int = session.scalar(statement.where(_over() if past else _coming(now), *matching(wanted)))
    return counted


def events_between(
    session: ReadSession, starts: datetime, ends: datetime, wanted: Wanted, *, limit: int = 500
) -> tuple[Card, ...]:
    """Return every public event that touches the time between two moments, the earliest first. Two queries."""
    shown = (*COMING, *_OVER, *_CALLED_OFF)
    statement = (
        _of_organisers()
        .where(Event.stage.in_(shown), Event.starts_at < ends, Event.ends_at > starts, *matching(wanted))
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    )
    return cards(session, statement)


def known_topics(session: ReadSession, *, organiser: str | None = None, drafts: bool = False) -> tuple[Topic, ...]:
    """Return the topics of public events (`drafts`: of all), the most used ones, by name. One query."""
    statement = (
        sa.select(EventTag.code, EventTag.name, sa.func.count())
        .join(Event, Event.id == EventTag.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .where(EventTag.kind == TagKind.TOPIC)
        .group_by(EventTag.code, EventTag.name)
    )
    if not drafts:
        statement = statement.where(Event.stage != Stage.DRAFT)
    if organiser is not None:
        statement = statement.where(_of_organiser(organiser))
    used: dict[str, int] = {}
    names: dict[str, LocalizedText] = {}
    for code, name, times in session.execute(statement):
        used[code] = used.get(code, 0) + times
        known = names.get(code, name)
        names[code] = LocalizedText(known.id or name.id, known.en or name.en)
    most = sorted(used, key=lambda code: (-used[code], code))[:MOST_TOPICS]
    return tuple(Topic(code, names[code]) for code in sorted(most))


def topic_lines(session: ReadSession, organiser_id: uuid.UUID | None) -> tuple[str, ...]:
    """Return the topics that an organiser uses, drafts included, as staff type them. Two queries."""
    slug = session.scalar(sa.select(Organiser.slug).where(Organiser.id == organiser_id)) if organiser_id else None
    return tuple(write_topic(topic.name) for topic in known_topics(session, organiser=slug, drafts=True))


def _of_organisers() -> sa.Select[Event, Organiser]:
    return sa.select(Event, Organiser).join(Organiser, Organiser.id == Event.organiser_id)


def _coming(now: datetime) -> sa.ColumnElement[bool]:
    called_off = sa.and_(Event.stage.in_(_CALLED_OFF), Event.starts_at > now)
    return sa.or_(sa.and_(Event.stage.in_(COMING), Event.ends_at > now), called_off)


def _over() -> sa.ColumnElement[bool]:
    return Event.stage.in_(_OVER)


def matching(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on events, each beside its organiser, that `wanted` stands for; none is on the stage."""
    conditions = [
        Event.search_text.contains(word, autoescape=True) for word in dict.fromkeys(plain(wanted.text).split())
    ][:MOST_WORDS]
    if wanted.organiser is not None:
        conditions.append(_of_organiser(wanted.organiser))
    if wanted.kind is not None:
        conditions.append(Event.kind == wanted.kind)
    if wanted.mode is not None:
        # Who wants to come is welcome at hybrid events, and so is who stays at home.
        fitting = {wanted.mode, EventMode.HYBRID}
        conditions.append(Event.mode.in_(sorted(fitting)))
    if wanted.audience is not None:
        conditions.append(_tagged(TagKind.AUDIENCE, wanted.audience.value))
    if wanted.topic is not None:
        conditions.append(_tagged(TagKind.TOPIC, wanted.topic))
    if wanted.recorded:
        conditions.append(Event.recording_track == Track.DONE)
    return conditions + _within(wanted)


def _within(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Return conditions on the days, in Indonesia's western zone: the others' days begin an hour or two earlier."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.first is not None:
        conditions.append(Event.ends_at > _midnight(wanted.first))
    if wanted.last is not None:
        conditions.append(Event.starts_at < _midnight(wanted.last) + timedelta(days=1))
    return conditions


def _midnight(day: date) -> datetime:
    """Return when a day begins; days beyond those of events are as good as their first and last."""
    return datetime.combine(min(max(day, date(2000, 1, 1)), date(2101, 1, 1)), time(), ZoneInfo("Asia/Jakarta"))


def _of_organiser(slug: str) -> sa.ColumnElement[bool]:
    parent = aliased(Organiser)
    return sa.or_(Organiser.slug == slug, Organiser.parent_id.in_(sa.select(parent.id).where(parent.slug == slug)))


def _tagged(kind: TagKind, code: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(EventTag.event_id == Event.id, EventTag.kind == kind, EventTag.code == code)
