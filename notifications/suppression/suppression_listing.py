"""The read side of addresses that are left alone: for staff, and for whoever unsubscribes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from events.errors import NotFound
from events.models import Event, Registration
from events.storage import ReadSession
from notifications.models.email import Email
from notifications.models.suppression import Suppression, SuppressionReason, SuppressionScope
from notifications.suppression.suppressing import in_force, normalised

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whoever an e-mail went to, as far as their unsubscribing shows it."""

    address: str
    locale: str
    organiser_id: uuid.UUID
    subscribed: bool


def subscriber(session: ReadSession, email_id: uuid.UUID, *, now: datetime) -> Subscriber:
    """Return whoever that e-mail went to. Raises `NotFound`."""
    email = session.scalars(sa.select(Email).where(Email.id == email_id)).one_or_none()
    if email is None:
        raise NotFound
    ended = session.scalar(
        sa.select(Suppression.id)
        .where(
            Suppression.address == normalised(email.to_address),
            sa.or_(Suppression.organiser_id.is_(None), Suppression.organiser_id == email.organiser_id),
            *in_force(now),
        )
        .limit(1)
    )
    return Subscriber(masked(email.to_address), email.locale, email.organiser_id, ended is None)


def masked(address: str) -> str:
    """Return an address that its owner knows again and a passer-by cannot write to: ``an…@mail.example``."""
    local, _, domain = address.rpartition("@")
    return f"{local[: min(2, len(local) - 1)]}…@{domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """One address that is not written to, as staff see it."""

    id: uuid.UUID
    address: str
    organiser_id: uuid.UUID | None
    scope: SuppressionScope
    reason: SuppressionReason
    said: str
    since: datetime
    until: datetime | None
    email_id: uuid.UUID | None
    event_id: uuid.UUID | None
    """The event that the e-mail was about which showed it."""
    made_by: str


def left_alone(
    session: ReadSession,
    *,
    owners: frozenset[uuid.UUID] | None,
    now: datetime,
    search: str = "",
    reason: SuppressionReason | None = None,
    before: uuid.UUID | None = None,
    limit: int = PER_PAGE,
) -> Sequence[LeftAlone]:
    """Return addresses that are not written to now, the latest first.

    `owners` are the organisers whose people may be seen, None for everybody's: an address that concerns all organisers
    is shown to those who have somebody registered with it, or who found out.
    """
    statement = _listing().where(*in_force(now)).order_by(Suppression.id.desc()).limit(limit)
    if owners is not None:
        statement = statement.where(_concerns(owners))
    if search.strip():
        wanted = search.strip().casefold()
        statement = statement.where(Suppression.address.contains(wanted, autoescape=True))
    if reason is not None:
        statement = statement.where(Suppression.reason == reason)
    if before is not None:
        statement = statement.where(Suppression.id < before)
    return [_line(row[0], row[1]) for row in session.execute(statement)]


def find(session: ReadSession, suppression_id: uuid.UUID, *, owners: frozenset[uuid.UUID] | None) -> LeftAlone:
    """Return one of them. Raises `NotFound`, also for what does not concern `owners`."""
    statement = _listing().where(Suppression.id == suppression_id)
    if owners is not None:
        statement = statement.where(_concerns(owners))
    row = session.execute(statement).first()
    if row is None:
        raise NotFound
    return _line(row[0], row[1])


def why_left_alone(
    session: ReadSession, address: str | None, organiser_id: uuid.UUID, *, now: datetime
) -> LeftAlone | None:
    """Return why nothing reaches somebody of that organiser, the oldest reason first; None where mail goes out."""
    if not address:
        return None
    statement = (
        _listing()
        .where(
            Suppression.address == normalised(address),
            Suppression.scope == SuppressionScope.ALL,
            sa.or_(Suppression.organiser_id.is_(None), Suppression.organiser_id == organiser_id),
            *in_force(now),
        )
        .order_by(Suppression.id)
        .limit(1)
    )
    row = session.execute(statement).first()
    return _line(row[0], row[1]) if row is not None else None


def _listing() -> sa.Select[Suppression, uuid.UUID | None]:
    return sa.select(Suppression, Email.event_id).outerjoin(Email, Email.id == Suppression.email_id)


def _concerns(owners: frozenset[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that a suppression is theirs, was found out by them, or lies in the way of their mail."""
    registered = (
        sa.select(Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.person_key == sa.literal("email:") + Suppression.address, Event.organiser_id.in_(owners))
    )
    everywhere = sa.and_(Suppression.organiser_id.is_(None), registered.exists())
    return sa.or_(Suppression.organiser_id.in_(owners), Email.organiser_id.in_(owners), everywhere)


def _line(row: Suppression, event_id: uuid.UUID | None) -> LeftAlone:
    return LeftAlone(
        id=row.id,
        address=row.address,
        organiser_id=row.organiser_id,
        scope=row.scope,
        reason=row.reason,
        said=row.said,
        since=row.since,
        until=row.until,
        email_id=row.email_id,
        event_id=event_id,
        made_by=row.made_by,
    )
