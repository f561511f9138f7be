"""Claims: events whose seats a transaction has for itself, in one order, so that no two wait for each other."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from events.seating.claims import claim
from events.storage import Session
from service.database.transactions import Database

ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
HELD = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def pair(postgresql_url: str) -> Iterator[Database]:
    """A database with two writers."""
    database = Database(postgresql_url, writers=2)
    yield database
    database.close()


def held(session: Session) -> int:
    return int(session.scalar(HELD) or 0)


def test_event_is_claimed_once_until_the_commit(pair: Database) -> None:
    def use_case(session: Session) -> list[int]:
        counts = [held(session)]
        for events in ([ONE], [ONE, OTHER], []):
            claim(session, *events)
            counts.append(held(session))
        return counts

    assert pair.write(use_case) == [0, 1, 2, 2]
    assert pair.write(held) == 0


def test_what_is_named_beforehand_is_claimed_already(pair: Database) -> None:
    assert pair.write(held, seats_of=[ONE, OTHER]) == 2


def test_sqlite_has_nothing_to_claim(sqlite_database: Database) -> None:
    sqlite_database.write(lambda session: claim(session, ONE), seats_of=[OTHER])


def _crossing(pair: Database, *, named: bool) -> int:
    """Have two use-cases claim two events in opposite order, and return how often one had to give way."""
    both_hold, begun = threading.Barrier(2, timeout=60), threading.Event()
    tries = threading.local()

    def crossing(first: uuid.UUID, second: uuid.UUID) -> Callable[[Session], None]:
        def use_case(session: Session) -> None:
            claim(session, first)
            begun.set()
            if not named and not getattr(tries, "met", False):
                tries.met = True
                both_hold.wait()
            claim(session, second)

        return use_case

    seats_of = [ONE, OTHER] if named else []
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(pair.write, crossing(ONE, OTHER), seats_of=seats_of)
        assert begun.wait(60)  # so that the other is no part of the same commit
        other = pool.submit(pair.write, crossing(OTHER, ONE), seats_of=seats_of)
        one.result(timeout=60)
        other.result(timeout=60)
    return pair.clashes


def test_who_claims_out_of_order_is_run_again(pair: Database) -> None:
    """The control for the next test: this is what named events spare everybody."""
    assert _crossing(pair, named=False) == 1


def test_named_events_are_claimed_in_one_order(pair: Database) -> None:
    assert _crossing(pair, named=True) == 0


def test_one_writer_at_a_time_is_at_an_event(pair: Database) -> None:
    """The other writer serves another event meanwhile, although somebody came earlier for the first."""
    begun, go_on = threading.Event(), threading.Event()
    served: list[str] = []

    def hold(_session: Session) -> None:
        begun.set()
        assert go_on.wait(60)
        served.append("first")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(pair.write, hold, seats_of=[ONE])
        assert begun.wait(60)
        second = pool.submit(pair.write, lambda _: served.append("second"), seats_of=[ONE])
        elsewhere = pool.submit(pair.write, lambda _: served.append("elsewhere"), seats_of=[OTHER])
        elsewhere.result(timeout=60)
        go_on.set()
        first.result(timeout=60)
        second.result(timeout=60)
    assert served == ["elsewhere", "first", "second"]
