"""What of a claimed batch may go now: not what staff hold, not more than the relay's day or a provider's pace allows.

In the transaction of the claim, so that all processes count together and nothing slips past a hold. What may not go is
queued again (or held), having lost no try.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries
from notifications.models.email import Email, EmailState, WaitsFor
from notifications.models.relay import MailHold
from notifications.transport import pacing, quotas
from notifications.transport.quotas import rank_of
from notifications.transport.relays import Relay


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claimed e-mail, as far as it decides whether it may go."""

    id: uuid.UUID
    organiser_id: uuid.UUID
    event_id: uuid.UUID | None
    priority: int
    due_at: datetime
    domain: str


@dataclass(slots=True)
class _Admitting:
    """One batch on its way through."""

    session: Session
    token: uuid.UUID
    relay: Relay
    now: datetime
    real_now: datetime

    def put_back(self, ids: Sequence[uuid.UUID], **values: Any) -> None:
        if ids:
            deliveries.put_back(self.session, Email, self.token, ids, **values)


def admit(
    session: Session,
    token: uuid.UUID,
    candidates: Sequence[Candidate],
    relay: Relay,
    *,
    now: datetime,
    real_now: datetime,
) -> list[uuid.UUID]:
    """Return the ids that may go, the urgent first; the others are put back. The caller commits."""
    batch = _Admitting(session, token, relay, now, real_now)
    left = sorted(candidates, key=lambda each: (each.priority, each.due_at, each.id))
    for rule in (_held, _out_of_pace, _over_quota):
        if left:
            left = rule(batch, left)
    return [each.id for each in left]


def _held(batch: _Admitting, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Hold what belongs to an event or organiser whose mails wait for staff."""
    rows = batch.session.execute(sa.select(MailHold.id, MailHold.organiser_id, MailHold.event_id)).all()
    if not rows:
        return list(candidates)
    holds = {row.event_id or row.organiser_id: row.id for row in rows}
    held: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    left: list[Candidate] = []
    for each in candidates:
        hold = (holds.get(each.event_id) if each.event_id else None) or holds.get(each.organiser_id)
        if hold is None:
            left.append(each)
        else:
            held[hold].append(each.id)
    for hold, ids in held.items():
        batch.put_back(ids, state=EmailState.HELD, hold_id=hold)
    return left


def _out_of_pace(batch: _Admitting, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put back what a provider of mailboxes would not take yet, each to its turn."""
    domains = {each.domain for each in candidates}
    paces = pacing.paces_of(batch.session, domains, batch.relay.paces, real_now=batch.real_now)
    if not paces:
        return list(candidates)
    left: list[Candidate] = []
    lines: dict[str, list[uuid.UUID]] = defaultdict(list)
    gone: dict[str, int] = defaultdict(int)
    for each in candidates:
        pace = paces.get(each.domain)
        if pace is None or gone[each.domain] < pace.free():
            gone[each.domain] += 1
            left.append(each)
        else:
            lines[each.domain].append(each.id)
    for domain, pace in paces.items():
        after = pacing.Pace(pace.per_minute, pace.after(gone[domain]), batch.real_now)
        pacing.take(batch.session, domain, after.full_at)
        turns: dict[datetime, list[uuid.UUID]] = defaultdict(list)
        for place, key in enumerate(lines[domain]):
            turns[batch.now + after.wait(place)].append(key)
        for due_at, ids in turns.items():
            batch.put_back(ids, due_at=due_at, waits_for=WaitsFor.PACE)
    return left


def _over_quota(batch: _Admitting, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put back what the relay's day has no room for: promotion first, then what is routine."""
    relay, quota = batch.relay, batch.relay.quota
    if quota is None:
        return list(candidates)
    quotas.lock(batch.session, relay.name, real_now=batch.real_now)
    day = quotas.used(batch.session, relay.name, quota, real_now=batch.real_now)
    left: list[Candidate] = []
    waiting: dict[datetime, list[uuid.UUID]] = defaultdict(list)
    for each in candidates:
        rank = rank_of(each.priority)
        if len(left) < day.left(rank):
            left.append(each)
        else:
            waiting[batch.now + (day.free_at(rank) - batch.real_now)].append(each.id)
    for due_at, ids in waiting.items():
        batch.put_back(ids, due_at=due_at, waits_for=WaitsFor.QUOTA)
    if left:
        quotas.count(batch.session, relay.name, len(left), real_now=batch.real_now)
    return left
