"""Sending what is due: claim a batch, compose and send it over one connection, settle as it goes.

A settlement is written while the next mails go out: waiting for the disk took half of the time. One at a time, after 8
acceptances or 50 ms, so that a worker that is killed repeats at most 16. Each carries the lease token: one whose
lease ran out settles none, and records no fact. A mail that was accepted but not settled goes out again with the same
Message-ID, UID and SEQUENCE.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.deliveries import Claim
from events.storage import ReadSession, Transactions
from notifications import material as materials
from notifications.composing import Composer
from notifications.emails import TABLE
from notifications.facts import EmailFailed
from notifications.material import Material
from notifications.mime import BadAddress
from notifications.models.email import Email, EmailState
from notifications.relevance import superseded_because
from notifications.smtp import Mailer, Outcome, Outgoing, Verdict

log = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=2)
SETTLE_AFTER = 8
SETTLE_WITHIN = 0.05
"""Seconds."""
UNREACHABLE_FOR = timedelta(seconds=30)
"""How long to leave a server alone that could not be reached. Such a try does not count against the mail."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
"""How long a mail waits after each answer of "not now"; after the last it is given up, two days after the first."""
_CLAIM_TRIES = 3


def send_due(
    transactions: Transactions,
    mailer: Mailer,
    composer: Composer,
    *,
    now: datetime,
    real_now: datetime,
    limit: int = BATCH,
) -> int:
    """Send up to `limit` e-mails that are due at `now`; returns how many were claimed (0: nothing more to do).

    Safe to call from any number of threads and processes at once. `now` is business time, `real_now` the real one.
    """
    lost, due = transactions.read(lambda session: _look(session, now=now, real_now=real_now))
    if lost:  # what dead workers held is given back
        transactions.write(lambda session: deliveries.release_expired(session, Email, real_now=real_now))
    elif not due:
        return 0
    claim = _claim(transactions, now=now, real_now=real_now, limit=limit)
    if claim.ids:
        _Batch(transactions, composer, claim, now=now, real_now=real_now).send(mailer)
    return len(claim.ids)


def _look(session: ReadSession, *, now: datetime, real_now: datetime) -> tuple[bool, bool]:
    """Return whether a dead worker holds something and whether something is due: looking first spares most writes."""
    lost = deliveries.has_lost(session, Email, real_now=real_now)
    return lost, lost or deliveries.has_due(session, Email, now=now)


def _claim(transactions: Transactions, *, now: datetime, real_now: datetime, limit: int) -> Claim:
    """Claim a batch with at most one e-mail per calendar entry, and none whose entry is being written to.

    Where two workers claim e-mails of one entry at the same moment, the unique index stops the second; it tries again.
    """
    for _ in range(_CLAIM_TRIES):
        try:
            return transactions.write(lambda session: _take(session, now=now, real_now=real_now, limit=limit))
        except IntegrityError:
            log.info("another worker claimed e-mails of the same calendar entry; claiming again")
    return Claim((), uuid.uuid4())


def _take(session: Session, *, now: datetime, real_now: datetime, limit: int) -> Claim:
    return deliveries.claim_by(_claiming(), session, now=now, real_now=real_now, limit=limit, lease=LEASE)


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
    return deliveries.claiming(Email, only=[first], order_by=[TABLE.c.priority])


@dataclass(slots=True)
class _Settlement:
    """The columns to write for some e-mails that ended alike; one that ends in a fact is settled by itself."""

    values: dict[str, Any]
    ids: list[uuid.UUID] = field(default_factory=list[uuid.UUID])
    fact: EmailFailed | None = None


class _Batch:
    """One claim on its way: composes lazily, remembers outcomes, settles them in small groups."""

    def __init__(
        self, transactions: Transactions, composer: Composer, claim: Claim, *, now: datetime, real_now: datetime
    ) -> None:
        self._transactions = transactions
        self._composer = composer
        self._claim = claim
        self._now = now
        self._real_now = real_now
        self._began = time.monotonic()
        self._leased_until = self._began + LEASE.total_seconds()
        self._settled_at = self._began
        self._unsettled: dict[str, _Settlement] = {}
        self._waiting = 0
        self._lost = False
        self._settler = ThreadPoolExecutor(1, thread_name_prefix="settler")
        self._settling: tuple[Future[int], int] | None = None
        loaded: Sequence[Material] = transactions.read(lambda session: materials.load(session, claim.ids, now=now))
        self._materials = {material.email.id: material for material in _in_order(loaded)}

    def send(self, mailer: Mailer) -> None:
        """Send everything that still says something, and settle everything."""
        try:
            for outcome in mailer.send(self._messages()):
                self._note(outcome)
                if self._lost:
                    return
        finally:
            with self._settler:
                try:
                    self._await_settlement()
                finally:  # whatever became of the settlement before, this one is still owed
                    self._settle()
                    self._await_settlement()

    def _messages(self) -> Iterator[Outgoing]:
        for material in self._materials.values():
            if self._lost:
                return
            reason = superseded_because(material, now=self._now)
            if reason is not None:
                self._add(material, state=EmailState.SUPERSEDED, last_error=reason)
                continue
            message = self._compose(material)
            if message is not None:
                yield message

    def _compose(self, material: Material) -> Outgoing | None:
        """Compose one message. One that cannot be composed must not hold up the others."""
        try:
            return self._composer.compose(material, now=self._now)
        except BadAddress as error:
            self._give_up(material, "bad_address", f"bad address: {error}")
        except Exception as error:
            log.exception("composing an e-mail failed", extra={"email_id": str(material.email.id)})
            self._defer(material, "not_composed", f"{type(error).__name__}: {error}")
        return None

    def _note(self, outcome: Outcome) -> None:
        """Remember what became of a message."""
        material = self._materials[outcome.id]
        match outcome.verdict:
            case Verdict.ACCEPTED:
                self._add(
                    material,
                    state=EmailState.SENT,
                    sent_at=self._now,
                    last_error=None,
                    event_version=material.event.version,
                    sequence=material.sequence if material.email.uid else None,
                )
            case Verdict.DEFERRED:
                self._defer(material, "deferred", outcome.reply)
            case Verdict.REFUSED:
                self._give_up(material, "refused", outcome.reply)
            case Verdict.UNREACHABLE:
                self._add(
                    material,
                    state=EmailState.QUEUED,
                    due_at=self._now + UNREACHABLE_FOR,
                    attempts=material.email.attempts - 1,
                    last_error=outcome.reply[:500],
                )

    def _defer(self, material: Material, reason: str, error: str) -> None:
        """Let the mail wait, longer every time, and give it up at last."""
        attempts = material.email.attempts
        if attempts > len(BACK_OFF):
            self._give_up(material, reason, error)
            return
        due_at = self._now + BACK_OFF[attempts - 1]
        self._add(material, state=EmailState.QUEUED, due_at=due_at, last_error=error[:500])

    def _give_up(self, material: Material, reason: str, error: str) -> None:
        email = material.email
        fact = EmailFailed(
            organiser_id=email.organiser_id,
            event_id=email.event_id,
            email_id=email.id,
            kind=email.kind.value,
            reason=reason,
        )
        self._add(material, fact, state=EmailState.FAILED, last_error=error[:500])

    def _add(self, material: Material, fact: EmailFailed | None = None, **values: Any) -> None:
        """Put an e-mail with those that ended alike, and settle if enough have come together."""
        alike = repr(sorted(values.items())) if fact is None else str(fact.email_id)
        settlement = self._unsettled.setdefault(alike, _Settlement(values, fact=fact))
        settlement.ids.append(material.email.id)
        self._waiting += 1
        if self._waiting >= SETTLE_AFTER or time.monotonic() - self._settled_at >= SETTLE_WITHIN:
            self._settle()

    def _settle(self) -> None:
        """Begin to write what became of the messages so far, once what was begun before is written."""
        self._await_settlement()
        groups, self._unsettled, self._waiting = list(self._unsettled.values()), {}, 0
        if not groups:
            return
        renew = self._leased_until - time.monotonic() < LEASE.total_seconds() / 2

        def write(session: Session) -> int:
            if renew:
                elapsed = timedelta(seconds=time.monotonic() - self._began)
                deliveries.renew(session, Email, self._claim.token, real_now=self._real_now + elapsed, lease=LEASE)
            settled = 0
            for group in groups:
                ours = deliveries.settle(session, Email, self._claim.token, group.ids, **group.values)
                # What became of a mail that another worker holds by now is for that worker to say.
                if ours and group.fact is not None:
                    outbox.record(session, group.fact, now=self._now, by="worker")
                settled += ours
            return settled

        self._settling = self._settler.submit(self._transactions.write, write), sum(len(each.ids) for each in groups)
        self._settled_at = time.monotonic()
        if renew:
            self._leased_until = self._settled_at + LEASE.total_seconds()

    def _await_settlement(self) -> None:
        """Wait for what is being written; notices when the lease has been lost, and then stops the batch."""
        if self._settling is None:
            return
        (settlement, expected), self._settling = self._settling, None
        if settlement.result() < expected:
            log.warning("the lease on a batch of e-mails was lost; leaving the rest to another worker")
            self._lost = True


def _in_order(loaded: Sequence[Material]) -> list[Material]:
    """Return the batch as it was due: the urgent first, then the oldest."""
    return sorted(loaded, key=lambda each: (each.email.priority, each.email.due_at, each.email.id))
