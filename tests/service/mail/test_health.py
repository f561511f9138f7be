"""The health of mail: right above all when nothing works, because then somebody reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from events.storage import Session
from notifications.mailing import holding
from notifications.models.email import Email, EmailKind, EmailState, WaitsFor
from notifications.models.relay import RelayCount
from notifications.planning import emails
from notifications.transport import quotas, relays
from notifications.transport.answers import Answer
from notifications.transport.quotas import Rank
from service import presence
from service.clock import real_now
from service.doctor.findings import Verdict
from service.doctor.mail import check_mail_flow
from service.mail import health as mail_health
from service.mail.health import MailHealth, Trouble
from service.processes.ticker import tidy_up
from service.wiring import Runtime
from tests.support.life import STAFF, Life, add_organiser
from tests.support.running import make_runtime

REAL = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(
        database_url, tmp_path, smtp_url=SecretStr("smtp://u:p@mail.example.org:587"), mail_provider="gmail"
    )
    yield made
    made.close()


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.database, runtime.database.write(add_organiser))


def examine(runtime: Runtime, life: Life, *, real_now: datetime = REAL) -> MailHealth:
    owners = frozenset([life.organiser_id])
    return runtime.database.read(
        lambda session: mail_health.examine(session, runtime, owners=owners, now=life.now, real_now=real_now)
    )


def read_queue(runtime: Runtime, at: datetime) -> None:
    runtime.database.write(
        lambda session: presence.announce(session, runtime.process_id, role="worker", queues=["emails"], real_now=at)
    )


def owe(runtime: Runtime, life: Life, people: range, **changes: Any) -> None:
    event_id = life.webinar()
    found = [life.register(event_id, person).registration_id for person in people]

    def use_case(session: Any) -> None:
        for each in found:
            key = emails.queue(session, EmailKind.CONFIRMATION, registration_id=each, now=life.now)
            row = session.get_one(Email, key)
            for name, value in changes.items():
                setattr(row, name, value)

    runtime.database.write(use_case)


def codes(health: MailHealth) -> list[str]:
    return [each.code for each in health.advice]


def test_a_queue_that_nobody_ever_read(runtime: Runtime, life: Life) -> None:
    owe(runtime, life, range(2))
    health = examine(runtime, life)
    assert (codes(health), health.well, health.flow.due) == (["nobody_reads"], False, 2)
    assert "acara" in health.advice[0].values["command"]


def test_since_when_nobody_reads_is_known_after_the_last_one_left(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)
    assert codes(examine(runtime, life)) == []
    runtime.database.write(
        lambda session: presence.withdraw(session, runtime.process_id, real_now=REAL + timedelta(seconds=3))
    )
    health = examine(runtime, life, real_now=REAL + timedelta(hours=2))
    assert (health.readers, health.last_read) == (0, REAL + timedelta(seconds=3))
    assert health.advice[0].values["since"] == REAL + timedelta(seconds=3)


def test_since_when_nobody_reads_is_known_after_the_last_one_was_killed(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)
    later = REAL + timedelta(minutes=5)
    assert examine(runtime, life, real_now=later).last_read == REAL, "while it is still on the list"
    assert runtime.database.write(lambda session: presence.forget(session, runtime.process_id, seen_at=REAL))
    health = examine(runtime, life, real_now=later)
    assert (codes(health), health.last_read) == (["nobody_reads"], REAL)


@pytest.mark.parametrize("answer", sorted(relays.PAUSES.keys() | {Answer.UNREACHABLE}))
def test_a_relay_that_does_not_work_is_told_with_the_next_step(runtime: Runtime, life: Life, answer: Answer) -> None:
    read_queue(runtime, REAL)
    name = runtime.relay.name
    assert name == "mail.example.org:587"
    runtime.database.write(lambda session: relays.pause(session, name, answer, "535 no", real_now=REAL, probing=False))
    owe(runtime, life, range(1), due_at=life.now - timedelta(hours=1))
    health = examine(runtime, life)
    assert codes(health) == [f"relay_{answer.value}"], "that mails wait follows from it and is no news"
    assert health.advice[0].values["since"] == REAL
    assert health.advice[0].step


def test_a_worker_that_does_not_keep_up(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)
    owe(runtime, life, range(1), due_at=life.now - timedelta(minutes=6))
    health = examine(runtime, life)
    assert [(each.code, each.trouble) for each in health.advice] == [("behind", Trouble.NOTE)]


def test_the_relays_day(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)

    def use_case(session: Any) -> None:
        quotas.lock(session, runtime.relay.name, real_now=REAL)
        quotas.count(session, runtime.relay.name, 500, real_now=REAL)

    runtime.database.write(use_case)
    tomorrow = life.now + timedelta(hours=9)
    owe(runtime, life, range(3), waits_for=WaitsFor.QUOTA, priority=4, due_at=tomorrow)
    health = examine(runtime, life)
    assert health.flow.used is not None
    assert (health.flow.used.taken, health.flow.used.quota.limit) == (500, 500)
    assert [(each.rank, each.number, each.until) for each in health.flow.for_quota] == [(Rank.ROUTINE, 3, tomorrow)]
    assert codes(health) == ["quota"]


def test_failures_are_counted_by_reason_and_are_ones_own(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)
    owe(runtime, life, range(2), state=EmailState.FAILED, reason="no_such_address", last_error="550 5.1.1 nobody")
    owe(runtime, life, range(2, 3), reason="mailbox_full", last_error="452 4.2.2 full")
    other = Life(runtime.database, runtime.database.write(lambda s: add_organiser(s, slug="bintan")))
    owe(runtime, other, range(3, 4), state=EmailState.FAILED, reason="policy", last_error="554 5.7.1 no")
    found = [(each.reason, each.number, each.given_up) for each in examine(runtime, life).flow.failing]
    assert found == [("no_such_address", 2, True), ("mailbox_full", 1, False)]


def test_held_mail_is_told(runtime: Runtime, life: Life) -> None:
    read_queue(runtime, REAL)
    runtime.database.write(lambda s: holding.hold_all(s, life.organiser_id, now=life.now, by=STAFF))
    assert codes(examine(runtime, life)) == ["held"]


def test_the_doctor_tells_the_same(runtime: Runtime, life: Life) -> None:
    owe(runtime, life, range(2))
    finding = check_mail_flow(runtime)
    assert finding.verdict is Verdict.BAD
    assert finding.found.startswith("No worker has ever read the queue of e-mails; nothing goes out. (")
    assert finding.mend == "Start it: acara serve"


def test_the_tick_forgets_days_of_the_relay_that_count_no_more(runtime: Runtime) -> None:
    long_ago = real_now() - timedelta(days=4)

    def use_case(session: Session) -> None:
        for at in (long_ago, real_now()):
            quotas.lock(session, "relay", real_now=at)
            quotas.count(session, "relay", 5, real_now=at)

    def counted() -> int:
        return int(runtime.database.read(lambda session: session.scalar(sa.select(sa.func.sum(RelayCount.taken)))))

    runtime.database.write(use_case)
    assert counted() == 10
    tidy_up(runtime)
    assert counted() == 5
