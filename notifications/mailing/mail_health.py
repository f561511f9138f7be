"""Whether mail flows: what waits and since when, how fast it goes, what fails and why, how the relay is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from events.ownership import Owners, owned_by
from events.storage import ReadSession
from notifications.models.email import Email, EmailState, WaitsFor
from notifications.models.relay import MailHold, RelayState
from notifications.transport import pacing, quotas, relays
from notifications.transport.quotas import Rank, Used, rank_of
from notifications.transport.relays import Relay

LOOKED_BACK = timedelta(days=7)
"""Failures that are older concern nobody any more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mails that wait for the relay's next day: how many of a rank, and until when the first of them waits."""

    rank: Rank
    number: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Failing:
    """E-mails that failed or came back, or are deferred (`given_up` False), for one reason (a code of `Answer`)."""

    reason: str
    number: int
    given_up: bool
    latest: str
    """A server's own words, of one of them."""


@dataclass(frozen=True, slots=True)
class MailFlow:
    """The flow of mail at one moment, of the whole installation; failures are those of the asker's organisers."""

    relay: str
    state: RelayState | None
    """None: the relay works, as far as is known."""
    used: Used | None
    """The relay's day; None where it has no limit."""
    due: int
    oldest: datetime | None
    planned: int
    sending: int
    held: int
    sent_last_hour: int
    for_quota: Sequence[Waiting]
    for_pace: int
    slowed: Sequence[tuple[str, int, datetime]]
    failing: Sequence[Failing]
    holds: Sequence[MailHold]


def measure_flow(session: ReadSession, relay: Relay, *, owners: Owners, now: datetime, real_now: datetime) -> MailFlow:
    """Return the flow. Counts of the queue are the installation's: one relay serves all organisers."""
    due, oldest, planned, sending, held = session.execute(
        sa.select(
            sa.func.count().filter(Email.state == EmailState.QUEUED, Email.due_at <= now),
            sa.func.min(sa.case((sa.and_(Email.state == EmailState.QUEUED, Email.due_at <= now), Email.due_at))),
            sa.func.count().filter(Email.state == EmailState.QUEUED, Email.due_at > now),
            sa.func.count().filter(Email.state == EmailState.SENDING),
            sa.func.count().filter(Email.state == EmailState.HELD),
        ).where(Email.state.in_((EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)))
    ).one()
    sent = session.scalar(
        sa.select(sa.func.count()).where(Email.sent_at > now - timedelta(hours=1), Email.sent_at <= now)
    )
    for_quota, for_pace = _put_off(session)
    quota = relay.quota
    holds = sa.select(MailHold).where(owned_by(MailHold.organiser_id, owners)).order_by(MailHold.held_at, MailHold.id)
    return MailFlow(
        relay=relay.name,
        state=relays.state_of(session, relay.name),
        used=quotas.used(session, relay.name, quota, real_now=real_now) if quota is not None else None,
        due=due,
        oldest=oldest,
        planned=planned,
        sending=sending,
        held=held,
        sent_last_hour=sent or 0,
        for_quota=for_quota,
        for_pace=for_pace,
        slowed=pacing.slowed(session, real_now=real_now),
        failing=_failing(session, owners, now=now),
        holds=session.scalars(holds).all(),
    )


def _put_off(session: ReadSession) -> tuple[list[Waiting], int]:
    """Return what waits for the relay's next day, by rank, and how many wait for their turn at a provider."""
    rows = session.execute(
        sa.select(Email.waits_for, Email.priority, sa.func.count(), sa.func.min(Email.due_at))
        .where(Email.waits_for.is_not(None), Email.state == EmailState.QUEUED)
        .group_by(Email.waits_for, Email.priority)
    ).all()
    by_rank: dict[Rank, Waiting] = {}
    for waits_for, priority, number, until in rows:
        if waits_for is WaitsFor.QUOTA:
            rank = rank_of(priority)
            known = by_rank.get(rank, Waiting(rank, 0, None))
            first = min((each for each in (known.until, until) if each is not None), default=None)
            by_rank[rank] = Waiting(rank, known.number + number, first)
    pace = sum(number for waits_for, _, number, _ in rows if waits_for is WaitsFor.PACE)
    return [by_rank[rank] for rank in Rank if rank in by_rank], pace


def _failing(session: ReadSession, owners: Owners, *, now: datetime) -> list[Failing]:
    given_up = Email.state != EmailState.QUEUED
    rows = session.execute(
        sa.select(Email.reason, given_up, sa.func.count(), sa.func.max(Email.last_error))
        .where(
            Email.state.in_((EmailState.QUEUED, EmailState.FAILED, EmailState.BOUNCED)),
            Email.reason.is_not(None),
            Email.due_at > now - LOOKED_BACK,
            owned_by(Email.organiser_id, owners),
        )
        .group_by(Email.reason, given_up)
    )
    found = [Failing(reason, number, bool(failed), said or "") for reason, failed, number, said in rows if reason]
    return sorted(found, key=lambda each: (not each.given_up, -each.number, each.reason))


def held_events(flow: MailFlow) -> set[uuid.UUID]:
    """Return the events whose mails are held."""
    return {each.event_id for each in flow.holds if each.event_id is not None}
