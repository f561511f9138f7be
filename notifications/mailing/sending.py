"""One batch on its way: composed lazily, sent over one connection, settled as it goes.

A settlement is written while the next mails go out: waiting for the disk took half of the time. One at a time, after 8
acceptances or 50 ms, so that a worker that is killed repeats at most 16. Each carries the lease token: one whose
lease ran out settles none, and records no fact. A mail that was accepted but not settled goes out again with the same
Message-ID, UID and SEQUENCE.

What servers say decides what follows (`notifications.transport.answers`): for the mail, for the mails to the same
provider, and
for all mails, where it is the relay that does not work.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import deliveries, outbox
from events.deliveries import Claim
from events.storage import Transactions
from notifications.contents import material as materials
from notifications.contents.material import Loaded
from notifications.contents.news_material import NewsMaterial
from notifications.facts import EmailFailed
from notifications.letters.composing import Composer
from notifications.letters.relevance import superseded_because
from notifications.models.email import PROMOTIONAL, Email, EmailState, WaitsFor
from notifications.models.email_attempt import AttemptVerdict, EmailAttempt
from notifications.quiet_hours import waking
from notifications.transport import pacing, quotas, relays
from notifications.transport.answers import (
    IN_A_ROW,
    OF_THE_RELAY,
    PAUSING,
    SUSPECT,
    WAITS,
    Answer,
    codes_of,
    understand,
)
from notifications.transport.mime import BadAddress
from notifications.transport.relays import Relay
from notifications.transport.smtp import Mailer, Outcome, Outgoing

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
SETTLE_AFTER = 8
SETTLE_WITHIN = 0.05
"""Seconds."""
SPARED_FOR = timedelta(days=5)
"""How old a mail may be that loses no try to a relay that breaks time and again; it may be the mail that breaks it."""
SPARED_WAIT = timedelta(minutes=5)
"""How long such a mail leaves the next tries to others."""
_VERDICTS = {Answer.UNANSWERED: AttemptVerdict.UNKNOWN, **dict.fromkeys(OF_THE_RELAY, AttemptVerdict.UNREACHABLE)}


@dataclass(slots=True)
class _Settlement:
    """The columns to write for some e-mails that ended alike; one that ends in a fact is settled by itself."""

    values: dict[str, Any]
    untried: bool
    ids: list[uuid.UUID] = field(default_factory=list[uuid.UUID])
    history: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    fact: EmailFailed | None = None


@dataclass(slots=True)
class _Findings:
    """What a batch found out that concerns more than its own e-mails; written with the next settlement."""

    pause: tuple[Answer, str] | None = None
    resume: bool = False
    slow: set[str] = field(default_factory=set[str])
    unused: int = 0
    """E-mails that were counted as handed over and were not."""
    nothing_tried: bool = False
    """The one e-mail that was to try the relay did not come so far."""

    def __bool__(self) -> bool:
        return bool(self.pause or self.resume or self.slow or self.unused or self.nothing_tried)


class Batch:
    """One claim on its way: composes lazily, remembers outcomes, settles them in small groups."""

    def __init__(
        self,
        transactions: Transactions,
        composer: Composer,
        claim: Claim,
        relay: Relay,
        *,
        now: datetime,
        real_now: datetime,
        probing: bool,
    ) -> None:
        self._transactions = transactions
        self._composer = composer
        self._claim = claim
        self._relay = relay
        self._now = now
        self._real_now = real_now
        self._probing = probing
        self._began = time.monotonic()
        self._leased_until = self._began + LEASE.total_seconds()
        self._settled_at = self._began
        self._unsettled: dict[str, _Settlement] = {}
        self._waiting = 0
        self._open = set(claim.ids)
        self._found = _Findings()
        self._slowed: set[str] = set()
        self._untried_relay = probing
        self._suspicions = 0
        self._stopped = False
        self._lost = False
        self._settler = ThreadPoolExecutor(1, thread_name_prefix="settler")
        self._settling: tuple[Future[int], int] | None = None
        loaded: Sequence[Loaded] = transactions.read(lambda session: materials.load(session, claim.ids, now=now))
        self._materials = {material.email.id: material for material in _in_order(loaded)}

    def send(self, mailer: Mailer) -> None:
        """Send everything that still says something, and settle everything."""
        try:
            for outcome in mailer.send(self._messages()):
                self._note(outcome)
                if self._lost or self._stopped:
                    break
            if not self._lost:
                self._leave_rest()
        finally:
            with self._settler:
                try:
                    self._await_settlement()
                finally:  # whatever became of the settlement before, this one is still owed
                    self._settle()
                    self._await_settlement()

    def _messages(self) -> Iterator[Outgoing]:
        for material in self._materials.values():
            if self._lost or self._stopped:
                return
            if self._slowed and _domain(material) in self._slowed:
                continue  # left to `_leave_rest`
            reason = superseded_because(material, now=self._now)
            if reason is not None:
                self._found.unused += 1
                self._add(material, state=EmailState.SUPERSEDED, last_error=reason)
                continue
            if isinstance(material, NewsMaterial) and self._rests(material):
                continue
            if material.suppressed is not None:
                self._found.unused += 1
                self._add(material, state=EmailState.SUPPRESSED, last_error=None, reason=material.suppressed)
                continue
            message = self._compose(material)
            if message is not None:
                yield message

    def _rests(self, material: NewsMaterial) -> bool:
        """Have news that is late wait for the morning; what is asked for is sent at any hour."""
        morning = waking(self._now, material.organiser.timezone)
        if material.email.kind not in PROMOTIONAL or morning == self._now:
            return False
        self._found.unused += 1
        self._add(material, untried=True, state=EmailState.QUEUED, due_at=morning)
        return True

    def _compose(self, material: Loaded) -> Outgoing | None:
        """Compose one message. One that cannot be composed must not hold up the others."""
        try:
            return self._composer.compose(material, now=self._now)
        except BadAddress as error:
            self._fail(material, Answer.BAD_ADDRESS, f"bad address: {error}")
        except Exception as error:
            log.exception("composing an e-mail failed", extra={"email_id": str(material.email.id)})
            self._fail(material, Answer.NOT_COMPOSED, f"{type(error).__name__}: {error}")
        return None

    # ------------------------------------------------------------ what became of them
    def _note(self, outcome: Outcome) -> None:
        """Remember what became of a message, and what that says about those that follow."""
        material = self._materials[outcome.id]
        answer = understand(outcome)
        if answer is None:
            self._accept(material)
        elif answer is Answer.SESSION:
            self._found.unused += 1
            self._add(material, untried=True, state=EmailState.QUEUED)
        else:
            self._fail(material, answer, outcome.reply)
            self._judge_relay(material, answer, outcome.reply)
        if self._untried_relay:
            self._untried_relay = False
            self._found.resume = not self._stopped
            self._settle()  # at once: everybody waits for it

    def _accept(self, material: Loaded) -> None:
        email = material.email
        self._suspicions = 0
        told_before = email.attempts > 1 or email.reason is not None
        self._add(
            material,
            history=self._attempt(email, AttemptVerdict.ACCEPTED) if told_before else None,
            state=EmailState.SENT,
            sent_at=self._now,
            last_error=None,
            reason=None,
            waits_for=None,
            event_version=material.event_version,
            sequence=material.sequence if email.uid else None,
        )

    def _judge_relay(self, material: Loaded, answer: Answer, reply: str) -> None:
        """Leave the relay alone where the answer is about it rather than about the message."""
        if answer is Answer.TOO_FAST:
            self._slowed.add(_domain(material))
            self._found.slow.add(_domain(material))
            return
        self._suspicions = self._suspicions + 1 if answer is SUSPECT else 0
        if answer in PAUSING or self._suspicions >= IN_A_ROW:
            self._found.pause = (answer, reply)
            self._stopped = True

    def _fail(self, material: Loaded, answer: Answer, said: str) -> None:
        """Let the mail wait, longer every time, or give it up; what says nothing about it costs it no try."""
        email = material.email
        self._found.unused += answer is not Answer.UNANSWERED
        spared = answer in OF_THE_RELAY or (
            self._probing and answer in PAUSING and email.created_at > self._now - SPARED_FOR
        )
        waits = WAITS.get(answer, ())
        if not spared and email.attempts > len(waits):
            self._give_up(material, answer, said)
            return
        if answer in OF_THE_RELAY:
            due_at = email.due_at
        else:
            due_at = self._now + (SPARED_WAIT if spared else waits[email.attempts - 1])
        told = answer in OF_THE_RELAY and email.reason == answer  # an outage is one line of its history, not hundreds
        verdict = _VERDICTS.get(answer, AttemptVerdict.DEFERRED)
        self._add(
            material,
            untried=spared,
            history=None if told else self._attempt(email, verdict, answer, said, due_at),
            state=EmailState.QUEUED,
            due_at=due_at,
            last_error=said[:500],
            reason=answer.value,
            waits_for=None,
        )

    def _give_up(self, material: Loaded, answer: Answer, said: str) -> None:
        email = material.email
        fact = EmailFailed(
            organiser_id=email.organiser_id,
            event_id=email.event_id,
            email_id=email.id,
            kind=email.kind.value,
            reason=answer.value,
        )
        self._add(
            material,
            fact=fact,
            history=self._attempt(email, AttemptVerdict.REFUSED, answer, said),
            state=EmailState.FAILED,
            last_error=said[:500],
            reason=answer.value,
            waits_for=None,
        )

    def _attempt(
        self,
        email: Email,
        verdict: AttemptVerdict,
        answer: Answer | None = None,
        said: str = "",
        next_at: datetime | None = None,
    ) -> dict[str, Any]:
        return {
            "email_id": email.id,
            "at": self._now,
            "verdict": verdict,
            "reason": answer.value if answer else None,
            "code": " ".join(filter(None, codes_of(said))),
            "text": said[:500],
            "relay": self._relay.name,
            "next_at": next_at,
        }

    def _leave_rest(self) -> None:
        """Queue again what was not tried, because the relay or a provider needs a rest."""
        self._found.nothing_tried = self._untried_relay
        for key in tuple(self._open & self._materials.keys()):
            material = self._materials[key]
            self._found.unused += 1
            if _domain(material) in self._slowed:
                due_at = self._now + timedelta(minutes=1)
                self._add(material, untried=True, state=EmailState.QUEUED, due_at=due_at, waits_for=WaitsFor.PACE)
            else:
                self._add(material, untried=True, state=EmailState.QUEUED)

    # ------------------------------------------------------------ settling
    def _add(
        self,
        material: Loaded,
        *,
        fact: EmailFailed | None = None,
        history: dict[str, Any] | None = None,
        untried: bool = False,
        **values: Any,
    ) -> None:
        """Put an e-mail with those that ended alike, and settle if enough have come together."""
        alike = repr((untried, sorted(values.items()))) if fact is None else str(fact.email_id)
        settlement = self._unsettled.setdefault(alike, _Settlement(values, untried, fact=fact))
        settlement.ids.append(material.email.id)
        if history is not None:
            settlement.history.append(history)
        self._open.discard(material.email.id)
        self._waiting += 1
        if self._waiting >= SETTLE_AFTER or time.monotonic() - self._settled_at >= SETTLE_WITHIN:
            self._settle()

    def _settle(self) -> None:
        """Begin to write what became of the messages so far, once what was begun before is written."""
        self._await_settlement()
        groups, self._unsettled, self._waiting = list(self._unsettled.values()), {}, 0
        found, self._found = self._found, _Findings()
        if not groups and not found:
            return
        renew = self._leased_until - time.monotonic() < LEASE.total_seconds() / 2

        def write(session: Session) -> int:
            if renew:
                elapsed = timedelta(seconds=time.monotonic() - self._began)
                deliveries.renew(session, Email, self._claim.token, real_now=self._real_now + elapsed, lease=LEASE)
            settled = sum(self._write_group(session, group) for group in groups)
            self._write_findings(session, found)
            return settled

        self._settling = self._settler.submit(self._transactions.write, write), sum(len(each.ids) for each in groups)
        self._settled_at = time.monotonic()
        if renew:
            self._leased_until = self._settled_at + LEASE.total_seconds()

    def _write_group(self, session: Session, group: _Settlement) -> int:
        settle = deliveries.put_back if group.untried else deliveries.settle
        ours = settle(session, Email, self._claim.token, group.ids, **group.values)
        # What became of a mail that another worker holds by now is for that worker to say.
        if ours and group.fact is not None:
            outbox.record(session, group.fact, now=self._now, by="worker")
        if ours and group.history:
            session.execute(sa.insert(EmailAttempt), group.history)
        return ours

    def _write_findings(self, session: Session, found: _Findings) -> None:
        relay, real_now = self._relay, self._real_now + timedelta(seconds=time.monotonic() - self._began)
        if found.resume:
            relays.resume(session, relay.name)
        if found.nothing_tried:
            relays.end_probe(session, relay.name)
        if found.pause is not None:
            answer, said = found.pause
            relays.pause(session, relay.name, answer, said, real_now=real_now, probing=self._probing)
        for domain in sorted(found.slow):
            pacing.slow_down(session, domain, relay.paces, real_now=real_now)
        if found.unused and relay.quota is not None:
            quotas.lock(session, relay.name, real_now=real_now)
            quotas.count(session, relay.name, -found.unused, real_now=real_now)

    def _await_settlement(self) -> None:
        """Wait for what is being written; notices when the lease has been lost, and then stops the batch."""
        if self._settling is None:
            return
        (settlement, expected), self._settling = self._settling, None
        if settlement.result() < expected:
            log.warning("the lease on a batch of e-mails was lost; leaving the rest to another worker")
            self._lost = True


def _domain(material: Loaded) -> str:
    return material.email.to_address.rpartition("@")[2].strip().casefold()


def _in_order(loaded: Sequence[Loaded]) -> list[Loaded]:
    """Return the batch as it was due: the urgent first, then the oldest."""
    return sorted(loaded, key=lambda each: (each.email.priority, each.email.due_at, each.email.id))
