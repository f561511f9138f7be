"""What waits, what is at work, what failed and why, in every room: told to staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from certificates import issuing
from certificates.models import Certificate
from events import deliveries, outbox
from events.deliveries import QUEUED, SENDING
from events.errors import N_, Conflict, NotFound
from events.models import Event, Recording
from events.outbox import FactRow
from events.ownership import Owners, owned_by
from events.recordings import recording
from events.storage import LocalizedText, ReadSession
from notifications.models.email import Email, EmailState
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from notifications.models.text_message import TextMessage, TextState
from notifications.posts import deciding
from service.presence import unread_queues

FAILED = "failed"
SHOWN = 25
"""How many failures of a queue are listed; the count tells of all."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One delivery that was given up."""

    kind: str
    id: uuid.UUID
    about: str
    reason: str | None
    attempts: int
    organiser_id: uuid.UUID
    event_id: uuid.UUID | None
    event_title: LocalizedText | None


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """One kind of delivery: what waits and since when, what is at work or failed, and whether anybody reads it."""

    kind: str
    label: str
    waiting: int
    oldest: datetime | None
    working: int
    failed: int
    read: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    queue: str
    label: str
    model: Any
    about: Callable[[Any], str]


_KINDS = (
    _Kind("emails", "emails", N_("E-mails"), Email, lambda row: f"{row.kind.value} → {row.to_address}"),
    _Kind("texts", "texts", N_("Text messages"), TextMessage, lambda row: f"{row.channel.value}, {row.kind.value}"),
    _Kind("certificates", "certificates", N_("Certificates"), Certificate, lambda row: f"{row.number} {row.name}"),
    _Kind("posts", "posts", N_("Posts"), Post, lambda row: f"{row.channel}, {row.locale}, {row.moment.value}"),
    _Kind("posters", "posts", N_("Pictures"), Poster, lambda row: f"{row.locale}, {row.moment.value}"),
    _Kind("recordings", "recordings", N_("Recordings"), Recording, lambda row: row.title),
)
_FACTS = N_("Things that happened")

HELD: Sequence[type[deliveries.Claimable]] = tuple(kind.model for kind in _KINDS)
"""Everything that workers hold under a lease."""


def health(session: ReadSession, *, now: datetime, real_now: datetime) -> Sequence[QueueHealth]:
    """Return every kind of delivery, and the facts that nobody has reacted to yet."""
    unread = set(unread_queues(session, ["facts", *{kind.queue for kind in _KINDS}], real_now=real_now))
    found = [_facts(session, read="facts" not in unread)]
    for kind in _KINDS:
        table = kind.model
        row = session.execute(
            sa.select(
                sa.func.count().filter(table.state == QUEUED, table.due_at <= now),
                sa.func.min(sa.case((sa.and_(table.state == QUEUED, table.due_at <= now), table.due_at))),
                sa.func.count().filter(table.state == SENDING),
                sa.func.count().filter(table.state == FAILED),
            ).where(table.state.in_((QUEUED, SENDING, FAILED)))
        ).one()
        waiting, oldest, working, failed = row
        found.append(
            QueueHealth(kind.name, kind.label, waiting, oldest, working, failed, read=kind.queue not in unread)
        )
    return found


def _facts(session: ReadSession, *, read: bool) -> QueueHealth:
    waiting, oldest, failed = session.execute(
        sa.select(
            sa.func.count(), sa.func.min(FactRow.recorded_at), sa.func.count().filter(FactRow.attempts > 0)
        ).where(FactRow.settled_at.is_(None))
    ).one()
    return QueueHealth("facts", _FACTS, waiting, oldest, 0, failed, read=read)


def failures(session: ReadSession, *, owners: Owners) -> Sequence[Failure]:
    """Return what failed, the latest first, among the things of `owners`."""
    found: list[Failure] = []
    for kind in _KINDS:
        table = kind.model
        statement = (
            sa.select(table, Event.organiser_id, Event.title)
            .join(Event, Event.id == table.event_id)
            .where(table.state == FAILED, owned_by(Event.organiser_id, owners))
            .order_by(_latest_first(table.due_at), table.id)
            .limit(SHOWN)
        )
        for row, owner, title in session.execute(statement):
            found.append(
                Failure(kind.name, row.id, kind.about(row), row.last_error, row.attempts, owner, row.event_id, title)
            )
    return [*found, *_failed_facts(session, owners)]


def _latest_first(moment: sa.ColumnElement[datetime]) -> sa.ColumnElement[datetime]:
    """Order few rows by sorting them: an index of the moment would be walked through all that was ever sent."""
    return sa.func.coalesce(moment, moment).desc()


def _failed_facts(session: ReadSession, owners: Owners) -> list[Failure]:
    statement = (
        sa.select(FactRow, Event.title)
        .outerjoin(Event, Event.id == FactRow.event_id)
        .where(FactRow.settled_at.is_(None), FactRow.attempts > 0, owned_by(FactRow.organiser_id, owners))
        .order_by(FactRow.recorded_at.desc(), FactRow.id)
        .limit(SHOWN)
    )
    return [
        Failure("facts", fact.id, fact.name, fact.last_error, fact.attempts, fact.organiser_id, fact.event_id, title)
        for fact, title in session.execute(statement)
    ]


def owner_of_failure(session: ReadSession, kind: str, key: uuid.UUID) -> uuid.UUID:
    """Return whose delivery it is. Raises `NotFound`."""
    if kind == "facts":
        found = session.scalar(sa.select(FactRow.organiser_id).where(FactRow.id == key))
    else:
        table = _model(kind)
        found = session.scalar(
            sa.select(Event.organiser_id).join(table, table.event_id == Event.id).where(table.id == key)
        )
    if found is None:
        raise NotFound
    owner: uuid.UUID = found
    return owner


def retry(session: Session, kind: str, key: uuid.UUID, *, now: datetime, by: str) -> None:
    """Have a failed delivery tried again. Raises `NotFound`, or `Conflict` if it has not failed. The caller commits."""
    if kind == "recordings":
        recording.retry(session, key, now=now)
    elif kind == "certificates":
        issuing.retry(session, key, now=now)
    elif kind == "posts":
        deciding.approve(session, key, now=now, by=by)
    elif kind == "facts":
        _retry_fact(session, key)
    else:
        _queue_again(session, kind, key, now=now)


def _retry_fact(session: Session, key: uuid.UUID) -> None:
    fact = session.get(FactRow, key)
    if fact is None or fact.settled_at is not None:
        raise Conflict
    fact.retry_at = None
    session.info.setdefault(outbox.RECORDED, []).append(key)


def _queue_again(session: Session, kind: str, key: uuid.UUID, *, now: datetime) -> None:
    row = session.get(_model(kind), key)
    if row is None or row.state.value != FAILED:
        raise Conflict
    states: dict[str, Any] = {
        "emails": EmailState.QUEUED,
        "texts": TextState.QUEUED,
        "posters": PosterState.QUEUED,
    }
    row.state, row.due_at, row.attempts = states[kind], now, 0
    session.flush()
    deliveries.ring(session, "posts" if kind == "posters" else kind)


def _model(kind: str) -> Any:
    found = next((each.model for each in _KINDS if each.name == kind), None)
    if found is None:
        raise NotFound
    return found


def count_posts_to_approve(session: ReadSession, owners: Owners) -> int:
    """Return how many posts wait for somebody to approve them."""
    wanted = (Post.state == PostState.DRAFT, owned_by(Post.organiser_id, owners))
    return session.scalar(sa.select(sa.func.count()).where(*wanted)) or 0
