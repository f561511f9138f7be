"""The chain over the audit trail: any change to a row, any row added or taken away, shows (trust S9)."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.outbox import FactRow
from events.storage import Session, Transactions, new_id
from service.accounts import audit, sealing
from service.accounts.audit import Origin
from service.accounts.audit_rows import AuditChain, AuditEntry
from service.clock import real_now
from service.secrets import MessageAuthenticator
from tests.support.life import Life, add_organiser

KEY = MessageAuthenticator("a key of the installation, 32 characters or more")
LATER = timedelta(hours=1)
"""After this everything is old enough to be covered."""


def origin(number: int = 0) -> Origin:
    return Origin(
        by=f"staff:{uuid.UUID(int=number % 5 + 1)}",
        organiser_id=None,
        action="events.edit",
        act="POST /staff/events/{event_id}/edit",
        address=f"192.0.2.{number % 250}",
        device="Firefox · Linux",
        things={"name": f"{number}"},
    )


def seal(database: Transactions, *, after: timedelta = timedelta(0)) -> int:
    return database.write(lambda session: sealing.seal(session, KEY, real_now=real_now() + after))


def problems(database: Transactions, key: MessageAuthenticator = KEY) -> tuple[str, ...]:
    return database.read(lambda session: sealing.verify(session, key)).problems


@pytest.fixture
def trail(database: Transactions) -> Transactions:
    """Sixty acts and the facts of an event with some registrations, sealed."""
    life = Life(database, database.write(add_organiser))
    event_id = life.webinar()
    for person in range(10):
        life.register(event_id, person)
    for part in range(3):
        for number in range(20):
            database.write(lambda session, n=part * 20 + number: audit.note(session, origin(n), real_now=real_now()))  # type: ignore[misc] # a default binds the loop's value
        seal(database, after=LATER)
    return database


def test_what_nobody_touched_is_in_order(trail: Transactions) -> None:
    verdict = trail.read(lambda session: sealing.verify(session, KEY))
    facts = trail.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(FactRow)))
    assert (verdict.problems, verdict.entries, verdict.facts) == ((), 61, facts)
    assert facts > 10
    assert trail.read(lambda session: sealing.contains(session, verdict.head))
    assert not trail.read(lambda session: sealing.has_unsealed(session, real_now=real_now() + LATER))


def test_an_empty_installation_is_in_order(database: Transactions) -> None:
    assert problems(database) == ()
    assert seal(database) == 0
    assert problems(database) == ()


def test_numbers_have_no_gap_however_the_acts_came(trail: Transactions) -> None:
    numbers = trail.read(
        lambda session: session.scalars(sa.select(AuditEntry.number).order_by(AuditEntry.number)).all()
    )
    assert list(numbers) == list(range(1, 62))


CHANGED_ENTRY: list[dict[str, Any]] = [
    {"by": "staff:00000000-0000-0000-0000-00000000000f"},
    {"address": "198.51.100.1"},
    {"device": "Netscape"},
    {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    {"act": "GET /"},
    {"action": "account.own"},
    {"organiser_id": uuid.UUID(int=7)},
    {"event_id": uuid.UUID(int=7)},
    {"token_id": uuid.UUID(int=7)},
    {"request_id": "f" * 32},
    {"hash": "0" * 64},
    {"facts": ["0" * 32]},
    {"things": {"event_id": "another"}},
    {"things": {"after": "0" * 32, "last": "0" * 32, "count": 0, "digest": ""}},
]
CHANGED_FACT: list[dict[str, Any]] = [
    {"by": "staff:forged"},
    {"name": "EventEdited"},
    {"payload": {"x": 1}},
    {"version": 9},
    {"recorded_at": datetime(2020, 1, 1, tzinfo=UTC)},
]


def _random_harm(chance: random.Random, session: Session) -> str:
    """Do one thing to the rows that somebody with the database in their hands might, and say what."""
    entry: Any = AuditEntry.__table__
    fact: Any = FactRow.__table__
    kinds: dict[str, Callable[[], Any]] = {
        "delete an entry": lambda: sa.delete(entry).where(entry.c.number == chance.randint(1, 61)),
        "delete the last entries": lambda: sa.delete(entry).where(entry.c.number > chance.randint(1, 60)),
        "change an entry": lambda: (
            sa.update(entry).where(entry.c.number == chance.randint(1, 61)).values(chance.choice(CHANGED_ENTRY))
        ),
        "renumber an entry": lambda: (
            sa.update(entry).where(entry.c.number == chance.randint(1, 61)).values(number=chance.randint(62, 99))
        ),
        "forge an entry": lambda: sa.insert(entry).values(
            id=new_id(),
            at=real_now(),
            by="staff:x",
            address="",
            device="",
            action="events.edit",
            act="",
            things={},
            facts=[],
            number=62,
            hash="a" * 64,
        ),
        "change a fact": lambda: (
            sa.update(fact).where(fact.c.id == chance.choice(ids)).values(chance.choice(CHANGED_FACT))
        ),
        "delete a fact": lambda: sa.delete(fact).where(fact.c.id == chance.choice(ids)),
        "forge a fact": lambda: sa.insert(fact).values(
            id=uuid.UUID(int=min(each.int for each in ids) + 1 + chance.getrandbits(16)),
            name="EventPublished",
            version=1,
            organiser_id=uuid.UUID(int=1),
            payload={},
            by="staff:x",
            recorded_at=real_now(),
            attempts=0,
        ),
        "take the end away": lambda: sa.delete(AuditChain),
        "put the end back": lambda: sa.update(AuditChain).values(number=60, hash="b" * 64),
    }
    ids: list[uuid.UUID] = list(session.scalars(sa.select(FactRow.id)))
    kind = chance.choice(sorted(kinds))
    session.execute(kinds[kind]().execution_options(synchronize_session=False))
    session.expire_all()
    return kind


class _UndoError(Exception):
    """Ends a transaction that must leave nothing."""


def test_any_of_a_thousand_random_changes_shows(trail: Transactions) -> None:
    chance = random.Random(20261122)
    unseen: list[tuple[int, str]] = []

    def harm(session: Session, number: int) -> None:
        kind = _random_harm(chance, session)
        if not sealing.verify(session, KEY).problems:
            unseen.append((number, kind))
        raise _UndoError

    for number in range(1000):
        with pytest.raises(_UndoError):
            trail.write(lambda session, n=number: harm(session, n))  # type: ignore[misc] # a default binds the loop's value
    assert unseen == []
    assert problems(trail) == ()


def test_who_has_the_database_alone_can_make_no_chain(trail: Transactions) -> None:
    """Without the key nobody can seal again what they changed."""
    stranger = MessageAuthenticator("another installation's key of 32 characters")

    def rewrite(session: Session) -> None:
        session.execute(sa.delete(AuditChain))
        session.execute(sa.update(AuditEntry).values(number=None, hash=None, address="198.51.100.1"))
        session.expire_all()
        sealing.seal(session, stranger, real_now=real_now())

    trail.write(rewrite)
    assert problems(trail) != ()


def test_a_chain_that_was_cut_and_signed_again_by_an_old_backup_misses_what_was_noted_elsewhere(
    trail: Transactions,
) -> None:
    def end(session: Any) -> dict[str, Any]:
        return dict(session.execute(sa.select(AuditChain.__table__)).mappings().one())

    before = trail.read(end)
    trail.write(lambda session: audit.note(session, origin(), real_now=real_now()))
    seal(trail, after=LATER)
    noted = trail.read(lambda session: sealing.verify(session, KEY)).head
    trail.write(lambda session: session.execute(sa.delete(AuditEntry).where(AuditEntry.number > before["number"])))
    trail.write(lambda session: session.execute(sa.update(AuditChain).values(before)))
    assert problems(trail) == ()
    assert not trail.read(lambda session: sealing.contains(session, noted))


def test_a_key_that_was_changed_still_vouches_for_what_it_sealed(trail: Transactions) -> None:
    new = MessageAuthenticator(
        "a new key of the installation, long enough", ["a key of the installation, 32 characters or more"]
    )
    trail.write(lambda session: audit.note(session, origin(), real_now=real_now()))
    trail.write(lambda session: sealing.seal(session, new, real_now=real_now()))
    assert problems(trail, new) == ()


def test_reactions_may_go_on_with_facts_that_are_covered(trail: Transactions) -> None:
    trail.write(lambda session: session.execute(sa.update(FactRow).values(settled_at=real_now(), attempts=3)))
    assert problems(trail) == ()


def test_young_facts_wait(database: Transactions) -> None:
    Life(database, database.write(add_organiser)).webinar()
    assert not database.read(lambda session: sealing.has_unsealed(session, real_now=real_now()))
    assert seal(database) == 0
    assert database.read(lambda session: sealing.has_unsealed(session, real_now=real_now() + LATER))
    assert seal(database, after=LATER) == 1
