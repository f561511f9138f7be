"""Claims: one worker at a time, never past the limit, given back when the worker dies, settled by whoever holds it."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from events import deliveries
from events.deliveries import Claim
from events.models import Recording, RecordingState
from events.storage import Session
from tests.support.life import NOW, Life
from tests.support.sizes import size

REAL = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)


def _queue(life: Life, count: int, **columns: object) -> list[uuid.UUID]:
    """Queue recordings, the smallest of the tables that workers claim from; due one second after the other."""
    event_id = life.webinar()

    def use_case(session: Session) -> list[uuid.UUID]:
        rows = [
            Recording(
                event_id=event_id,
                title="Rekaman",
                created_at=NOW,
                **{"state": RecordingState.QUEUED, "due_at": NOW + timedelta(seconds=number), **columns},
            )
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]

    return life.database.write(use_case)


def _claim(life: Life, *, limit: int = 100, now: datetime = NOW + timedelta(hours=1), real: datetime = REAL) -> Claim:
    return life.database.write(
        lambda session: deliveries.claim(session, Recording, now=now, real_now=real, limit=limit, lease=LEASE)
    )


def _settle(life: Life, claim: Claim) -> int:
    return life.database.write(
        lambda session: deliveries.settle(
            session, Recording, claim.token, claim.ids, state=RecordingState.PUBLISHED, last_error=None
        )
    )


def _row(life: Life, key: uuid.UUID) -> Recording:
    row = life.database.read(lambda session: session.get(Recording, key))
    assert row is not None
    return row


def test_what_is_due_is_claimed_in_order_up_to_the_limit(life: Life) -> None:
    ids = _queue(life, 5)
    assert _claim(life, now=NOW - timedelta(seconds=1)).ids == ()
    assert _claim(life, now=NOW + timedelta(seconds=1), limit=10).ids == tuple(sorted(ids[:2]))
    assert _claim(life, limit=2).ids == tuple(sorted(ids[2:4]))
    assert _claim(life, limit=2).ids == (ids[4],)
    assert _claim(life).ids == ()


def test_a_claimed_row_says_who_holds_it_and_until_when(life: Life) -> None:
    (key,) = _queue(life, 1)
    claim = _claim(life)
    row = _row(life, key)
    assert (row.state, row.lease_token, row.lease_until, row.attempts) == (
        RecordingState.SENDING,
        claim.token,
        REAL + LEASE,
        1,
    )


def test_only_what_is_queued_is_claimed(life: Life) -> None:
    for state in RecordingState:
        if state is not RecordingState.QUEUED:
            _queue(life, 1, state=state)
    assert _claim(life).ids == ()


def test_eight_workers_never_hold_the_same_row(life: Life) -> None:
    """`SELECT … FOR UPDATE` alone mailed twice in one run of three when it was tried on SQLite."""
    ids = _queue(life, size(60, 600))
    barrier = threading.Barrier(8, timeout=60)

    def work(_: int) -> list[uuid.UUID]:
        barrier.wait()
        mine: list[uuid.UUID] = []
        while (claim := _claim(life, limit=3)).ids:
            assert len(claim.ids) <= 3
            mine += claim.ids
            assert _settle(life, claim) == len(claim.ids)
        return mine

    with ThreadPoolExecutor(8) as pool:
        done = [key for mine in pool.map(work, range(8)) for key in mine]
    assert sorted(done) == sorted(ids)
    rows = life.database.read(lambda session: session.execute(sa.select(Recording.state, Recording.attempts)).all())
    assert [tuple(row) for row in rows] == [(RecordingState.PUBLISHED, 1)] * len(ids)


def test_a_claim_keeps_to_its_limit_with_fresh_statistics(life: Life) -> None:
    """As a plain subquery the limited SELECT could be run once a row by PostgreSQL, each time for other rows."""
    _queue(life, 200)
    assert [len(_claim(life, limit=7).ids) for _ in range(3)] == [7, 7, 7]


def test_a_settled_row_is_let_go_of(life: Life) -> None:
    (key,) = _queue(life, 1)
    claim = _claim(life)
    assert _settle(life, claim) == 1
    row = _row(life, key)
    assert (row.state, row.lease_token, row.lease_until) == (RecordingState.PUBLISHED, None, None)
    assert _settle(life, claim) == 0


def test_a_dead_workers_rows_come_back_when_its_lease_is_over(life: Life) -> None:
    (key,) = _queue(life, 1)
    dead = _claim(life)

    def release(real: datetime) -> int:
        return life.database.write(lambda session: deliveries.release_expired(session, Recording, real_now=real))

    assert release(REAL + LEASE) == 0
    assert release(REAL + LEASE + timedelta(seconds=1)) == 1
    second = _claim(life, real=REAL + LEASE + timedelta(seconds=2))
    assert second.ids == (key,)
    # The first worker was only slow: what it says now no longer counts.
    assert _settle(life, dead) == 0
    assert _row(life, key).state is RecordingState.SENDING
    assert _settle(life, second) == 1
    assert _row(life, key).attempts == 2


def test_a_lease_can_be_held_on_to_until_it_is_lost(life: Life) -> None:
    _queue(life, 1)
    claim = _claim(life)
    later = REAL + timedelta(minutes=1)

    def renew(token: uuid.UUID) -> bool:
        return life.database.write(
            lambda session: deliveries.renew(session, Recording, token, real_now=later, lease=LEASE)
        )

    assert renew(claim.token)
    assert _row(life, claim.ids[0]).lease_until == later + LEASE
    assert not renew(uuid.uuid4())
    _settle(life, claim)
    assert not renew(claim.token)


def test_more_conditions_and_another_order(life: Life) -> None:
    ids = _queue(life, 4)
    wanted = life.database.write(
        lambda session: deliveries.claim(
            session,
            Recording,
            now=NOW + timedelta(hours=1),
            real_now=REAL,
            limit=1,
            lease=LEASE,
            only=[Recording.id != ids[3]],
            order_by=[Recording.due_at.desc()],
        )
    )
    assert wanted.ids == (ids[2],)


def test_queues_are_rung_once_each(life: Life) -> None:
    def use_case(session: Session) -> set[str]:
        deliveries.ring(session, "emails", "posts")
        deliveries.ring(session, "emails")
        return set(session.info[deliveries.BELLS])

    assert life.database.write(use_case) == {"emails", "posts"}
