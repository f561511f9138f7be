"""Sending what is due: claim a batch, leave out what may not go now, and hand the rest on (`sending`)."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from events import deliveries
from events.deliveries import Claim
from events.storage import ReadSession, Transactions
from notifications.letters.composing import Composer
from notifications.mailing import admission
from notifications.mailing.admission import Candidate
from notifications.mailing.sending import LEASE, Batch
from notifications.models.email import Email, EmailState
from notifications.planning.email_rows import TABLE
from notifications.transport import relays
from notifications.transport.relays import Relay, Standing
from notifications.transport.smtp import Mailer

log = logging.getLogger(__name__)

BATCH = 200
COUNTED_BATCH = 25
"""Where a relay's day is counted: a worker that is killed leaves at most so many counted that did not go."""
_CLAIM_TRIES = 3
_ANY_RELAY = Relay()


def send_due(
    transactions: Transactions,
    mailer: Mailer,
    composer: Composer,
    *,
    now: datetime,
    real_now: datetime,
    limit: int = BATCH,
    relay: Relay = _ANY_RELAY,
) -> int:
    """Send up to `limit` e-mails that are due at `now`; returns how many were claimed (0: nothing to do for now).

    Safe to call from any number of threads and processes at once. `now` is business time, `real_now` the real one.
    """
    lost, due, standing = transactions.read(lambda session: _look(session, relay, now=now, real_now=real_now))
    if lost:  # what dead workers held is given back
        transactions.write(lambda session: deliveries.release_expired(session, Email, real_now=real_now))
    if not (lost or due) or standing is Standing.CLOSED:
        return 0
    limit = limit if relay.quota is None else min(limit, COUNTED_BATCH)
    probing = standing is Standing.PROBE
    claim, claimed = _claim(
        transactions, relay, now=now, real_now=real_now, limit=1 if probing else limit, probing=probing
    )
    if claim.ids:
        Batch(transactions, composer, claim, relay, now=now, real_now=real_now, probing=probing).send(mailer)
    return claimed


def _look(session: ReadSession, relay: Relay, *, now: datetime, real_now: datetime) -> tuple[bool, bool, Standing]:
    """Return whether a dead worker holds something, whether something is due, and whether the relay takes it.

    Looking first spares most writes.
    """
    lost = deliveries.has_lost(session, Email, real_now=real_now)
    due = lost or deliveries.has_due(session, Email, now=now)
    return lost, due, relays.standing(session, relay.name, real_now=real_now) if due else Standing.OPEN


def _claim(
    transactions: Transactions, relay: Relay, *, now: datetime, real_now: datetime, limit: int, probing: bool
) -> tuple[Claim, int]:
    """Claim a batch with at most one e-mail per calendar entry, and none whose entry is being written to.

    Where two workers claim e-mails of one entry at the same moment, the unique index stops the second; it tries again.
    Returns what may go now, and how many were looked at.
    """

    def use_case(session: Session) -> tuple[Claim, int]:
        if probing and not relays.begin_probe(session, relay.name, real_now=real_now):
            return Claim((), uuid.uuid4()), 0
        claim, claimed = _take(session, relay, now=now, real_now=real_now, limit=limit)
        if probing and not claim.ids:
            relays.end_probe(session, relay.name)
        return claim, claimed

    for _ in range(_CLAIM_TRIES):
        try:
            return transactions.write(use_case)
        except IntegrityError:
            log.info("another worker claimed e-mails of the same calendar entry; claiming again")
    return Claim((), uuid.uuid4()), 0


def _take(
    session: Session, relay: Relay = _ANY_RELAY, *, now: datetime, real_now: datetime, limit: int
) -> tuple[Claim, int]:
    rows, token = deliveries.claim_rows_by(_claiming(), session, now=now, real_now=real_now, limit=limit, lease=LEASE)
    candidates = [
        Candidate(row.id, row.organiser_id, row.event_id, row.priority, row.due_at, _domain_of(row.to_address))
        for row in rows
    ]
    if not candidates:
        return Claim((), token), 0
    ids = admission.admit(session, token, candidates, relay, now=now, real_now=real_now)
    return Claim(tuple(sorted(ids)), token), len(candidates)


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().casefold()


@cache
def _claiming() -> sa.Executable:
    """Return the claim's statement: the first of each calendar entry, unless that entry is being written to."""
    other = TABLE.alias("other")
    due_before = sa.and_(
        other.c.state == EmailState.QUEUED,
        other.c.due_at <= deliveries.NOW,
        sa.or_(other.c.due_at < TABLE.c.due_at, sa.and_(other.c.due_at == TABLE.c.due_at, other.c.id < TABLE.c.id)),
    )
    in_the_way = sa.select(other.c.id).where(
        other.c.uid == TABLE.c.uid, sa.or_(other.c.state == EmailState.SENDING, due_before)
    )
    first = sa.or_(TABLE.c.uid.is_(None), ~in_the_way.correlate(TABLE).exists())
    c = TABLE.c
    return deliveries.claiming(
        Email,
        only=[first],
        order_by=[c.priority],
        returning=[c.organiser_id, c.event_id, c.priority, c.due_at, c.to_address],
    )
